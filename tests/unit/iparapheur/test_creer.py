"""Creating a dossier: what leaves, and what each answer means."""

from __future__ import annotations

import base64
import hashlib
import threading
from datetime import date
from pathlib import Path

import pytest

from cdg62_connect.errors import (
    AccessRefused,
    AlreadyExists,
    AuthenticationRefused,
    InvalidInput,
    InvalidRequest,
    OutcomeUnknown,
    PlatformError,
    UnreadableAnswer,
)
from cdg62_connect.iparapheur import Created, Document, Visibilite
from cdg62_connect.transport import Payload

XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
MEDIA_TYPE = "{http://www.w3.org/2005/05/xmlmime}contentType"
N = "{http://www.adullact.org/spring-ws/iparapheur/1.0}"


@pytest.fixture
def accepted(canned, answer, retour):
    canned.will(answer("CreerDossierResponse", retour("OK", "Dossier X soumis dans le circuit")))
    return canned


def test_a_dossier_leaves_with_every_field_and_document(
    parapheur, accepted, new_dossier, tmp_path: Path
) -> None:
    path = tmp_path / "arrete.pdf"
    path.write_bytes(b"%PDF-1.7" + bytes(range(256)) * 9000)
    created = parapheur.dossiers.creer(
        new_dossier(
            titre="Arrêté <PC> & avis",
            document=Document("arrêté n°1.pdf", Payload.of(path)),
            annexes=(
                Document("avis.xml", Payload.of(b"<avis/>"), content_type="text/xml"),
                Document("plan.pdf", Payload.of(b"%PDF")),
            ),
            email_emetteur="ads@example.org",
            annotation_publique="Bonjour,\r\nmerci.",
            annotation_privee="",
            visibilite=Visibilite.CONFIDENTIEL,
            date_limite=date(2026, 12, 31),
            metadonnees={"urgent_bool": "true"},
        )
    )
    assert created == Created("ads-PC0620412400017-01", "Dossier X soumis dans le circuit")
    (asked,) = accepted.asked
    assert asked.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert asked.headers["SOAPAction"] == '""'
    assert int(asked.headers["Content-Length"]) == len(asked.body)
    assert asked.path == "/ws-iparapheur-no-mtom"
    root = asked.root
    assert root.tag == f"{N}CreerDossierRequest"
    fields = asked.fields()
    assert fields["DossierTitre"] == "Arrêté <PC> & avis"
    assert fields["TypeTechnique"] == "URBANISME"
    assert fields["SousType"] == "Arrêté de permis"
    assert fields["NomDocPrincipal"] == "arrêté n°1.pdf"
    assert fields["EmailEmetteur"] == "ads@example.org"
    assert fields["AnnotationPublique"] == "Bonjour,\nmerci."
    assert fields["Visibilite"] == "CONFIDENTIEL"
    assert fields["DateLimite"] == "2026-12-31"
    document = root.find(f"{N}DocumentPrincipal")
    assert base64.b64decode(document.text) == path.read_bytes()
    assert document.get(MEDIA_TYPE) == "application/pdf"
    annexes = root.findall(f"{N}DocumentsAnnexes/{N}DocAnnexe")
    assert [annexe.findtext(f"{N}nom") for annexe in annexes] == ["avis.xml", "plan.pdf"]
    assert [base64.b64decode(annexe.findtext(f"{N}fichier")) for annexe in annexes] == [b"<avis/>", b"%PDF"]
    assert [annexe.find(f"{N}fichier").get(MEDIA_TYPE) for annexe in annexes] == [
        "text/xml",
        "application/pdf",
    ]
    assert [annexe.findtext(f"{N}mimetype") for annexe in annexes] == ["text/xml", "application/pdf"]
    assert {annexe.findtext(f"{N}encoding") for annexe in annexes} == {"UTF-8"}
    assert root.findtext(f"{N}MetaData/{N}MetaDonnee/{N}nom") == "urgent_bool"
    assert root.findtext(f"{N}MetaData/{N}MetaDonnee/{N}valeur") == "true"


