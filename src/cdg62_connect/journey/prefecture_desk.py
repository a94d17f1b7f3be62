"""Checking a deposit that answers the préfecture against what the journal knows of the message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.errors import UnknownDossier
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.prefecture import COURRIER, DEFERE, DEMANDE, label_of
from cdg62_connect.operis import Finding, FindingCode, SensReponse

if TYPE_CHECKING:
    from cdg62_connect.journey.prefecture_ledger import PrefectureLedger
    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.journey.store import Store
    from cdg62_connect.operis import CheckedDeposit, ManifestAnswer


class AnswerDesk:
    """Knows every message that the préfecture wrote, and who answers it."""

    def __init__(self, *, store: Store, ledger: PrefectureLedger) -> None:
        self._store = store
        self._ledger = ledger

    def judge(self, deposit: CheckedDeposit, asked: ManifestAnswer) -> ev.AnswerTo | Finding:
        """What the deposit answers, or why it cannot."""
        dossier = self._acte(deposit, asked)
        if isinstance(dossier, Finding):
            return dossier
        exchange = next((one for one in dossier.exchanges if one.message.message == asked.message), None)
        if exchange is None:
            known = ", ".join(str(one.message.message) for one in dossier.exchanges) or "aucun"
            return _finding(
                FindingCode.REPONSE_INCONNUE,
                "reponse_a.message",
                f"Le message {asked.message} n'est pas de ceux reçus pour {asked.id_depot} ({known}).",
            )
        message = exchange.message
        if problem := _impossible(deposit, asked, message):
            return _finding(FindingCode.REPONSE_IMPOSSIBLE, "reponse_a", problem)
        tried = self._ledger.answers_to(f"reponse:{asked.message}")
        given = next((one.id_depot for one in tried if one.alive), None)
        answered = next((one for one in dossier.answered if one.message == asked.message), None)
        if given or answered:
            who = f"par le dépôt {given}" if given else "sur le site de S2LOW"
            return _finding(
                FindingCode.REPONSE_DEJA_DONNEE,
                "reponse_a.message",
                f"Le message {asked.message} a déjà une réponse, {who}. Pour la compléter, passez par S2LOW.",
            )
        assert dossier.transmitted is not None
        return ev.AnswerTo(
            id_depot=dossier.id_depot,
            message=message.message,
            sorte=message.sorte,
            acte=dossier.transaction,
            acte_id=dossier.acknowledged.acte_id if dossier.acknowledged else "",
            numero=dossier.transmitted.numero,
            dated=message.dated,
            refus=asked.envoi is SensReponse.REFUS,
            rang=len(tried),
        )

    def _acte(self, deposit: CheckedDeposit, asked: ManifestAnswer) -> Dossier | Finding:
        try:
            dossier = self._store.dossier(asked.id_depot)
        except UnknownDossier:
            dossier = None
        if dossier is None or dossier.transmitted is None or dossier.siren != deposit.authority.siren:
            return _finding(
                FindingCode.REPONSE_INCONNUE,
                "reponse_a.id_depot",
                f"« {asked.id_depot} » n'est pas le dépôt d'un acte que cette autorité a transmis par ici.",
            )
        return dossier


def _impossible(deposit: CheckedDeposit, asked: ManifestAnswer, message: ev.PrefectureMessage) -> str:
    label = label_of(message.sorte)
    if message.sorte == DEFERE:
        return f"{label} : on n'y répond pas par S2LOW, mais devant le tribunal."
    if deposit.authority.s2low is None:
        return "Cette autorité n'a pas de compte S2LOW dans la configuration : répondez sur le site de S2LOW."
    if deposit.signer and deposit.authority.parapheur is None:
        return "Cette autorité n'a pas de compte du parapheur dans la configuration : déposez une réponse déjà signée."
    if message.sorte == COURRIER and asked.envoi is SensReponse.REFUS:
        return f"{label} : « reponse » est le seul sens qui y soit prévu."
    if deposit.annexes and (message.sorte != DEMANDE or asked.envoi is SensReponse.REFUS):
        return f"{label} : S2LOW ne garde les annexes que d'un envoi de pièces complémentaires."
    return ""


def _finding(code: FindingCode, champ: str, message: str) -> Finding:
    return Finding(code=code, champ=champ, message=message)
