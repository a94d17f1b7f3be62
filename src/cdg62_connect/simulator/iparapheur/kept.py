"""What the parapheur holds, and how a dossier is found in it."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

from cdg62_connect.clock import Clock
from cdg62_connect.errors import InvalidFile
from cdg62_connect.simulator.iparapheur import desks
from cdg62_connect.simulator.iparapheur.circuits import Acte
from cdg62_connect.simulator.iparapheur.conduct import A_LA_MAIN, Regle
from cdg62_connect.simulator.iparapheur.dossier import Account, Dossier
from cdg62_connect.simulator.iparapheur.refusal import Introuvable, Refus
from cdg62_connect.simulator.iparapheur.typage import Metadonnee
from cdg62_connect.simulator.iparapheur.variantes import Variantes
from cdg62_connect.simulator.pki import TestAuthority


@dataclass(frozen=True, slots=True)
class Delegation:
    """Somebody stands in for a desk: for a type, a sub-type, a time, or everything and for ever."""

    bureau: str
    a: str
    type: str = ""
    sous_type: str = ""
    debut: datetime | None = None
    fin: datetime | None = None

    def holds(self, dossier: Dossier, now: datetime) -> bool:
        """Whether it is in force for a dossier that is on that desk."""
        etape = dossier.etape
        return (
            etape is not None
            and etape.bureau == self.bureau
            and self.type in ("", dossier.demande.type)
            and self.sous_type in ("", dossier.demande.sous_type)
            and (self.debut is None or self.debut <= now)
            and (self.fin is None or now < self.fin)
        )


class Kept:
    """The dossiers, under one lock, and the hour."""

    def __init__(self, *, clock: Clock, authority: TestAuthority, folder: Path, seed: int) -> None:
        self._clock = clock
        self._authority = authority
        self._folder = folder
        self._seed = seed
        self._lock = threading.RLock()
        self._accounts: dict[str, Account] = {}
        self._before: dict[str, Account] = {}
        self._forget()

    def _forget(self) -> None:
        self._accounts.update(self._before)
        self._before.clear()
        self._rythme = A_LA_MAIN
        self._variantes = Variantes()
        self._chosen: Counter[tuple[str, ...]] = Counter()
        self._dossiers: dict[tuple[str, str], Dossier] = {}
        self._tombstones: list[dict[str, object]] = []
        self._created: Counter[tuple[str, str]] = Counter()
        self._delegations: list[Delegation] = []
        self._required: dict[str, tuple[str, ...]] = {}
        self._dictionary: dict[str, Metadonnee] = {}
        self._rank = 0

    @property
    def reception(self) -> Path:
        """Where files may be put before they are handed over with ``creer``, which takes them away."""
        return self._folder / "reception"

    def _drawn_id(self, *about: str) -> str:
        """A UUID, by the seed and by what it is for, not by the hour."""
        self._chosen[about] += 1
        drawn = Random(f"{self._seed} {' '.join(about)} {self._chosen[about]}")  # noqa: S311 - chooses names, keeps no secret
        return str(uuid.UUID(int=drawn.getrandbits(128), version=4))

    def _now(self) -> datetime:
        now = self._clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def _in(self, tenant: str, dossier_id: str) -> Dossier:
        """A dossier that its tenant shows: one just created may not be there yet.

        Raises:
            Introuvable: no such dossier.
        """
        key = " ".join(dossier_id.split())
        dossier = self._dossiers.get((tenant, key))
        if dossier is None or self._now() < dossier.cree + self._variantes.visible_apres:
            raise Introuvable(key)
        return dossier

    def _of(self, account: Account, dossier_id: str) -> Dossier:
        """A dossier that this account sent.

        Raises:
            Introuvable: no such dossier for this account.
        """
        dossier = self._in(account.tenant, dossier_id)
        if dossier.account != account.login:
            raise Introuvable(dossier.dossier_id)
        return dossier

    def _known(self, dossier_id: str) -> Dossier:
        """A dossier of whatever tenant, by its id or its UUID.

        Raises:
            Introuvable: no such dossier.
        """
        for dossier in self._dossiers.values():
            if dossier_id in (dossier.dossier_id, dossier.identifiant):
                return dossier
        raise Introuvable(dossier_id)

    def _waiting(self, dossier_id: str, *actes: Acte) -> Dossier:
        """The same, at a step that asks one of ``actes``, or anything.

        Raises:
            Refus: no such dossier, or it waits for something else.
        """
        dossier = self._known(dossier_id)
        self._settle(dossier)
        etape = dossier.etape
        if etape is None:
            raise Refus(
                f"Le circuit du dossier {dossier_id} est terminé ({dossier.statut.value})."
                if dossier.emis
                else f"Le dossier {dossier_id} est sur le bureau de son émetteur."
            )
        if actes and etape.acte not in actes:
            raise Refus(
                f"Le dossier {dossier_id} attend un acte de {etape.acte.value} de « {etape.bureau} »."
            )
        return dossier

    def _actor(self, dossier: Dossier, by: str | None) -> str | None:
        """Who acts: somebody by name, else who stands in for the desk, else the desk itself."""
        return by or self.suppleant(dossier)

    def suppleant(self, dossier: Dossier) -> str | None:
        """Who stands in for the desk that a dossier is on; the last delegation that was given counts."""
        now = self._now()
        return next((one.a for one in self._delegations if one.holds(dossier, now)), None)

    @property
    def delegations(self) -> tuple[Delegation, ...]:
        """The delegations, in force or not, the last one first."""
        with self._lock:
            return tuple(self._delegations)

    def bureaux_de(self, account: Account) -> tuple[str, ...]:
        """The desks that the dossiers of an account have been at, or will reach."""
        with self._lock:
            mine = [one for one in self._dossiers.values() if one.account == account.login]
            return tuple(
                dict.fromkeys(etape.bureau for one in mine for etape in (*one.faites, *one.restantes))
            )

    def _settle(self, dossier: Dossier, *, looking: bool = False) -> None:
        """Let the desks do what they had to do by now."""
        now = self._now()
        while (etape := dossier.etape) is not None:
            regle = self._rythme.regle(sous_type=dossier.demande.sous_type, titre=dossier.titre, etape=etape)
            looks = dossier.regards if looking else None
            moment = regle.quand.due(since=dossier.depuis, looks=looks, now=now)
            if moment is None:
                break
            self._play(dossier, regle, moment)
        if looking:
            dossier.regards += 1

    def _play(self, dossier: Dossier, regle: Regle, moment: datetime) -> None:
        by = self._actor(dossier, None)
        if regle.refuser is not None and dossier.restantes[0].acte is not Acte.AVIS:
            desks.refuser(dossier, moment, motif=regle.refuser, by=by)
            return
        try:
            desks.agir(dossier, moment, authority=self._authority, by=by)
        except InvalidFile as problem:
            desks.refuser(dossier, moment, motif=str(problem), by=by)