def test_what_is_not_given_is_sent_nil_or_not_at_all(parapheur, accepted, new_dossier) -> None:
    parapheur.dossiers.creer(new_dossier(titre=None))
    root = accepted.asked[0].root
    for name in (
        "VisuelPDF",
        "XPathPourSignatureXML",
        "MetaDataTdtACTES",
        "AnnotationPublique",
        "AnnotationPrivee",
        "DateLimite",
    ):
        assert root.find(f"{N}{name}").get(XSI_NIL) == "true", name
    for name in ("DossierTitre", "EmailEmetteur", "DocumentsAnnexes", "MetaData", "SignatureDocPrincipal"):
        assert root.find(f"{N}{name}") is None, name


def test_a_text_cannot_take_the_place_of_a_document(parapheur, accepted, new_dossier) -> None:
    """The token of one request means nothing in the next: a copied one stays a text."""
    parapheur.dossiers.creer(new_dossier(annotation_publique="a" * 32, titre="0123456789abcdef" * 2))
    assert accepted.asked[0].fields()["DossierTitre"] == "0123456789abcdef" * 2


def test_titles_and_annotations_lose_what_xml_cannot_carry(parapheur, accepted, new_dossier) -> None:
    parapheur.dossiers.creer(
        new_dossier(titre=" Arrêté\n PC\x00 1 \x1f", annotation_publique="a\x07b\ud800\ufffe\tc")
    )
    fields = accepted.asked[0].fields()
    assert fields["DossierTitre"] == "Arrêté PC 1"
    assert fields["AnnotationPublique"] == "ab\tc"


@pytest.mark.parametrize(
    "changes",
    [
        {"dossier_id": ""},
        {"dossier_id": "a  b"},
        {"dossier_id": " a"},
        {"dossier_id": "a\nb"},
        {"dossier_id": "a\x00b"},
        {"dossier_id": "a/b"},
        {"dossier_id": "PC+1"},
        {"dossier_id": "a" * 601},
        {"titre": " \n"},
        {"titre": "t" * 256},
        {"type_technique": ""},
        {"sous_type": "Permis "},
        {"document": Document("", Payload.of(b"%PDF"))},
        {"document": Document("a\r\n.pdf", Payload.of(b"%PDF"))},
        {"document": Document("a.pdf", Payload.of(b""))},
        {"document": Document("a.pdf", Payload.of(b"%PDF"), content_type="")},
        {"annexes": (Document("vide.pdf", Payload.of(b"")),)},
        {"metadonnees": {"": "x"}},
    ],
)
def test_what_the_parapheur_would_change_or_lose_does_not_leave(
    parapheur, accepted, new_dossier, changes: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput):
        parapheur.dossiers.creer(new_dossier(**changes))
    assert accepted.asked == []


def test_a_key_with_accents_spaces_and_apostrophes_is_sent_as_it_is(parapheur, accepted, new_dossier) -> None:
    assert (
        parapheur.dossiers.creer(new_dossier(dossier_id="J'aime développer")).dossier_id
        == "J'aime développer"
    )
    assert accepted.asked[0].fields()["DossierID"] == "J'aime développer"


def test_the_key_that_the_parapheur_gives_back_is_the_one_that_counts(
    parapheur, canned, answer, retour, new_dossier
) -> None:
    canned.will(answer("CreerDossierResponse", retour() + "<DossierID>0f7c</DossierID>", prefix="SOAP-ENV"))
    assert parapheur.dossiers.creer(new_dossier()).dossier_id == "0f7c"


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("Le nom de dossier est déjà présent dans le Parapheur: dossierID = ads-1", AlreadyExists),
        ("LE NOM DE DOSSIER EST DEJA  PRESENT", AlreadyExists),
        ("Le sous-type Arrêté n'existe pas pour le type 'URBANISME'", InvalidRequest),
        ("", InvalidRequest),
    ],
)
def test_a_refusal_is_told_by_its_sentence(
    parapheur, canned, answer, retour, new_dossier, said: str, error: type[PlatformError]
) -> None:
    canned.will(answer("CreerDossierResponse", retour("KO", said)))
    with pytest.raises(error) as refused:
        parapheur.dossiers.creer(new_dossier())
    assert type(refused.value) is error
    assert refused.value.said == said
    assert (refused.value.platform, refused.value.operation) == ("iparapheur", "CreerDossier")


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "<DossierID>ads-1</DossierID>",
        "<MessageRetour/>",
        "<MessageRetour><codeRetour/><message>?</message></MessageRetour>",
        "<MessageRetour><codeRetour>PEUT-ÊTRE</codeRetour></MessageRetour>",
        "<MessageRetour><codeRetour>OK</codeRetour></MessageRetour>"
        "<MessageRetour><codeRetour>KO</codeRetour></MessageRetour>",
    ],
)
def test_an_answer_that_says_neither_yes_nor_no_leaves_the_outcome_unknown(
    parapheur, canned, answer, new_dossier, inside: str
) -> None:
    canned.will(answer("CreerDossierResponse", inside))
    with pytest.raises(OutcomeUnknown):
        parapheur.dossiers.creer(new_dossier())
    assert len(canned.asked) == 1


