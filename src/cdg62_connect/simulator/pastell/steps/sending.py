"""The document goes elsewhere: a GED, secure mails, a SAE."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from cdg62_connect.simulator.pastell.document import Mail
from cdg62_connect.simulator.pastell.execution import AT_ONCE, Execution, Hopeless, Moments
from cdg62_connect.simulator.pastell.form import php_json
from cdg62_connect.simulator.pastell.peers.ports import MailMessage, PeerFailed, PeerFile, UnusableTransaction

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.peers.ports import Configuration, SaeConnector

_ADDRESS = re.compile(r"[\w.+'-]+@[\w.-]+")


# -- GED -------------------------------------------------------------------------------------------------------


def deposit(run: Execution) -> Moments:
    """``GEDEnvoyer``."""
    kind, c = run.connector("GED")
    if kind.depot is None:
        raise Hopeless(f"Le connecteur {kind.id} ne sait pas recevoir de document")
    form = run.form
    files = [(name, file) for name in run.flux.fields for file in form.peer_files(name)]
    try:
        taken = kind.depot.deposit(c, form.titre, files, _metadata(run))
    except UnusableTransaction as refused:
        run.message = str(refused)
        run.change(run.name("fatal-error"), run.message)
        return False
    if taken:
        form.put("has_ged_document_id", "1")
        form.add_file("ged_document_id_file", "ged_document_id.json", php_json(dict(taken)).encode())
        form.save()
    yield from AT_ONCE
    run.message = f"Le dossier {form.titre} a été versé sur le dépôt"
    run.record(run.action, run.message)
    return True


def _metadata(run: Execution) -> bytes:
    rows = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in run.form.values.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<document>{rows}</document>\n'.encode()


# -- secure mail -----------------------------------------------------------------------------------------------


def mail(run: Execution) -> Moments:
    """``MailsecEnvoyer``: one mail per recipient."""
    kind, c = run.connector("mailsec")
    if kind.mailsec is None:
        raise Hopeless(f"Le connecteur {kind.id} ne sait pas envoyer de mail")
    sent = 0
    for role in ("to", "cc", "bcc"):
        for address in _ADDRESS.findall(run.text(role)):
            one = Mail(
                id_de=str(len(run.document.mails) + 1),
                email=address,
                type_destinataire=role,
                date_envoie=run.platform.local_now(),
            )
            run.document.mails.append(one)
            try:
                kind.mailsec.send(c, _message(run, address))
            except PeerFailed as bounced:
                one.has_error, one.last_error = True, str(bounced)
            sent += 1
    if not sent:
        return _no_recipient(run)
    if "sent_mail_number" in run.flux.fields:
        run.form.put(run.name("sent_mail_number"), str(sent))
        run.form.save()
    yield from AT_ONCE
    run.message = "Le document a été envoyé au(x) destinataire(s)"
    run.record(run.action, run.message)
    return True


def _no_recipient(run: Execution) -> bool:
    run.message = "Impossible d'envoyer le document car il n'y a pas de destinataires"
    error = run.name("send-mailsec-error")
    if error in run.flux.actions:
        run.change(error, run.message)
    return False


def _message(run: Execution, address: str) -> MailMessage:
    return MailMessage(
        to=address,
        subject=run.form.titre,
        body=run.form.text("message"),
        link=f"/mailsec/{run.document.id_d}",
    )


def mail_again(run: Execution) -> Moments:
    """``MailsecRenvoyer``: to who has not read it."""
    kind, c = run.connector("mailsec")
    if kind.mailsec is None:
        raise Hopeless(f"Le connecteur {kind.id} ne sait pas envoyer de mail")
    for one in run.document.mails:
        if not one.lu:
            kind.mailsec.send(c, _message(run, one.email))
            one.nb_renvoi += 1
            one.date_renvoi = run.platform.local_now()
    yield from AT_ONCE
    run.message = "Un email a été renvoyé à tous les destinataires n'ayant pas lu le document"
    run.record(run.action, run.message)
    return True


def give_up(run: Execution) -> Moments:
    """``MailsecNotReceived``."""
    for one in run.document.mails:
        one.non_recu = not one.lu
    yield from AT_ONCE
    run.message = "Le document a été défini comme non reçu"
    run.record(run.action, run.message)
    return True


def remind(run: Execution) -> Moments:
    """``MailsecRelance``: needs a connector that says when."""
    run.connector("pdf-relance")
    run.message = "Il n'y a pas de relance à faire"
    yield from AT_ONCE
    return True


def computed(run: Execution) -> Moments:
    """``MailsecComputeReadMail``, ``MailsecComputeAnsweredMail``: the counters of the form."""
    run.form.put("sent_mail_read", str(sum(one.lu for one in run.document.mails)))
    run.form.save()
    yield from AT_ONCE
    return True


# -- SAE -------------------------------------------------------------------------------------------------------


def _sae(run: Execution) -> tuple[SaeConnector, Configuration]:
    kind, c = run.connector("SAE")
    if kind.sae is None:
        raise Hopeless(f"Le connecteur {kind.id} ne sait pas archiver")
    return kind.sae, c


def package(run: Execution) -> Moments:
    """``SAEGenerateArchiveAction``: the bordereau and the archive, of test."""
    run.connector("SAE")
    _build(run)
    run.form.put(run.name("sae_show"), "1")
    run.form.save()
    yield from AT_ONCE
    run.message = "Le paquet d'archive (SIP) a été généré"
    run.record(run.action, run.message)
    return True


def _build(run: Execution) -> tuple[PeerFile, PeerFile]:
    form, folder = run.form, run.folder
    slip = folder / "bordereau.xml"
    slip.write_bytes(
        '<?xml version="1.0" encoding="UTF-8"?>\n<ArchiveTransfer>\n <!-- SPÉCIMEN : Pastell simulé -->\n'
        f" <Comment>{escape(form.titre)}</Comment>\n</ArchiveTransfer>\n".encode()
    )
    archive = folder / "archive.zip"
    with zipfile.ZipFile(archive, "w") as pack:
        for name in run.flux.fields:
            for num, file in enumerate(form.peer_files(name)):
                pack.write(file.path, f"{name}_{num}_{Path(file.name).name}")
    form.add_file(run.name("sae_bordereau"), "bordereau.xml", slip)
    form.add_file(run.name("sae_archive"), "archive.zip", archive)
    form.save()
    return PeerFile(slip.name, slip, "application/xml"), PeerFile(archive.name, archive, "application/zip")


def archive(run: Execution) -> Moments:
    """``SAESendArchiveAction``, ``SAEEnvoi…``: what was not packaged before is packaged now."""
    sae, c = _sae(run)
    slip = run.form.peer_file(run.name("sae_bordereau"))
    packed = run.form.peer_file(run.name("sae_archive"))
    if slip is None or packed is None:
        slip, packed = _build(run)
    try:
        transfer = sae.send(c, slip, packed)
    except PeerFailed as failed:
        run.message = f"L'envoi du bordereau a échoué : {failed}"
        run.change(run.name("erreur-envoie-sae"), run.message)
        return False
    run.form.put(run.name("sae_transfert_id"), transfer)
    run.form.save()
    yield from AT_ONCE
    run.message = "Le document a été envoyé au SAE"
    run.record(run.action, run.message)
    return True


def archive_acknowledged(run: Execution) -> Moments:
    """``SAEVerifier``."""
    sae, c = _sae(run)
    try:
        receipt = sae.acknowledgement(c, run.text("sae_transfert_id"))
    except PeerFailed as failed:
        run.message = str(failed)
        run.change(run.name("verif-sae-erreur"), run.message)
        return False
    run.form.add_file(run.name("ar_sae"), "ACK.xml", receipt)
    run.form.save()
    yield from AT_ONCE
    run.message = "Récupération de l'accusé de réception"
    run.change(run.name("ar-recu-sae"), run.message)
    return True


def archive_answered(run: Execution) -> Moments:
    """``SAEValider``."""
    sae, c = _sae(run)
    try:
        accepted, answer, identifier = sae.reply(c, run.text("sae_transfert_id"))
    except PeerFailed as failed:
        run.message = str(failed)
        run.change(run.name("validation-sae-erreur"), run.message)
        return False
    run.form.add_file(run.name("reply_sae"), "ATR.xml", answer)
    if accepted:
        run.form.put(run.name("sae_archival_identifier"), identifier)
    run.form.save()
    yield from AT_ONCE
    run.message = (
        "La transaction a été acceptée par le SAE" if accepted else "La transaction a été refusée par le SAE"
    )
    run.change(run.name("accepter-sae" if accepted else "rejet-sae"), run.message)
    return True
