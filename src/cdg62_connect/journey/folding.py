"""What each fact changes in a dossier, and what of it the depositor is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cdg62_connect.journey import events as ev
from cdg62_connect.journey.prefecture import Exchange, facts_of, words_of
from cdg62_connect.journey.state import Dossier, PastellDocument, PendingReturn
from cdg62_connect.operis import Refus

_ACQUITS = {
    "accepte": "ACQUIT_HELIOS",
    "partiel": "ACQUIT_PARTIEL_HELIOS",
    "refuse": "REFUSE_HELIOS",
}


def fold(id_depot: str, history: Iterable[ev.Event]) -> Dossier:
    """The dossier that a history makes."""
    dossier = Dossier(id_depot=id_depot)
    for event in history:
        dossier = apply(dossier, event)
    return dossier


def apply(dossier: Dossier, event: ev.Event) -> Dossier:
    """The dossier after one more event."""
    dossier = replace(dossier, last_seq=event.seq, changed_at=event.at)
    match event.fact:
        case ev.Received() as fact:
            return replace(dossier, received=fact, received_at=event.at)
        case ev.Accepted() as fact:
            return replace(dossier, accepted=fact, siren=fact.siren)
        case ev.Quarantined() as fact:
            return replace(dossier, quarantined=fact)
        case ev.AcknowledgementWritten():
            return replace(dossier, acknowledgement_written=True)
        case ev.Filed(where=where):
            return replace(dossier, filed=where)
        case ev.IntentRecorded() as fact:
            return replace(
                _settled(dossier, fact.step), intents=(*_settled(dossier, fact.step).intents, fact)
            )
        case ev.IntentCleared(step=step):
            return _settled(dossier, step)
        case ev.CircuitDrafted() as fact:
            return replace(_settled(dossier, "ouvrir_circuit"), draft=fact)
        case ev.CircuitOpened() as fact:
            settled = _settled(_settled(dossier, "ouvrir_circuit"), "lancer_circuit")
            opened = replace(settled, circuit=fact)
            return _told(opened, event, "AU_PARAPHEUR")
        case ev.Signed() as fact:
            message = " ".join([*(s.problem for s in fact.signatures if s.problem), fact.remark]).strip()
            return _told(replace(dossier, signed=fact), event, "SIGNE", files=fact.files, message=message)
        case ev.RejectedInCircuit() as fact:
            refus = Refus(etape=fact.etape, motif=fact.reason, date=fact.on.isoformat() if fact.on else "")
            rejected = replace(dossier, rejected=fact)
            by = f"Refusé au parapheur par {fact.by}."
            return _told(rejected, event, "REFUSE_PARAPHEUR", files=fact.files, refus=refus, message=by)
        case ev.NumberReserved(numero=numero):
            return replace(dossier, numero=numero)
        case ev.Transmitted() as fact:
            intent = dossier.intent("transmettre")
            plan = intent.plan if intent else dossier.sent
            sent = replace(_settled(dossier, "transmettre"), transmitted=fact, sent=plan)
            return _told(sent, event, "TRANSMIS_TDT", message=_again(dossier, fact))
        case ev.PesTransmitted() as fact:
            return _told(replace(_settled(dossier, "transmettre_pes"), pes_sent=fact), event, "TRANSMIS_TDT")
        case ev.PesAcquitted() as fact:
            done = replace(dossier, acquitted=fact, waiting=None)
            refus = None
            if fact.verdict == "refuse":
                refus = Refus(etape="tresorerie", motif=fact.message, date=event.at.isoformat())
            etat = _ACQUITS[fact.verdict]
            return _told(done, event, etat, files=done.evidence, refus=refus, message=fact.message)
        case ev.PesRefused() as fact:
            done = replace(dossier, pes_refused=fact, waiting=None)
            refus = Refus(etape="tdt", motif=fact.reason, date=event.at.isoformat())
            return _told(done, event, "REFUSE_HELIOS", files=done.evidence, refus=refus, message=fact.advice)
        case ev.WaitingForPerson() as fact:
            message = f"{fact.who} {fact.lien}".strip()
            return _told(replace(dossier, waiting=fact), event, "ATTENTE_RGS", message=message)
        case ev.PersonActed():
            return replace(dossier, waiting=None)
        case ev.AcknowledgedByPrefecture() as fact:
            done = replace(dossier, acknowledged=fact, waiting=None)
            return _told(done, event, "AR_PREFECTURE", files=done.evidence, message=fact.remark)
        case ev.RefusedByLegality() as fact:
            refus = Refus(etape=fact.etape, motif=fact.reason, date=event.at.isoformat())
            done = replace(dossier, refused=fact, waiting=None)
            return _told(done, event, "REFUSE_TDT", files=done.evidence, refus=refus, message=fact.advice)
        case ev.ActeCancelled() as fact:
            over = tuple(replace(one, ended=True) for one in dossier.exchanges)
            done = replace(dossier, refused=fact, waiting=None, exchanges=over)
            return _told(done, event, "ANNULE", files=fact.files or done.evidence)
        case (
            ev.PrefectureMessage() | ev.PrefectureAnswered() | ev.PrefectureSilent() | ev.AnswerDelivered()
        ) as fact:
            return _on_exchange(dossier, event, fact)
        case (
            ev.ClassificationOutdated() | ev.ClassificationRequested() | ev.ClassificationRenewed()
        ) as fact:
            return _on_classification(dossier, fact)
        case ev.CircuitReleased():
            return replace(_settled(dossier, "liberer_circuit"), released=True)
        case (
            ev.PastellDocumentOpened() | ev.PastellFormFilled() | ev.PastellActed() | ev.PastellSeen()
        ) as fact:
            return _on_pastell(dossier, fact)
        case ev.Blocked() as fact:
            message = f"{fact.reason} {fact.advice} Qui doit agir : {fact.who}."
            return _told(replace(dossier, blocked=fact), event, "ERREUR", files=fact.files, message=message)
        case ev.Resolved(decision=decision):
            return _resolved(dossier, decision)
        case ev.Abandoned() as fact:
            message = f"Abandonné par {fact.by} : {fact.motif}"
            done = replace(dossier, abandoned=fact, blocked=None, waiting=None, intents=())
            return _told(done, event, "ERREUR", message=message)
        case ev.Returned() as fact:
            pending = tuple(waiting for waiting in dossier.pending_returns if waiting.cause != fact.cause)
            return replace(dossier, pending_returns=pending, returns=(*dossier.returns, fact))
        case ev.Closed():
            silent = dossier.quarantined or dossier.abandoned
            return _told(replace(dossier, closed=True), event, "" if silent else "TERMINE")


def _on_exchange(
    dossier: Dossier,
    event: ev.Event,
    fact: ev.PrefectureMessage | ev.PrefectureAnswered | ev.PrefectureSilent | ev.AnswerDelivered,
) -> Dossier:
    match fact:
        case ev.PrefectureMessage():
            heard = replace(dossier, exchanges=(*dossier.exchanges, Exchange(fact, event.at)))
            return _told(
                heard,
                event,
                "MESSAGE_PREFECTURE",
                files=fact.files,
                message=words_of(fact),
                prefecture=facts_of(fact),
            )
        case ev.PrefectureAnswered():
            ended = replace(_ended(dossier, fact.message), answered=(*dossier.answered, fact))
            if fact.lot:
                message = f"Le message {fact.message} de la préfecture a sa réponse : dépôt {fact.lot}."
            else:
                to = (
                    f"au message {fact.message}"
                    if fact.message
                    else "à un message que ce connecteur n'a pas vu"
                )
                message = f"Une réponse {to} a été envoyée depuis le site de S2LOW."
            told = {"message": fact.message, "reponse": fact.reponse, "lot": fact.lot or None}
            return _told(
                ended, event, "MESSAGE_PREFECTURE", files=fact.files, message=message, prefecture=told
            )
        case ev.PrefectureSilent():
            return _ended(dossier, fact.message)
        case ev.AnswerDelivered():
            return replace(dossier, delivered=fact, waiting=None)


def _ended(dossier: Dossier, message: int) -> Dossier:
    return replace(
        dossier,
        exchanges=tuple(
            replace(one, ended=True) if one.message.message == message else one for one in dossier.exchanges
        ),
    )


def _on_classification(
    dossier: Dossier,
    fact: ev.ClassificationOutdated | ev.ClassificationRequested | ev.ClassificationRenewed,
) -> Dossier:
    """The refused number is used for ever: the next one is another."""
    match fact:
        case ev.ClassificationOutdated():
            return replace(
                dossier,
                outdated=fact,
                classification_asked=False,
                resends=dossier.resends + 1,
                transmitted=None,
                waiting=None,
                numero="",
            )
        case ev.ClassificationRequested():
            return replace(_settled(dossier, "demander_classification"), classification_asked=True)
        case ev.ClassificationRenewed():
            return replace(_settled(dossier, "demander_classification"), outdated=None)


def _again(dossier: Dossier, fact: ev.Transmitted) -> str:
    if not dossier.resends:
        return ""
    return (
        "La classification avait changé : le même document signé est transmis de nouveau, sous le numéro "
        f"{fact.numero}."
    )


def _on_pastell(
    dossier: Dossier,
    fact: ev.PastellDocumentOpened | ev.PastellFormFilled | ev.PastellActed | ev.PastellSeen,
) -> Dossier:
    if isinstance(fact, ev.PastellDocumentOpened):
        opened = PastellDocument(
            fact.entite,
            fact.id_d,
            fact.flux,
            foreign=fact.how == "adopted" and not fact.confirmed,
            filled=fact.launched,
            launched=fact.launched,
        )
        return replace(_settled(dossier, "creer_pastell"), pastell=opened)
    document = dossier.pastell
    assert document is not None
    match fact:
        case ev.PastellFormFilled():
            filled = replace(document, filled=True, date_acte=fact.date_acte, remark=fact.remark)
            return replace(_settled(dossier, "remplir_pastell"), pastell=filled)
        case ev.PastellActed():
            acted = replace(
                document,
                launched=True,
                todo="",
                asked=document.asked + 1,
                answer=fact.said,
                refused=fact.how == "refused",
            )
            return replace(_settled(dossier, "agir_pastell"), pastell=acted)
        case ev.PastellSeen():
            same = fact.etat == document.etat  # a failed try renews the date of some states
            seen = replace(
                document,
                etat=fact.etat,
                since=fact.since,
                said=fact.said,
                todo=fact.todo,
                why=fact.why,
                asked=document.asked if same else 0,
                answer=document.answer if same else "",
                refused=document.refused and same,
            )
            return replace(dossier, pastell=seen)


def _settled(dossier: Dossier, step: str) -> Dossier:
    """The intent of this step, and of no other, has its outcome."""
    return replace(dossier, intents=tuple(one for one in dossier.intents if one.step != step))


def _resolved(dossier: Dossier, decision: str) -> Dossier:
    """A key that turned out to be somebody else's is not used again: the next one is another."""
    code = dossier.blocked.code if dossier.blocked else ""
    dossier = replace(dossier, blocked=None)
    if code == "JOURNAL_ANCIEN":
        return replace(dossier, age_known=True)
    if decision != "jamais_parti":
        return dossier
    if code == "NUMERO_ACTE_UTILISE":
        return replace(dossier, numero="")
    if code in ("CLASSIFICATION_CHANGEE", "REPONSE_DEJA_DONNEE"):
        return replace(dossier, insisted=True)
    return replace(dossier, attempt=dossier.attempt + 1) if code == "CLE_DEJA_PRISE" else dossier


def _told(
    dossier: Dossier,
    event: ev.Event,
    etat: str,
    *,
    files: tuple[ev.StoredFile, ...] = (),
    refus: Refus | None = None,
    message: str = "",
    prefecture: Mapping[str, object] | None = None,
) -> Dossier:
    if not etat:
        return dossier
    pending = PendingReturn(
        cause=event.seq,
        at=event.at,
        etat=etat,
        files=files,
        refus=refus,
        message=message,
        prefecture=prefecture,
    )
    return replace(dossier, pending_returns=(*dossier.pending_returns, pending))
