"""An answer in MTOM is the same answer: each one says what it is, whatever the address."""

from __future__ import annotations

import base64
import hashlib
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect.errors import (
    AlreadyExists,
    AnswerLost,
    NotFound,
    OutcomeUnknown,
    Refused,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.iparapheur import IparapheurSoap, RetrievedFile
from cdg62_connect.transport import HttpSession, RetryPolicy

KEY = "ads-PC0620412400017-01"
BOUNDARY = b"--uuid:62"
HEADER = (
    'multipart/related; start="<r@p>"; type="application/xop+xml"; boundary="uuid:62"; start-info="text/xml"'
)
PDF = b"%PDF-1.7\r\n" + bytes(range(256)) * 6 + b"\r\n--uuid:6\r\n%%EOF\r\n"

Pack = Callable[..., Any]


def include(href: str) -> str:
    return f'<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="{href}"/>'


def document(name: str, content: str) -> str:
    return f'<{name} xmime:contentType="application/pdf">{content}</{name}>'


def part(name: str, content: bytes) -> bytes:
    head = f"Content-Id: <{name}>\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\n"
    return BOUNDARY + b"\r\n" + head.encode() + b"\r\n" + content + b"\r\n"


def read(file: RetrievedFile | None) -> bytes:
    assert file is not None
    content = file.path.read_bytes()
    assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    return content


@pytest.fixture
def packed() -> Pack:
    """The same answer as a package, with attachments."""

    def pack(plain: Any, **attachments: bytes) -> Any:
        parts = [part("r@p", plain.body), *(part(name, content) for name, content in attachments.items())]
        body = b"".join(parts) + BOUNDARY + b"--\r\n"
        return type(plain)(body, status=plain.status, content_type=HEADER)

    return pack


@pytest.fixture
def dossier(answer, retour, packed) -> Any:
    annexe = f"<DocAnnexe><nom>avis.pdf</nom>{document('fichier', include('cid:b'))}</DocAnnexe>"
    slip = f"<DocAnnexe>{document('fichier', base64.b64encode(b'%PDF').decode())}<nom>b</nom></DocAnnexe>"
    inside = (
        f"<DossierID>{KEY}</DossierID>{document('DocPrincipal', include('cid:a'))}"
        f"<DocumentsAnnexes>{annexe}{slip}</DocumentsAnnexes>"
        f"{document('Nouveau', include('cid:c'))}{retour()}"
    )
    return packed(answer("GetDossierResponse", inside), c=b"pour personne", b=b"", a=PDF)


def test_the_documents_of_a_dossier_are_found_beside_the_envelope_or_in_it(
    parapheur, canned, dossier, tmp_path: Path
) -> None:
    canned.will(dossier)
    back = parapheur.dossiers.recuperer(KEY, into=tmp_path)
    assert (read(back.document), read(back.bordereau)) == (PDF, b"%PDF")
    assert [(file.nom, read(file)) for file in back.annexes] == [("avis.pdf", b"")]
    assert back.document.content_type == "application/pdf"
    assert back.champs["Nouveau/@contentType"] == "application/pdf"
    assert "cid:c" in back.champs.values()
    assert len(list(tmp_path.iterdir())) == 3


def test_every_operation_reads_a_package_without_attachment(
    parapheur, canned, answer, retour, packed, new_dossier
) -> None:
    canned.will(packed(answer("echoResponse", '[ws] m\'a dit: "été"!')))
    assert "été" in parapheur.echo("été")
    line = "<LogDossier><nom>Maire</nom><status>Archive</status></LogDossier>"
    canned.will(packed(answer("GetHistoDossierResponse", line + retour())))
    assert parapheur.dossiers.historique(KEY)[-1].status == "Archive"
    canned.will(packed(answer("CreerDossierResponse", retour("OK", "soumis"))))
    assert parapheur.dossiers.creer(new_dossier()).message == "soumis"
    canned.will(packed(answer("CreerDossierResponse", retour("KO", "déjà présent"))))
    with pytest.raises(AlreadyExists):
        parapheur.dossiers.creer(new_dossier())
    canned.will(packed(answer("ArchiverDossierResponse", retour("OK", "supprimé"))))
    assert parapheur.dossiers.archiver(KEY).message == "supprimé"
    canned.will(packed(answer("EffacerDossierRejeteResponse", retour())))
    parapheur.dossiers.effacer_rejete(KEY)


def test_a_fault_in_a_package_is_a_fault(parapheur, canned, fault, packed, new_dossier) -> None:
    canned.will(packed(fault("Dossier inexistant")))
    with pytest.raises(NotFound):
        parapheur.dossiers.historique(KEY)
    with pytest.raises(OutcomeUnknown) as unknown:
        parapheur.dossiers.creer(new_dossier())
    assert unknown.value.said == "Dossier inexistant"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Content-Id: <a>", b"Content-Id: <z>"),
        (b"Content-Id: <c>", b"Content-Id: <a>"),
        (b"cid:a", b"http://127.0.0.1:9/a"),
        (b"cid:a", b"cid:r@p"),
        (b"Content-Id: <r@p>", b"Content-Id: <autre>"),
        (BOUNDARY, b"--uuid:63"),
        (b"Content-Transfer-Encoding: binary", b"Content-Transfer-Encoding: base64"),
        (b"Content-Type: application/pdf", b"X: " + b"y" * 20_000),
        (b"<DossierID>", b"<!DOCTYPE x><DossierID>"),
        (f"<DossierID>{KEY}".encode(), b"<DossierID>autre"),
        (b"<codeRetour>OK", b"<codeRetour>"),
    ],
)
def test_a_dossier_that_is_not_whole_is_unreadable_and_leaves_no_file(
    parapheur, canned, dossier, tmp_path: Path, old: bytes, new: bytes
) -> None:
    assert old in dossier.body
    canned.will(type(dossier)(dossier.body.replace(old, new), content_type=HEADER))
    with pytest.raises(UnreadableAnswer):
        parapheur.dossiers.recuperer(KEY, into=tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert len(canned.asked) == 1


def test_attachments_count_within_the_limit(parapheur, canned, dossier, tmp_path: Path) -> None:
    canned.will(dossier)
    with pytest.raises(UnreadableAnswer):
        parapheur.dossiers.recuperer(KEY, into=tmp_path, limit=len(PDF) + 3)
    assert list(tmp_path.iterdir()) == []
    parapheur.dossiers.recuperer(KEY, into=tmp_path, limit=len(PDF) + 4)


@pytest.mark.parametrize(
    "content_type",
    ["multipart/mixed; boundary=uuid:62", "multipart/form-data; boundary=uuid:62", "multipart/related"],
)
def test_another_multipart_is_not_an_answer(
    parapheur, canned, dossier, new_dossier, tmp_path: Path, content_type: str
) -> None:
    canned.will(type(dossier)(dossier.body, content_type=content_type))
    with pytest.raises(UnreadableAnswer):
        parapheur.dossiers.recuperer(KEY, into=tmp_path)
    with pytest.raises(OutcomeUnknown):
        parapheur.dossiers.creer(new_dossier())


@pytest.fixture
def impatient(canned, monkeypatch) -> Any:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # thousands of them would only measure the disk
    with HttpSession(canned.address, platform="iparapheur", retry=RetryPolicy(attempts=1)) as session:
        yield IparapheurSoap(session).dossiers


def test_a_package_cut_at_any_byte_is_lost_and_leaves_no_file(
    impatient, canned, answer, retour, packed, tmp_path: Path
) -> None:
    inside = f"<DossierID>{KEY}</DossierID>{document('DocPrincipal', include('cid:a'))}{retour()}"
    whole = packed(answer("GetDossierResponse", inside), a=b"%PDF\r\n")
    for length in range(1, len(whole.body) - 2):
        canned.will(type(whole)(whole.body[:length], content_type=HEADER))
        with pytest.raises(AnswerLost):
            impatient.recuperer(KEY, into=tmp_path)
        if length % 10 == 0:
            canned.will(type(whole)(whole.body, content_type=HEADER, cut_after=length))
            with pytest.raises(AnswerLost):
                impatient.recuperer(KEY, into=tmp_path)
        assert list(tmp_path.iterdir()) == []


def test_thousands_of_damaged_packages_raise_only_what_is_announced(
    impatient, canned, dossier, tmp_path: Path
) -> None:
    chance = random.Random(2)
    words = [b"<", b"\r\n", b"\r\n" + BOUNDARY, BOUNDARY + b"--", b"cid:", b"\x00", b": ", b"<a>", b"&x;"]
    outcomes: set[str] = set()
    for _ in range(300):  # by the tens of thousands in tests/hostile
        body = bytearray(dossier.body)
        for _ in range(chance.randint(1, 3)):
            at = chance.choice([chance.randrange(2000), chance.randrange(len(body))])
            match chance.randrange(4):
                case 0:
                    body[at] = chance.randrange(256)
                case 1:
                    del body[at : at + chance.randint(1, 30)]
                case 2:
                    body[at:at] = chance.choice(words)
                case _:
                    start = chance.randrange(len(body))
                    body[at:at] = body[start : start + chance.randint(1, 60)]
        canned.will(type(dossier)(bytes(body), status=chance.choice([200, 200, 500]), content_type=HEADER))
        try:
            back = impatient.recuperer(KEY, into=tmp_path)
        except (UnreadableAnswer, AnswerLost, Refused, Unavailable) as error:
            outcomes.add(type(error).__name__)
            assert list(tmp_path.iterdir()) == []
        else:
            outcomes.add("read")
            assert back.dossier_id == KEY
            for path in tmp_path.iterdir():
                path.unlink()
    assert {"read", "UnreadableAnswer"} <= outcomes
