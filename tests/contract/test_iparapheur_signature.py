"""The signed document that comes back is really signed, by the authority of test and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from cdg62_connect import IparapheurSoap
from cdg62_connect.formats import verify_pades
from cdg62_connect.iparapheur import Document, NewDossier
from cdg62_connect.simulator import SimClock, Simulator
from cdg62_connect.simulator.pki import TestAuthority
from cdg62_connect.transport import Payload


@pytest.fixture
def signed(
    parapheur: IparapheurSoap,
    simulator: Simulator,
    new_dossier: Callable[..., NewDossier],
    into: Path,
) -> Path:
    """An arrêté signed by the mayor, as the parapheur gives it back."""
    parapheur.dossiers.creer(new_dossier())
    simulator.iparapheur.signer("contrat-01", by="Léa Moreau, maire")
    document = parapheur.dossiers.recuperer("contrat-01", into=into).document
    assert document is not None
    return document.path


def test_the_signature_is_intact_whole_and_trusted(
    signed: Path, simulator: Simulator, horloge: SimClock
) -> None:
    verdict = verify_pades(signed, anchors=[simulator.authority.ca], moment=horloge.now())
    assert (verdict.signed, verdict.trusted, verdict.problem) == (True, True, "")
    (signature,) = verdict.signatures
    assert signature.signer == "Léa Moreau, maire"
    assert signature.signed_at is not None
    assert abs(signature.signed_at - horloge.now()) < timedelta(seconds=1)


def test_it_is_still_trusted_twenty_years_later(
    signed: Path, simulator: Simulator, horloge: SimClock
) -> None:
    horloge.advance(timedelta(days=20 * 365))
    assert verify_pades(signed, anchors=[simulator.authority.ca], moment=horloge.now()).trusted


def test_another_authority_does_not_vouch_for_it(
    signed: Path, other_authority: TestAuthority, horloge: SimClock
) -> None:
    verdict = verify_pades(signed, anchors=[other_authority.ca], moment=horloge.now())
    assert (verdict.signed, verdict.trusted) == (True, False)


def test_one_changed_byte_is_seen(
    signed: Path, arrete: Path, simulator: Simulator, horloge: SimClock
) -> None:
    content = bytearray(signed.read_bytes())
    content[arrete.stat().st_size // 2] ^= 1
    signed.write_bytes(content)
    verdict = verify_pades(signed, anchors=[simulator.authority.ca], moment=horloge.now())
    assert not verdict.signed


def test_something_added_after_the_signature_is_seen(
    signed: Path, simulator: Simulator, horloge: SimClock
) -> None:
    with signed.open("ab") as document:
        document.write(b"\n5 0 obj\n<< /Ajout true >>\nendobj\n")
    verdict = verify_pades(signed, anchors=[simulator.authority.ca], moment=horloge.now())
    assert not verdict.signed


def test_two_signatures_of_one_circuit_both_hold(
    signed: Path,
    parapheur: IparapheurSoap,
    simulator: Simulator,
    horloge: SimClock,
    new_dossier: Callable[..., NewDossier],
    into: Path,
) -> None:
    again = new_dossier("contrat-02", document=Document("arrete.pdf", Payload.of(signed)))
    parapheur.dossiers.creer(again)
    simulator.iparapheur.signer("contrat-02", by="Hugo Lambert, adjoint")
    document = parapheur.dossiers.recuperer("contrat-02", into=into).document
    assert document is not None
    verdict = verify_pades(document.path, anchors=[simulator.authority.ca], moment=horloge.now())
    assert verdict.trusted
    assert [one.signer for one in verdict.signatures] == ["Léa Moreau, maire", "Hugo Lambert, adjoint"]
