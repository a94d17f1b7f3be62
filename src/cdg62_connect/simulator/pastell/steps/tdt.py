"""The tiers de télétransmission: acts sent, acknowledged, stamped, cancelled; PES sent and answered."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import ArActe, read_xml
from cdg62_connect.simulator.pastell.execution import AT_ONCE, Execution, Failed, Hopeless, Moments
from cdg62_connect.simulator.pastell.form import stem
from cdg62_connect.simulator.pastell.peers.ports import (
    ActeRequest,
    ActeReturn,
    NeedsCertificate,
    PeerError,
    PeerFailed,
    UnusableTransaction,
)
from cdg62_connect.simulator.pastell.peers.tdt_statuses import acte_label, pes_label
from cdg62_connect.simulator.pastell.pes import libxml_words

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.peers.ports import Configuration, TdtConnector

FAMILLE = "TdT"
ERROR, ACKNOWLEDGED = -1, 4
_PES_ANSWERED = (4, 6, 8)
_SENT = "Le document a été envoyé au contrôle de légalité"
_WAITING = "Le document a été envoyé au TdT, en attente du certificat RGS**"
_PES_SENT = "Le document a été envoyé au TdT"
_ACQUIT_LIMIT = 64 * 1024 * 1024


def tdt(run: Execution) -> tuple[TdtConnector, Configuration]:
    """The TdT of the flux. Raises: Hopeless."""
    kind, c = run.connector(FAMILLE)
    if kind.tdt is None:
        raise Hopeless(f"Le connecteur {kind.id} ne sait pas télétransmettre")
    return kind.tdt, c


# -- acts ------------------------------------------------------------------------------------------------------


def send_acte(run: Execution) -> Moments:
    """``TdTEnvoiActe``, ``TedetisEnvoie``. A failure changes the state only when it is the daemon's."""
    connector, c = tdt(run)
    field = run.name("tedetis_transaction_id")
    try:
        transaction = connector.send_acte(c, _acte(run), folder=run.folder)
    except NeedsCertificate as waits:
        run.form.put(field, waits.transaction)
        run.form.save()
        yield
        run.message = _WAITING
        run.change(run.name("document-transmis-tdt"), _WAITING)
        return True
    except (PeerError, Failed) as failed:
        if run.by_worker:
            run.change(run.name("send-tdt-erreur"), f"Erreur lors de l'envoi au Tdt : {failed}")
        raise
    run.form.put(field, transaction)
    run.form.save()
    yield
    run.message = _SENT
    run.record(run.action, _SENT)
    return True


def _acte(run: Execution) -> ActeRequest:
    form = run.form
    arrete = run.name("arrete")
    acte = form.peer_file("signature" if form.truth("is_pades") else arrete)
    if acte is None:
        raise Failed("La pièce principale n'est pas présente")
    nature = run.text("acte_nature")
    annexes = form.peer_files(run.name("autre_document_attache"))
    types = _types(run.text("type_pj"))
    return ActeRequest(
        numero=run.text("numero_de_lacte"),
        nature=int(nature) if nature.isdecimal() else 0,
        date=run.text("date_de_lacte"),
        objet=run.text("objet"),
        classification=run.text("classification"),
        type_acte=run.text("type_acte"),
        acte=acte,
        annexes=tuple((annexe, types[num] if num < len(types) else "") for num, annexe in enumerate(annexes)),
        document_papier=form.truth(run.name("document_papier")),
    )


def _types(text: str) -> list[str]:
    try:
        read: object = json.loads(text or "[]")
    except ValueError:
        return []
    if not isinstance(read, list):
        return []
    listed: list[object] = read
    return [str(one) for one in listed]


def check_acte(run: Execution) -> Moments:
    """``TdTRecupActe``: the state comes first, then the files one by one, the date of the AR last of all."""
    connector, c = tdt(run)
    transaction = run.text("tedetis_transaction_id")
    if not transaction:
        return _lost(
            run,
            "Une erreur est survenue lors de l'envoi à S²low (tedetis_transaction_id non disponible)",
        )
    try:
        status = connector.acte_status(c, transaction)
    except UnusableTransaction as lost:
        return _lost(run, str(lost))
    if status.code == ERROR:
        run.message = f"Transaction en erreur sur le TdT : {status.message}"
        run.change(run.name("erreur-verif-tdt"), run.message)
        return False
    if status.code != ACKNOWLEDGED:
        run.message = f"La transaction a comme statut : {acte_label(status.code)}"
        return True
    run.change(run.name("acquiter-tdt"), "L'acte a été acquitté par le contrôle de légalité")
    yield
    for piece in connector.acte_files(c, transaction, folder=run.folder, retour=status.retour):
        mismatch = _keep(run, piece)
        run.form.save()
        if mismatch:
            return _lost(run, mismatch)
        if not piece.date_ar:
            yield
    run.message = "L'acquittement du contrôle de légalité a été reçu."
    return True


