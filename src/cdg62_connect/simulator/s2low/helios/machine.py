"""What moves a PES from one status to the next: the pace, the checks of S2LOW, the trésorerie, a hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from cdg62_connect.errors import NotReady
from cdg62_connect.simulator.rythme import Pas
from cdg62_connect.simulator.s2low.ground import PLATFORM, Ground, local_day
from cdg62_connect.simulator.s2low.helios import texts
from cdg62_connect.simulator.s2low.helios.scenarios import REPONSES, Erreur, IssuePes, Reponse, ScenarioPes
from cdg62_connect.simulator.s2low.helios.transactions import ANSWERED, PesTransaction
from cdg62_connect.simulator.s2low.helios.tresorerie import Tresorerie
from cdg62_connect.simulator.s2low.pace import AT_ONCE, SEEN_ONCE, Allure

MOVING = (1, 2, 3, 7)
WAITING = (13, 14)


@dataclass(frozen=True, slots=True, kw_only=True)
class RythmePes(Allure):
    """The pace of a PES: leaving status 1 (analysis), 2 (transmission), 3 (the trésorerie answers).

    ``mise_a_disposition``: once the acquit has come, until it can be downloaded; meanwhile the status said is 3.
    By default each status is seen once, and the acquit is there at once.
    """

    apart: ClassVar[tuple[str, ...]] = ("mise_a_disposition",)

    analyse: Pas = SEEN_ONCE
    transmission: Pas = SEEN_ONCE
    acquittement: Pas = SEEN_ONCE
    mise_a_disposition: Pas = AT_ONCE

    def leaving(self, statut: int) -> Pas:
        """The pace out of a status 1, 7, 2 or 3."""
        return {1: self.analyse, 7: self.analyse, 2: self.transmission, 3: self.acquittement}[statut]


class PesMachine:
    """Moves PES. Not safe by itself: the room that owns it holds the lock."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.rythme = RythmePes()
        self.scenarios: list[ScenarioPes] = []
        self.tresorerie = Tresorerie()
        self._names: dict[tuple[str, str], int] = {}
        self._sent: dict[str, int] = {}

    def remember(self, transaction: PesTransaction) -> None:
        """The NomFic of a PES is taken from its deposit on."""
        self._names.setdefault(_name(transaction), transaction.id)

    def scenario(self, transaction: PesTransaction, *issues: str) -> ScenarioPes | None:
        """The first scenario of that kind that speaks of the PES."""
        return next(
            (one for one in self.scenarios if one.issue in issues and one.contient in transaction.key), None
        )

    def settle(self, transaction: PesTransaction, *, looking: bool = False) -> None:
        """Make the steps that are due. ``looking``: somebody asks for the status now."""
        while transaction.statut in MOVING:
            blocked: IssuePes = f"bloque_{1 if transaction.statut == 7 else transaction.statut}"  # pyright: ignore[reportAssignmentType] (1, 2 or 3)
            if self.scenario(transaction, blocked):
                return
            moment = self._due(self.rythme.leaving(transaction.statut), transaction, looking=looking)
            if moment is None:
                return
            self._leave(transaction, moment)
        if transaction.statut in ANSWERED and not transaction.retrievable:
            moment = self._due(self.rythme.mise_a_disposition, transaction, looking=looking)
            transaction.retrievable = moment is not None

    def poster(self, transaction: PesTransaction, *, agent: str) -> None:
        """A person confirms a PES that waits in 13 or 14."""
        if transaction.statut not in WAITING:
            raise _not_ready("poster", transaction)
        transaction.enter(1, self._ground.now, texts.POSTED_BY_HAND.format(agent=agent))
        self.settle(transaction)

    def repondre(
        self, transaction: PesTransaction, *, reponse: Reponse | None = None, erreurs: Sequence[Erreur] = ()
    ) -> None:
        """Lead it to the trésorerie's answer at once, whatever the pace; that answer, or its own."""
        if transaction.statut not in MOVING:
            raise _not_ready("acquitter", transaction)
        while transaction.statut in MOVING:
            if transaction.statut == 3 and reponse is not None:
                self._answer(transaction, self._ground.now, reponse, erreurs)
            else:
                self._leave(transaction, self._ground.now)
        self.settle(transaction)

    def refuser(self, transaction: PesTransaction, *, motif: str) -> None:
        """S2LOW refuses it now."""
        if transaction.statut not in MOVING:
            raise _not_ready("refuser", transaction)
        self._refuse(
            transaction, self._ground.now, texts.REFUSED, detail=motif or "refusé pour les besoins du test"
        )

    def annuler(self, transaction: PesTransaction) -> None:
        """Somebody takes back a PES that has not left."""
        if transaction.statut not in (1, 7, 2, *WAITING):
            raise _not_ready("annuler", transaction)
        transaction.enter(0, self._ground.now, texts.CANCELLED)

    def _due(self, pas: Pas, transaction: PesTransaction, *, looking: bool) -> datetime | None:
        looks = transaction.looks if looking else None
        return pas.due(since=transaction.since, looks=looks, now=self._ground.now)

    def _leave(self, transaction: PesTransaction, moment: datetime) -> None:
        if transaction.statut == 1 and self._ground.profile == "v4":
            transaction.enter(7, moment, texts.MESSAGES[7])
        elif transaction.statut in (1, 7):
            self._analyse(transaction, moment)
        elif transaction.statut == 2:
            self._send(transaction, moment)
        else:
            asked = self.scenario(transaction, *REPONSES)
            reponse: Reponse | None = asked.issue if asked else None  # pyright: ignore[reportAssignmentType]
            self._answer(transaction, moment, reponse, asked.erreurs if asked else ())

    def _analyse(self, transaction: PesTransaction, moment: datetime) -> None:
        refusal = self.scenario(transaction, "refus_analyse")
        pes = transaction.pes
        if self.scenario(transaction, "refus_antivirus"):
            self._refuse(transaction, moment, texts.VIRUS)
        elif refusal:
            self._refuse(
                transaction, moment, texts.REFUSED, detail=refusal.motif or "refusé pour les besoins du test"
            )
        elif not pes.annonce_latin1:
            self._refuse(transaction, moment, texts.BAD_ENCODING)
        elif not pes.lisible:
            self._refuse(transaction, moment, texts.NOT_XML)
        elif not pes.domaines:
            self._refuse(transaction, moment, texts.NOTHING_IN_IT)
        elif not pes.nom_fic:
            self._refuse(transaction, moment, texts.NO_NOM_FIC)
        elif len(pes.cod_col) > 3:
            self._refuse(transaction, moment, texts.LONG_COD_COL)
        elif transaction.problem:
            self._refuse(transaction, moment, texts.SIGNATURE_INVALID, detail=transaction.problem)
        elif self._is_used(transaction):
            self._refuse(transaction, moment, texts.NOM_FIC_USED)
        elif len(pes.id_coll) > 14:
            self._refuse(transaction, moment, texts.LONG_ID_COLL)
        else:
            transaction.enter(2, moment, texts.MESSAGES[2])

    def _is_used(self, transaction: PesTransaction) -> bool:
        first = self._names.get(_name(transaction), transaction.id)
        return first != transaction.id and not transaction.authority.nom_fic_reutilisable

    def _send(self, transaction: PesTransaction, moment: datetime) -> None:
        pes, authority = transaction.pes, transaction.authority
        wrong = next(
            (
                name
                for name, size in (("CodCol", 3), ("IdPost", 6), ("CodBud", 2))
                if len(pes.tete(name)) != size
            ),
            "",
        )
        if not authority.helios_dest:
            self._refuse(transaction, moment, texts.NO_DESTINATION)
        elif wrong:
            self._refuse(transaction, moment, texts.MISSING_HEAD, nom=wrong)
        else:
            if pes.id_coll and pes.id_coll not in authority.sirets:
                authority.sirets.append(pes.id_coll)
            siren = authority.collectivite.siren
            self._sent[siren] = self._sent.get(siren, 0) + 1
            transaction.sent_as = f"PESALR2_{siren}_{local_day(moment):%y%m%d}_{self._sent[siren]:03}.xml"
            transaction.enter(3, moment, texts.MESSAGES[3])

    def _answer(
        self,
        transaction: PesTransaction,
        moment: datetime,
        reponse: Reponse | None,
        erreurs: Sequence[Erreur],
    ) -> None:
        statut, content = self.tresorerie.juge(transaction.pes, reponse=reponse, erreurs=erreurs)
        transaction.acquit = content
        if statut == -1:
            transaction.retrievable = True
            self._refuse(transaction, moment, texts.BAD_ACQUIT)
        else:
            transaction.enter(statut, moment, texts.MESSAGES[statut])

    def _refuse(self, transaction: PesTransaction, moment: datetime, said: str, **parts: str) -> None:
        message = said.replace("{id}", str(transaction.id))
        for name, value in parts.items():
            message = message.replace("{" + name + "}", value)
        transaction.enter(-1, moment, message)


def _name(transaction: PesTransaction) -> tuple[str, str]:
    return transaction.pes.nom_fic, transaction.pes.cod_col


def _not_ready(operation: str, transaction: PesTransaction) -> NotReady:
    label = texts.STATUS_LABELS[transaction.statut]
    return NotReady(
        f"Le PES {transaction.id} est au statut {transaction.statut} ({label}).",
        platform=PLATFORM,
        operation=operation,
        advice="Cette action n'est pas possible dans ce statut.",
    )
