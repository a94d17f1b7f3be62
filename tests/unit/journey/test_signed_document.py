"""Signed means verified: what the journey makes of a document and of the signatures that came with it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cdg62_connect.journey import events as ev
from cdg62_connect.journey.documents import Documents
from cdg62_connect.journey.signed_document import judge_signed
from cdg62_connect.journey.step import Context
from cdg62_connect.settings import UnknownSigner
from cdg62_connect.simulator.pdf import lettre
from cdg62_connect.simulator.pki import TestAuthority
from cdg62_connect.simulator.signing import sign_cades, sign_pades

NOW = datetime(2026, 3, 12, 23, 30, tzinfo=UTC)
ODT = b"PK\x03\x04 un acte"
Judge = Callable[..., ev.Signed | ev.Blocked]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("ac"), start=NOW)


@pytest.fixture(scope="module")
def acte() -> bytes:
    return lettre(titre="Arrêté", facts=(), dated=NOW)


@pytest.fixture
def beside(authority: TestAuthority, tmp_path: Path) -> Callable[[bytes], Path]:
    """A detached signature of some bytes."""

    def sign(content: bytes) -> Path:
        source, signature = tmp_path / "source", tmp_path / hashlib.sha256(content).hexdigest()
        source.write_bytes(content)
        signature.write_bytes(sign_cades(source, signer=authority.signer("Le Maire"), moment=NOW))
        return signature

    return sign


@pytest.fixture
def within(authority: TestAuthority, acte: bytes, tmp_path: Path) -> Path:
    """The acte with a signature in it."""
    source, signed = tmp_path / "acte.pdf", tmp_path / "acte_signe.pdf"
    source.write_bytes(acte)
    signer = authority.signer("Le Maire")
    sign_pades(source, signed, signer=signer, moment=NOW, reason="Signature", field="S1")
    return signed


@pytest.fixture
def judge(authority: TestAuthority, tmp_path: Path) -> Judge:
    """What is made of ``back`` when ``sent`` left."""

    def made(
        sent: bytes, back: bytes | Path, *detached: Path, trusting: bool = True
    ) -> ev.Signed | ev.Blocked:
        documents = Documents(tmp_path / "magasin")
        original, came = tmp_path / "depose", tmp_path / "rendu"
        original.write_bytes(sent)
        came.write_bytes(back if isinstance(back, bytes) else back.read_bytes())
        digest = hashlib.sha256(sent).hexdigest()
        documents.keep(original, sha256=digest, id_depot="A")
        accepted = SimpleNamespace(document=SimpleNamespace(sha256=digest))
        rules = SimpleNamespace(
            anchors=[authority.ca] if trusting else [], unknown_signer=UnknownSigner.EXIGER
        )
        context = SimpleNamespace(
            dossier=SimpleNamespace(accepted=accepted),
            settings=SimpleNamespace(signature=rules),
            clock=SimpleNamespace(now=lambda: NOW),
            documents=documents,
        )
        return judge_signed(
            cast("Context", cast("Any", context)),
            came,
            step="suivre_circuit",
            files=(),
            advice="Faites signer.",
            detached=detached,
        )

    return made


def test_a_pdf_that_comes_back_as_it_was_is_signed_by_what_lies_beside_it(
    judge: Judge, acte: bytes, beside: Callable[[bytes], Path]
) -> None:
    made = judge(acte, acte, beside(acte))
    assert isinstance(made, ev.Signed)
    assert [(one.signer, one.trusted) for one in made.signatures] == [("Le Maire", True)]
    assert made.signed_on == date(2026, 3, 13)
    assert made.remark == ""


def test_a_document_that_can_hold_no_signature_is_judged_the_same(
    judge: Judge, beside: Callable[[bytes], Path]
) -> None:
    assert isinstance(judge(ODT, ODT, beside(ODT)), ev.Signed)
    alone = judge(ODT, ODT)
    assert isinstance(alone, ev.Blocked)
    assert alone.code == "PAS_SIGNE"


def test_the_signature_of_something_else_signs_nothing(
    judge: Judge, acte: bytes, beside: Callable[[bytes], Path]
) -> None:
    made = judge(acte, acte, beside(b"autre chose"))
    assert isinstance(made, ev.Blocked)
    assert made.code == "PAS_SIGNE"
    assert "modifié" in made.reason


def test_one_signature_that_cannot_be_verified_spoils_the_others(
    judge: Judge, acte: bytes, beside: Callable[[bytes], Path], tmp_path: Path
) -> None:
    unreadable = tmp_path / "illisible.p7s"
    unreadable.write_bytes(b"rien")
    made = judge(acte, acte, beside(acte), unreadable)
    assert isinstance(made, ev.Blocked)
    assert made.code == "PAS_SIGNE"
    assert "illisible" in made.reason


def test_a_signature_beside_by_somebody_unknown_is_said(
    judge: Judge, acte: bytes, beside: Callable[[bytes], Path]
) -> None:
    made = judge(acte, acte, beside(acte), trusting=False)
    assert isinstance(made, ev.Blocked)
    assert (made.code, "Le Maire" in made.reason) == ("SIGNATAIRE_INCONNU", True)


def test_a_signature_put_within_counts_whatever_lies_beside(
    judge: Judge, acte: bytes, within: Path, beside: Callable[[bytes], Path]
) -> None:
    made = judge(acte, within, beside(acte))  # of the document before it was signed
    assert isinstance(made, ev.Signed)
    assert [one.signer for one in made.signatures] == ["Le Maire"]


def test_a_signature_that_was_there_before_the_circuit_signs_nothing(
    judge: Judge, acte: bytes, within: Path, beside: Callable[[bytes], Path]
) -> None:
    signed = within.read_bytes()
    made = judge(signed, signed)
    assert isinstance(made, ev.Blocked)
    assert made.code == "PAS_SIGNE"
    assert isinstance(judge(signed, signed, beside(signed)), ev.Signed)