def _lost(run: Execution, message: str) -> bool:
    run.message = message
    run.change(run.name("tdt-error"), message)
    return False


def _keep(run: Execution, piece: ActeReturn) -> str:
    """Write one piece of what came back; the complaint when a stamped annex is none of the document's."""
    form, numero = run.form, run.text("numero_de_lacte")
    if piece.bordereau is not None:
        form.put(run.name("has_bordereau"), "1")
        form.add_file(run.name("bordereau"), f"{numero}-bordereau-tdt.pdf", piece.bordereau.path)
    if piece.aractes is not None:
        form.add_file(run.name("aractes"), f"{numero}-ar-actes.xml", piece.aractes.path)
    if piece.acte_unique_id and run.habits.return_checked:
        form.put("acte_unique_id", piece.acte_unique_id)
    stamped = _keep_stamps(run, piece)
    if stamped:
        return stamped
    if piece.date_ar:
        form.put(run.name("date_ar"), piece.date_ar)
    return ""


def _keep_stamps(run: Execution, piece: ActeReturn) -> str:
    form = run.form
    if piece.acte_tamponne is not None:
        name = f"{stem(form.name_of(run.name('arrete')))}-tampon.pdf"
        form.add_file(run.name("acte_tamponne"), name, piece.acte_tamponne.path)
    annexe = run.name("autre_document_attache")
    for num, (posted, file) in enumerate(piece.annexes_tamponnees):
        own = _sent_name(form.name_of(annexe, num))
        if posted != own and run.habits.return_checked:
            return (
                "Une erreur est survenue lors de la récupération des annexes tamponnées de S²low "
                f"L'annexe tamponée {posted} ne correspond pas avec {own}"
            )
        name = f"{stem(form.name_of(annexe, num))}-tampon.pdf"
        form.add_file(run.name("annexes_tamponnees"), name, file.path, num)
    return ""


def _sent_name(name: str) -> str:
    """The name of an annex as it is compared with the one S2LOW gives back."""
    return re.sub(r"[-\s]", "_", name)


def stamp_again(run: Execution) -> Moments:
    """``TdTRestamp``: the stamped files once more; no state."""
    connector, c = tdt(run)
    for piece in connector.acte_files(c, run.text("tedetis_transaction_id"), folder=run.folder):
        complaint = _keep_stamps(run, piece)
        if complaint:
            raise Failed(complaint)
    run.form.save()
    run.message = "L'acte et les annexes ont été re-tamponnés"
    yield from AT_ONCE
    return True


def cancel(run: Execution) -> Moments:
    """``TdTAnnulation``: it is asked for once."""
    connector, c = tdt(run)
    cancellation = connector.cancel(c, run.text("tedetis_transaction_id"))
    run.form.put(run.name("tedetis_annulation_id"), cancellation)
    run.form.put(run.name("has_annulation"), "1")
    run.form.save()
    yield from AT_ONCE
    run.message = "Une notification d'annulation a été envoyée au contrôle de légalité"
    run.change(run.name("annulation-tdt"), run.message)
    return True


def check_cancellation(run: Execution) -> Moments:
    """``TdTRecupAnnulation``."""
    connector, c = tdt(run)
    cancellation = run.text("tedetis_annulation_id")
    status = connector.acte_status(c, cancellation)
    if status.code == ERROR:
        return _lost(run, f"Transaction en erreur sur le TdT : {status.message}")
    if status.code != ACKNOWLEDGED:
        run.message = f"La transaction d'annulation a comme statut : {acte_label(status.code)}"
        return True
    # The day is asked for in a call of its own.
    again = connector.acte_status(c, cancellation)
    run.form.put(run.name("date_ar_annulation"), _received(again.retour or status.retour))
    name = f"{run.text('numero_de_lacte')}-ar-annulation.xml"
    run.form.add_file(run.name("aractes_annulation"), name, status.retour)
    run.form.save()
    yield from AT_ONCE
    run.message = "L'acquittement pour l'annulation de l'acte a été reçu."
    run.change(run.name("annuler-tdt"), "L'acte a été annulé par le contrôle de légalité")
    return True