def test_an_answer_without_severity_is_understood(parapheur, canned, answer, new_dossier) -> None:
    canned.will(answer("CreerDossierResponse", "<MessageRetour><codeRetour>OK</codeRetour></MessageRetour>"))
    assert parapheur.dossiers.creer(new_dossier()).message == ""


def test_whatever_else_comes_back_leaves_the_outcome_unknown_and_is_never_sent_again(
    parapheur, canned, answer, retour, fault, page, new_dossier
) -> None:
    whole = answer("CreerDossierResponse", retour())
    for came in (
        fault("java.lang.NullPointerException"),
        fault("déjà présent", status=200),
        page("Connexion"),
        page("Erreur", status=500),
        page("Insufficient Storage", status=507),
        page("Conflict", status=409),
        answer("GetHistoDossierResponse", retour()),
        type(whole)(whole.body, status=500),
        type(whole)(whole.body, content_type='multipart/related; type="application/xop+xml"'),
        type(whole)(whole.body, cut_after=len(whole.body) - 20),
        type(whole)(whole.body[:-20]),
        type(whole)(b""),
        type(whole)(b"<!DOCTYPE x [<!ENTITY y 'z'>]><x/>"),
    ):
        canned.asked.clear()
        canned.will(came)
        with pytest.raises(OutcomeUnknown) as unknown:
            parapheur.dossiers.creer(new_dossier())
        assert len(canned.asked) == 1, came
        assert not unknown.value.retryable


def test_a_fault_is_quoted(parapheur, canned, fault, new_dossier) -> None:
    canned.will(fault("Espace plein"))
    with pytest.raises(OutcomeUnknown) as unknown:
        parapheur.dossiers.creer(new_dossier())
    assert unknown.value.said == "Espace plein"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, AuthenticationRefused),
        (403, AccessRefused),
        (404, UnreadableAnswer),
        (405, UnreadableAnswer),
        (302, UnreadableAnswer),
    ],
)
def test_a_front_end_that_refuses_proves_that_nothing_happened(
    parapheur, canned, page, new_dossier, status: int, error: type[PlatformError]
) -> None:
    canned.will(
        page("No required SSL certificate was sent", status=status, Location="https://ailleurs.invalid/")
    )
    with pytest.raises(error) as refused:
        parapheur.dossiers.creer(new_dossier())
    if status in (400, 403):
        assert refused.value.said == "No required SSL certificate was sent"
    else:
        assert "ws-iparapheur-no-mtom" in refused.value.advice


def test_several_threads_may_create_at_once(parapheur, accepted, new_dossier) -> None:
    contents = [bytes([n]) * 100_000 for n in range(8)]

    def create(n: int) -> None:
        parapheur.dossiers.creer(
            new_dossier(dossier_id=f"ads-{n}", document=Document("a.pdf", Payload.of(contents[n])))
        )

    threads = [threading.Thread(target=create, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    received = {
        asked.fields()["DossierID"]: hashlib.sha256(
            base64.b64decode(asked.fields()["DocumentPrincipal"])
        ).digest()
        for asked in accepted.asked
    }
    assert received == {f"ads-{n}": hashlib.sha256(content).digest() for n, content in enumerate(contents)}
