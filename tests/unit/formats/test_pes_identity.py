"""The same PES, whatever signing did to the file; another one, whatever little was changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats import pes_fingerprint
from support.pes_samples import pes

SENT = pes(bordereaux=("1", "2"), pj=("FAC1",))
DS = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="S"><ds:SignedInfo/>texte</ds:Signature>'


@pytest.fixture
def fingerprint(tmp_path: Path):
    def of(content: bytes) -> str:
        path = tmp_path / "pes.xml"
        path.write_bytes(content)
        return pes_fingerprint(path)

    return of


@pytest.mark.parametrize(
    "signed",
    [
        SENT.replace(b"</Bordereau>", DS.encode() + b"\n</Bordereau>"),
        SENT.replace(b"</n:PES_Aller>", b"\n" + DS.encode() + b"</n:PES_Aller>"),
        SENT.decode("iso-8859-1").replace("ISO-8859-1", "UTF-8").encode(),
        SENT.replace(b"n:PES_Aller", b"aller:PES_Aller").replace(b"xmlns:n=", b"xmlns:aller="),
        SENT.replace(b"><", b">\n  <"),
        SENT.replace(b"<Enveloppe>", b"<!-- sign\xe9 --><Enveloppe>"),
    ],
    ids=["bordereaux", "global", "encodage", "préfixe", "blancs", "commentaire"],
)
def test_what_signing_may_change_does_not_count(fingerprint, signed: bytes) -> None:
    assert signed != SENT
    assert fingerprint(signed) == fingerprint(SENT)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'<MtHT V="100.00"/>', b'<MtHT V="100.01"/>'),
        (b"FR7630001007941234567890185", b"FR7630001007941234567890186"),
        (b"H4sIAAAAAAAAAwMA", b"H4sIAAAAAAAAAwMB"),
        (
            b'<IdPost V="062001"/><IdColl V="21620991600013"/>',
            b'<IdColl V="21620991600013"/><IdPost V="062001"/>',
        ),
        (b"</Bordereau>", b"<Piece/></Bordereau>"),
        (b"</Enveloppe>", b"x</Enveloppe>"),
    ],
    ids=["montant", "iban", "justificatif", "ordre", "élément", "texte"],
)
def test_anything_else_makes_another_pes(fingerprint, before: bytes, after: bytes) -> None:
    assert before in SENT
    assert fingerprint(SENT.replace(before, after, 1)) != fingerprint(SENT)


def test_a_signature_hides_nothing_but_itself(fingerprint) -> None:
    moved = SENT.replace(b"</Bordereau>", DS.encode() + b"<Piece/></Bordereau>")
    assert fingerprint(moved) != fingerprint(SENT)


def test_what_is_no_xml_or_is_hostile_is_refused(fingerprint) -> None:
    with pytest.raises(InvalidFile, match="lisible"):
        fingerprint(b"<a>")
    with pytest.raises(HostileInput, match="DTD"):
        fingerprint(b"<!DOCTYPE a><a/>")
