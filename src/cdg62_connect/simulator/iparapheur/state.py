"""The simulated parapheur: accounts, dossiers in their circuits, and what people do with them.

It knows nothing of HTTP, of SOAP nor of REST. Each public method may be called from any thread.
"""

from __future__ import annotations

import hmac
import shutil
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from cdg62_connect.clock import Clock
from cdg62_connect.simulator.faults import Faults
from cdg62_connect.simulator.iparapheur.conduct import Rythme
from cdg62_connect.simulator.iparapheur.dossier import Account, Dossier
from cdg62_connect.simulator.iparapheur.people import People
from cdg62_connect.simulator.iparapheur.services import Contenu, Cree, Services, Trouve
from cdg62_connect.simulator.iparapheur.transmission import Mail, Transmission
from cdg62_connect.simulator.iparapheur.typage import Metadonnee, Type
from cdg62_connect.simulator.iparapheur.variantes import Variantes
from cdg62_connect.simulator.pki import TestAuthority

__all__ = ["Contenu", "Cree", "Mail", "ParapheurState", "Trouve"]

_BODY_LIMIT = 2000 * 1024 * 1024  # bytes, that of the front-end of the parapheur v5


class ParapheurState(People, Services, Transmission):
    """One parapheur: dossier ids are unique in each of its tenants, and an account sees only what it sent.

    ``folder`` is its own; the documents that an earlier one left there are deleted. ``seed`` decides the ids that
    it chooses.

    Attributes:
        faults: the faults in force, for whoever puts this state on a wire.
        certificat_exige: a client certificate is demanded, besides the password (v3 and the first v4).
        corps_maximal: longest request that the front end takes, in bytes.
    """

    def __init__(
        self, *, clock: Clock, authority: TestAuthority, folder: Path, faults: Faults, seed: int = 0
    ) -> None:
        self.faults = faults
        super().__init__(clock=clock, authority=authority, folder=folder, seed=seed)
        self._start()

    def _start(self) -> None:
        self._forget()
        self.certificat_exige = False
        self.corps_maximal = _BODY_LIMIT
        for left in (self.reception, *self._folder.glob("dossier-*")):
            shutil.rmtree(left, ignore_errors=True)
        self.reception.mkdir(parents=True, exist_ok=True)

    def reset(self) -> None:
        """Forget every dossier, the rythme, the variants and what was demanded; accounts are as first opened."""
        with self._lock:
            self._start()

    @property
    def rythme(self) -> Rythme:
        """How the desks behave by themselves; by default they wait for a hand."""
        with self._lock:
            return self._rythme

    @rythme.setter
    def rythme(self, rythme: Rythme) -> None:
        with self._lock:
            self._rythme = rythme

    @property
    def variantes(self) -> Variantes:
        """Which version it imitates on the wire; a v4 by default."""
        with self._lock:
            return self._variantes

    @variantes.setter
    def variantes(self, variantes: Variantes) -> None:
        with self._lock:
            self._variantes = variantes

    def exiger_metadonnees(self, sous_type: str, *noms: str) -> None:
        """Demand these métadonnées of every new dossier of a sous-type, until the next :meth:`reset`."""
        with self._lock:
            self._required[sous_type] = noms

    def declarer_metadonnees(self, *metadonnees: Metadonnee) -> None:
        """Put entries into the dictionary, until the next :meth:`reset`."""
        with self._lock:
            self._dictionary.update({one.nom_court: one for one in metadonnees})

    @property
    def dictionnaire(self) -> tuple[Metadonnee, ...]:
        """The dictionary: what was declared, what sous-types hold, what is demanded."""
        with self._lock:
            known: dict[str, Metadonnee] = {}
            for account in self._accounts.values():
                for type_ in account.types.values():
                    for sous_type in type_.sous_types.values():
                        known.update({one.nom_court: one for one in sous_type.metadonnees})
            known.update({nom: Metadonnee(nom, nom) for noms in self._required.values() for nom in noms})
            known.update(self._dictionary)
            return tuple(known.values())

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The web service accounts."""
        with self._lock:
            return tuple(self._accounts.values())

    def add_account(
        self,
        login: str,
        password: str,
        *,
        type: str = "URBANISME",
        sous_types: Sequence[str] = ("Arrete", "Courrier"),
        nom: str = "Service Web",
        types: Sequence[Type] = (),
        bureaux: Sequence[str] = (),
        tenant: str = "",
    ) -> Account:
        """Open an account, or change it until the next :meth:`reset`.

        Args:
            login: what it gives, with its password.
            password: the same.
            type: the name of its type, when it has one only.
            sous_types: those of that type, by name, with the circuits that such names have here.
            nom: its name in the histories, and that of its desk.
            types: its types in full, instead of ``type`` and ``sous_types``.
            bureaux: the desks it holds besides its own.
            tenant: the installation in which its ids are unique.
        """
        known = {one.nom: one for one in types or (Type.of(type, tuple(sous_types)),)}
        account = Account(login, password, known, nom, tuple(bureaux), tenant)
        with self._lock:
            if login in self._accounts:
                self._before.setdefault(login, self._accounts[login])
            self._accounts[login] = account
        return account

    def add_type(self, login: str, type_: Type) -> None:
        """Give one type more to an account, or another form to one that it has, until the next :meth:`reset`."""
        with self._lock:
            account = self._accounts[login]
            self._before.setdefault(login, account)
            self._accounts[login] = replace(account, types={**account.types, type_.nom: type_})

    def authenticate(self, login: str, password: str) -> Account | None:
        """The account that has this login and this password."""
        with self._lock:
            account = self._accounts.get(login)
        if account is None or not hmac.compare_digest(account.password.encode(), password.encode()):
            return None
        return account

    @property
    def lock(self) -> threading.RLock:
        """What to hold while looking at the dossiers of :meth:`en_cours`."""
        return self._lock

    def en_cours(self) -> Mapping[tuple[str, str], Dossier]:
        """The dossiers themselves, by tenant and id, as they are now: to be read under :attr:`lock` only."""
        for dossier in self._dossiers.values():
            self._settle(dossier)
        return self._dossiers

    def dossiers(self) -> list[dict[str, object]]:
        """Every dossier ever accepted, one row per id; those that left say ``archived`` or ``deleted``."""
        with self._lock:
            rows = {(self._tenant_of(row), str(row["dossier_id"])): row for row in self._tombstones}
            rows.update({key: self._row(dossier) for key, dossier in self.en_cours().items()})
            return [{**row, "cree_n": self._created[key]} for key, row in rows.items()]

    @property
    def tombstones(self) -> tuple[dict[str, object], ...]:
        """The dossiers that left, in the order in which they did, with their last history."""
        with self._lock:
            return tuple(dict(row) for row in self._tombstones)

    def snapshot(self) -> dict[str, object]:
        """All of it, without secrets nor documents, as JSON can say it."""
        with self._lock:
            return {
                "comptes": [
                    {"login": a.login, "nom": a.nom, "type": a.type, "sous_types": list(a.sous_types)}
                    for a in self._accounts.values()
                ],
                "rythme": self._rythme.as_json(),
                "dossiers": self.dossiers(),
            }

    def _tenant_of(self, row: Mapping[str, object]) -> str:
        account = self._accounts.get(str(row["account"]))
        return account.tenant if account else ""
