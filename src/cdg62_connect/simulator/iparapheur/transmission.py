"""What a parapheur of version 3 or 4 sends out by itself: to a TdT, and by secured mail."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from cdg62_connect.simulator.iparapheur import texts
from cdg62_connect.simulator.iparapheur.circuits import Acte
from cdg62_connect.simulator.iparapheur.dossier import Account, LogEntry, Statut
from cdg62_connect.simulator.iparapheur.kept import Kept
from cdg62_connect.simulator.iparapheur.refusal import Refus
from cdg62_connect.simulator.s2low import WITH_PERMITS
from cdg62_connect.simulator.s2low.prefecture import retour_classification

_ADDRESS = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;.]+")
_SENT = (Statut.EN_COURS_TRANSMISSION, Statut.TRANSMISSION_OK, Statut.TRANSMISSION_KO)


@dataclass(frozen=True, slots=True)
class Mail:
    """A secured mail that left. What opens it is not kept."""

    moment: datetime
    dossier_id: str
    destinataire: str
    objet: str
    message: str
    protege: bool


@cache
def _first_classification() -> bytes:
    return retour_classification(WITH_PERMITS)


class Transmission(Kept):
    """Télétransmission and secured mail."""

    def _forget(self) -> None:
        super()._forget()
        self._mails: list[Mail] = []
        self._classification: bytes | None = _first_classification()

    def transmettre(self, account: Account, dossier_id: str) -> LogEntry:
        """Send to the TdT a dossier that waits for it; the line of the history that says so.

        Raises:
            Introuvable: no such dossier for this account.
            Refus: it does not wait for that, or it is on its way.
        """
        with self._lock:
            dossier = self._of(account, dossier_id)
            self._settle(dossier)
            etape = dossier.etape
            if etape is None or etape.acte is not Acte.TDT or dossier.statut is Statut.EN_COURS_TRANSMISSION:
                raise Refus(texts.NOT_FOR_TDT.format(dossier_id=dossier.dossier_id))
            dossier.note(self._now(), account.nom, Statut.EN_COURS_TRANSMISSION, "Dossier transmis au tiers")
            dossier.regards_tdt = 0
            return dossier.history[-1]

    def statut_tdt(self, account: Account, dossier_id: str) -> LogEntry:
        """The last line about the transmission. The second look finds it acknowledged.

        Raises:
            Introuvable: no such dossier for this account.
            Refus: it was not sent.
        """
        with self._lock:
            dossier = self._of(account, dossier_id)
            if dossier.statut is Statut.EN_COURS_TRANSMISSION:
                dossier.regards_tdt += 1
                if dossier.regards_tdt > 1:
                    etape = dossier.restantes[0]
                    now = self._now()
                    dossier.note(now, etape.bureau, Statut.TRANSMISSION_OK, "Acquittement reçu")
                    dossier.faites.append(etape)
                    dossier.restantes = dossier.restantes[1:]
                    dossier.deposer(now, etape.bureau)
                    self._settle(dossier)
            sent = next((entry for entry in reversed(dossier.history) if entry.statut in _SENT), None)
            if sent is None:
                raise Refus(texts.NOT_SENT.format(dossier_id=dossier.dossier_id))
            return sent

    def envoyer_mail(
        self, account: Account, dossier_id: str, *, destinataire: str, objet: str, message: str, protege: bool
    ) -> None:
        """Send a dossier by secured mail, at whatever stage.

        Raises:
            Introuvable: no such dossier for this account.
            Refus: the address or the subject is missing.
        """
        with self._lock:
            dossier = self._of(account, dossier_id)
            if not _ADDRESS.fullmatch(destinataire):
                raise Refus(texts.BAD_ADDRESS.format(valeur=destinataire))
            if not objet:
                raise Refus(texts.EMPTY_MAIL)
            self._mails.append(Mail(self._now(), dossier.dossier_id, destinataire, objet, message, protege))

    @property
    def mails(self) -> tuple[Mail, ...]:
        """The secured mails that left by ``EnvoyerDossierMailSecurise``."""
        with self._lock:
            return tuple(replace(mail) for mail in self._mails)

    def classification(self, account: Account, type_: str) -> bytes:
        """The classification of @ctes that the parapheur has.

        Raises:
            Refus: it has none for that type.
        """
        with self._lock:
            if (type_ and type_ not in account.types) or self._classification is None:
                raise Refus(texts.NO_CLASSIFICATION)
            return self._classification

    def sans_classification(self) -> None:
        """Forget the classification, as a parapheur that has never asked for one, until the next reset."""
        with self._lock:
            self._classification = None
