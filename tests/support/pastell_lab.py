"""A simulated Pastell without HTTP, whose daemon moves only when told, and connectors that do what a test scripts."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cdg62_connect.simulator.clock import SimClock
from cdg62_connect.simulator.pastell.errors import ApiError
from cdg62_connect.simulator.pastell.peers.ports import (
    ActeRequest,
    ActeReturn,
    Configuration,
    ConnectorType,
    PeerFile,
    SignatureRequest,
    SignatureResult,
    SignatureSent,
    SignatureStatus,
    TdtStatus,
)
from cdg62_connect.simulator.pastell.platform import PastellState
from cdg62_connect.simulator.pastell.population import Inhabitant
from cdg62_connect.simulator.pastell.profile import profile_named
from cdg62_connect.simulator.pastell.requests import Parameters, Upload, parse_str
from cdg62_connect.simulator.pki import TestAuthority
from cdg62_connect.simulator.population import TILLEULS

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
PDF = b"%PDF-1.4\n%%EOF\n"
URBANISME = "document-autorisation-urbanisme"
CLASSIFICATION = b"""<?xml version="1.0" encoding="UTF-8"?>
<actes:RetourClassification xmlns:actes="http://www.interieur.gouv.fr/ACTES#v1.1-20040216">
 <actes:DateClassification>2024-01-01</actes:DateClassification>
 <actes:NaturesActes>
  <actes:NatureActe actes:CodeNatureActe="2" actes:Libelle="Actes r&#233;glementaires" actes:TypeAbrege="AR">
   <actes:TypePJNatureActe actes:CodeTypePJ="99_AR" actes:Libelle="Acte r&#233;glementaire"/>
   <actes:TypePJNatureActe actes:CodeTypePJ="22_AV" actes:Libelle="Avis"/>
  </actes:NatureActe>
  <actes:NatureActe actes:CodeNatureActe="3" actes:Libelle="Actes individuels" actes:TypeAbrege="AI">
   <actes:TypePJNatureActe actes:CodeTypePJ="99_AI" actes:Libelle="Acte individuel"/>
   <actes:TypePJNatureActe actes:CodeTypePJ="22_AV" actes:Libelle="Avis"/>
  </actes:NatureActe>
 </actes:NaturesActes>
 <actes:Matieres>
  <actes:Matiere1 actes:CodeMatiere="2" actes:Libelle="Urbanisme">
   <actes:Matiere2 actes:CodeMatiere="1" actes:Libelle="Documents d'urbanisme"/>
   <actes:Matiere2 actes:CodeMatiere="2" actes:Libelle="Droit des sols"/>
  </actes:Matiere1>
 </actes:Matieres>
</actes:RetourClassification>
"""
AR = b"""<?xml version="1.0" encoding="UTF-8"?>
<actes:ARActe xmlns:actes="http://www.interieur.gouv.fr/ACTES#v1.1-20040216"
 actes:IDActe="062-210000000-20240531-PC1-AI" actes:DateReception="2024-06-01">
 <actes:ActeRecu actes:Date="2024-05-31" actes:NumeroInterne="PC1" actes:CodeNatureActe="3"/>
