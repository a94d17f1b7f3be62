"""A dossier comes back with its documents as files: all of them, or none."""

from __future__ import annotations

import base64
import hashlib
import os
import random
import stat
from pathlib import Path

import pytest

from cdg62_connect.errors import (
    AnswerLost,
    ConfigurationError,
    InvalidInput,
    NotFound,
    PlatformError,
    Refused,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.iparapheur import IparapheurSoap, RetrievedFile
from cdg62_connect.moments import observed
from cdg62_connect.transport import HttpSession, RetryPolicy

KEY = "ads-PC0620412400017-01"
SLIP = "iParapheur_impression_dossier.pdf"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def b64(content: bytes) -> str:
    return base64.encodebytes(content).decode()


def document(name: str, content: bytes, media_type: str = "application/pdf") -> str:
    return f'<{name} xmime:contentType="{media_type}">{b64(content)}</{name}>'


def annexe(nom: str, content: bytes, signature: bytes | None = None) -> str:
    signed = document("signature", signature, "application/pkcs7-signature") if signature else ""
    return (
        f"<DocAnnexe><nom>{nom}</nom>{document('fichier', content)}<mimetype>application/pdf</mimetype>"
        f"<encoding>UTF-8</encoding>{signed}</DocAnnexe>"
    )


def read(file: RetrievedFile | None) -> bytes:
    assert file is not None
    content = file.path.read_bytes()
    assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    return content


@pytest.fixture
def whole(retour) -> str:
    """The content of an answer with everything in it, names after contents."""
    return (
        "<TypeTechnique>URBANISME</TypeTechnique><SousType>Arrêté</SousType>"
        f"<DossierID>{KEY}</DossierID>"
        + document("FichierPES", b"<PES/>", "text/xml")
        + document("VisuelPDF", b"%PDF visuel")
        + "<AnnotationPublique>Merci</AnnotationPublique><Visibilite>SERVICE</Visibilite>"
        f'<DateLimite xmlns:i="{XSI}" i:nil="true"/>'
        + document("DocPrincipal", b"%PDF principal")
        + '<NomDocPrincipal>"arrêté.pdf"</NomDocPrincipal>'
        + document("SignatureDocPrincipal", b"PK zip", "application/zip")
        + f"<DocumentsSupplementaires>{annexe('plan.pdf', b'%PDF plan', b'p7s')}</DocumentsSupplementaires>"
        + f"<DocumentsAnnexes>{annexe('&quot;avis.pdf&quot;', b'%PDF avis')}{annexe(SLIP, b'%PDF bordereau')}"
        "</DocumentsAnnexes><Nouveau>inconnu</Nouveau>"
        "<MetaDonnees><MetaDonnee><nom>ph:dossierTitre</nom><valeur>Arrêté PC</valeur></MetaDonnee></MetaDonnees>"
        + retour()
    )


def test_each_document_is_found_by_its_name(parapheur, canned, answer, whole: str, tmp_path: Path) -> None:
    canned.will(answer("GetDossierResponse", whole))
    dossier = parapheur.dossiers.recuperer(KEY, into=tmp_path)
    assert canned.asked[0].root.text == KEY
    assert (dossier.dossier_id, dossier.type_technique, dossier.sous_type) == (KEY, "URBANISME", "Arrêté")
    assert read(dossier.document) == b"%PDF principal"
    assert dossier.document.nom == "arrêté.pdf"
    assert read(dossier.signature) == b"PK zip"
    assert dossier.signature.content_type == "application/zip"
    assert read(dossier.fichier_pes) == b"<PES/>"
    assert read(dossier.visuel) == b"%PDF visuel"
    (plan,) = dossier.supplementaires
    assert (plan.nom, read(plan), read(plan.signature)) == ("plan.pdf", b"%PDF plan", b"p7s")
    assert [(file.nom, read(file)) for file in dossier.annexes] == [("avis.pdf", b"%PDF avis")]
    assert read(dossier.bordereau) == b"%PDF bordereau"
    assert dossier.metadonnees == {"ph:dossierTitre": "Arrêté PC"}
    assert dossier.champs == {
        "AnnotationPublique": "Merci",
        "Visibilite": "SERVICE",
        "DateLimite": "",
        "Nouveau": "inconnu",
    }
    assert len(list(tmp_path.iterdir())) == 8


def test_the_order_of_the_elements_does_not_matter(parapheur, canned, answer, retour, tmp_path: Path) -> None:
    canned.will(
        answer(
            "GetDossierResponse",
            retour()
            + f"<DocumentsAnnexes><DocAnnexe>{document('fichier', b'%PDF')}<nom>{SLIP}</nom></DocAnnexe>"
            + f"{annexe('après.pdf', b'%PDF 2')}</DocumentsAnnexes><NomDocPrincipal>a.pdf</NomDocPrincipal>"
            + document("DocPrincipal", b"%PDF 3")
            + f"<DossierID> {KEY}\n</DossierID>",
        )
    )
    dossier = parapheur.dossiers.recuperer(KEY, into=tmp_path)
    assert read(dossier.bordereau) == b"%PDF"
    assert [file.nom for file in dossier.annexes] == ["après.pdf"]
    assert (dossier.document.nom, dossier.document.content_type) == ("a.pdf", "application/pdf")


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_the_files_are_for_their_owner_only(parapheur, canned, answer, whole: str, tmp_path: Path) -> None:
    canned.will(answer("GetDossierResponse", whole))
    parapheur.dossiers.recuperer(KEY, into=tmp_path)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_nothing_has_its_name_before_everything_is_whole(
    parapheur, canned, answer, whole: str, tmp_path: Path
) -> None:
    canned.will(answer("GetDossierResponse", whole))
    seen: dict[str, set[str]] = {}

    def look(moment: str) -> None:
        seen[moment] = {path.suffix for path in tmp_path.iterdir()}

    with observed(look):
        parapheur.dossiers.recuperer(KEY, into=tmp_path)
    assert seen["file.before:GetDossier"] == {".part"}
    assert seen["file.after:GetDossier"] == {""}


def test_the_last_annexe_is_the_bordereau_when_none_bears_its_name(
    parapheur, canned, answer, retour, tmp_path: Path
) -> None:
    annexes = annexe("a.pdf", b"a") + annexe("bordereau.pdf", b"b")
    inside = f"<DossierID>{KEY}</DossierID><DocumentsAnnexes>{annexes}</DocumentsAnnexes>"
    canned.will(answer("GetDossierResponse", inside + retour()))
    dossier = parapheur.dossiers.recuperer(KEY, into=tmp_path)
    assert dossier.bordereau.nom == "bordereau.pdf"
    assert [file.nom for file in dossier.annexes] == ["a.pdf"]
    assert (dossier.document, dossier.signature, dossier.fichier_pes, dossier.visuel) == (None,) * 4


def test_an_empty_or_nil_document_is_no_document(parapheur, canned, answer, retour, tmp_path: Path) -> None:
    canned.will(
        answer(
            "GetDossierResponse",
            f'<DossierID>{KEY}</DossierID><DocPrincipal xmlns:i="{XSI}" i:nil="1"/>'
            f'<SignatureDocPrincipal xmime:contentType="application/zip"/>{retour()}',
        )
    )
    dossier = parapheur.dossiers.recuperer(KEY, into=tmp_path)
    assert (dossier.document, dossier.signature) == (None, None)


def test_a_name_given_by_the_parapheur_is_never_a_path(
    parapheur, canned, answer, retour, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    inside = document("DocPrincipal", b"%PDF") + "<NomDocPrincipal>../../../evasion.pdf</NomDocPrincipal>"
    canned.will(answer("GetDossierResponse", f"<DossierID>{KEY}</DossierID>{inside}{retour()}"))
    dossier = parapheur.dossiers.recuperer(KEY, into=inbox)
    assert dossier.document.nom == "../../../evasion.pdf"
    assert dossier.document.path.parent == inbox
    assert [path.name for path in tmp_path.iterdir()] == ["inbox"]


def test_two_retrievals_into_one_folder_do_not_meet(
    parapheur, canned, answer, whole: str, tmp_path: Path
) -> None:
    canned.will(answer("GetDossierResponse", whole))
    first = parapheur.dossiers.recuperer(KEY, into=tmp_path)
    second = parapheur.dossiers.recuperer(KEY, into=tmp_path)
    assert first.document.path != second.document.path
    assert read(first.document) == read(second.document)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (f"<DossierID>{KEY}</DossierID>", "<DossierID>un-autre</DossierID>", UnreadableAnswer),
        (f"<DossierID>{KEY}</DossierID>", "", UnreadableAnswer),
        (f"<DossierID>{KEY}</DossierID>", f"<DossierID>{KEY}</DossierID>" * 2, UnreadableAnswer),
        (b64(b"%PDF bordereau"), "JVBER*i0x", UnreadableAnswer),
        (b64(b"%PDF bordereau"), "JVBERi0", UnreadableAnswer),
        (b64(b"%PDF bordereau"), "<Include href='cid:1'/>", UnreadableAnswer),
        ("<codeRetour>OK</codeRetour>", "", UnreadableAnswer),
        ("<codeRetour>OK</codeRetour>", "<codeRetour>KO</codeRetour>", Refused),
        (
            "<codeRetour>OK</codeRetour><message></message>",
            "<codeRetour>KO</codeRetour><message>Dossier introuvable</message>",
            NotFound,
        ),
        ("</GetDossierResponse>", "</Autre>", UnreadableAnswer),
        ("<VisuelPDF", "<!DOCTYPE x><VisuelPDF", UnreadableAnswer),
    ],
)
def test_after_an_error_no_file_is_left(
    parapheur, canned, answer, whole: str, tmp_path: Path, old: str, new: str, error: type[PlatformError]
) -> None:
    sound = answer("GetDossierResponse", whole)
    assert old.encode() in sound.body
    canned.will(type(sound)(sound.body.replace(old.encode(), new.encode())))
    with pytest.raises(error) as refused:
        parapheur.dossiers.recuperer(KEY, into=tmp_path)
    assert type(refused.value) is error
    assert list(tmp_path.iterdir()) == []


