"""What the actions of the flux do, by the name their definition gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cdg62_connect.simulator.pastell.steps import ending, orientation, sending, signature, tdt, transformation

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.execution import Behaviour
    from cdg62_connect.simulator.pastell.flux import Flux

_BEHAVIOURS: Mapping[str, Behaviour] = {
    "Supprimer": ending.suppress,
    "Reopen": ending.reopen,
    "Duplicate": ending.duplicate,
    "OrientationTypeDossierPersonnalise": orientation.studio,
    "OrientationFluxAuto": orientation.automatic,
    "HeliosOrientationFluxAuto": orientation.automatic,
    "OrientationFluxAutoDoc": orientation.to_sign,
    "PDFGeneriqueOrientation": orientation.pdf,
    "TransformationTransform": transformation.transform,
    "TransformationFixeTransform": transformation.transform_fixed,
    "SignatureEnvoie": signature.send,
    "SignatureRecuperation": signature.check,
    "IParapheurRecup": signature.check_actes,
    "IParapheurRecupHelios": signature.check_helios,
    "TdTEnvoiActe": tdt.send_acte,
    "TedetisEnvoie": tdt.send_acte,
    "TdTRecupActe": tdt.check_acte,
    "TdTRestamp": tdt.stamp_again,
    "TdTAnnulation": tdt.cancel,
    "TdTRecupAnnulation": tdt.check_cancellation,
    "TdtTeletransmettre": tdt.teletransmit,
    "TdtRetourTeletransmettre": tdt.teletransmitted,
    "TedetisEnvoieHelios": tdt.send_helios,
    "TdTEnvoiHelios": tdt.send_helios_studio,
    "TdTRecupHelios": tdt.check_helios,
    "GEDEnvoyer": sending.deposit,
    "MailsecEnvoyer": sending.mail,
    "MailsecRenvoyer": sending.mail_again,
    "PDFGeneriqueRenvoyer": sending.mail_again,
    "MailsecNotReceived": sending.give_up,
    "MailsecRelance": sending.remind,
    "MailsecComputeReadMail": sending.computed,
    "MailsecComputeAnsweredMail": sending.computed,
    "Pastell\\Step\\SAE\\Action\\SAEGenerateArchiveAction": sending.package,
    "Pastell\\Step\\SAE\\Action\\SAESendArchiveAction": sending.archive,
    "SAEEnvoiActes": sending.archive,
    "SAEEnvoiHelios": sending.archive,
    "PDFGeneriqueEnvoiSAE": sending.archive,
    "SAEVerifier": sending.archive_acknowledged,
    "SAEValider": sending.archive_answered,
}
WITHOUT_JOB = frozenset({"Reopen", "Supprimer", "Duplicate"})
"""Those after which the queue of the daemon is left as it is."""


def does(flux: Flux, action: str) -> str:
    """What an action does, as its definition names it: through a connector, or by itself."""
    named = str(flux.property(action, "connecteur-type-action", ""))
    return named or str(flux.property(action, "action-class", ""))


def behaviour(flux: Flux, action: str) -> Behaviour | None:
    """What an action does; ``None`` when it only records its state, or when only the form calls it."""
    if action == "fatal-error":
        return ending.fatal
    return _BEHAVIOURS.get(does(flux, action))
