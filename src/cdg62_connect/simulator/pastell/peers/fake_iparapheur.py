"""The ``fakeIparapheur`` connector: Pastell's own stub of a parapheur, which answers at once and as it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from cdg62_connect.simulator.pastell.peers.ports import (
    Configuration,
    PeerCrashed,
    PeerFailed,
    PeerFile,
    SignatureRequest,
    SignatureResult,
    SignatureSent,
    SignatureStatus,
)

SOUS_TYPES: Mapping[str, Sequence[str]] = {
    "Actes": ("Arrêté individuel", "Arrêté réglementaire", "Contrat et convention", "Délibération"),
    "PES": ("BJ", "Bordereau depense"),
    "Document": ("Courrier", "Commande", "Facture"),
}
_CUSTOM = "Custom"
_SENT = "Dossier déposé pour signature"
_SIGNED = ("[Archive]", "Dossier signé (simulation de parapheur)!")
_REJECTED = ("[RejetVisa]", "Dossier rejeté (simulation parapheur)!")
_TEXT = "text/plain"


class FakeIparapheur:
    """The stub: no folder exists anywhere, each answer comes from the configuration of the moment."""

    def iparapheur_type(self, c: Configuration) -> str:
        """The type chosen for the instance."""
        return c.text("iparapheur_type")

    def sous_types(self, c: Configuration) -> list[str]:
        """Those of the type; for « Custom », those the instance lists, separated by ``;``."""
        chosen = self.iparapheur_type(c)
        if chosen == _CUSTOM:
            return [part.strip() for part in c.text("iparapheur_sous_type").split(";") if part.strip()]
        return list(SOUS_TYPES.get(chosen, ()))

    def send(self, c: Configuration, request: SignatureRequest, *, folder: Path) -> SignatureSent:  # noqa: ARG002 - signature of the port
        """Accept, or fail in a way that is not a refusal of the folder."""
        if c.text("iparapheur_envoi_status") == "error":
            raise PeerFailed(
                "Erreur déclenchée par le connecteur fake Iparapheur "
                "(iparapheur_envoi_status configuré à 'error')"
            )
        return SignatureSent(_SENT)

    def status(self, c: Configuration, dossier_id: str) -> SignatureStatus:  # noqa: ARG002 - signature of the port
        """Signed or rejected, never waiting; after the time of answer of the instance."""
        seconds = c.text("iparapheur_temps_reponse", "0")
        if seconds.isascii() and seconds.isdigit() and int(seconds):
            c.world.clock.sleep(min(int(seconds), 3600))
        match c.text("iparapheur_retour", "Archive"):
            case "Erreur":
                raise PeerFailed("Erreur provoquée par le simulateur du iParapheur")
            case "Fatal":
                raise PeerCrashed("Erreur fatale provoquée par le simulateur du iParapheur")
            case "Rejet":
                return SignatureStatus("rejected", _REJECTED[0], _history(_now(c), *_REJECTED))
            case _:
                return SignatureStatus("signed", _SIGNED[0], _history(_now(c), *_SIGNED))

    def collect(
        self,
        c: Configuration,
        dossier_id: str,  # noqa: ARG002 - signature of the port
        *,
        rejected: bool,
        folder: Path,
        annexes_envoyees: int = 0,  # noqa: ARG002 - signature of the port
    ) -> SignatureResult:
        """A detached signature and a slip, both plain texts; for a PES, the signature is the signed PES."""
        folder.mkdir(parents=True, exist_ok=True)
        slip = _kept(folder, "document.txt", b"Document")
        if rejected:
            return SignatureResult(None, None, slip, (), ())
        signature = _kept(folder, "signature.zip", b"Test Signature")
        if self.iparapheur_type(c) == "PES":
            return SignatureResult(signature, None, slip, (), ())
        return SignatureResult(None, signature, slip, (), ())

    def release(self, c: Configuration, dossier_id: str, *, rejected: bool, is_acte: bool) -> None:
        """Nothing is kept, nothing is deleted."""


def _now(c: Configuration) -> datetime:
    return c.world.clock.now().astimezone(ZoneInfo(c.world.fuseau))


def _history(moment: datetime, code: str, words: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<iparapheur_historique><iparapheur_historique id='0'>"
        f"{moment.strftime('%d/%m/%Y %H:%M:%S')} : {code} {words}"
        "</iparapheur_historique></iparapheur_historique>"
    ).encode()


def _kept(folder: Path, name: str, content: bytes) -> PeerFile:
    path = folder / name
    path.write_bytes(content)
    return PeerFile(name, path, _TEXT)
