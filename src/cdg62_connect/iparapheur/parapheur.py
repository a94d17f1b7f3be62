"""The neutral port: what a journey asks of a parapheur, whatever its protocol and its version.

Two clients fulfil it. A dossier has a key, which the caller chooses and keeps before the call; the parapheur may
know it under another identity, ``remote_id``, which is the one to follow it with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from cdg62_connect.iparapheur.circuit import CircuitState
from cdg62_connect.iparapheur.documents import Document, LogEntry, RetrievedFile, Visibilite
from cdg62_connect.iparapheur.statuts import Acte


@dataclass(frozen=True, slots=True)
class CircuitStep:
    """One step of a circuit.

    Attributes:
        bureau: the desk, as the parapheur names it.
        role: what the desk does, in the parapheur's own word (``VISEUR``, ``SIGNATAIRE``, ``VISA``…).
        prenom: of the person at the desk; a v5 puts the whole name into ``nom``.
        nom: of the person at the desk.
        acte: what the role means; ``None`` for one that we do not know.
        champs: everything else about the step, known to this version or not; it does not count in comparisons.
    """

    bureau: str
    role: str
    prenom: str = ""
    nom: str = ""
    acte: Acte | None = None
    champs: Mapping[str, str] = field(default_factory=dict[str, str], compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A dossier to put into a circuit.

    Attributes:
        key: the caller's own unique key, kept before the call; ``[A-Za-z0-9_-]`` up to 64 characters is accepted
            everywhere.
        titre: what people read, at most 255 characters.
        type: the type, exactly as the parapheur writes it.
        sous_type: the sub-type, which chooses the circuit.
        documents: what is to be signed; more than one needs a multi-document sub-type.
        annexes: documents that go along, not signed.
        visuel: a PDF that shows what an XML says (PES); a v4 wants one for a PES.
        xpath_signature: where the signature of an XML goes: ``//Bordereau`` when every ``Bordereau`` has an
            ``Id``, ``.`` when only the root has one; ``""`` for anything but a PES.
        metadonnees: values by key of the parapheur's dictionary; booleans as ``true``/``false``.
        circuit: steps instead of those of the sub-type; to be avoided, and not every version takes it.
    """

    key: str
    titre: str
    type: str
    sous_type: str
    documents: tuple[Document, ...]
    annexes: tuple[Document, ...] = ()
    visuel: Document | None = None
    xpath_signature: str = ""
    metadonnees: Mapping[str, str] = field(default_factory=dict[str, str])
    annotation_publique: str = ""
    annotation_privee: str = ""
    visibilite: Visibilite = Visibilite.SERVICE
    date_limite: date | None = None
    email_emetteur: str = ""
    circuit: tuple[CircuitStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Submitted:
    """The parapheur has the dossier.

    Attributes:
        key: the caller's.
        remote_id: what to follow it with.
        started: it is in its circuit; otherwise :meth:`Parapheur.start` is still to be called.
        said: what the parapheur said.
    """

    key: str
    remote_id: str
    started: bool = True
    said: str = ""


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A main document as it is in the parapheur; whether it is signed, :func:`verify_evidence` tells.

    Attributes:
        file: the document; a PAdES or XAdES signature is within it.
        signatures: detached signatures; SOAP puts several of them into one ZIP.
    """

    file: RetrievedFile
    signatures: tuple[RetrievedFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that the parapheur has of a dossier, as files forced to disk.

    Attributes:
        remote_id: which one.
        documents: the main documents; their order may not be that in which they were sent, the names tell.
        bordereau: the signature slip.
        annexes: those sent, then those that people added.
        visuel: the PDF that shows an XML.
        history: oldest first.
        metadonnees: values by key, technical keys of the parapheur included.
        records: the history and the métadonnées as JSON files, to be kept with the rest.
        details: everything else the parapheur said, known to this version or not.
    """

    remote_id: str
    documents: tuple[SignedDocument, ...]
    bordereau: RetrievedFile | None = None
    annexes: tuple[RetrievedFile, ...] = ()
    visuel: RetrievedFile | None = None
    history: tuple[LogEntry, ...] = ()
    metadonnees: Mapping[str, str] = field(default_factory=dict[str, str])
    records: tuple[RetrievedFile, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def files(self) -> tuple[RetrievedFile, ...]:
        """Every file, each once."""
        documents = (file for one in self.documents for file in (one.file, *one.signatures))
        others = (self.bordereau, *self.annexes, self.visuel, *self.records)
        with_their_own = (file for one in others if one for file in (one, one.signature) if file)
        return (*documents, *with_their_own)


class Parapheur(Protocol):
    """One account of one parapheur. Reads may be repeated; an effect says so."""

    def submit(self, dossier: Submission) -> Submitted:
        """Give it a dossier. An effect.

        Raises:
            InvalidInput: a field cannot be sent; nothing left.
            AlreadyExists: the key is known.
            InvalidRequest: the dossier is refused (type, sub-type, métadonnée…).
            OutcomeUnknown: it may be there: ask :meth:`find` before anything else.
        """
        ...

    def find(self, key: str, *, type: str, sous_type: str) -> Submitted | None:
        """What became of a submission whose answer was lost; ``None``: it never arrived. A read."""
        ...

    def start(
        self, submitted: Submitted, *, annotation_publique: str = "", annotation_privee: str = ""
    ) -> None:
        """Send a dossier that is not started yet into its circuit. An effect.

        Args:
            submitted: which one.
            annotation_publique: that of the submission, when another process made it.
            annotation_privee: the same.
        """
        ...

    def progress(self, remote_id: str) -> CircuitState:
        """Where it stands. A read.

        Raises:
            NotFound: the parapheur does not know it (any more, or not yet).
        """
        ...

    def collect(self, remote_id: str, *, into: Path, limit: int) -> Evidence:
        """Everything it has of the dossier, at any stage. A read; :func:`verify_evidence` then judges the signatures.

        Args:
            remote_id: which one.
            into: an existing folder; after an error nothing is left there.
            limit: bytes of documents in all.
        """
        ...

    def withdraw(self, remote_id: str) -> None:
        """Take back and delete a dossier on which nobody has acted. An effect, and no way back.

        Raises:
            NotFound: the parapheur does not know it (any more).
            Refused: too late, somebody has opened it or acted on it.
        """
        ...

    def release(self, remote_id: str, *, rejected: bool) -> None:
        """Let the parapheur forget a dossier whose circuit ended, by its end or by a refusal. An effect.

        Raises:
            NotFound: the parapheur does not know it (any more).
            NotReady: its circuit has not ended so.
        """
        ...

    def types(self) -> tuple[str, ...]:
        """The types that the account may use. A read."""
        ...

    def sous_types(self, type: str) -> tuple[str, ...]:
        """The sub-types of a type; empty when it is unknown. A read."""
        ...

    def circuit(self, type: str, sous_type: str) -> tuple[CircuitStep, ...]:
        """The steps of a sub-type; empty when it is unknown. A read."""
        ...

    def check(self) -> str:
        """Prove the address, the certificate and the account; what the parapheur says of it. A read."""
        ...
