"""The signature: sending to the parapheur, looking where it is, taking it back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from cdg62_connect.simulator.pastell.execution import Execution, Failed, Hopeless, Moments
from cdg62_connect.simulator.pastell.form import extension, stem
from cdg62_connect.simulator.pastell.peers.ports import (
    FolderRefused,
    PeerFailed,
    SignatureRequest,
    SignatureResult,
    SignatureStatus,
)

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.peers.ports import Configuration, PeerFile, SignatureConnector

FAMILLE = "signature"
_SENT = "Le document a été envoyé au parapheur électronique"
_SIGNED = "La signature a été récupérée sur le parapheur électronique"
_DEFAULT_DAYS = "30"


def send(run: Execution) -> Moments:
    """``SignatureEnvoie``: the document goes to the parapheur."""
    signature, c = parapheur(run)
    error = run.name("send-signature-error")
    request = _request(run)
    if not request.titre:
        run.message = "L'objet du dossier est obligatoire"
        run.change(error, run.message)
        return False
    try:
        sent = signature.send(c, request, folder=run.folder)
    except FolderRefused as refused:
        run.message = str(refused)
        if run.habits.refused_folder_told:
            run.change(error, run.message)
        return False
    run.form.put(run.name("iparapheur_dossier_id"), sent.dossier_id)
    run.form.save()
    yield
    run.message = _SENT
    run.record(run.action, _SENT)
    return True


def parapheur(run: Execution) -> tuple[SignatureConnector, Configuration]:
    """The parapheur of the flux. Raises: Hopeless."""
    kind, c = run.connector(FAMILLE)
    if kind.signature is None:
        raise Hopeless(f"Le connecteur {kind.id} ne sait pas faire signer")
    return kind.signature, c


def _request(run: Execution) -> SignatureRequest:
    form = run.form
    document = form.peer_file(run.name("document"))
    if document is None:
        raise Failed("Le document à signer n'est pas présent")
    limited = form.truth(run.name("iparapheur_has_date_limite"))
    return SignatureRequest(
        titre=run.text("objet"),
        document=document,
        annexes=form.peer_files(run.name("autre_document_attache")),
        type=run.text("iparapheur_type"),
        sous_type=run.text("iparapheur_sous_type"),
        date_limite=run.text("iparapheur_date_limite") if limited else "",
        annotation_publique=run.text("iparapheur_annotation_publique"),
        annotation_privee=run.text("iparapheur_annotation_privee"),
        metadonnees=_metadonnees(form.content(run.name("json_metadata"))),
        is_pes=run.name("document") == "fichier_pes",
        visuel=form.peer_file("visuel_pdf"),
        champs=form.values,
    )


def _metadonnees(content: bytes) -> dict[str, str]:
    try:
        read: object = json.loads(content)
    except ValueError:
        return {}
    if not isinstance(read, dict):
        return {}
    pairs: dict[object, object] = read
    return {str(key): value if isinstance(value, str) else json.dumps(value) for key, value in pairs.items()}


# -- looking ---------------------------------------------------------------------------------------------------


def check(run: Execution) -> Moments:
    """``SignatureRecuperation``: the signed file takes the place of the document, which is kept aside."""
    signature, c = parapheur(run)
    status = _status(run, signature, c)
    form = run.form
    # The two flags are saved before the rest, and has_signature whatever the parapheur said.
    form.put("has_historique", "1")
    form.save()
    yield
    form.put(run.name("has_signature"), "1")
    _keep_history(run, status)
    if status.outcome == "waiting":
        return _still_waiting(run, status)
    dossier_id = run.text("iparapheur_dossier_id")
    annexes = len(form.names(run.name("autre_document_attache")))
    rejected = status.outcome == "rejected"
    form.save()  # what was learnt stays, even when the parapheur does not give the files
    result = signature.collect(c, dossier_id, rejected=rejected, folder=run.folder, annexes_envoyees=annexes)
    if rejected:
        _keep_slip(run, result, run.name("bordereau"))
        signature.release(c, dossier_id, rejected=True, is_acte=False)
        return _rejected(run, status)
    for num, annexe in enumerate(result.annexes_sortie):
        form.add_file(run.name("iparapheur_annexe_sortie"), annexe.name, annexe.path, num)
    if result.detached is not None:
        form.add_file(run.name("signature"), result.detached.name, result.detached.path)
    elif result.signed is not None:
        _replace(run, result, result.signed)
    _keep_slip(run, result, run.name("bordereau"))
    signature.release(c, dossier_id, rejected=False, is_acte=False)
    return _signed(run)


def _replace(run: Execution, result: SignatureResult, signed: PeerFile) -> None:
    form, document = run.form, run.name("document")
    name = form.name_of(document)
    original = run.name("document_original")
    if not form.names(original):
        form.add_file(original, f"{stem(name)}_orig.{extension(name)}", form.content(document))
    if run.habits.signed_name == "suffixe":
        name = f"{stem(name)}_signe.{extension(name)}"
    elif run.habits.signed_name == "du parapheur":
        name = signed.name or name
    form.add_file(document, name, signed.path)
    annexe, kept = run.name("autre_document_attache"), run.name("multi_document_original")
    for num, replaced in enumerate(result.signed_annexes):
        former = form.name_of(annexe, num)
        form.add_file(kept, f"{stem(former)}_orig.{extension(former)}", form.content(annexe, num), num)
        form.add_file(annexe, replaced.name, replaced.path, num)


def check_actes(run: Execution) -> Moments:
    """``IParapheurRecup``: the signed file is kept beside the act."""
    signature, c = parapheur(run)
    status = _status(run, signature, c)
    run.form.put("has_historique", "1")
    run.form.save()
    yield
    _keep_history(run, status)
    if status.outcome == "waiting":
        return _still_waiting(run, status)
    dossier_id = run.text("iparapheur_dossier_id")
    rejected = status.outcome == "rejected"
    annexes = len(run.form.names("autre_document_attache"))
    result = signature.collect(c, dossier_id, rejected=rejected, folder=run.folder, annexes_envoyees=annexes)
    if not rejected:
        form = run.form
        form.put("has_signature", "1")
        if result.signed is not None:
            form.put("is_pades", "1")
            name = form.name_of("arrete")
            form.add_file("signature", f"{stem(name)}_signe.{extension(name)}", result.signed.path)
        elif result.detached is not None:
            form.add_file("signature", result.detached.name, result.detached.path)
        for num, annexe in enumerate(result.annexes_sortie):
            form.add_file("iparapheur_annexe_sortie", annexe.name, annexe.path, num)
    _keep_slip(run, result, "document_signe")
    signature.release(c, dossier_id, rejected=rejected, is_acte=True)
    return _rejected(run, status) if rejected else _signed(run)


def check_helios(run: Execution) -> Moments:
    """``IParapheurRecupHelios``: the signed PES is kept beside the PES."""
    signature, c = parapheur(run)
    status = _status(run, signature, c)
    run.form.put("has_historique", "1")
    run.form.save()
    yield
    _keep_history(run, status)
    if status.outcome == "waiting":
        _still_waiting(run, status)
        return not run.habits.waiting_pes_fails
    dossier_id = run.text("iparapheur_dossier_id")
    rejected = status.outcome == "rejected"
    result = signature.collect(c, dossier_id, rejected=rejected, folder=run.folder, annexes_envoyees=0)
    if not rejected:
        run.form.put("has_signature", "1")
        signed = result.signed or result.detached
        if signed is not None:
            name = f"{stem(run.form.name_of('fichier_pes'))}_signe.xml"
            run.form.add_file("fichier_pes_signe", name, signed.path)
    _keep_slip(run, result, "document_signe")
    signature.release(c, dossier_id, rejected=rejected, is_acte=False)
    return _rejected(run, status) if rejected else _signed(run)


# -- what they share -------------------------------------------------------------------------------------------


def _status(run: Execution, signature: SignatureConnector, c: Configuration) -> SignatureStatus:
    try:
        return signature.status(c, run.text("iparapheur_dossier_id"))
    except PeerFailed as failed:
        raise Failed(_overdue(run, c) or str(failed)) from failed


def _still_waiting(run: Execution, status: SignatureStatus) -> bool:
    run.form.save()
    run.message = _overdue(run, parapheur(run)[1]) or status.last_message
    return run.message == status.last_message


def _overdue(run: Execution, c: Configuration) -> str:
    """Give up after so many days; the reason, or ``""`` while there is time."""
    days = c.text("iparapheur_nb_jour_max", _DEFAULT_DAYS)
    since = run.platform.aware(run.document.passages[-1].date)
    allowed = timedelta(days=int(days) if days.isdecimal() else int(_DEFAULT_DAYS))
    if run.platform.clock.now() - since <= allowed:
        return ""
    said = f"Aucune réponse disponible sur le parapheur depuis {allowed.days} jours !"
    run.record(run.name("erreur-verif-iparapheur"), said)
    return said


def _keep_history(run: Execution, status: SignatureStatus) -> None:
    run.form.add_file(run.name("iparapheur_historique"), "iparapheur_historique.xml", status.history)
    run.form.put(run.name("parapheur_last_message"), status.last_message)


def _keep_slip(run: Execution, result: SignatureResult, field: str) -> None:
    if result.bordereau is not None:
        run.form.add_file(field, result.bordereau.name, result.bordereau.path)
    run.form.save()


def _signed(run: Execution) -> bool:
    if run.habits.signature_dated and "parapheur_date_signature" in run.flux.fields:
        run.form.put("parapheur_date_signature", run.platform.local_now()[:10])
        run.form.save()
    run.message = "La signature a été récupérée"
    run.record(run.name("recu-iparapheur"), _SIGNED)
    return True


def _rejected(run: Execution, status: SignatureStatus) -> bool:
    run.message = status.last_message
    run.record(
        run.name("rejet-iparapheur"), f"Le document a été rejeté dans le parapheur : {status.last_message}"
    )
    return True
