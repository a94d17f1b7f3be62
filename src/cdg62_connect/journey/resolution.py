"""A person's way out of BLOCKED: what they decide is checked against the platform, then recorded with who and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cdg62_connect.errors import NotFound, ResolutionRefused
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.acte_search import find_in_status
from cdg62_connect.journey.circuit import OpenCircuit, StartCircuit, WatchCircuit
from cdg62_connect.journey.helios.adoption import adopt_pes
from cdg62_connect.journey.helios.transmission import TransmitPes
from cdg62_connect.journey.helios.watch import WatchPes
from cdg62_connect.journey.legality import Transmit, WatchActe
from cdg62_connect.journey.pastell.act import Act
from cdg62_connect.journey.pastell.draft import DRAFT, CreateDraft, FillDraft, remote_key
from cdg62_connect.journey.pastell.watch import WatchDocument
from cdg62_connect.journey.prefecture_answer import SendAnswer, WatchAnswer

if TYPE_CHECKING:
    from cdg62_connect.journey.hold import Hold
    from cdg62_connect.journey.platforms import AuthorityPlatforms
    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.journey.step import Context, Effect

_SOMEBODY_ELSES = ("NUMERO_ACTE_UTILISE", "REPONSE_DEJA_DONNEE")
"""What stands there is not what was to be sent: to send is still possible."""

_CIRCUIT_STEPS = (OpenCircuit.name, StartCircuit.name, WatchCircuit.name)
_ACTE_STEPS = (Transmit.name, WatchActe.name)
_ANSWER_STEPS = (SendAnswer.name, WatchAnswer.name)
_PES_STEPS = (TransmitPes.name, WatchPes.name)
_PASTELL_STEPS = (CreateDraft.name, FillDraft.name, Act.name, WatchDocument.name)


def adopt(
    hold: Hold,
    platforms: AuthorityPlatforms,
    *,
    platform: str,
    remote_id: str,
    by: str,
    motif: str,
    held_by: Callable[[str, str, str | int], str | None],
) -> None:
    """Take the element ``remote_id`` of ``platform`` as this dossier's own.

    ``held_by`` tells which dossier of the journal has said of itself that it has this element.

    Raises:
        ResolutionRefused: the dossier is not blocked there, or the platform does not have that element, or
            it is another dossier's.
        PlatformError: the platform cannot be asked now.
    """
    blocked = _blocked(hold.state)
    outcome: ev.CircuitOpened | ev.Transmitted | ev.PesTransmitted | ev.PastellDocumentOpened
    match platform:
        case "iparapheur" if blocked.step in _CIRCUIT_STEPS:
            _refuse_another_dossiers(held_by("circuit_opened", "dossier_id", remote_id), hold, remote_id)
            outcome = _adopt_circuit(hold.state, platforms, remote_id)
        case "pastell" if blocked.step in _PASTELL_STEPS:
            outcome = _adopt_document(hold, platforms, remote_id)
        case "s2low" if blocked.step in _ACTE_STEPS:
            transaction = _transaction(remote_id)
            _refuse_another_dossiers(held_by("transmitted", "transaction", transaction), hold, remote_id)
            outcome = _adopt_acte(hold.state, platforms, transaction)
        case "s2low" if blocked.step in _ANSWER_STEPS:
            transaction = _transaction(remote_id)
            _refuse_another_dossiers(held_by("transmitted", "transaction", transaction), hold, remote_id)
            outcome = _adopt_answer(hold.state, platforms, transaction)
        case "s2low" if blocked.step in _PES_STEPS:
            transaction = _transaction(remote_id)
            _refuse_another_dossiers(held_by("pes_transmitted", "transaction", transaction), hold, remote_id)
            outcome = adopt_pes(hold.state, platforms, transaction)
        case _:
            raise ResolutionRefused(
                f"Le dossier {hold.id_depot} est bloqué à l'étape « {blocked.step} » : "
                f"il n'y a rien à adopter de {platform}."
            )
    hold.append(ev.Resolved(by=by, motif=motif, decision=f"adopter {platform}={remote_id}"), outcome)


def never_left(hold: Hold, context: Context, *, by: str, motif: str) -> None:
    """Take the blocked effect as never having happened: it will be planned again.

    Raises:
        ResolutionRefused: the dossier is not blocked at an effect, or the platform has the element.
        PlatformError: the platform cannot be asked now.
    """
    blocked = _blocked(hold.state)
    steps: tuple[Effect, ...] = (
        OpenCircuit(),
        StartCircuit(),
        Transmit(),
        SendAnswer(),
        TransmitPes(),
        CreateDraft(),
        FillDraft(),
        Act(),
    )
    effect = next((step for step in steps if step.name == blocked.step), None)
    if effect is None:
        raise ResolutionRefused(
            f"Le dossier {hold.id_depot} est bloqué à l'étape « {blocked.step} », qui n'envoie rien : "
            "utilisez --adopter PLATEFORME=IDENTIFIANT, ou --abandonner."
        )
    decided = ev.Resolved(by=by, motif=motif, decision="jamais_parti")
    intent = hold.state.intent(effect.name)
    cleared: tuple[ev.Fact, ...] = ()
    if intent is not None:
        cleared = (ev.IntentCleared(step=effect.name, why=f"déclaré jamais parti par {by} : {motif}"),)
    else:
        planned = effect.plan(context)
        intent = planned if isinstance(planned, ev.IntentRecorded) else None
    outcome = effect.reconcile(context, intent) if intent is not None else ()
    somebody_elses = any(isinstance(fact, ev.Blocked) and fact.code in _SOMEBODY_ELSES for fact in outcome)
    not_there = not outcome or any(isinstance(fact, ev.IntentCleared) for fact in outcome)
    if not somebody_elses and not not_there:
        raise ResolutionRefused(
            f"La plateforme {effect.platform} connaît cet envoi ({intent.key if intent else ''}) : il est bien "
            f"parti. Adoptez-le par --adopter {effect.platform}=IDENTIFIANT."
        )
    hold.append(decided, *cleared)


def abandon(hold: Hold, *, by: str, motif: str) -> None:
    """End a blocked dossier without its outcome; what the platforms have of it stays there.

    Raises:
        ResolutionRefused: the dossier is not blocked, or an effect of it may have happened unknown to us.
    """
    _blocked(hold.state)
    if hold.state.intents:
        keys = ", ".join(intent.key for intent in hold.state.intents)
        raise ResolutionRefused(
            f"Un envoi ({keys}) est peut-être passé : dites d'abord ce qu'il en est, "
            "par --adopter ou par --jamais-parti."
        )
    decided = ev.Resolved(by=by, motif=motif, decision="abandonner")
    hold.append(decided, ev.Abandoned(by=by, motif=motif))


def _refuse_another_dossiers(holder: str | None, hold: Hold, remote_id: str) -> None:
    if holder is not None and holder != hold.id_depot:
        raise ResolutionRefused(f"« {remote_id} » est déjà celui du dossier {holder}.")


def _transaction(remote_id: str) -> int:
    if not remote_id.isascii() or not remote_id.isdigit():
        raise ResolutionRefused(f"« {remote_id} » n'est pas un numéro de transaction S2LOW.")
    return int(remote_id)


def _blocked(dossier: Dossier) -> ev.Blocked:
    if dossier.blocked is None:
        raise ResolutionRefused(f"Le dossier {dossier.id_depot} n'est pas bloqué : il n'y a rien à résoudre.")
    return dossier.blocked


def _adopt_circuit(dossier: Dossier, platforms: AuthorityPlatforms, remote_id: str) -> ev.CircuitOpened:
    try:
        platforms.require_parapheur().progress(remote_id)
    except NotFound:
        raise ResolutionRefused(
            f"Le parapheur ne montre aucun dossier « {remote_id} » au compte de {platforms.authority.name}. "
            "S'il existe, donnez à ce compte le droit de le voir."
        ) from None
    seen = dossier.blocked is not None and dossier.blocked.code == "DOCUMENT_DIFFERENT"
    same = dossier.circuit is not None and dossier.circuit.dossier_id == remote_id
    return ev.CircuitOpened(dossier_id=remote_id, how="adopted", confirmed=seen and same)


def _adopt_acte(dossier: Dossier, platforms: AuthorityPlatforms, transaction: int) -> ev.Transmitted:
    s2low = platforms.require_s2low()
    try:
        status = s2low.actes.statut(transaction)
    except NotFound:
        raise ResolutionRefused(f"S2LOW ne connaît pas la transaction {transaction}.") from None
    found = find_in_status(s2low, status.code, lambda acte: acte.id == transaction)
    if found is None:
        raise ResolutionRefused(
            f"La transaction {transaction} n'est pas parmi les actes de {platforms.authority.name} sur S2LOW."
        )
    if found.number != dossier.numero:
        raise ResolutionRefused(
            f"La transaction {transaction} porte le numéro {found.number}, ce dossier "
            + (f"a le numéro {dossier.numero}" if dossier.numero else "n'a pas encore de numéro")
            + " : ce n'est pas le même acte."
        )
    return ev.Transmitted(transaction=transaction, numero=dossier.numero, how="adopted")


def _adopt_answer(dossier: Dossier, platforms: AuthorityPlatforms, transaction: int) -> ev.Transmitted:
    answer = dossier.accepted.reponse_a if dossier.accepted else None
    assert answer is not None
    listed = platforms.require_s2low().actes.prefecture.liees(answer.acte)
    if not any(one.id == transaction and one.type == answer.sorte for one in listed):
        raise ResolutionRefused(
            f"La transaction {transaction} n'est pas parmi les réponses sur l'acte {answer.numero} de S2LOW."
        )
    return ev.Transmitted(transaction=transaction, numero=answer.numero, how="adopted")


def _adopt_document(hold: Hold, platforms: AuthorityPlatforms, id_d: str) -> ev.PastellDocumentOpened:
    accepted, account = hold.state.accepted, platforms.authority.pastell
    pastell = platforms.require_pastell()
    assert accepted is not None
    assert account is not None
    try:
        detail = pastell.documents.detail(account.entity, id_d)
    except NotFound:
        raise ResolutionRefused(
            f"Pastell ne montre aucun document « {id_d} » dans l'entité {account.entity}."
        ) from None
    if detail.flux != accepted.flux:
        raise ResolutionRefused(
            f"Le document {id_d} est du type « {detail.flux} », ce dossier va par « {accepted.flux} »."
        )
    numero = detail.texte("numero_de_lacte")
    if hold.state.numero and numero and numero != hold.state.numero:
        raise ResolutionRefused(
            f"Le document {id_d} porte l'acte {numero}, ce dossier a l'acte {hold.state.numero}."
        )
    seen = hold.state.blocked is not None and hold.state.blocked.code == "DOCUMENT_DIFFERENT"
    same = hold.state.pastell is not None and hold.state.pastell.id_d == id_d
    if not hold.claim(remote_key(account.entity, id_d)):
        raise ResolutionRefused(f"Le document {id_d} est déjà celui d'un autre dossier.")
    return ev.PastellDocumentOpened(
        entite=account.entity,
        id_d=id_d,
        flux=detail.flux,
        how="adopted",
        launched=detail.etat not in DRAFT,
        confirmed=seen and same,
    )
