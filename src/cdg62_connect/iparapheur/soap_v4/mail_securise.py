"""The secured mail of the parapheur itself: versions 3 and 4 only."""

from __future__ import annotations

from cdg62_connect.iparapheur.soap_v4.contract import bind
from cdg62_connect.iparapheur.soap_v4.exchange import call, reply_of
from cdg62_connect.iparapheur.soap_v4.models import Receipt
from cdg62_connect.iparapheur.soap_v4.texts import free_text, known_key, label, title
from cdg62_connect.settings.secret import Secret
from cdg62_connect.soap import fill
from cdg62_connect.transport import Answer, HttpSession, Kind


class MailSecurise:
    """Sending a dossier by secured mail. The bridge of version 5 does not carry it out."""

    def __init__(self, session: HttpSession) -> None:
        self._session = session

    def envoyer(
        self,
        dossier_id: str,
        *,
        destinataire: str,
        objet: str,
        message: str,
        mot_de_passe: Secret | None = None,
        envoyer_mot_de_passe: bool | None = None,
    ) -> Receipt:
        """``EnvoyerDossierMailSecurise``: mail the documents of a dossier. An effect, never to be repeated blindly.

        Args:
            dossier_id: which one.
            destinataire: ``rcptTo``; whether a parapheur takes several addresses in it is not known.
            objet: of the mail.
            message: its text.
            mot_de_passe: what the reader must type to open it.
            envoyer_mot_de_passe: whether the parapheur mails that password as well.

        Raises:
            NotFound: the parapheur does not know this dossier.
            InvalidRequest: an address or a text is refused.
            OutcomeUnknown: the mail may have left.
        """
        key = known_key(dossier_id)
        fields: dict[str, object] = {
            "dossier": key,
            "rcptTo": label(destinataire, what="L'adresse du destinataire"),
            "subject": title(objet),
            "message": free_text(message),
        }
        if mot_de_passe is not None:
            fields["password"] = free_text(mot_de_passe.reveal())
        if envoyer_mot_de_passe is not None:
            fields["sendPassword"] = envoyer_mot_de_passe

        def read(answer: Answer) -> Receipt:
            reply = reply_of(answer)
            return Receipt(reply.require_ok(dossier_id=key), champs=reply.rest())

        envelope = fill(bind("EnvoyerDossierMailSecurise", **fields), {})
        return call(self._session, "EnvoyerDossierMailSecurise", Kind.EFFECT, envelope, read)
