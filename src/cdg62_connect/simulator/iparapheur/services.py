"""What an account asks of the parapheur about its dossiers."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cdg62_connect.simulator.iparapheur import admission, desks, texts
from cdg62_connect.simulator.iparapheur.circuits import Acte
from cdg62_connect.simulator.iparapheur.dossier import (
    Account,
    Demande,
    Dossier,
    LogEntry,
    Piece,
    Principal,
    Statut,
)
from cdg62_connect.simulator.iparapheur.kept import Kept
from cdg62_connect.simulator.iparapheur.refusal import Introuvable, Refus
from cdg62_connect.simulator.iparapheur.typage import Metadonnee
from cdg62_connect.simulator.pdf import HistoryRow, bordereau_signature


@dataclass(frozen=True, slots=True)
class Cree:
    """A dossier was accepted. ``choisi`` says that the parapheur chose its id."""

    dossier_id: str
    titre: str
    choisi: bool


@dataclass(frozen=True, slots=True)
class Contenu:
    """All that the parapheur gives of a dossier, ``bordereau`` being the slip it prints of it."""

    dossier: Dossier
    principaux: tuple[Principal, ...]
    annexes: tuple[Piece, ...]
    bordereau: bytes

    @property
    def dossier_id(self) -> str:
        """Which dossier."""
        return self.dossier.dossier_id

    @property
    def titre(self) -> str:
        """Its title."""
        return self.dossier.titre

    @property
    def demande(self) -> Demande:
        """What was asked."""
        return self.dossier.demande

    @property
    def document(self) -> Piece:
        """The main document, as it is now."""
        return self.principaux[0].piece


@dataclass(frozen=True, slots=True)
class Trouve:
    """A row of a search: ``accessible`` is ``OK``, ``KO`` or ``Recuperable``."""

    dossier_id: str
    derniere: LogEntry
    annotation: str
    accessible: str


class Services(Kept):
    """What accounts may do. A dossier that an account did not send does not exist for it, unless it is said."""

    def metadonnees_de(self, account: Account, type_: str, sous_type: str) -> tuple[Metadonnee, ...]:
        """The métadonnées of a sous-type; none when the account may not use it."""
        known = account.types.get(type_)
        found = known.sous_types.get(sous_type) if known else None
        if found is None:
            return ()
        with self._lock:
            demanded = self._required.get(sous_type, ())
        declared = {one.nom_court: one for one in found.metadonnees}
        for nom in demanded:
            base = declared.get(nom) or self._dictionary.get(nom) or Metadonnee(nom, nom)
            declared[nom] = replace(base, obligatoire=True)
        return tuple(declared.values())

    def creer(self, account: Account, demande: Demande, *, brouillon: bool = False) -> Cree:
        """Put a new dossier into its circuit. The files of ``demande`` are moved.

        ``brouillon``: it stays on the desk of its emitter until :meth:`emettre`.

        Raises:
            Refus: the id is taken, the type is unknown to the account, something is missing or malformed.
        """
        dossier_id = " ".join(demande.dossier_id.split())
        titre = demande.titre.strip() or dossier_id
        if not titre:
            raise Refus(texts.NO_NAME)
        if demande.document is not None:
            demande = replace(demande, document=admission.typed(demande.document))
        demande = replace(demande, supplementaires=tuple(map(admission.typed, demande.supplementaires)))
        type_, sous_type = admission.typage_for(account, demande)
        required = [
            one.nom_court
            for one in self.metadonnees_de(account, demande.type, demande.sous_type)
            if one.obligatoire
        ]
        document = admission.check(demande, dossier_id, type_=type_, required=required)
        # On a sous-type that holds one main document, the others become plain annexes.
        further = demande.supplementaires if sous_type.multidoc else ()
        annexes = demande.annexes if sous_type.multidoc else (*demande.supplementaires, *demande.annexes)
        with self._lock:
            if (account.tenant, dossier_id) in self._dossiers:
                raise Refus(texts.ALREADY_THERE.format(dossier_id=dossier_id))
            choisi = not dossier_id
            identifiant = self._drawn_id(account.login, titre, "uuid")
            if choisi:
                dossier_id = self._drawn_id(account.login, titre)
            now = self._now()
            self._rank += 1
            folder = self._folder / f"dossier-{self._rank:05}"
            folder.mkdir()
            mains = (replace(document, nom=demande.nom_document or f"{dossier_id}.pdf"), *further)
            signature = _moved(demande.signature, folder / "signature-recue") if demande.signature else None
            visuel = _moved(demande.visuel, folder / "visuel.pdf") if demande.visuel else None
            dossier = Dossier(
                dossier_id=dossier_id,
                identifiant=identifiant,
                titre=titre,
                account=account.login,
                tenant=account.tenant,
                demande=replace(demande, visuel=visuel, signature=signature),
                format=type_.format,
                protocole=type_.protocole,
                principaux=[
                    Principal(
                        _moved(piece, folder / f"document-{rank}"),
                        (signature,) if signature and not rank else (),
                    )
                    for rank, piece in enumerate(mains)
                ],
                annexes=tuple(
                    _moved(annexe, folder / f"annexe-{rank}") for rank, annexe in enumerate(annexes)
                ),
                folder=folder,
                restantes=demande.circuit or sous_type.circuit,
                depuis=now,
                cree=now,
                emis=False,
            )
            if demande.annotation_privee:
                dossier.notes.append((account.nom, demande.annotation_privee))
            self._dossiers[account.tenant, dossier_id] = dossier
            self._created[account.tenant, dossier_id] += 1
            dossier.note(now, account.nom, Statut.NON_LU, "Création de dossier")
            if not brouillon:
                self._emit(dossier, account)
        return Cree(dossier_id, titre, choisi)

    def emettre(self, account: Account, dossier_id: str) -> None:
        """Send a dossier that lies on the desk of its emitter into its circuit.

        Raises:
            Introuvable: no such dossier for this account.
            Refus: it is in its circuit already.
        """
        with self._lock:
            dossier = self._of(account, dossier_id)
            if dossier.emis:
                raise Refus(f"Le dossierID '{dossier.dossier_id}' est déjà émis.")
            self._emit(dossier, account)

    def historique(self, account: Account, dossier_id: str) -> tuple[LogEntry, ...]:
        """The history of a dossier, oldest first. It counts as a look.

        Raises:
            Introuvable: no such dossier for this account.
        """
        with self._lock:
            dossier = self._of(account, dossier_id)
            self._settle(dossier, looking=True)
            return tuple(dossier.history)

    def contenu(self, account: Account, dossier_id: str) -> Contenu:
        """The documents of a dossier, at any stage.

        Raises:
            Introuvable: no such dossier for this account.
        """
        with self._lock:
            dossier = self._of(account, dossier_id)
            self._settle(dossier)
            rows = [HistoryRow(e.moment, e.acteur, e.statut.value, e.annotation) for e in dossier.history]
            return Contenu(
                dossier=dossier,
                principaux=tuple(replace(one) for one in dossier.principaux),
                annexes=(*dossier.annexes, *(piece for _, piece in dossier.ajoutees)),
                bordereau=bordereau_signature(
                    dossier_id=dossier.dossier_id, titre=dossier.titre, history=rows
                ),
            )

    def rechercher(
        self,
        account: Account,
        *,
        type_: str = "",
        sous_type: str = "",
        statut: str = "",
        nombre: int | None = None,
        dossier_ids: Sequence[str] = (),
    ) -> tuple[Trouve, ...]:
        """The dossiers that the account sent or holds, in the order in which they came; empty filters are none."""
        asked = {" ".join(one.split()) for one in dossier_ids} - {""}
        found: list[Trouve] = []
        with self._lock:
            now = self._now()
            for dossier in self._dossiers.values():
                holder = self._holds(account, dossier)
                if dossier.tenant != account.tenant or not (dossier.account == account.login or holder):
                    continue
                if now < dossier.cree + self._variantes.visible_apres:
                    continue
                self._settle(dossier)
                if (
                    type_ in ("", dossier.demande.type)
                    and sous_type in ("", dossier.demande.sous_type)
                    and statut in ("", dossier.statut.value)
                    and (not asked or dossier.dossier_id in asked)
                ):
                    found.append(self._row_of(account, dossier))
        return tuple(found if nombre is None else found[: max(nombre, 0)])

    def recuperer(self, account: Account, dossier_id: str) -> None:
        """Take a dossier back to the desk of its emitter, before anybody opened it.

        Raises:
            Introuvable: no such dossier for this account.
            Refus: it is there already, or somebody has opened it or acted.
        """
        with self._lock:
            dossier = self._of(account, dossier_id)
            self._settle(dossier)
            if not dossier.emis:
                raise Refus(texts.NOT_EMITTED.format(dossier_id=dossier.dossier_id))
            if not _retractable(dossier):
                raise Refus(texts.TOO_LATE.format(dossier_id=dossier.dossier_id))
            dossier.emis, dossier.recupere = False, True
            dossier.note(self._now(), account.nom, Statut.NON_LU, "Dossier récupéré par l'émetteur")

    def forcer_etape(
        self, account: Account, dossier_id: str, *, passer: bool, publique: str, privee: str
    ) -> None:
        """Pass the present step, or refuse the dossier there, as the account that holds it, emitter or not.

        Raises:
            Introuvable: no such dossier.
            Refus: another desk holds it, or the step asks for more than a visa or a transmission.
        """
        with self._lock:
            dossier = self._in(account.tenant, dossier_id)
            if not self._holds(account, dossier):
                if dossier.account != account.login:
                    raise Introuvable(dossier.dossier_id)
                raise Refus(texts.NOT_ON_DESK.format(dossier_id=dossier.dossier_id))
            self._settle(dossier)
            etape = dossier.etape
            if etape is None or etape.acte not in (Acte.VISA, Acte.TDT):
                raise Refus(texts.NOT_FORCEABLE.format(dossier_id=dossier.dossier_id))
            if privee:
                dossier.notes.append((account.nom, privee))
            if passer:
                desks.passer(dossier, self._now(), by=account.nom, annotation=publique)
            else:
                desks.refuser(dossier, self._now(), by=account.nom, motif=publique)
            self._settle(dossier)

    def archiver(self, account: Account, dossier_id: str, *, effacer: bool) -> None:
        """Take a finished dossier out of the parapheur: into its archive, or for ever.

        Raises:
            Introuvable: no such dossier for this account.
            Refus: its circuit is not finished; one that was taken back may be deleted.
        """
        with self._lock:
            dossier = self._of(account, dossier_id)
            self._settle(dossier)
            if not dossier.termine and not (effacer and dossier.recupere and not dossier.emis):
                raise Refus(texts.NOT_ARCHIVABLE.format(dossier_id=dossier.dossier_id))
            self._bury(dossier, deleted=effacer)

    def effacer_rejete(self, account: Account, dossier_id: str) -> None:
        """Delete a dossier that a desk refused.

        Raises:
            Introuvable: no such dossier for this account.
            Refus: nobody refused it.
        """
        with self._lock:
            dossier = self._of(account, dossier_id)
            self._settle(dossier)
            if not dossier.rejete:
                raise Refus(texts.NOT_REJECTED.format(dossier_id=dossier.dossier_id))
            self._bury(dossier, deleted=True)

    def completer(self, account: Account, demande: Demande) -> Cree:
        """The way of the stand-in for which Opéris was written: a second document comes under the same id.

        Raises:
            Refus: as :meth:`creer`, but for the id.
        """
        key = " ".join(demande.dossier_id.split())
        with self._lock:
            there = self._dossiers.get((account.tenant, key))
        if there is None or not key:
            return self.creer(account, demande)
        if demande.document is None:
            raise Refus(texts.NO_DOCUMENT)
        type_, _ = admission.typage_for(account, demande)
        document = admission.check(
            replace(demande, document=admission.typed(demande.document)), key, type_=type_
        )
        with self._lock:
            rank = len(there.principaux)
            piece = replace(document, nom=demande.nom_document or f"{key}-{rank}.pdf")
            there.principaux.append(Principal(_moved(piece, there.folder / f"document-{rank}")))
        return Cree(key, there.titre, choisi=False)

    def _emit(self, dossier: Dossier, account: Account) -> None:
        now = self._now()
        dossier.emis, dossier.recupere = True, False
        dossier.note(now, account.nom, Statut.NON_LU, "Emission du dossier")
        dossier.deposer(now, account.nom)
        if dossier.demande.annotation_publique:
            dossier.note(now, account.nom, Statut.NON_LU, dossier.demande.annotation_publique)
        self._settle(dossier)

    def _holds(self, account: Account, dossier: Dossier) -> bool:
        etape = dossier.etape
        return (
            dossier.tenant == account.tenant
            and etape is not None
            and etape.bureau in (account.nom, *account.bureaux)
        )

    def _row_of(self, account: Account, dossier: Dossier) -> Trouve:
        mine = dossier.account == account.login
        if self._holds(account, dossier) or (mine and dossier.etape is None):
            accessible = "OK"
        else:
            accessible = "Recuperable" if mine and dossier.emis and _retractable(dossier) else "KO"
        return Trouve(dossier.dossier_id, dossier.history[-1], dossier.history[-1].annotation, accessible)

    def _row(self, dossier: Dossier, *, archived: bool = False, deleted: bool = False) -> dict[str, object]:
        return {
            "dossier_id": dossier.dossier_id,
            "identifiant": dossier.identifiant,
            "statut": dossier.statut.value,
            "titre": dossier.titre,
            "type": dossier.demande.type,
            "sous_type": dossier.demande.sous_type,
            "account": dossier.account,
            "bureau": dossier.etape.bureau if dossier.etape else None,
            "attend": dossier.etape.acte.name if dossier.etape else None,
            "archived": archived,
            "deleted": deleted,
            "history": [
                {
                    "moment": entry.moment.isoformat(),
                    "acteur": entry.acteur,
                    "statut": entry.statut.value,
                    "annotation": entry.annotation,
                }
                for entry in dossier.history
            ],
        }

    def _bury(self, dossier: Dossier, *, deleted: bool) -> None:
        self._tombstones.append(self._row(dossier, archived=not deleted, deleted=deleted))
        del self._dossiers[dossier.tenant, dossier.dossier_id]
        if deleted:
            shutil.rmtree(dossier.folder, ignore_errors=True)


def _retractable(dossier: Dossier) -> bool:
    return not dossier.lu and not dossier.faites and dossier.etape is not None


def _moved(piece: Piece, target: Path) -> Piece:
    piece.path.replace(target)
    return replace(piece, path=target)