</actes:ARActe>
"""


@cache
def _authority() -> tuple[TestAuthority, Path, Path]:
    folder = Path(tempfile.mkdtemp(prefix="pastell-lab-"))
    authority = TestAuthority(folder, start=START)
    certificate, key = authority.client_certificate("essai")
    return authority, certificate, key


@dataclass
class ScriptedSignature:
    """A parapheur that answers what the test says; ``said`` are the calls it got."""

    sends: list[Exception | None] = field(default_factory=list)
    statuses: list[SignatureStatus | Exception] = field(default_factory=list)
    result: Callable[[Path], SignatureResult] | None = None
    said: list[str] = field(default_factory=list)
    requests: list[SignatureRequest] = field(default_factory=list)
    before_status: Callable[[], None] = lambda: None

    def iparapheur_type(self, c: Configuration) -> str:
        return "Actes"

    def sous_types(self, c: Configuration) -> list[str]:
        return ["Arrêté individuel", "Délibération"]

    def send(self, c: Configuration, request: SignatureRequest, *, folder: Path) -> SignatureSent:
        self.said.append("send")
        self.requests.append(request)
        failure = self.sends.pop(0) if self.sends else None
        if failure is not None:
            raise failure
        return SignatureSent(f"DOSSIER-{self.said.count('send')}")

    def status(self, c: Configuration, dossier_id: str) -> SignatureStatus:
        self.said.append(f"status {dossier_id}")
        self.before_status()
        answer = self.statuses.pop(0) if self.statuses else signed()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def collect(
        self, c: Configuration, dossier_id: str, *, rejected: bool, folder: Path, annexes_envoyees: int = 0
    ) -> SignatureResult:
        self.said.append("collect")
        folder.mkdir(parents=True, exist_ok=True)
        if self.result is not None:
            return self.result(folder)
        slip = kept(folder, "bordereau.pdf", b"%PDF-slip")
        if rejected:
            return SignatureResult(None, None, slip, (), ())
        return SignatureResult(kept(folder, "signe.pdf", b"%PDF-signed"), None, slip, (), ())

    def release(self, c: Configuration, dossier_id: str, *, rejected: bool, is_acte: bool) -> None:
        self.said.append(f"release rejected={rejected} acte={is_acte}")


@dataclass
class ScriptedTdt:
    """A TdT that answers what the test says."""

    sends: list[Exception | None] = field(default_factory=list)
    statuses: list[TdtStatus | Exception] = field(default_factory=list)
    stamped_annexes: Sequence[str] = ()
    acquit: bytes = b"<PES_ACQUIT><EtatAck V='1'/></PES_ACQUIT>"
    requests: list[ActeRequest] = field(default_factory=list)
    transactions: int = 5000

    def classification(self, c: Configuration) -> bytes | None:
        return CLASSIFICATION

    def send_acte(self, c: Configuration, request: ActeRequest, *, folder: Path) -> str:
        self.requests.append(request)
        return self._sent()

    def send_pes(self, c: Configuration, pes: PeerFile) -> str:
        return self._sent()

    def _sent(self) -> str:
        failure = self.sends.pop(0) if self.sends else None
        if failure is not None:
            raise failure
        self.transactions += 1
        return str(self.transactions)

    def acte_status(self, c: Configuration, transaction: str) -> TdtStatus:
        answer = self.statuses.pop(0) if self.statuses else TdtStatus(4, "", AR)
        if isinstance(answer, Exception):
            raise answer
        return answer

    pes_status = acte_status

    def acte_files(
        self, c: Configuration, transaction: str, *, folder: Path, retour: bytes = b""
    ) -> Iterator[ActeReturn]:
        folder.mkdir(parents=True, exist_ok=True)
        yield ActeReturn(bordereau=kept(folder, "b.pdf", PDF))
        yield ActeReturn(aractes=kept(folder, "ar.xml", AR), acte_unique_id="062-210000000-20240531-PC1-AI")
        yield ActeReturn(acte_tamponne=kept(folder, "t.pdf", b"%PDF-stamped"))
        if self.stamped_annexes:
            stamped = tuple(
                (name, kept(folder, f"t{rank}.pdf", b"%PDF-stamped"))
                for rank, name in enumerate(self.stamped_annexes)
            )
            yield ActeReturn(annexes_tamponnees=stamped)
        yield ActeReturn(date_ar="2024-06-01")

    def pes_acquit(self, c: Configuration, transaction: str, *, folder: Path) -> PeerFile:
        folder.mkdir(parents=True, exist_ok=True)
        return kept(folder, "acquit.xml", self.acquit)

    def cancel(self, c: Configuration, transaction: str) -> str:
        return self._sent()


def kept(folder: Path, name: str, content: bytes) -> PeerFile:
    """A file of a connector."""
    path = folder / name
    path.write_bytes(content)
    return PeerFile(name, path, "application/pdf")


def signed() -> SignatureStatus:
    """The circuit is over."""
    return SignatureStatus("signed", "31/05/2024 10:03:00 : [Archive] Circuit terminé", b"<h/>")


def waiting(code: str = "NonLu") -> SignatureStatus:
    """Nobody signed yet."""
    return SignatureStatus("waiting", f"31/05/2024 10:00:00 : [{code}] Dossier", b"<h/>")


def rejected() -> SignatureStatus:
    """Somebody refused."""
    return SignatureStatus("rejected", "31/05/2024 10:02:00 : [RejetSignataire] Motif", b"<h/>")


class Lab:
    """The platform, its administrator, one entity whose flux have no connector until a test says so."""

    def __init__(self, folder: Path, *, profile: str = "4.0") -> None:
        authority, certificate, key = _authority()
        self.clock = SimClock(START)
        self.platform = PastellState(
            clock=self.clock,
            authority=authority,
            folder=folder / "pastell",
            inhabitants=[
                Inhabitant(
                    TILLEULS,
                    login="essai",
                    password="essai",
                    parapheur_login="essai",
                    parapheur_password="essai",
                    certificate=certificate,
                    key=key,
                    classification=CLASSIFICATION,
                )
            ],
            admin_password="essai",
            profile=profile_named(profile),
        )
        self.platform.worker.mode = "main"
        self.documents = self.platform.documents
        self.worker = self.platform.worker
        admin = self.platform.users.named("admin")
        assert admin is not None
        self.admin = admin
        self.id_e = self.platform.entities.all()[-1].id_e
        for row in self.platform.associations.of(self.id_e):
            self.platform.associations.delete(self.id_e, row.id_fe)
        self.signature = ScriptedSignature()
        self.tdt = ScriptedTdt()
        self.connectors: dict[str, str] = {}

    # Connectors.

    def stubs(self, flux: str = URBANISME) -> Lab:
        """Associate Pastell's own stubs, and the extraction, with a flux."""
        for id_connecteur in ("fakeIparapheur", "fakeTdt", "transformation-generique"):
            instance = self.platform.connectors.all(id_connecteur)[0]
            self.connectors[instance.type] = instance.id_ce
            if instance.type != "transformation" or "generique" not in flux:
                self.associate(flux, instance.type)
        stub = self.platform.connectors.all("fakeTdt")[0]
        self.platform.connectors.put_file(stub, "classification_file", 0, "c.xml", CLASSIFICATION)
        return self

    def scripted(self, flux: str = URBANISME) -> Lab:
        """Associate the scripted parapheur and TdT, and the extraction, with a flux."""
        self._add_type(ConnectorType("essai-sign", "signature", "", {"page0": {}}, signature=self.signature))
        self._add_type(ConnectorType("essai-tdt", "TdT", "", {"page0": {}}, tdt=self.tdt))
        transformation = self.platform.connectors.all("transformation-generique")[0]
        self.connectors["transformation"] = transformation.id_ce
        for famille in ("signature", "TdT", "transformation"):
            self.associate(flux, famille)
        return self

    def _add_type(self, kind: ConnectorType) -> None:
        connectors = self.platform.connectors
        connectors.types = {**connectors.types, kind.id: kind}
        self.connectors[kind.famille] = connectors.create(self.id_e, kind.id, kind.id).id_ce

    def add_connector(self, kind: ConnectorType, flux: str) -> None:
        """Make an instance of a kind and associate it."""
        self._add_type(kind)
        self.associate(flux, kind.famille)

    def associate(self, flux: str, famille: str) -> None:
        """Associate the connector of that family."""
        self.platform.associations.add(self.id_e, flux, self.connectors[famille], type=famille)

    def configure(self, famille: str, **values: str) -> None:
        """Write the content of the connector of that family."""
        instance = self.platform.connectors.get(self.connectors[famille])
        assert instance is not None
        self.platform.connectors.write(instance, values)

    def rules(self, **rules: str) -> None:
        """The extraction rules."""
        instance = self.platform.connectors.get(self.connectors["transformation"])
        assert instance is not None
        self.platform.connectors.put_file(instance, "definition", 0, "d.json", json.dumps(rules).encode())

    # Calls, as the API makes them.

    def create(self, flux: str = URBANISME) -> str:
        return self.documents.create(self.admin, self.id_e, flux)["id_d"]

    def patch(self, id_d: str, /, **fields: str) -> dict[str, Any]:
        return self.documents.modify(self.admin, self.id_e, id_d, fields)

    def put(self, id_d: str, champ: str, name: str, num: int = 0, content: bytes = PDF) -> dict[str, Any]:
        return self.documents.upload(self.admin, self.id_e, id_d, champ, num, file_name=name, content=content)

    def drop(self, id_d: str, champ: str, num: int = 0) -> dict[str, Any]:
        return self.documents.delete_file(self.admin, self.id_e, id_d, champ, num)

    def read(self, id_d: str, champ: str, num: int = 0) -> bytes:
        return self.documents.download(self.admin, self.id_e, id_d, champ, num).read()

    def act(self, id_d: str, action: str) -> str:
        return self.documents.action(self.admin, self.id_e, id_d, action, Parameters())["message"]

    def delete(self, id_d: str) -> None:
        self.documents.delete(self.admin, self.id_e, id_d)

    def choices(self, id_d: str, champ: str) -> Any:
        return self.documents.external_choices(self.admin, self.id_e, id_d, champ)

    def choose(self, id_d: str, champ: str, body: str = "", *, query: str = "") -> dict[str, Any]:
        given = Parameters(values=parse_str(body.encode()), query=parse_str(query.encode()))
        return self.documents.external_set(self.admin, self.id_e, id_d, champ, given)

    def chunk(self, id_d: str, champ: str, piece: Path, **params: str) -> bool:
        given = Parameters(values=params, files={"file": Upload(piece.name, piece)})
        return self.documents.chunk(self.admin, self.id_e, id_d, champ, 0, given)

    def detail(self, id_d: str) -> dict[str, Any]:
        return self.documents.detail(self.admin, self.id_e, id_d)

    def data(self, id_d: str) -> dict[str, Any]:
        return self.detail(id_d)["data"]

    def state(self, id_d: str) -> str:
        return self.detail(id_d)["last_action"]["action"]

    def possible(self, id_d: str) -> list[str]:
        return self.detail(id_d)["action_possible"]

    def listed(self, query: str = "") -> list[dict[str, Any]]:
        return self.documents.listed(self.admin, self.id_e, Parameters(values=parse_str(query.encode())))

    def found(self, query: str = "") -> list[str]:
        return [row["titre"] for row in self.listed(query)]

    def count(self, query: str) -> dict[str, Any]:
        return self.documents.count(self.admin, Parameters(values=parse_str(query.encode())))

    def journal(self, id_d: str) -> list[tuple[str, str, str]]:
        """Action, who, message of the rows of a document, oldest first."""
        query = Parameters(values={"id_d": id_d, "limit": "-1"})
        rows = self.platform.journal.listed(self.admin, query)
        return [(row["action"], row["id_u"], row["message"]) for row in reversed(rows)]

    def refused(self, call: Callable[[], object]) -> tuple[int, str]:
        """Status and message of a call that must be refused."""
        try:
            call()
        except ApiError as error:
            return error.status, error.message
        raise AssertionError("la requête a été acceptée")

    # Time.

    def tick(self, rounds: int = 1) -> None:
        for _ in range(rounds):
            self.worker.tick()

    def later(self, **by: float) -> None:
        self.clock.advance(timedelta(**by))

    def path(self, id_d: str, rounds: int = 40) -> list[str]:
        """The states a document goes through while the daemon works, one look per round."""
        seen = [self.state(id_d)]
        for _ in range(rounds):
            self.tick()
            state = self.state(id_d)
            if state != seen[-1]:
                seen.append(state)
        return seen

    # Ready-made documents.

    def draft(
        self,
        titre: str = "PC 1",
        *,
        signature: bool = False,
        actes: bool = False,
        annexes: int = 0,
        **more: str,
    ) -> str:
        """A complete draft of the urbanism flux."""
        id_d = self.create()
        fields = {"titre": titre, "id_document_externe": f"OPERIS-{titre}", **more}
        if signature:
            fields |= {"envoi_signature": "1"}
        if actes:
            fields |= {
                "envoi_tdt_actes": "1",
                "acte_nature": "3",
                "numero_de_lacte": more.get("numero_de_lacte", "PC1"),
                "date_de_lacte": "2024-05-31",
                "classification": "2.2",
            }
        self.patch(id_d, **fields)
        self.put(id_d, "document", "arrete.pdf")
        for num in range(annexes):
            self.put(id_d, "annexe", f"plan-{num}.pdf", num)
        if signature:
            self.choose(id_d, "iparapheur_sous_type", "iparapheur_sous_type=Arrêté individuel")
        if actes:
            self.choose(id_d, "type_piece", "&".join(["type_pj[]=99_AI", *["type_pj[]=22_AV"] * annexes]))
        return id_d

    def acte(self, flux: str = "actes-generique", **fields: str) -> str:
        """A complete act of a classic flux."""
        id_d = self.create(flux)
        self.patch(
            id_d,
            **{
                "acte_nature": "3",
                "numero_de_lacte": "PC1",
                "objet": "Permis de construire",
                "date_de_lacte": "2024-05-31",
                "classification": "2.2",
                **fields,
            },
        )
        self.put(id_d, "arrete", "arrete.pdf")
        if fields.get("envoi_signature"):
            self.choose(id_d, "iparapheur_sous_type", "iparapheur_sous_type=Arrêté individuel")
        self.choose(id_d, "type_piece", "type_pj[]=99_AI")
        return id_d


__all__ = [
    "AR",
    "PDF",
    "URBANISME",
    "Lab",
    "ScriptedSignature",
    "ScriptedTdt",
    "kept",
    "rejected",
    "signed",
    "waiting",
]
