"""What a change of the form brings about."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cdg62_connect.simulator.pastell import typology
from cdg62_connect.simulator.pastell.execution import Execution, Failed
from cdg62_connect.simulator.pastell.pes import NotXml, extracted
from cdg62_connect.simulator.pastell.steps import does

_BOX = "envoi_signature"


def run_onchange(run: Execution) -> bool:
    """Do what the action of a field says; whether what follows may be done too. Raises: Failed."""
    effect = _EFFECTS.get(does(run.flux, run.action))
    return effect(run) if effect else True


def _steps_chosen(run: Execution) -> bool:
    """The studio: a box of signature opens the tab of the parapheur that is associated."""
    form = run.form
    boxes = [step.box for step in run.flux.steps if step.box.startswith(_BOX)]
    for box in boxes:
        suffix = box.removeprefix(_BOX)
        asked = form.truth(box)
        fast = asked and _is_fast(run)
        form.put(f"envoi_iparapheur{suffix}", "1" if asked and not fast else "")
        form.put(f"envoi_fast{suffix}", "1" if fast else "")
    form.save()
    for box in boxes:
        # Only now, once the fields are written, does Pastell look for the connector.
        if form.truth(box):
            run.connector("signature")
    return True


def _is_fast(run: Execution) -> bool:
    found = run.platform.connector_for(run.document.id_e, run.document.type, "signature")
    return found is not None and found[0].id == "fast-parapheur"


def _signature_checked(run: Execution) -> bool:
    """The check-box of the classic flux."""
    form = run.form
    asked = form.truth("envoi_signature_check")
    if asked:
        run.connector("signature")
    fast = asked and _is_fast(run)
    form.put("envoi_signature", "1" if asked and not fast else "")
    form.put("envoi_signature_fast", "1" if fast else "")
    form.save()
    return True


def _signature_asked(run: Execution) -> bool:
    """The flags of the classic flux: the check-box follows."""
    asked = run.form.truth("envoi_signature") or run.form.truth("envoi_signature_fast")
    run.form.put("envoi_signature_check", "1" if asked else "")
    run.form.save()
    return True


def _helios_signature_asked(run: Execution) -> bool:
    _signature_asked(run)
    for other in ("envoi_signature_fast", "has_signature_locale"):
        if not run.form.truth(other):
            run.form.put(other, "")
    run.form.save()
    return True


def _pes_read(run: Execution) -> bool:
    """The PES tells what it is about, and gives its name to the document that has none."""
    form = run.form
    content = form.content("fichier_pes")
    if not content:
        return True
    try:
        name, found = extracted(content)
    except NotXml as unreadable:
        shown = run.document.shown_path("fichier_pes", 0)
        raise Failed(f"Le fichier {shown} n'est pas un XML correct : {unreadable}") from unreadable
    if not form.text("objet"):
        form.put("objet", name)
    if "pes_information_pes_aller" in run.flux.fields:
        form.put("pes_information_pes_aller", "1")
    for field, value in found.items():
        form.put(field, value)
    form.put(run.name("pes_etat_ack") if "pes_etat_ack" in run.flux.fields else "etat_ack", "0")
    form.save()
    run.retitle()
    return True


_EFFECTS: Mapping[str, Callable[[Execution], bool]] = {
    "CheminementChangeTypeDossierPersonnalise": _steps_chosen,
    "EnvoieSignatureChange": _signature_checked,
    "HeliosEnvoieSignatureChange": _signature_checked,
    "EnvoieSignatureChangeAPI": _signature_asked,
    "HeliosEnvoieSignatureChangeAPI": _helios_signature_asked,
    "TdtAnnexeTypologieAnnexeChange": typology.wiped,
    "TdtTypologieChangeByApi": typology.written_directly,
    "HeliosGeneriqueFichierPESChange": _pes_read,
    "TdTFichierPESChange": _pes_read,
}
