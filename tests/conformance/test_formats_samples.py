"""Every sample that others published is read, or refused with the right reason; and so are ours, of the same shapes.

What is written here is what each of them says: a sample that comes later fails until somebody says it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from cdg62_connect.formats import (
    AcquitVerdict,
    ActeFileName,
    ActeId,
    ActeMetier,
    ActesMessage,
    AnomalieActe,
    ArActe,
    Classification,
    DateClassification,
    Domaine,
    Echange,
    EnvelopeName,
    EnveloppeAller,
    EnveloppeRetour,
    PesAcquit,
    RetourHeader,
    RetourPiece,
    SignaturePlacement,
    build_actes_message,
    check_pes,
    iter_pes,
    iter_retour,
    read_actes_message,
    read_enveloppe,
    read_pes,
    verify_xades,
)
from cdg62_connect.s2low import S2low
from conformance.reference_data import ABSENT, samples
from hostile.platform_doors import Canned

pytestmark = pytest.mark.skipif(not samples(), reason=ABSENT)

ENVELOPES = [
    name
    for name in samples()
    if name.startswith("actes/") and "ACT--" in name and "ANO_" not in name and name.endswith(".xml")
]
MESSAGES = [
    name
    for name in samples()
    if name.startswith("actes/") and name.endswith(".xml") and name not in ENVELOPES
]
ACQUITS = [name for name in samples() if name.startswith("helios/pes-acquit")]
ALLERS = [name for name in samples() if "pes-aller" in name]


def read(name: str) -> bytes:
    return samples()[name].read_bytes()


def code_of(message: ActesMessage) -> str:
    match message:
        case Echange() | DateClassification():
            return message.code.code
        case ActeMetier():
            return "1-1"
        case ArActe():
            return "1-2"
        case AnomalieActe():
            return "1-3"
        case Classification():
            return "7-2"


def test_no_sample_is_left_out() -> None:
    others = {"actes/actes_transac_get_files_list.json", "helios/pes-retour-HELIOS_SIMU.xml"}
    assert set(ENVELOPES) | set(MESSAGES) | set(ACQUITS) | set(ALLERS) | others == set(samples())
    assert (len(ENVELOPES), len(MESSAGES), len(ACQUITS), len(ALLERS)) == (5, 33, 7, 8)
    assert set(ALLERS) == {f"helios/{one.name}" for one in PES}
    assert set(ACQUITS) == {f"helios/{name}" for name in VERDICTS}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_the_one_that_its_name_says_about_the_act_that_its_name_says(name: str) -> None:
    message = read_actes_message(read(name))
    bare = Path(name).stem
    if bare.startswith("classification-"):
        assert isinstance(message, Classification)
        assert message.date.isoformat() == bare.removeprefix("classification-")[:10]
        return
    if bare.startswith("ANO_"):
        assert isinstance(message, AnomalieActe)
        assert (message.nature, message.numero) == ("999", "")
        assert message.detail.startswith("ODT-VERIF-17")
        assert EnvelopeName.parse(f"{bare}.xml").anomalie
        return
    for prefix, code in (
        ("aracte-", "1-2"),
        ("arannulation-", "6-2"),
        ("anomalieacte-", "1-3"),
        ("acte-", "1-1"),
    ):
        if bare.startswith(prefix):
            assert code_of(message) == code
            break
    else:
        named = ActeFileName.parse(f"{bare}.xml")
        assert code_of(message) == named.code
        if isinstance(message, Echange | ArActe):
            said = ActeId.parse(message.acte_id)
            assert (said.numero, said.date, said.nature.abrege) == (named.numero, named.date, named.nature)


def test_what_the_acknowledgements_say() -> None:
    said = {
        name: (message.acte_id, message.date_reception, message.classification_en_cours)
        for name in MESSAGES
        if isinstance(message := read_actes_message(read(name)), ArActe)
    }
    assert said == {
        "actes/aracte-006-210600235-20180522-684-AI-1-2.xml": (
            "006-210600235-20180522-684-AI", date(2018, 5, 28), date(2017, 4, 19)
        ),
        "actes/aracte-034-491011698-20171207-CL20171227_06-DE.xml": (
            "034-491011698-20171207-CL20171227_06-DE", date(2017, 12, 27), date(2017, 11, 13)
        ),
        "actes/aracte-faketdt-2013-malformed-sequence.xml": (
            "069-123456789-20130601-20130623C-AI", date(2013, 6, 23), date(2008, 12, 31)
        ),
        "actes/composed/062-200069037-20250403-2025PC014-AI-1-2_1.xml": (
            "062-200069037-20250403-2025PC014-AI", date(2025, 4, 4), date(2024, 1, 15)
        ),
    }  # fmt: skip


def test_an_anomaly_says_that_the_classification_is_out_of_date() -> None:
    anomaly = read_actes_message(read("actes/anomalieacte-044-214400152----1-3_1.xml"))
    assert isinstance(anomaly, AnomalieActe)
    assert (anomaly.nature, anomaly.detail[:12], anomaly.numero) == ("002", "ODT-VERIF-01", "123456")
    assert anomaly.classification_en_cours == date(2018, 10, 10)


@pytest.mark.parametrize(
    ("name", "natures", "pieces", "matieres", "said"),
    [
        ("2004-04-01-no-typologie", 6, 0, 66, {"2.2": "Actes relatifs au droit"}),
        ("2017-11-13-typologie", 6, 61, 66, {"2.1": "Documents d urbanisme"}),
        ("2017-12-08-typologie", 6, 118, 291, {"2.2.3": "permis de construire", "7.10": "Divers"}),
        ("2019-03-01-typologie", 6, 115, 181, {"2.2.3": "Les permis de démolir", "6.1.10": ""}),
    ],
)
def test_classifications_are_read_whole(
    name: str, natures: int, pieces: int, matieres: int, said: dict[str, str]
) -> None:
    held = Classification.read(read(f"actes/classification-{name}.xml"))
    assert len(held.natures) == natures
    assert sum(len(nature.pieces) for nature in held.natures.values()) == pieces
    assert len(held.matieres) == matieres
    for code, label in said.items():
        assert (held.libelle(code) or "").startswith(label)


@pytest.mark.parametrize("name", ENVELOPES)
def test_an_envelope_names_its_sender_and_its_messages(name: str) -> None:
    envelope, bare = read_enveloppe(read(name)), Path(name).name.removeprefix("enveloppe-misillcl-")
    named = EnvelopeName.parse(bare)
    assert envelope.siren == named.siren
    assert len(envelope.formulaires) == 1
    assert ActeFileName.parse(envelope.formulaires[0]).siren == named.siren
    if named.service:
        assert isinstance(envelope, EnveloppeRetour)
        assert envelope.service == ("SousPref" if named.service.startswith("SPREF") else "Pref")
        assert named.service.endswith(envelope.departement + (envelope.arrondissement or "0"))
    else:
        assert isinstance(envelope, EnveloppeAller)
        assert envelope.retours
        assert read_enveloppe(envelope.build()) == envelope


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_of_a_collectivite_is_written_again_so_that_it_says_the_same(name: str) -> None:
    message = read_actes_message(read(name))
    if isinstance(message, ActeMetier | Echange | DateClassification) and code_of(message) in SENT:
        assert read_actes_message(build_actes_message(message)) == message


SENT = ("1-1", "2-2", "3-2", "3-3", "3-4", "4-2", "4-3", "4-4", "6-1", "7-1")


def test_the_files_of_a_transaction_are_listed() -> None:
    answer = read("actes/actes_transac_get_files_list.json")
    listed = S2low(cast("Any", Canned(answer, "application/json"))).actes.fichiers(1)
    assert [(one.id, one.code_pj, one.size) for one in listed] == [
        (3967, "", 972), (3968, "99_BU", 24822), (3969, "99_AU", 5297)
    ]  # fmt: skip
    assert {ActeFileName.parse(one.name).numero for one in listed} == {"ACTE_Y__1"}


@dataclass(frozen=True)
class Pes:
    """What a PES Aller says, and what its checks say of it."""

    name: str
    nom_fic: str
    ht: str
    pj: int = 0
    signature: SignaturePlacement = SignaturePlacement.NONE
    errors: frozenset[str] = frozenset()
    warnings: frozenset[str] = frozenset()


_LONE_PJ = frozenset({"PJ_MAL_PLACEE", "PJ_IDUNIQUE", "PJ_NOM", "PJ_DESCRIPTION", "PJ_CONTENU"})
_SIMU = frozenset({"IDCOLL", "MTBORD"})
PES = (
    Pes("composed/pes-aller-depense-minimal.xml", "CDG62TEST_20250403_0001", "100.00", warnings=frozenset({"IDCOLL"})),
    Pes(
        "pes-aller-depense-HELIOS_SIMU_unsigned.xml", "HELIOS_SIMU_ALR2_1514362287_770650402.xml", "39724.75", pj=1,
        errors=_LONE_PJ | {"VERSION"}, warnings=_SIMU,
    ),
    Pes(
        "pes-aller-depense-PESALR1-unsigned-anonymised.xml", "PESALR1_22610001400134_01D0003536_20200727061514",
        "3032", pj=1, errors=frozenset({"ENCODAGE", "SIGNATURE"}), warnings=frozenset({"PJ_ABSENTE"}),
    ),
    Pes(
        "pes-aller-depense-accent-libellecolbud.xml", "HELIOS_SIMU_ALR2_1496987735_826268894.xml", "39724.75",
        errors=frozenset({"VERSION"}), warnings=_SIMU,
    ),
    Pes("pes-aller-depense-gda-unsigned-anonymised.xml", "SICOVAL201512104", "55.22"),
    *(
        Pes(
            f"pes-aller-depense-signed-bordereau-{which}.xml", "HELIOS_SIMU_ALR2_1529593767_1834011863.xml",
            "39724.75", pj=1, signature=SignaturePlacement.BORDEREAU,
            errors=_LONE_PJ | {"VERSION", "SIGNATURE"}, warnings=_SIMU,
        )
        for which in ("ordonnateur", "sha256")
    ),
    Pes(
        "pes-aller-recette-signed-altered.xml", "PESALR2COSOLUCEHELIOS20130624102234x", "72.00",
        signature=SignaturePlacement.BORDEREAU,
    ),
)  # fmt: skip


@pytest.mark.parametrize("one", PES, ids=lambda one: one.name)
def test_a_pes_is_read_down_to_the_line_and_judged(one: Pes) -> None:
    path = samples()[f"helios/{one.name}"]
    summary = read_pes(path)
    (depense,) = (part for part in summary.domaines if part.domaine is Domaine.DEPENSE)
    assert (summary.header.nom_fic, summary.pj, summary.signature) == (one.nom_fic, one.pj, one.signature)
    assert (depense.bordereaux, depense.pieces, depense.lignes, depense.ht) == (1, 1, 1, Decimal(one.ht))
    assert summary.signature_xpath == "//Bordereau"
    assert sum(1 for _ in iter_pes(path)) >= 4
    found = check_pes(path)
    assert {finding.code for finding in found if finding.is_error} == one.errors
    assert {finding.code for finding in found if not finding.is_error} == one.warnings


@pytest.mark.parametrize("one", PES, ids=lambda one: one.name)
def test_the_certificates_of_the_signed_ones_were_exchanged_and_it_is_seen(one: Pes) -> None:
    verdict = verify_xades(
        samples()[f"helios/{one.name}"], anchors=[], moment=datetime(2020, 1, 1, tzinfo=UTC), allow_sha1=True
    )
    assert verdict.placement is one.signature
    assert not verdict.signed
    wanted = (
        "n'est pas de ce certificat" if one.signature is SignaturePlacement.BORDEREAU else "n'est pas signé"
    )
    assert wanted in verdict.problem
    if one.name.endswith("altered.xml"):
        assert verdict.signatures[0].weak == ("signature", "empreinte")


VERDICTS: dict[str, tuple[AcquitVerdict, int, int, str]] = {
    "pes-acquit-2012-v1-namespace.xml": (AcquitVerdict.ACCEPTE, 9, 0, "225"),
    "pes-acquit-ko-IDL.xml": (AcquitVerdict.PARTIEL, 2, 6, "000"),
    "pes-acquit-ko-MIX.xml": (AcquitVerdict.PARTIEL, 4, 6, "000"),
    "pes-acquit-ko-SDP.xml": (AcquitVerdict.PARTIEL, 5, 2, "000"),
    "pes-acquit-ko-SEN.xml": (AcquitVerdict.PARTIEL, 3, 1, "000"),
    "pes-acquit-ok-depot.xml": (AcquitVerdict.ACCEPTE, 5, 0, "123"),
    "pes-acquit-ok-v2.xml": (AcquitVerdict.ACCEPTE, 5, 0, "400"),
}


@pytest.mark.parametrize(("name", "said"), VERDICTS.items())
def test_an_acquit_is_read_by_bordereau_and_by_line(
    name: str, said: tuple[AcquitVerdict, int, int, str]
) -> None:
    acquit = PesAcquit.read(read(f"helios/{name}"))
    anomalies = [anomaly for _, anomaly in acquit.anomalies]
    assert (acquit.verdict, len(acquit.elements), len(anomalies), acquit.cod_col) == said
    assert all(anomaly.code and anomaly.numero and anomaly.texte for anomaly in anomalies)


def test_an_anomaly_of_an_acquit_is_on_a_line_on_a_piece_or_on_the_whole() -> None:
    acquit = PesAcquit.read(read("helios/pes-acquit-ko-MIX.xml"))
    places = [(anomaly.numero, anomaly.piece, anomaly.ligne) for _, anomaly in acquit.anomalies]
    assert places[0] == ("1971", "20", "1")
    assert ("2559", "5432", "") in places
    assert ("1984", "", "") in places


def test_a_pes_retour_is_read_down_to_the_line() -> None:
    header, piece = iter_retour(samples()["helios/pes-retour-HELIOS_SIMU.xml"])
    assert isinstance(header, RetourHeader)
    assert (header.cod_coll, header.id_coll) == ("221", "12345678900012")
    assert isinstance(piece, RetourPiece)
    assert (piece.id_pce, piece.libelle_etat, piece.objet) == ("832", "en instance", "Test accent éÉÈÈêà")
    assert [ligne.ht for ligne in piece.lignes] == [Decimal("39724.75")]