def _received(retour: bytes) -> str:
    try:
        return ArActe.read(retour).date_reception.isoformat()
    except InvalidInput:
        return ""


def teletransmit(run: Execution) -> Moments:
    """``TdtTeletransmettre``: a person goes to the TdT with a certificate (the redirect itself is not played)."""
    tdt(run)
    run.message = "La télétransmission a été ordonnée depuis Pastell"
    yield from AT_ONCE
    run.record(run.action, run.message)
    return True


def teletransmitted(run: Execution) -> Moments:
    """``TdtRetourTeletransmettre``: the person is back."""
    run.message = "La télétransmission a été effectuée"
    yield from AT_ONCE
    run.record(run.action, run.message)
    return True


# -- PES -------------------------------------------------------------------------------------------------------


def send_helios(run: Execution) -> Moments:
    """``TedetisEnvoieHelios``: a PES that was not signed is copied where the signed one would be, first of all."""
    form = run.form
    if not form.names("fichier_pes_signe") and form.names("fichier_pes"):
        form.add_file("fichier_pes_signe", form.name_of("fichier_pes"), form.content("fichier_pes"))
        form.save()
    return (yield from _send_pes(run, "fichier_pes_signe", "tedetis_transaction_id"))


def send_helios_studio(run: Execution) -> Moments:
    """``TdTEnvoiHelios``."""
    return (yield from _send_pes(run, run.name("fichier_pes"), run.name("pes_tedetis_transaction_id")))


def _send_pes(run: Execution, field: str, transaction_field: str) -> Moments:
    connector, c = tdt(run)
    pes = run.form.peer_file(field)
    if pes is None:
        raise Failed("Le fichier PES n'est pas présent")
    try:
        transaction = connector.send_pes(c, pes)
    except UnusableTransaction as refused:
        return _lost(run, str(refused))
    except PeerFailed as refused:
        if "doublon" in str(refused):
            return _lost(run, str(refused))
        raise
    run.form.put(transaction_field, transaction)
    run.form.save()
    yield
    run.message = _PES_SENT
    run.record(run.action, _PES_SENT)
    return True


def check_helios(run: Execution) -> Moments:
    """``TdTRecupHelios``: whether the treasury accepted is told by ``etat_ack`` alone."""
    connector, c = tdt(run)
    transaction = run.text("pes_tedetis_transaction_id")
    if not transaction:
        return _lost(run, "Une erreur est survenue lors de l'envoi à S²low")
    status = connector.pes_status(c, transaction)
    if status.code == ERROR:
        return _lost(run, f"Transaction en erreur sur le TdT: {status.message}")
    if status.code not in _PES_ANSWERED:
        run.message = f"La transaction est dans l'état : {pes_label(status.code)} ({status.code}) "
        return True
    acquit = connector.pes_acquit(c, transaction, folder=run.folder)
    form = run.form
    form.put(run.name("pes_has_reponse"), "1")
    form.save()
    accepted = _accepted(acquit.path.read_bytes())
    name = f"{stem(form.name_of(run.name('fichier_pes')))}_ACK.xml"
    form.add_file(run.name("pes_acquit"), name, acquit.path)
    form.put(run.name("pes_etat_ack"), "1" if accepted else "2")
    form.save()
    yield from AT_ONCE
    run.message = "Une réponse est disponible pour ce fichier PES"
    run.change(_answered_state(run, status.code), run.message)
    return True


def _answered_state(run: Execution, code: int) -> str:
    if run.habits.pes_always_informs:
        return run.name("info-tdt")
    return {4: "acquiter-tdt", 6: "refus-tdt"}.get(code, "info-tdt")


def _accepted(acquit: bytes) -> bool:
    try:
        root = read_xml(acquit, what="Le fichier PES Acquit", limit=_ACQUIT_LIMIT)
    except InvalidInput as unreadable:
        raise Failed(
            f"Impossible d'analyser le fichier PES Acquit : XML incorrect : {libxml_words(unreadable)}"
        ) from unreadable
    states = [one.get("V") for one in root.iter() if str(one.tag).rpartition("}")[2] == "EtatAck"]
    return bool(states) and all(state == "1" for state in states)
