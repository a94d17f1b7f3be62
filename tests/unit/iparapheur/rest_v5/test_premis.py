"""PREMIS: what leaves has the order of the schema, and what comes is read whatever is added to it."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from cdg62_connect.errors import HostileInput, InvalidFile, InvalidInput
from cdg62_connect.iparapheur import Document
from cdg62_connect.iparapheur.rest_v5 import (
    Action,
    NouveauDossier,
    SignataireExterne,
    premis_du,
    read_premis,
)
from cdg62_connect.iparapheur.rest_v5.premis_writing import premis_bytes
from cdg62_connect.transport import Payload
from support.parapheur_rest import event, premis

NS = "{http://www.loc.gov/premis/v3}"
PDF = Payload.of(b"%PDF-1.7 rien")


def nouveau(**changes: object) -> NouveauDossier:
    fields: dict[str, object] = {
        "nom": "Arrêté PC 12",
        "type": "URBANISME",
        "sous_type": "Arrete",
        "principaux": (Document("arrêté.pdf", PDF),),
        "annexes": (Document("plan.pdf", PDF),),
        **changes,
    }
    return NouveauDossier(**fields)


def test_what_leaves_has_the_order_of_the_schema_and_nothing_of_the_parapheurs() -> None:
    signed = Document("lettre.pdf", PDF, signature=Document("l.p7s", Payload.of(b"-----BEGIN PKCS7-----")))
    root = etree.fromstring(
        premis_bytes(premis_du(nouveau(principaux=(signed,), metadonnees={"commune": "Arras"})))
    )
    assert root.tag == f"{NS}premis"
    assert root.get("version") == "3.0"
    assert [child.tag for child in root] == [f"{NS}object"] * 3
    kinds = [child.get("{http://www.w3.org/2001/XMLSchema-instance}type") for child in root]
    assert kinds == ["intellectualEntity", "file", "file"]
    order = [f"{NS}significantProperties", f"{NS}originalName", f"{NS}signatureInformation"]
    for child in root:
        names = [node.tag for node in child]
        assert names == sorted(names, key=order.index)
        assert names.count(f"{NS}originalName") == 1
    signature = root[1].find(f"{NS}signatureInformation/{NS}signature")
    assert signature is not None
    assert [node.tag.removeprefix(NS) for node in signature] == [
        "signatureEncoding",
        "signatureMethod",
        "signatureValue",
    ]


def test_a_creation_says_type_date_metadata_signatory_and_which_document_is_which() -> None:
    read = read_premis(
        premis_bytes(
            premis_du(
                nouveau(
                    date_limite=date(2026, 5, 4),
                    metadonnees={"num_dossier": "PC 062 & Cie"},
                    signataire=SignataireExterne(nom="Durand", mail="d@exemple.fr"),
                )
            )
        )
    )
    assert (read.nom, read.type, read.sous_type, read.date_limite) == (
        "Arrêté PC 12",
        "URBANISME",
        "Arrete",
        "2026-05-04",
    )
    assert read.metadonnees == {"num_dossier": "PC 062 & Cie"}
    assert read.reserves == {
        "i_Parapheur_reserved_ext_sig_lastname": "Durand",
        "i_Parapheur_reserved_ext_sig_mail": "d@exemple.fr",
    }
    assert [(one.nom, one.principal) for one in read.documents] == [("arrete.pdf", True), ("plan.pdf", False)]


@settings(suppress_health_check=[HealthCheck.too_slow])  # of the machine, not of what is tested
@given(st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=60), max_size=4))
def test_any_metadata_comes_back_as_it_left_or_is_refused(values: dict[str, str]) -> None:
    try:
        written = premis_bytes(premis_du(nouveau(metadonnees=values)))
    except InvalidInput:
        return
    expected = {" ".join(name.split()): value.strip() for name, value in values.items()}
    assert {k: v.replace("\r\n", "\n") for k, v in read_premis(written).metadonnees.items()} == {
        k: v.replace("\r\n", "\n") for k, v in expected.items()
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"nom": "x"},
        {"nom": "x" * 256},
        {"type": " "},
        {"sous_type": ""},
        {"principaux": ()},
        {"nom": "cloche \x07 \ufffe"},
        {"metadonnees": {"i_Parapheur_reserved_type": "AUTRE"}},
        {"metadonnees": {"": "x"}},
        {"metadonnees": {"clé": "\x00"}},
        {"principaux": (Document("…", PDF),)},
    ],
)
def test_what_the_parapheur_would_misread_is_refused_before_anything_leaves(
    changes: dict[str, object],
) -> None:
    with pytest.raises(InvalidInput):
        premis_bytes(premis_du(nouveau(**changes)))


DOCUMENTS = (
    '<object xsi:type="file"><objectIdentifier><objectIdentifierType>documentId</objectIdentifierType>'
    "<objectIdentifierValue>doc-1</objectIdentifierValue></objectIdentifier><significantProperties>"
    "<significantPropertiesType>i_Parapheur_reserved_mainDocument</significantPropertiesType>"
    "<significantPropertiesValue>true</significantPropertiesValue></significantProperties>"
    "<objectCharacteristics><fixity><messageDigestAlgorithm>SHA-256</messageDigestAlgorithm>"
    f"<messageDigest>{'AB' * 32}</messageDigest></fixity><size>1234</size><format><formatDesignation>"
    "<formatName>application/pdf</formatName><formatVersion/></formatDesignation></format>"
    "</objectCharacteristics><originalName>arrete.pdf</originalName><nouveau>2027</nouveau></object>"
)


def test_a_document_is_read_with_its_id_its_digest_and_its_format() -> None:
    (document,) = read_premis(premis(documents=DOCUMENTS)).documents
    assert (document.nom, document.id, document.principal) == ("arrete.pdf", "doc-1", True)
    assert (document.sha256, document.taille, document.format) == ("ab" * 32, 1234, "application/pdf")


def test_events_keep_their_order_and_bear_the_name_of_who_did_them() -> None:
    agents = (
        "<agent><agentIdentifier><agentIdentifierType>userId</agentIdentifierType><agentIdentifierValue>u-1"
        "</agentIdentifierValue></agentIdentifier><agentName>Ana Martin</agentName></agent>"
    )
    read = read_premis(
        premis(
            event(
                "VISA", task="k-1", date="2026-03-02T09:15:00.123+0100", agent="u-1", desk="ADS", note="Vu"
            ),
            event("SIGNATURE", task="k-2", desk="Maire"),
            event("ARCHIVE"),
            event("TELEPATHIE", task="k-9", date="hier", agent="u-2"),
            agents=agents,
        )
    )
    visa, signature, archive, unseen = read.evenements
    assert visa.date == datetime(2026, 3, 2, 9, 15, 0, 123000, timezone(timedelta(hours=1)))
    assert (visa.acteur, visa.bureau, visa.note, visa.fait) == ("Ana Martin", "ADS", "Vu", True)
    assert (signature.tache, signature.fait, signature.acteur) == ("k-2", False, "")
    assert (archive.tache, archive.action) == ("", Action.ARCHIVE)
    assert (unseen.action, unseen.brut, unseen.fait, unseen.date) == (
        Action.UNKNOWN,
        "TELEPATHIE",
        True,
        None,
    )
    assert unseen.acteur == "u-2"


def test_prefixes_and_unknown_nodes_do_not_matter() -> None:
    prefixed = (
        premis(event("START", task="k"), "<rights><x>1</x></rights>")
        .replace(b"<premis xmlns=", b"<premis xmlns:p=")
        .replace(b"<premis ", b"<p:premis ")
        .replace(b"</premis>", b"</p:premis>")
        .replace(b"<object ", b"<p:object ")
        .replace(b"</object>", b"</p:object>")
    )
    read = read_premis(prefixed)
    assert (read.nom, read.type, len(read.evenements)) == ("Arrêté 12", "URBANISME", 1)


@pytest.mark.parametrize(
    "data", [b"", b"<html/>", b"<premis/>", b"\x00" * 100, b"<premis><object/></premis>", premis()[:-20]]
)
def test_what_is_no_premis_is_an_unreadable_file(data: bytes) -> None:
    with pytest.raises(InvalidFile):
        read_premis(data)


def test_a_dtd_never_comes_in() -> None:
    with pytest.raises(HostileInput):
        read_premis(premis().replace(b"?><premis", b"?><!DOCTYPE premis [<!ENTITY a 'b'>]><premis"))
