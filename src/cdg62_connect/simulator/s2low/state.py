"""The whole of a simulated S2LOW: its rooms, and what people, the préfecture and the trésorerie do in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cdg62_connect.clock import Clock
from cdg62_connect.simulator.s2low.accounts import AccountBook
from cdg62_connect.simulator.s2low.administration import Administration
from cdg62_connect.simulator.s2low.classification import Classification
from cdg62_connect.simulator.s2low.consultation import Consultation
from cdg62_connect.simulator.s2low.courriers import Courriers
from cdg62_connect.simulator.s2low.deposits import Deposits
from cdg62_connect.simulator.s2low.depot import Limites
from cdg62_connect.simulator.s2low.follow_up import FollowUp
from cdg62_connect.simulator.s2low.ground import Ground, Profile
from cdg62_connect.simulator.s2low.helios import Helios
from cdg62_connect.simulator.s2low.machine import Refuser
from cdg62_connect.simulator.s2low.mail import MailSecurise
from cdg62_connect.simulator.s2low.nounces import Nounces
from cdg62_connect.simulator.s2low.pace import Rythme
from cdg62_connect.simulator.s2low.registry import Registry
from cdg62_connect.simulator.s2low.transactions import (
    TRANSMISSION,
    Courrier,
    Scenario,
    Transaction,
    as_json,
)


class S2lowState:
    """One S2LOW platform. Every public method, of its rooms too, may be called from any thread.

    Args:
        clock: the simulated hour.
        folder: its own.
        profile: the generation imitated.
        seed: where the ids begin.
        is_rgs: whether a client certificate (PEM) is an RGS one; by default they all are.
        signers: certificate (PEM) of the authority whose signers are trusted.

    Attributes:
        ground: the hour, the ids, the lock.
        accounts: who may use it.
        deposits: what takes actes and envelopes.
        follow_up: what confirms, cancels, closes, and asks for classifications.
        consultation: what shows actes.
        courriers: the correspondence with the préfecture.
        helios: the module of PES, and the trésorerie behind it.
        mails: the module of secure mail.
        nounces: the links given to persons.
        administration: what makes authorities and accounts.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        folder: Path,
        profile: Profile = "v5",
        seed: int = 0,
        is_rgs: Callable[[str], bool] = lambda _: True,
        signers: Path | None = None,
    ) -> None:
        self.accounts = AccountBook(is_rgs=is_rgs)
        self.ground = Ground(clock=clock, folder=folder, profile=profile, seed=seed, accounts=self.accounts)
        self._lock = self.ground.lock
        self._registry = Registry(self.ground)
        self.deposits = Deposits(self._registry, signers=signers)
        self.follow_up = FollowUp(self._registry)
        self.consultation = Consultation(self._registry)
        self.courriers = Courriers(self._registry)
        self.helios = Helios(self.ground)
        self.mails = MailSecurise(self.ground)
        self.nounces = Nounces(self.ground)
        self.administration = Administration(self.accounts)
        self.reception.mkdir(parents=True, exist_ok=True)

    def reset(self) -> None:
        """Forget every transaction; rythme, scenarios, limits, classifications as at the start. Accounts stay."""
        with self._lock:
            shutil.rmtree(self.ground.folder, ignore_errors=True)
            self.ground.start()
            for room in (
                self._registry,
                self.deposits,
                self.follow_up,
                self.courriers,
                self.helios,
                self.nounces,
            ):
                room.start()
            self.accounts.reset()
            self.reception.mkdir(parents=True, exist_ok=True)

    @property
    def profile(self) -> Profile:
        """The generation imitated: ``"v4"`` (ISO-8859-1 everywhere), ``"v5"``, ``"next"`` (redirects)."""
        return self.ground.profile

    @profile.setter
    def profile(self, profile: Profile) -> None:
        self.ground.profile = profile

    @property
    def limites(self) -> Limites:
        """The sizes it stands."""
        return self.ground.limites

    @limites.setter
    def limites(self, limites: Limites) -> None:
        self.ground.limites = limites

    @property
    def signataires_connus(self) -> bool:
        """Refuse, at the analysis, an acte signed by somebody whom ``signers`` did not certify.

        Off by default: nobody out of the simulator could be certified.
        """
        return self._registry.signataires_connus

    @signataires_connus.setter
    def signataires_connus(self, value: bool) -> None:
        self._registry.signataires_connus = value

    @property
    def enveloppes_acceptees(self) -> bool:
        """An envelope made elsewhere may be imported."""
        return self.deposits.enveloppes_acceptees

    @enveloppes_acceptees.setter
    def enveloppes_acceptees(self, value: bool) -> None:
        self.deposits.enveloppes_acceptees = value

    @property
    def reception(self) -> Path:
        """Where uploads wait before a room takes them."""
        return self.ground.reception

    @property
    def rythme(self) -> Rythme:
        """The pace at which actes, replies and cancellations move by themselves."""
        with self._lock:
            return self._registry.machine.rythme

    @rythme.setter
    def rythme(self, rythme: Rythme) -> None:
        with self._lock:
            self._registry.machine.rythme = rythme

    def prevoir(self, scenario: Scenario) -> None:
        """Decide what shall happen to some actes."""
        with self._lock:
            self._registry.machine.scenarios.append(scenario)

    def publier_classification(
        self,
        siren: str,
        classification: Classification | None,
        *,
        at: datetime | None = None,
        recue: bool = True,
    ) -> None:
        """The préfecture publishes a new file, now or later: see :meth:`FollowUp.publier`."""
        self.follow_up.publier(siren, classification, at=at, recue=recue)

    def poster(self, transaction_id: int, *, agent: str = "Agent de test") -> None:
        """A person confirms an acte in 17 or 18. Raises ``NotFound``, ``NotReady``."""
        with self._lock:
            self._registry.machine.poster(self._registry.known(transaction_id, "poster"), agent=agent)

    def acquitter(self, transaction_id: int) -> None:
        """The ministry answers at once. Raises ``NotFound``, ``NotReady``."""
        with self._lock:
            self._registry.machine.acquitter(self._registry.known(transaction_id, "acquitter"))

    def refuser(
        self, transaction_id: int, *, motif: str = "", par: Refuser | None = None, nature: str = "007"
    ) -> None:
        """The analysis or the ministry refuses it at once. Raises ``NotFound``, ``NotReady``."""
        with self._lock:
            transaction = self._registry.known(transaction_id, "refuser")
            self._registry.machine.refuser(transaction, motif=motif, par=par, nature=nature)

    def passer(self, transaction_id: int, statut: int) -> None:
        """An acknowledged acte is closed or archived. Raises ``NotFound``, ``NotReady``, ``InvalidInput``."""
        with self._lock:
            self._registry.machine.passer(self._registry.known(transaction_id, "passer"), statut)

    def ecrire(self, transaction_id: int, sorte: Courrier, *, texte: str = "") -> Transaction:
        """The préfecture writes about an acte: see :meth:`Courriers.ecrire`."""
        return self.courriers.ecrire(transaction_id, sorte, texte=texte)

    def snapshot(self) -> dict[str, object]:
        """Everything, as JSON: ``actes`` (oldest first), ``creations`` (accepted, by siren/number), ``rythme``…"""
        with self._lock:
            transactions = self._registry.all()
            creations: dict[str, int] = {}
            for transaction in transactions:
                if transaction.type == TRANSMISSION:
                    key = f"{transaction.authority.collectivite.siren}/{transaction.acte.numero}"
                    creations[key] = creations.get(key, 0) + 1
            return {
                "actes": [as_json(transaction) for transaction in transactions],
                "creations": creations,
                "rythme": self._registry.machine.rythme.as_json(),
                **self.helios.snapshot(),
                **self.mails.snapshot(),
            }
