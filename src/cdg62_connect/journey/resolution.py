"""A person's way out of BLOCKED: what they decide is checked against the platform, then recorded with who and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdg62_connect.errors import NotFound, ResolutionRefused
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.circuit import OpenCircuit, ReleaseCircuit, WatchCircuit
from cdg62_connect.journey.legality import Transmit, WatchActe

if TYPE_CHECKING:
    from cdg62_connect.journey.hold import Hold
    from cdg62_connect.journey.platforms import AuthorityPlatforms
    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.journey.step import Context, Effect

_CIRCUIT_STEPS = (OpenCircuit.name, WatchCircuit.name)
_ACTE_STEPS = (Transmit.name, WatchActe.name)


def adopt(
    hold: Hold, platforms: AuthorityPlatforms, *, platform: str, remote_id: str, by: str, motif: str
) -> None:
    """Take the element ``remote_id`` of ``platform`` as this dossier's own.

    Raises:
        ResolutionRefused: the dossier is not blocked there, or the platform does not have that element, or
            it is another acte's.
        PlatformError: the platform cannot be asked now.
    """
    blocked = _blocked(hold.state)
    match platform:
        case "iparapheur" if blocked.step in _CIRCUIT_STEPS:
            outcome = _adopt_circuit(platforms, remote_id)
        case "s2low" if blocked.step in _ACTE_STEPS:
            outcome = _adopt_acte(hold.state, platforms, remote_id)
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
    effects: dict[str, Effect] = {
        OpenCircuit.name: OpenCircuit(),
        Transmit.name: Transmit(),
        ReleaseCircuit.name: ReleaseCircuit(),
    }
    effect = effects.get(blocked.step)
    if effect is None:
        raise ResolutionRefused(
            f"Le dossier {hold.id_depot} est bloqué à l'étape « {blocked.step} », qui n'envoie rien : "
            "utilisez --adopter PLATEFORME=IDENTIFIANT."
        )
    decided = ev.Resolved(by=by, motif=motif, decision="jamais_parti")
    intent = hold.state.intent
    if intent is None:
        hold.append(decided)
        return
    outcome = effect.reconcile(context, intent)
    somebody_elses = any(
        isinstance(fact, ev.Blocked) and fact.code == "NUMERO_ACTE_UTILISE" for fact in outcome
    )
    if not somebody_elses and not any(isinstance(fact, ev.IntentCleared) for fact in outcome):
        raise ResolutionRefused(
            f"La plateforme {effect.platform} connaît cet envoi ({intent.key}) : il est bien parti. "
            f"Adoptez-le par --adopter {effect.platform}=IDENTIFIANT."
        )
    hold.append(decided, ev.IntentCleared(step=effect.name, why=f"déclaré jamais parti par {by} : {motif}"))


def _blocked(dossier: Dossier) -> ev.Blocked:
    if dossier.blocked is None:
        raise ResolutionRefused(f"Le dossier {dossier.id_depot} n'est pas bloqué : il n'y a rien à résoudre.")
    return dossier.blocked


def _adopt_circuit(platforms: AuthorityPlatforms, remote_id: str) -> ev.CircuitOpened:
    try:
        platforms.parapheur.dossiers.historique(remote_id)
    except NotFound:
        raise ResolutionRefused(
            f"Le parapheur ne montre aucun dossier « {remote_id} » au compte de {platforms.authority.name}."
        ) from None
    return ev.CircuitOpened(dossier_id=remote_id, how="adopted")


def _adopt_acte(dossier: Dossier, platforms: AuthorityPlatforms, remote_id: str) -> ev.Transmitted:
    if not remote_id.isascii() or not remote_id.isdigit():
        raise ResolutionRefused(f"« {remote_id} » n'est pas un numéro de transaction S2LOW.")
    transaction = int(remote_id)
    actes = platforms.require_s2low().actes
    try:
        status = actes.statut(transaction)
    except NotFound:
        raise ResolutionRefused(f"S2LOW ne connaît pas la transaction {transaction}.") from None
    offset = 0
    while page := actes.lister(status.code, offset=offset, limit=100).transactions:
        found = next((acte for acte in page if acte.id == transaction), None)
        if found is not None:
            if found.number != dossier.numero:
                raise ResolutionRefused(
                    f"La transaction {transaction} porte le numéro {found.number}, "
                    f"ce dossier a le numéro {dossier.numero} : ce n'est pas le même acte."
                )
            return ev.Transmitted(transaction=transaction, numero=dossier.numero, how="adopted")
        offset += len(page)
    raise ResolutionRefused(
        f"La transaction {transaction} n'est pas parmi les actes de {platforms.authority.name} sur S2LOW."
    )
