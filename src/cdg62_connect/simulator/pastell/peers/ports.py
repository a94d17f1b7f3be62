"""What the simulated Pastell and its connectors say to each other: requests, answers, failures, kinds of connector.

A connector type is data (a form, actions, families) and behaviour (one port per step of a flux that needs it).
It holds no state of its own: what an instance knows is its :class:`Configuration`, what it changes is told back
as :class:`Changes` and written by the platform.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from cdg62_connect.clock import Clock, SystemClock


class PeerError(Exception):
    """A connector could not do it; the text is the one Pastell shows, whole."""


class FolderRefused(PeerError):
    """The parapheur answered KO to the creation of the folder: the document can be corrected and sent again."""


class PeerFailed(PeerError):
    """Anything else: SOAP fault, no connection, HTTP 500, KO of the TdT…"""


class NeedsCertificate(PeerError):
    """The transaction waits on the TdT for a person with a RGS** certificate (``document-transmis-tdt``)."""

    def __init__(self, transaction: str) -> None:
        self.transaction = transaction
        super().__init__("Document en attente de télétransmission")


class PeerCrashed(PeerError):
    """The connector broke in a way Pastell does not catch: HTTP 500 with an empty body, the document stays locked."""


class UnusableTransaction(PeerError):
    """The TdT told the transaction is lost for good: the document goes to its error state (``tdt-error``)."""


@dataclass(frozen=True, slots=True)
class MailMessage:
    """One secure mail: its subject, its text, the page of the document the recipient will open."""

    to: str
    subject: str
    body: str
    link: str


@dataclass(frozen=True, slots=True)
class World:
    """What a connector may use of the outside: the hour, chance, a zone, somewhere to keep its things."""

    clock: Clock = field(default_factory=SystemClock)
    chance: random.Random = field(default_factory=lambda: random.Random(0))  # noqa: S311 a simulator draws no secret
    fuseau: str = "Europe/Paris"
    folder: Path | None = None
    version: tuple[int, ...] = (4, 0, 14)
    ca: Path | None = None  # the authorities of TLS servers; the public ones when None
    courrier: list[MailMessage] = field(default_factory=list["MailMessage"])  # what the mail connectors sent


@dataclass(frozen=True, slots=True)
class PeerFile:
    """A file that comes from a connector or goes to it."""

    name: str
    path: Path
    content_type: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """The content of one connector instance, and the world it acts in."""

    values: Mapping[str, str]
    files: Mapping[str, tuple[PeerFile, ...]]
    id_ce: str
    world: World = field(default_factory=World)

    def text(self, name: str, default: str = "") -> str:
        """One value, or ``default`` when it was never written or is empty."""
        return self.values.get(name) or default

    def on(self, name: str) -> bool:
        """Whether a check-box is ticked."""
        return bool(self.values.get(name))

    def file(self, name: str) -> PeerFile | None:
        """The first file of a field."""
        held = self.files.get(name, ())
        return held[0] if held else None


@dataclass(frozen=True, slots=True)
class Changes:
    """What the platform must write in the instance: values, and files as (name, content)."""

    values: Mapping[str, str] = field(default_factory=dict[str, str])
    files: Mapping[str, tuple[tuple[str, bytes], ...]] = field(
        default_factory=dict[str, tuple[tuple[str, bytes], ...]]
    )


class Outcome(NamedTuple):
    """The end of an action of a connector: ``{"result": ok, "last_message": message}``."""

    ok: bool
    message: str
    changes: Changes = Changes()


# -- signature -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SignatureRequest:
    """What is sent to a parapheur for one document."""

    titre: str
    document: PeerFile
    annexes: tuple[PeerFile, ...]
    type: str
    sous_type: str
    date_limite: str
    annotation_publique: str
    annotation_privee: str
    metadonnees: Mapping[str, str]
    is_pes: bool
    visuel: PeerFile | None
    champs: Mapping[str, str] = field(default_factory=dict[str, str])  # the values of the document


@dataclass(frozen=True, slots=True)
class SignatureSent:
    """The parapheur took the folder; ``dossier_id`` is what Pastell keeps in ``iparapheur_dossier_id``."""

    dossier_id: str


@dataclass(frozen=True, slots=True)
class SignatureStatus:
    """What the parapheur says of a folder. ``history`` is the XML kept in ``iparapheur_historique``."""

    outcome: Literal["waiting", "signed", "rejected"]
    last_message: str
    history: bytes


@dataclass(frozen=True, slots=True)
class SignatureResult:
    """What comes back: ``signed`` replaces the document, ``detached`` is ``signature.zip``, ``bordereau`` the slip."""

    signed: PeerFile | None
    detached: PeerFile | None
    bordereau: PeerFile | None
    annexes_sortie: tuple[PeerFile, ...]
    signed_annexes: tuple[PeerFile, ...]


class SignatureConnector(Protocol):
    """A parapheur, as the signature step uses it."""

    def iparapheur_type(self, c: Configuration) -> str:
        """The type of the instance, copied into the document with the sub-type."""
        ...

    def sous_types(self, c: Configuration) -> list[str]:
        """The sub-types one may choose. Raises: PeerFailed, PeerCrashed."""
        ...

    def send(self, c: Configuration, request: SignatureRequest, *, folder: Path) -> SignatureSent:
        """Create the folder. Raises: FolderRefused, PeerFailed."""
        ...

    def status(self, c: Configuration, dossier_id: str) -> SignatureStatus:
        """The history and what it means. Raises: PeerFailed."""
        ...

    def collect(
        self, c: Configuration, dossier_id: str, *, rejected: bool, folder: Path, annexes_envoyees: int = 0
    ) -> SignatureResult:
        """The files of a finished folder, written in ``folder``. Raises: PeerFailed.

        ``annexes_envoyees`` annexes were sent; those that come after them are ``annexes_sortie``.
        """
        ...

    def release(self, c: Configuration, dossier_id: str, *, rejected: bool, is_acte: bool) -> None:
        """Let the parapheur delete its folder. Raises: PeerFailed."""
        ...


# -- TdT -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ActeRequest:
    """What is sent to a TdT for one act; each annex goes with its type code."""

    numero: str
    nature: int
    date: str
    objet: str
    classification: str
    type_acte: str
    acte: PeerFile
    annexes: tuple[tuple[PeerFile, str], ...]
    document_papier: bool


@dataclass(frozen=True, slots=True)
class TdtStatus:
    """The status of a transaction: ``retour`` is the ARActe or the acquit when there is one."""

    code: int
    message: str
    retour: bytes


@dataclass(frozen=True, slots=True)
class ActeReturn:
    """One piece of what an acknowledged act gives back; the pieces come in the order Pastell writes them."""

    bordereau: PeerFile | None = None
    aractes: PeerFile | None = None
    acte_tamponne: PeerFile | None = None
    annexes_tamponnees: tuple[tuple[str, PeerFile], ...] = ()
    acte_unique_id: str = ""
    date_ar: str = ""


class TdtConnector(Protocol):
    """A tiers de télétransmission, as the TdT steps use it."""

    def classification(self, c: Configuration) -> bytes | None:
        """The classification file of the instance."""
        ...

    def send_acte(self, c: Configuration, request: ActeRequest, *, folder: Path) -> str:
        """Transmit; returns the transaction id. Raises: PeerFailed, NeedsCertificate."""
        ...

    def send_pes(self, c: Configuration, pes: PeerFile) -> str:
        """Transmit a PES; returns the transaction id. Raises: PeerFailed, UnusableTransaction (doublon)."""
        ...

    def acte_status(self, c: Configuration, transaction: str) -> TdtStatus:
        """Raises: PeerFailed."""
        ...

    def pes_status(self, c: Configuration, transaction: str) -> TdtStatus:
        """Raises: PeerFailed."""
        ...

    def acte_files(
        self, c: Configuration, transaction: str, *, folder: Path, retour: bytes = b""
    ) -> Iterator[ActeReturn]:
        """The pieces one by one: bordereau, aractes, acte_tamponne, annexes, then ``date_ar`` last.

        ``retour`` is that of the status which told the acknowledgement; the status is asked again without it.
        """
        ...

    def pes_acquit(self, c: Configuration, transaction: str, *, folder: Path) -> PeerFile:
        """The acquit of a PES. Raises: PeerFailed (not XML included)."""
        ...

    def cancel(self, c: Configuration, transaction: str) -> str:
        """Ask for the cancellation; returns its own transaction id. Raises: PeerFailed."""
        ...


# -- the other steps -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TransformationSource:
    """The document a transformation reads: its values, its files, the names its fields show."""

    id_e: str
    id_d: str
    values: Mapping[str, str]
    files: Mapping[str, tuple[PeerFile, ...]]


class TransformationConnector(Protocol):
    """Computes fields of a document from its metadata file and its other fields."""

    def transform(self, c: Configuration, source: TransformationSource) -> Mapping[str, str]:
        """The fields to replace. Raises: PeerFailed."""
        ...


class MailConnector(Protocol):
    """Sends the notice of a secure mail."""

    def send(self, c: Configuration, message: MailMessage) -> None:
        """Deliver to the mailbox of the simulator. Raises: PeerFailed (the address bounces)."""
        ...


class DepotConnector(Protocol):
    """A GED: takes a document and its files."""

    def deposit(
        self, c: Configuration, titre: str, files: Sequence[tuple[str, PeerFile]], metadata: bytes
    ) -> Mapping[str, str]:
        """Store; returns the identifiers by file name. Raises: PeerFailed."""
        ...


class SaeConnector(Protocol):
    """A SAE: takes an archive, acknowledges it, answers."""

    def send(self, c: Configuration, bordereau: PeerFile, archive: PeerFile) -> str:
        """Transfer; returns the transfer id. Raises: PeerFailed."""
        ...

    def acknowledgement(self, c: Configuration, transfer: str) -> bytes:
        """The acknowledgement of receipt. Raises: PeerFailed."""
        ...

    def reply(self, c: Configuration, transfer: str) -> tuple[bool, bytes, str]:
        """Accepted or not, the reply itself, the archival identifier. Raises: PeerFailed."""
        ...


# -- a kind of connector -------------------------------------------------------------------------------------

Scope = Literal["entité", "racine", "partout"]
"""Where a type may be instantiated: on an entity, on the root only, on both."""
Properties = Mapping[str, object]  # one field or action, as Pastell's definitions write it
Params = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ExternalData:
    """A field whose value is chosen in a list the connector gives."""

    choices: Callable[[Configuration], object]
    choose: Callable[[Configuration, Params], Changes]


@dataclass(frozen=True, slots=True)
class ConnectorType:
    """One ``id_connecteur``: what Pastell knows of it, and what it can do.

    ``formulaire`` is page → field → properties, ``actions_definition`` name → properties, both as
    ``familleConnecteur/{famille}/{id}`` shows them. ``actions`` holds the callables; those whose rule says
    ``internal-action`` are not offered to a person (``onchange`` of a field, lists of choices).
    """

    id: str
    famille: str
    libelle: str
    formulaire: Mapping[str, Mapping[str, Properties]]
    description: str = ""
    actions_definition: Mapping[str, Properties] = field(default_factory=dict[str, Properties])
    actions: Mapping[str, Callable[[Configuration, Params], Outcome]] = field(
        default_factory=dict[str, Callable[[Configuration, Params], Outcome]]
    )
    external_data: Mapping[str, ExternalData] = field(default_factory=dict[str, ExternalData])
    scope: Scope = "entité"
    signature: SignatureConnector | None = None
    tdt: TdtConnector | None = None
    transformation: TransformationConnector | None = None
    mailsec: MailConnector | None = None
    depot: DepotConnector | None = None
    sae: SaeConnector | None = None

    @property
    def champs(self) -> Mapping[str, Properties]:
        """Every field of the form, whatever its page."""
        return {name: dict(props) for page in self.formulaire.values() for name, props in page.items()}

    @property
    def is_global(self) -> bool:
        """Whether it can only be instantiated on the root."""
        return self.scope == "racine"

    def allowed(self, *, on_root: bool) -> bool:
        """Whether it may be instantiated on the root, or on an entity."""
        return self.scope in ("partout", "racine" if on_root else "entité")

    @property
    def offered_actions(self) -> tuple[str, ...]:
        """The names a person may run, in the order of the definition."""
        return tuple(name for name, props in self.actions_definition.items() if not _is_internal(props))


def _is_internal(props: Properties) -> bool:
    rule = props.get("rule")
    return isinstance(rule, Mapping) and bool(rule.get("internal-action"))