def test_an_answer_cut_on_the_way_is_asked_again_and_leaves_nothing_behind(
    parapheur, canned, answer, whole: str, tmp_path: Path
) -> None:
    sound = answer("GetDossierResponse", whole)
    cut = type(sound)(sound.body, cut_after=len(sound.body) - 200)
    canned.will(cut, sound)
    assert read(parapheur.dossiers.recuperer(KEY, into=tmp_path).document) == b"%PDF principal"
    assert len(list(tmp_path.iterdir())) == 8
    canned.will(cut)
    with pytest.raises(AnswerLost):
        parapheur.dossiers.recuperer(KEY, into=tmp_path)
    assert len(list(tmp_path.iterdir())) == 8


def test_an_answer_written_short_is_lost_wherever_it_ends(
    parapheur, canned, answer, whole: str, tmp_path: Path
) -> None:
    sound = answer("GetDossierResponse", whole)
    for length in range(60, len(sound.body), 97):
        canned.will(type(sound)(sound.body[:length]))
        with pytest.raises(AnswerLost):
            parapheur.dossiers.recuperer(KEY, into=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_documents_together_stay_within_the_limit(
    parapheur, canned, answer, retour, tmp_path: Path
) -> None:
    inside = document("DocPrincipal", b"x" * 5000) + document("FichierPES", b"x" * 5000)
    canned.will(answer("GetDossierResponse", f"<DossierID>{KEY}</DossierID>{inside}{retour()}"))
    with pytest.raises(UnreadableAnswer):
        parapheur.dossiers.recuperer(KEY, into=tmp_path, limit=9999)
    assert list(tmp_path.iterdir()) == []
    assert read(parapheur.dossiers.recuperer(KEY, into=tmp_path, limit=10000).fichier_pes) == b"x" * 5000


def test_too_many_documents_are_refused(parapheur, canned, answer, retour, tmp_path: Path) -> None:
    annexes = "<DocAnnexe><fichier/></DocAnnexe>" * 501
    inside = f"<DossierID>{KEY}</DossierID><DocumentsAnnexes>{annexes}</DocumentsAnnexes>{retour()}"
    canned.will(answer("GetDossierResponse", inside))
    with pytest.raises(UnreadableAnswer):
        parapheur.dossiers.recuperer(KEY, into=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_a_matter_of_configuration(
    parapheur, canned, answer, whole: str, tmp_path: Path
) -> None:
    canned.will(answer("GetDossierResponse", whole))
    with pytest.raises(ConfigurationError):
        parapheur.dossiers.recuperer(KEY, into=tmp_path / "absent")


def test_an_interruption_leaves_no_file(parapheur, canned, answer, whole: str, tmp_path: Path) -> None:
    canned.will(answer("GetDossierResponse", whole))

    def stop(moment: str) -> None:
        if moment == "file.before:GetDossier":
            raise KeyboardInterrupt

    with observed(stop), pytest.raises(KeyboardInterrupt):
        parapheur.dossiers.recuperer(KEY, into=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_thousands_of_damaged_answers_raise_only_what_is_announced(
    canned, answer, whole: str, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # thousands of them would only measure the disk
    sound = answer("GetDossierResponse", whole)
    chance = random.Random(1)
    outcomes: set[str] = set()
    with HttpSession(canned.address, platform="iparapheur", retry=RetryPolicy(attempts=1)) as session:
        dossiers = IparapheurSoap(session).dossiers
        for _ in range(300):  # by the tens of thousands in tests/hostile
            body = bytearray(sound.body)
            for _ in range(chance.randint(1, 3)):
                at = chance.randrange(len(body))
                match chance.randrange(4):
                    case 0:
                        body[at] = chance.randrange(256)
                    case 1:
                        del body[at : at + chance.randint(1, 30)]
                    case 2:
                        body[at:at] = chance.choice([b"<", b"&x;", b"]]>", b"<a/>", b"\x00", b"<!--", b"%"])
                    case _:
                        start = chance.randrange(len(body))
                        body[at:at] = body[start : start + chance.randint(1, 60)]
            canned.will(type(sound)(bytes(body), status=chance.choice([200, 200, 200, 500])))
            try:
                dossier = dossiers.recuperer(KEY, into=tmp_path)
            except (UnreadableAnswer, AnswerLost, Refused, Unavailable) as error:
                outcomes.add(type(error).__name__)
                assert list(tmp_path.iterdir()) == []
            else:
                outcomes.add("read")
                assert dossier.dossier_id == KEY
                for path in tmp_path.iterdir():
                    path.unlink()
    assert {"read", "UnreadableAnswer"} <= outcomes


def test_a_key_that_cannot_be_one_is_not_asked(parapheur, canned, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        parapheur.dossiers.recuperer("", into=tmp_path)
    assert canned.asked == []
