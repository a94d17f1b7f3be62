"""What the simulated préfecture and trésorerie write is valid against the published schemas, when they are there."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from cdg62_connect.simulator import Pas, SimClock, Simulator
from cdg62_connect.simulator.s2low import Erreur, Rythme, RythmePes, ScenarioPes
from cdg62_connect.simulator.s2low.accounts import Account, fingerprint
from cdg62_connect.simulator.s2low.courriers import Reponse
from cdg62_connect.simulator.s2low.depot import Depot, Upload
from cdg62_connect.simulator.s2low.prefecture import retour_classification
from cdg62_connect.simulator.s2low.transactions import COURRIERS
from conformance.recordings import ABSENT, place
from support.pes_samples import pes

pytestmark = pytest.mark.skipif(place() is None, reason=ABSENT)

ACTES = Path("actes") / "v1.1-merged-derived" / "actesv1_1.xsd"
PES = Path("pes") / "schemas_pes_v5.17" / "PES_V2"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF"
)


def schema(path: Path) -> etree.XMLSchema:
    found = place()
    assert found is not None
    file = found.parents[1] / path
    if not file.is_file():
        pytest.skip(f"le schéma {path} n'est pas là")
    return etree.XMLSchema(etree.parse(str(file)))


def problems(checked: etree.XMLSchema, content: bytes) -> list[str]:
    checked.validate(etree.fromstring(content))
    return [str(one) for one in checked.error_log]


class Bench:
    """A platform that moves at once, and the account of its first commune."""

    def __init__(self, folder: Path) -> None:
        self.simulator = Simulator(folder=folder, clock=SimClock(datetime(2025, 3, 14, 8, tzinfo=UTC)))
        self.s2low = self.simulator.s2low
        self.s2low.rythme = Rythme.uniforme(Pas.immediat())
        self.s2low.helios.rythme = RythmePes.uniforme(Pas.immediat())
        pem = self.simulator.accesses[0].certificate.read_text(encoding="ascii")
        self.account: Account = self.s2low.accounts.identify(fingerprint(pem), None)
        self._count = 0

    def upload(self, content: bytes, name: str = "a.pdf") -> Upload:
        self._count += 1
        path = self.s2low.reception / str(self._count)
        path.write_bytes(content)
        return Upload(name, path)

    def acte(self, number: str = "2025PC014", **changes: Any) -> Any:
        fields = {
            "nature_code": "3",
            "number": number,
            "subject": "Arrêté accordant le permis <n° 2> & autres",
            "decision_date": "2025-03-10",
            "classif": ("2", "2", "3"),
            "type_acte": "99_AI",
            "document": self.upload(document()),
            "annexes": (self.upload(document()),),
            "types_pj": ("22_PN",),
            **changes,
        }
        return self.s2low.deposits.deposer(self.account, Depot(**fields))

    def messages(self, transaction: Any) -> Iterator[bytes]:
        """All the XML of the envelope of a transaction, then what came with its statuses."""
        _, archive = self.s2low.consultation.enveloppe(self.account, str(transaction.enveloppe))
        with tarfile.open(fileobj=io.BytesIO(archive.read_bytes()), mode="r:gz") as tar:
            for one in tar:
                if one.name.endswith(".xml"):
                    yield tar.extractfile(one).read()  # type: ignore[union-attr]
        yield from (step.flux for step in transaction.steps if step.flux)

    def pes(self, content: bytes) -> Any:
        return self.s2low.helios.importer(self.account, self.upload(content, "PES.xml"))


def document() -> bytes:
    from fpdf import FPDF

    page = FPDF()
    page.add_page()
    return bytes(page.output())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture(scope="module")
def actes() -> etree.XMLSchema:
    return schema(ACTES)


def test_an_acte_its_envelope_and_its_acknowledgement_are_valid(bench: Bench, actes: etree.XMLSchema) -> None:
    transaction = bench.acte()
    found = list(bench.messages(transaction))
    assert [etree.QName(etree.fromstring(one)).localname for one in found] == [
        "EnveloppeCLMISILL",
        "Acte",
        "ARActe",
    ]
    assert [problems(actes, one) for one in found] == [[], [], []]


def test_an_anomaly_is_valid(bench: Bench, actes: etree.XMLSchema) -> None:
    transaction = bench.acte(classif=("2", "99"))
    assert transaction.statut == -1
    assert [problems(actes, one) for one in bench.messages(transaction)] == [[], [], []]


@pytest.mark.parametrize("sorte", COURRIERS)
@pytest.mark.parametrize("kind", ["3", "4"])
def test_letters_their_replies_and_all_their_receipts_are_valid(
    bench: Bench, actes: etree.XMLSchema, sorte: Any, kind: str
) -> None:
    letter = bench.s2low.ecrire(bench.acte().id, sorte, texte="Où est le plan ? <manquant>")
    found = list(bench.messages(letter))
    assert len(found) == (3 if letter.type in "34" else 2)
    if sorte != "defere":
        answer = Reponse(
            courrier=str(letter.id),
            type_envoie=kind,
            type_acte="99_AI",
            document=bench.upload(document()),
            annexes=(bench.upload(document()),),
            types_pj=("22_PN",),
        )
        found += bench.messages(bench.s2low.courriers.repondre(bench.account, answer))
    assert [problems(actes, one) for one in found] == [[] for _ in found]


def test_a_cancellation_and_its_receipt_are_valid(bench: Bench, actes: etree.XMLSchema) -> None:
    transaction = bench.s2low.follow_up.annuler(bench.account, str(bench.acte().id))
    found = list(bench.messages(transaction))
    assert len(found) == 3
    assert [problems(actes, one) for one in found] == [[], [], []]


def test_a_request_for_a_classification_and_its_answer_are_valid(
    bench: Bench, actes: etree.XMLSchema
) -> None:
    transaction = bench.s2low.follow_up.demander_classification(bench.account)
    assert [problems(actes, one) for one in bench.messages(transaction)] == [[], [], []]
    held = bench.s2low.follow_up.classification(bench.account)
    assert problems(actes, retour_classification(held)) == []


ERREURS = (
    Erreur(bordereau="1", libelle="1979 - à <revoir>"),
    Erreur(bordereau="2", piece="7", ligne="2", code="ERREUR_CODIFICATION"),
    Erreur(bordereau="2", piece="8"),
    Erreur(pj="PJ0001", code="ERREUR_PJ"),
)


@pytest.mark.parametrize("issue", ["", "accepte", "partiel", "rejete"])
def test_an_acquit_is_valid(bench: Bench, issue: Any) -> None:
    if issue:
        bench.s2low.helios.prevoir(ScenarioPes(contient="VALMONT", issue=issue, erreurs=ERREURS))
    content = pes(bordereaux=["1", "2"], pieces=["7", "8"], pj=["PJ0001"])
    assert problems(schema(PES / "Rev0" / "PES_Aller.xsd"), content) == []
    transaction = bench.pes(content)
    assert transaction.statut == 8
    assert problems(schema(PES / "Rev0" / "PES_V2_Acquit_Autonome_V2.xsd"), transaction.acquit) == []


def test_a_pes_retour_is_valid(bench: Bench) -> None:
    transaction = bench.pes(pes(bordereaux=["1", "2"], pieces=["7", "8"]))
    found = bench.s2low.helios.emettre_retour(transaction.id)
    assert problems(schema(PES / "RETOUR" / "Rev0" / "PES_Retour.xsd"), found.content) == []
