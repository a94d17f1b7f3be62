"""Bringing home what S2LOW holds about an acte after its accusé: messages, answers sent on the site, cancellation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.durable import durable_file, write_durably
from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import Echange, FileKind, MessageCode, kind_of, read_actes_message, read_archive
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.documents import digest_of
from cdg62_connect.journey.prefecture import deadline_of

if TYPE_CHECKING:
    from cdg62_connect.journey.documents import Documents
    from cdg62_connect.s2low import S2low

_LIMIT = 256 * 1024**2
_BLOCK = 1024 * 1024

_SUFFIXES = {
    FileKind.PDF: ".pdf",
    FileKind.JPEG: ".jpg",
    FileKind.PNG: ".png",
    FileKind.XML: ".xml",
}

_PAGE = "modules/actes/actes_transac_show.php"


@dataclass(frozen=True, slots=True)
class Brought:
    """What came with a transaction about an acte.

    Attributes:
        said: its message, ``None`` when nothing of it can be read.
        files: kept in the store: the message itself, then its documents.
        digests: of the documents, in the order of the message.
        remark: what a person should know of it.
    """

    said: Echange | None
    files: tuple[ev.StoredFile, ...]
    digests: tuple[str, ...] = ()
    remark: str = ""

    @property
    def ours(self) -> bool:
        """The authority wrote it: an answer."""
        return self.said is not None and self.said.code.sent


def page_of(base_url: str, transaction: int) -> str:
    """Where a person sees a transaction on the site of S2LOW."""
    return f"{base_url.rstrip('/')}/{_PAGE}?id={transaction}"


def bring(s2low: S2low, transaction: int, *, documents: Documents, id_depot: str, prefix: str) -> Brought:
    """Download a transaction's archive, and keep all of it; one that cannot be read is kept as it came.

    Args:
        prefix: how its files are called.

    Raises:
        JournalError: the disk refuses.
        PlatformError: S2LOW has no such archive, or the exchange failed; nothing is lost.
    """
    with documents.workplace(id_depot) as folder:
        came = s2low.actes.prefecture.telecharger(transaction, into=folder, limit=_LIMIT)
        inside = folder / "contenu"
        inside.mkdir()
        try:
            archive = read_archive(came.path, into=inside)
            said, content = _message_of(list(archive.messages.values()))
        except InvalidInput as unreadable:
            documents.adopt(came.path, sha256=came.sha256)
            kept = ev.StoredFile(nature="archive_prefecture", nom=f"{prefix}.tar.gz", sha256=came.sha256)
            return Brought(None, (kept,), remark=f"Le message ne se lit pas ({unreadable}) : voyez S2LOW.")
        home = [_kept_message(documents, folder, content, prefix)] if content else []
        parts = [archive.files[name] for name in _in_order(said, archive.files)]
        digests: list[str] = []
        for rank, part in enumerate(parts, start=1):
            copied, digest = _forced(part, folder / f"piece{rank}")
            nom = f"{prefix}_{rank}{_SUFFIXES.get(kind_of(part), '.bin')}"
            documents.adopt(copied, sha256=digest)
            digests.append(digest)
            home.append(ev.StoredFile(nature="courrier_prefecture", nom=nom, sha256=digest))
    remark = "" if said else "Le message n'est pas de ceux que l'on connaît : voyez S2LOW."
    return Brought(said, tuple(home), tuple(digests), remark)


def message_of(
    brought: Brought, *, message: int, sorte: int, acte_id: str, today: date, lien: str
) -> ev.PrefectureMessage:
    """The fact that the préfecture wrote; ``acte_id`` is ``""`` when it is not known yet."""
    said = brought.said
    dated = (said.date_courrier or said.date) if said else None
    remark = brought.remark
    if said and acte_id and said.acte_id != acte_id:
        remark = f"Ce message nomme un autre acte ({said.acte_id}) : voyez S2LOW."
    return ev.PrefectureMessage(
        message=message,
        sorte=sorte,
        dated=dated,
        texte=" ".join(said.texte.split()) if said else "",
        deadline=deadline_of(sorte, dated or today),
        files=brought.files,
        lien=lien,
        remark=remark,
    )


def annulation_of(s2low: S2low, acte: int, *, documents: Documents, id_depot: str) -> ev.ActeCancelled | None:
    """The cancellation that the préfecture acknowledged, with its accusé; ``None`` when the acte stands."""
    status = s2low.actes.statut(acte)
    if not status.cancelled:
        return None
    files: tuple[ev.StoredFile, ...] = ()
    if status.flux_retour:
        with documents.workplace(id_depot) as folder:
            path = folder / "ar_annulation.xml"
            write_durably(path, status.flux_retour)
            digest = digest_of(path)
            documents.adopt(path, sha256=digest)
        files = (ev.StoredFile(nature="ar_annulation", nom="ar_annulation.xml", sha256=digest),)
    return ev.ActeCancelled(statut=status.code, files=files)


def _message_of(messages: list[bytes]) -> tuple[Echange | None, bytes]:
    """The one message that is about an acte; others travel in the same envelope."""
    for content in messages:
        said = read_actes_message(content)
        if isinstance(said, Echange) and said.code is not MessageCode.ANNULATION:
            return said, content
    return None, messages[0] if messages else b""


def _in_order(said: Echange | None, files: Mapping[str, Path]) -> list[str]:
    named = [name for name in (said.documents if said else ()) if name in files]
    return [*named, *sorted(set(files) - set(named))]


def _kept_message(documents: Documents, folder: Path, content: bytes, prefix: str) -> ev.StoredFile:
    path = folder / "message.xml"
    write_durably(path, content)
    digest = digest_of(path)
    documents.adopt(path, sha256=digest)
    return ev.StoredFile(nature="message_prefecture", nom=f"{prefix}.xml", sha256=digest)


def _forced(part: Path, target: Path) -> tuple[Path, str]:
    """A file of the archive, forced to disk, and its digest."""
    with part.open("rb") as source, durable_file(target) as out:
        while block := source.read(_BLOCK):
            out.write(block)
    return target, digest_of(target)
