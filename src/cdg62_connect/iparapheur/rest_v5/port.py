"""The port of a parapheur, fulfilled by the Standard API of a version 5.

A dossier is created as a draft whose name ends with its key, then started: a draft whose answer was lost is found
again by its name, and harms nobody meanwhile. What it waits for is read from its PREMIS.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeVar

from cdg62_connect.errors import (
    AlreadyExists,
    ConfigurationError,
    InvalidInput,
    InvalidRequest,
    NotReady,
)
from cdg62_connect.iparapheur.circuit import CircuitState, progress
from cdg62_connect.iparapheur.documents import LogEntry, Visibilite
from cdg62_connect.iparapheur.parapheur import (
    CircuitStep,
    Evidence,
    SignedDocument,
    Submission,
    Submitted,
)
from cdg62_connect.iparapheur.records import written_records
from cdg62_connect.iparapheur.rest_v5.client import IparapheurRest
from cdg62_connect.iparapheur.rest_v5.models import Annotation, Bureau, Dossier, Etat, NouveauDossier, Tenant
from cdg62_connect.iparapheur.rest_v5.premis import Action, Evenement, Premis
from cdg62_connect.iparapheur.rest_v5.retrieval import RetrievedFolder
from cdg62_connect.iparapheur.rest_v5.situation import Situation, Stade, situation
from cdg62_connect.iparapheur.rest_v5.taches import Lieu
from cdg62_connect.iparapheur.statuts import statut, statut_v5

_LONGEST_NAME = 255
_DELAYS = (1.0, 2.0, 4.0, 8.0)
"""Seconds to wait for the workflow engine to know a new draft."""

_LISTS = (Etat.BROUILLON, Etat.RECUPERABLE, Etat.EN_AVAL, Etat.A_TRAITER, Etat.TERMINE, Etat.REJETE)
_WHOLE = (Etat.BROUILLON, Etat.RECUPERABLE, Etat.EN_AVAL, Etat.TERMINE)
_ASIDE = (Action.READ, Action.UPDATE)
_ENDS = (Action.ARCHIVE, Action.DELETE)
_STEPS = (
    Action.VISA,
    Action.SIGNATURE,
    Action.PAPER_SIGNATURE,
    Action.EXTERNAL_SIGNATURE,
    Action.SEAL,
    Action.SECURE_MAIL,
    Action.SECOND_OPINION,
)


class _Named(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def nom(self) -> str: ...


T = TypeVar("T", bound=_Named)


class ParapheurRest:
    """One desk of one tenant, as a :class:`~cdg62_connect.iparapheur.Parapheur`.

    Args:
        rest: the client.
        tenant: id or name of the tenant; ``None`` when the account has only one.
        bureau: id or name of the desk that sends; the same.
        corbeille: finished dossiers go to the trash bin, which empties itself after some days, instead of being
            deleted at once; rejected ones are always deleted.
    """

    def __init__(
        self,
        rest: IparapheurRest,
        *,
        tenant: str | None = None,
        bureau: str | None = None,
        corbeille: bool = False,
    ) -> None:
        self._rest = rest
        self._wanted = (tenant, bureau)
        self._corbeille = corbeille
        self._lock = threading.Lock()
        self._found: tuple[Tenant, Bureau] | None = None
        self._annotations: dict[str, Annotation] = {}

    def submit(self, dossier: Submission) -> Submitted:
        """Create the draft. An effect; :meth:`start` is still to be called.

        The annotations leave with the start, as long as this object makes it: the creation has no place for
        them. The PDF that shows an XML goes as an annexe, and where its signature goes is set in the type.

        Raises:
            InvalidInput: also for a confidential dossier or steps of its own, which this API cannot ask for.
            AlreadyExists: a dossier of that key is there.
            InvalidRequest: the parapheur refuses it.
            OutcomeUnknown: it may be there: ask :meth:`find`.
        """
        if dossier.visibilite is Visibilite.CONFIDENTIEL or dossier.circuit:
            raise InvalidInput(
                "L'API REST du parapheur ne permet ni un dossier confidentiel, ni un circuit choisi à l'envoi. "
                "Réglez le sous-type dans le parapheur, ou passez par son service SOAP."
            )
        named = _name(dossier)
        tenant, bureau = self._place()
        there = self.find(dossier.key, type=dossier.type, sous_type=dossier.sous_type)
        if there is not None:
            raise AlreadyExists(
                f"Un dossier porte déjà la clé « {dossier.key} ».",
                platform=self._rest.platform,
                operation="folder.post",
                said=there.remote_id,
            )
        created = self._rest.dossiers.creer(
            tenant.id,
            bureau.id,
            NouveauDossier(
                nom=named,
                type=dossier.type,
                sous_type=dossier.sous_type,
                principaux=dossier.documents,
                annexes=(*((dossier.visuel,) if dossier.visuel else ()), *dossier.annexes),
                date_limite=dossier.date_limite,
                metadonnees=dict(dossier.metadonnees),
            ),
        )
        if dossier.annotation_publique or dossier.annotation_privee:
            self._annotations[created.id] = Annotation(
                publique=dossier.annotation_publique, privee=dossier.annotation_privee
            )
        return Submitted(dossier.key, created.id, started=False, said=created.nom)

    def find(self, key: str, *, type: str, sous_type: str) -> Submitted | None:
        """The draft whose name ends with that key, or the dossier that somebody started since. Reads."""
        for etat, one in self._listed(_LISTS, type, sous_type):
            if _bears(one.nom, key):
                return Submitted(key, one.id, started=etat is not Etat.BROUILLON, said=one.nom)
        return None

    def start(
        self, submitted: Submitted, *, annotation_publique: str = "", annotation_privee: str = ""
    ) -> None:
        """Start the draft, once the parapheur is ready for it. An effect; nothing happens when it is started.

        The annotations are those of the submission, when this object did not make it.

        Raises:
            NotFound: the draft is gone.
            NotReady: the workflow engine is not ready yet, or refuses.
            OutcomeUnknown: it may be started: call this again, which looks first.
        """
        found = self._ready(submitted.remote_id)
        if found.stade is Stade.BROUILLON:
            given = Annotation(publique=annotation_publique, privee=annotation_privee)
            annotation = self._annotations.get(submitted.remote_id, given)
            try:
                self._rest.taches.demarrer(self._at(submitted.remote_id, found.tache), annotation)
            except NotReady:
                if self._situation(submitted.remote_id).stade is Stade.BROUILLON:
                    raise
        self._annotations.pop(submitted.remote_id, None)

    def progress(self, remote_id: str) -> CircuitState:
        """Where it stands, a draft being pending. A read."""
        return _state(self._premis(remote_id))

    def collect(self, remote_id: str, *, into: Path, limit: int) -> Evidence:
        """The archive of the dossier, its PREMIS and its history. A read, which consumes nothing."""
        tenant, bureau = self._place()
        folder = self._rest.dossiers.telecharger(tenant.id, bureau.id, remote_id, into=into, limit=limit)
        try:
            premis = folder.premis or self._premis(remote_id)
        except BaseException:
            for file in folder.files:
                file.path.unlink(missing_ok=True)
            raise
        evidence = _evidence(remote_id, folder, premis)
        written = written_records(evidence, into=into)
        return replace(written, records=(*written.records, *evidence.records))

    def withdraw(self, remote_id: str) -> None:
        """Take the dossier back if it is started, then delete its draft. Effects, and no way back.

        Raises:
            NotFound: the parapheur does not know it (any more).
            NotReady: somebody has acted on it already.
        """
        found = self._situation(remote_id)
        if found.stade in (Stade.TERMINE, Stade.REJETE):
            raise self._too_early("Le circuit du dossier est terminé.", "task/undo.put", found)
        if found.stade is Stade.EN_COURS:
            self._rest.taches.reprendre(self._at(remote_id, found.tache))
        self._delete(remote_id)

    def release(self, remote_id: str, *, rejected: bool) -> None:
        """Delete the dossier, or put it into the trash bin. An effect.

        Raises:
            NotFound: the parapheur does not know it (any more).
            NotReady: its circuit has not ended so.
        """
        found = self._situation(remote_id)
        wanted = Stade.REJETE if rejected else Stade.TERMINE
        if found.stade is not wanted:
            raise self._too_early(f"Le dossier n'est pas {wanted.value}.", "folder.delete", found)
        if self._corbeille and not rejected and found.tache:
            self._rest.taches.mettre_a_la_corbeille(self._at(remote_id, found.tache))
            return
        self._delete(remote_id)

    def types(self) -> tuple[str, ...]:
        """The types with a sub-type that the desk may create. A read."""
        tenant, bureau = self._place()
        return tuple(sorted(one.nom for one in self._rest.typologie.types(tenant.id, bureau=bureau.id)))

    def sous_types(self, type: str) -> tuple[str, ...]:
        """The sub-types that the desk may create; empty when the type is unknown. Reads."""
        tenant, bureau = self._place()
        known = _named(self._rest.typologie.types(tenant.id, bureau=bureau.id), type)
        if known is None:
            return ()
        found = self._rest.typologie.sous_types(tenant.id, known.id, bureau=bureau.id)
        return tuple(sorted(one.nom for one in found))

    def circuit(self, type: str, sous_type: str) -> tuple[CircuitStep, ...]:
        """The steps of the last dossier of that sub-type on the desk; empty when there is none. Reads.

        This API does not show circuits: a dossier shows the one that it followed.
        """
        dossiers = [one for _, one in self._listed(_WHOLE, type, sous_type)]
        if not dossiers:
            return ()
        steps = [event for event in self._premis(dossiers[-1].id).evenements if event.action in _STEPS]
        return tuple(
            CircuitStep(
                bureau=event.bureau,
                role=event.brut,
                nom=event.acteur,
                acte=statut(statut_v5(event.brut, done=False)).acte,
            )
            for event in steps
        )

    def check(self) -> str:
        """Prove the address, the account, the tenant and the desk. Reads."""
        tenant, bureau = self._place(again=True)
        return f"compte reconnu, entité « {tenant.nom} », bureau « {bureau.nom} »"

    def _place(self, *, again: bool = False) -> tuple[Tenant, Bureau]:
        with self._lock:
            if self._found is None or again:
                wanted_tenant, wanted_desk = self._wanted
                tenant = _only(self._rest.tenants.lister(), wanted_tenant, what="entité", setting="tenant")
                desks = self._rest.bureaux.lister(tenant.id)
                self._found = tenant, _only(desks, wanted_desk, what="bureau", setting="bureau")
            return self._found

    def _at(self, remote_id: str, task: str) -> Lieu:
        tenant, bureau = self._place()
        return Lieu(tenant.id, bureau.id, remote_id, task)

    def _premis(self, remote_id: str) -> Premis:
        tenant, bureau = self._place()
        return self._rest.dossiers.premis(tenant.id, bureau.id, remote_id)

    def _situation(self, remote_id: str) -> Situation:
        return situation(self._premis(remote_id))

    def _ready(self, remote_id: str) -> Situation:
        """Where the dossier stands, once the workflow engine knows it."""
        found = self._situation(remote_id)
        for delay in _DELAYS:
            if found.stade is not Stade.INITIALISATION:
                return found
            self._rest.patienter(delay)
            found = self._situation(remote_id)
        if found.stade is Stade.INITIALISATION:
            raise self._too_early("Le parapheur n'a pas encore préparé le dossier.", "task/start.put", found)
        return found

    def _delete(self, remote_id: str) -> None:
        tenant, bureau = self._place()
        self._rest.dossiers.supprimer(tenant.id, bureau.id, remote_id)
        self._annotations.pop(remote_id, None)

    def _listed(self, lists: Sequence[Etat], type_: str, sous_type: str) -> Iterator[tuple[Etat, Dossier]]:
        """The dossiers of a sub-type in some lists of the desk, list after list."""
        tenant, bureau = self._place()
        typologie = self._rest.typologie
        known = _named(typologie.types(tenant.id, bureau=bureau.id), type_)
        below = (
            _named(typologie.sous_types(tenant.id, known.id, bureau=bureau.id), sous_type) if known else None
        )
        for etat in lists:
            try:
                found = self._rest.dossiers.lister(
                    tenant.id,
                    bureau.id,
                    etat,
                    type_id=known.id if known else None,
                    sous_type_id=below.id if below else None,
                )
            except InvalidRequest:
                if etat is not Etat.EN_AVAL:
                    raise
                continue  # a list that servers before 2025 do not have
            yield from ((etat, one) for one in found)

    def _too_early(self, message: str, operation: str, found: Situation) -> NotReady:
        return NotReady(
            message, platform=self._rest.platform, operation=operation, said=f"dossier {found.stade.value}"
        )


def _name(dossier: Submission) -> str:
    """What people read, ending with the key, by which the dossier is found again."""
    key = dossier.key
    if not key or len(key) > _LONGEST_NAME // 2 or not key.isprintable() or " ".join(key.split()) != key:
        raise InvalidInput(f"La clé {key[:80]!a} ne peut pas être portée par un dossier du parapheur.")
    title = " ".join(dossier.titre.split())
    if title in ("", key):
        return key
    room = _LONGEST_NAME - len(key) - 3
    return f"{title[:room].rstrip()} [{key}]"


def _bears(name: str, key: str) -> bool:
    return name == key or name.endswith(f" [{key}]")


def _only(things: Sequence[T], wanted: str | None, *, what: str, setting: str) -> T:
    """The one that is wanted, or the only one there is."""
    if wanted is None:
        if len(things) == 1:
            return things[0]
    else:
        found = _named(things, wanted)
        if found is not None:
            return found
    names = ", ".join(f"« {one.nom} »" for one in things) or "aucune"
    asked = f" de nom ou d'identifiant « {wanted} »" if wanted is not None else " unique"
    raise ConfigurationError(
        f"Le compte du parapheur n'a pas d'{what}{asked} (il a : {names}). Réglez « {setting} »."
        if what == "entité"
        else f"Le compte du parapheur n'a pas de {what}{asked} (il a : {names}). Réglez « {setting} »."
    )


def _named(things: Sequence[T], wanted: str) -> T | None:
    return next((one for one in things if wanted in (one.id, one.nom)), None)


def _entry(event: Evenement) -> LogEntry:
    return LogEntry(
        timestamp=event.date,
        nom=event.acteur or event.bureau,
        status=statut_v5(event.brut, done=event.fait),
        annotation=event.note,
        champs={"bureau": event.bureau} if event.bureau else {},
    )


def _state(premis: Premis) -> CircuitState:
    """The state of the port, from the moves alone: what is waited for comes last, an end before anything else."""
    moves = [event for event in premis.evenements if event.action not in _ASIDE]
    done = [event for event in moves if event.fait]
    waiting = [event for event in moves if event.tache and not event.fait]
    waiting.sort(key=lambda event: event.action not in _ENDS)
    entries = [_entry(event) for event in (*done, *waiting)]
    return progress(entries or [LogEntry(None, "", Action.CREATE.value, "")])


def _evidence(remote_id: str, folder: RetrievedFolder, premis: Premis) -> Evidence:
    told = (folder.premis_file,) if folder.premis_file else ()
    details = {
        "nom": premis.nom,
        "type": premis.type,
        "sous_type": premis.sous_type,
        "date_limite": premis.date_limite,
        "empreintes_differentes": ", ".join(folder.alteres),
        **premis.reserves,
    }
    return Evidence(
        remote_id=remote_id,
        documents=tuple(SignedDocument(one.file, one.signatures) for one in folder.principaux),
        bordereau=folder.bordereau,
        annexes=folder.annexes,
        history=tuple(_entry(event) for event in premis.evenements if event.fait or event.tache),
        metadonnees=premis.metadonnees,
        records=(*told, *folder.autres),
        details={name: value for name, value in details.items() if value},
    )
