"""The neutral port, fulfilled by the SOAP service."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from cdg62_connect.errors import NotFound
from cdg62_connect.iparapheur.circuit import CircuitState, progress
from cdg62_connect.iparapheur.parapheur import (
    CircuitStep,
    Evidence,
    SignedDocument,
    Submission,
    Submitted,
)
from cdg62_connect.iparapheur.records import written_records
from cdg62_connect.iparapheur.soap_v4.client import IparapheurSoap
from cdg62_connect.iparapheur.soap_v4.models import NewDossier, RetrievedDossier, RetrievedFile
from cdg62_connect.iparapheur.soap_v4.refusals import NotEmitted

_CHECK = "cdg62-connect vérifie ce compte"


class SoapParapheur:
    """An account of an iParapheur v3, v4, or v5 through its bridge.

    The key is the ``DossierID``: the parapheur keeps it, so a lost answer is cleared by the history. A dossier is
    in its circuit as soon as it is created.

    Args:
        soap: the client of the account.
    """

    def __init__(self, soap: IparapheurSoap) -> None:
        self._soap = soap

    def submit(self, dossier: Submission) -> Submitted:
        """``CreerDossier``. An effect.

        Raises:
            InvalidInput: a field cannot be sent; nothing left.
            AlreadyExists: the parapheur knows this key already.
            InvalidRequest: it refuses the dossier.
            OutcomeUnknown: it may be in the circuit: ask :meth:`find`.
        """
        main, *others = dossier.documents
        created = self._soap.dossiers.creer(
            NewDossier(
                dossier_id=dossier.key,
                titre=dossier.titre,
                type_technique=dossier.type,
                sous_type=dossier.sous_type,
                document=main,
                supplementaires=tuple(others),
                annexes=dossier.annexes,
                visuel=dossier.visuel,
                xpath_signature=dossier.xpath_signature or None,
                metadonnees=dossier.metadonnees,
                annotation_publique=dossier.annotation_publique or None,
                annotation_privee=dossier.annotation_privee or None,
                visibilite=dossier.visibilite,
                date_limite=dossier.date_limite,
                email_emetteur=dossier.email_emetteur or None,
                circuit=dossier.circuit,
            )
        )
        return Submitted(key=dossier.key, remote_id=created.dossier_id, said=created.message)

    def find(self, key: str, *, type: str, sous_type: str) -> Submitted | None:  # noqa: ARG002 - signature of the port
        """``GetHistoDossier``: a history means that the dossier exists. A read.

        A dossier just created may take a few seconds to appear.
        """
        try:
            self._soap.dossiers.historique(key)
        except NotFound:
            return None
        return Submitted(key=key, remote_id=key)

    def start(
        self, submitted: Submitted, *, annotation_publique: str = "", annotation_privee: str = ""
    ) -> None:
        """Nothing to do: SOAP knows no draft, and the annotations left with it."""

    def progress(self, remote_id: str) -> CircuitState:
        """``GetHistoDossier``. A read.

        Raises:
            NotFound: the parapheur does not know this dossier.
        """
        return progress(self._soap.dossiers.historique(remote_id))

    def collect(self, remote_id: str, *, into: Path, limit: int) -> Evidence:
        """``GetHistoDossier`` then ``GetDossier``. A read.

        Raises:
            NotFound: the parapheur does not know this dossier.
            UnreadableAnswer: it gave another dossier, a damaged document, or more than ``limit``.
            ConfigurationError: ``into`` cannot be written.
        """
        history = self._soap.dossiers.historique(remote_id)
        found = self._soap.dossiers.recuperer(remote_id, into=into, limit=limit)
        evidence = Evidence(
            remote_id=remote_id,
            documents=_documents(found),
            bordereau=found.bordereau,
            annexes=found.annexes,
            visuel=found.visuel,
            history=history,
            metadonnees=found.metadonnees,
            details=found.champs,
        )
        return written_records(evidence, into=into)

    def withdraw(self, remote_id: str) -> None:
        """``ExercerDroitRemordDossier`` then ``ArchiverDossier``. Effects, and no way back.

        May be repeated: a dossier that was taken back already is only deleted.

        Raises:
            NotFound: the parapheur does not know this dossier (any more).
            Refused: too late, somebody has opened it or acted on it.
            OutcomeUnknown: it may be gone: ask :meth:`progress`.
        """
        with suppress(NotEmitted):  # an earlier attempt took it back
            self._soap.dossiers.exercer_droit_de_remords(remote_id)
        self._soap.dossiers.archiver(remote_id)

    def release(self, remote_id: str, *, rejected: bool) -> None:
        """``EffacerDossierRejete`` or ``ArchiverDossier`` (EFFACER). An effect, and no way back.

        Raises:
            NotFound: the parapheur does not know this dossier (any more).
            NotReady: its circuit has not ended so.
            OutcomeUnknown: it may be gone: ask :meth:`progress`.
        """
        if rejected:
            self._soap.dossiers.effacer_rejete(remote_id)
        else:
            self._soap.dossiers.archiver(remote_id)

    def types(self) -> tuple[str, ...]:
        """``GetListeTypes``. A read."""
        return self._soap.typologie.types()

    def sous_types(self, type: str) -> tuple[str, ...]:
        """``GetListeSousTypes``. A read."""
        return self._soap.typologie.sous_types(type)

    def circuit(self, type: str, sous_type: str) -> tuple[CircuitStep, ...]:
        """``GetCircuit``. A read."""
        return self._soap.typologie.circuit(type, sous_type)

    def check(self) -> str:
        """``echo``. A read without any trace."""
        return self._soap.echo(_CHECK)


def _documents(found: RetrievedDossier) -> tuple[SignedDocument, ...]:
    """The PES signed within, the main document with its detached signature, then the others with theirs."""
    made: list[SignedDocument] = []
    if found.fichier_pes is not None:
        made.append(SignedDocument(found.fichier_pes))
    if found.document is not None:
        made.append(SignedDocument(found.document, _given(found.signature)))
    elif found.signature is not None and found.fichier_pes is not None:
        made[0] = SignedDocument(found.fichier_pes, (found.signature,))
    elif found.signature is not None:
        made.append(SignedDocument(found.signature))
    return (*made, *(SignedDocument(one, _given(one.signature)) for one in found.supplementaires))


def _given(signature: RetrievedFile | None) -> tuple[RetrievedFile, ...]:
    return (signature,) if signature is not None else ()
