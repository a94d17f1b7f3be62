"""The connectors that need no protocol here: secure mail kept in memory, a GED that is a folder, a stub of SAE."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from cdg62_connect.simulator.pastell.peers.ports import (
    Configuration,
    MailMessage,
    Outcome,
    Params,
    PeerFailed,
    PeerFile,
)

_BOUNCING = "rejet@"
"""An address that begins so bounces."""

_UNSAFE = re.compile(r"[^\w .@()+-]|^\.+")
_REFUSED, _SHOWN = "2", "3"


class Mailsec:
    """Keeps what it sends in the mailbox of the simulator."""

    def send(self, c: Configuration, message: MailMessage) -> None:
        """Deliver."""
        if message.to.startswith(_BOUNCING):
            raise PeerFailed(f"Impossible d'envoyer le mail à {message.to}")
        subject = message.subject or c.text("mailsec_subject")
        c.world.courrier.append(MailMessage(message.to, subject, message.body, message.link))


def mail_tested(c: Configuration, params: Params) -> Outcome:  # noqa: ARG001 - signature of the port
    """``test``."""
    sender = c.text("mailsec_from")
    c.world.courrier.append(MailMessage(sender, "Mail de test", "Ceci est un mail de test", ""))
    return Outcome(ok=True, message=f"Un email a été envoyé à l'adresse  : {sender}")


class Depot:
    """A GED: one folder per document, inside the folder of the simulator whatever the instance says."""

    def deposit(
        self, c: Configuration, titre: str, files: Sequence[tuple[str, PeerFile]], metadata: bytes
    ) -> Mapping[str, str]:
        """Copy the files and their metadata; two documents of the same title are refused."""
        if c.world.folder is None:
            return {}
        place = c.world.folder / "depot" / _safe(c.text("depot_local_directory", c.id_ce)) / _safe(titre)
        if place.exists():
            raise PeerFailed(f"Le répertoire {place.name} existe déjà !")
        place.mkdir(parents=True)
        taken: dict[str, str] = {}
        for field, file in files:
            name = _safe(file.name)
            while (place / name).exists():
                name = f"{_safe(field)}_{name}"
            (place / name).write_bytes(file.path.read_bytes())
            taken[file.name] = f"{place.name}/{name}"
        (place / "metadata.xml").write_bytes(metadata)
        return taken


class AcceptAnything:
    """The stub of a GED."""

    def deposit(
        self,
        c: Configuration,  # noqa: ARG002 - signature of the port
        titre: str,
        files: Sequence[tuple[str, PeerFile]],
        metadata: bytes,  # noqa: ARG002 - signature of the port
    ) -> Mapping[str, str]:
        """Every file is taken."""
        return {file.name: f"{titre}/{file.name}" for _, file in files}


class FakeSae:
    """The stub of a SAE: takes what it is told to take, and accepts it."""

    def send(self, c: Configuration, bordereau: PeerFile, archive: PeerFile) -> str:  # noqa: ARG002 - signature of the port
        """A transfer id drawn by chance."""
        match c.text("result_send", "1"):
            case "2":
                raise PeerFailed("Ce connecteur bouchon est configuré pour renvoyer une erreur")
            case "3":
                raise PeerFailed(bordereau.path.read_text(encoding="utf-8", errors="replace"))
            case _:
                return f"SPECIMEN-{c.world.chance.randrange(10**9):09d}"

    def acknowledgement(self, c: Configuration, transfer: str) -> bytes:  # noqa: ARG002 - signature of the port
        """The transfer has been received."""
        return _seda("ArchiveTransferReply", transfer)

    def reply(self, c: Configuration, transfer: str) -> tuple[bool, bytes, str]:
        """Accepted."""
        return True, _seda("ArchiveTransferAcceptance", transfer), c.text("sae_identifiant_archive", transfer)


def _seda(root: str, transfer: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<{root} xmlns="fr:gouv:ae:archive:draft:standard_echange_v0.2">\n'
        f" <Comment>SPÉCIMEN : bouchon de SAE du Pastell simulé</Comment>\n"
        f" <ReplyCode>000</ReplyCode>\n <TransferIdentifier>{escape(transfer)}</TransferIdentifier>\n</{root}>\n"
    ).encode()


def _safe(name: str) -> str:
    cleaned = _UNSAFE.sub("_", Path(name).name).strip(" .") or "_"
    return cleaned[:120]
