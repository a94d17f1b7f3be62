"""A person says which transaction of S2LOW is a PES whose number was lost: checked before it is believed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from cdg62_connect.errors import AccessRefused, NotFound, ResolutionRefused
from cdg62_connect.journey import events as ev
from cdg62_connect.s2low import StatusNotSaid

if TYPE_CHECKING:
    from cdg62_connect.journey.platforms import AuthorityPlatforms
    from cdg62_connect.journey.state import Dossier
    from cdg62_connect.s2low import Helios


def adopt_pes(dossier: Dossier, platforms: AuthorityPlatforms, transaction: int) -> ev.PesTransmitted:
    """The transaction as this dossier's own: the file that was posted there is the one that the journal names.

    An account that may not fetch the file is believed for now: the acquit carries the NomFic, and is refused when
    it is another's.

    Raises:
        ResolutionRefused: S2LOW does not know the transaction, or it is another PES.
        PlatformError: S2LOW cannot be asked now.
    """
    accepted = dossier.accepted
    assert accepted is not None
    assert accepted.pes is not None
    helios = platforms.require_s2low().helios
    try:
        helios.statut(transaction)
    except (NotFound, AccessRefused):
        raise ResolutionRefused(
            f"S2LOW ne connaît pas de PES de transaction {transaction} pour {platforms.authority.name}."
        ) from None
    except StatusNotSaid:
        pass
    document = dossier.signed.files[0] if dossier.signed else accepted.document
    if _other(helios, transaction, sha256=document.sha256):
        raise ResolutionRefused(
            f"La transaction {transaction} porte un autre fichier que le PES de ce dossier "
            f"(NomFic {accepted.pes.nom_fic}) : ce n'est pas la sienne."
        )
    sha1 = dossier.pes_sent.sha1 if dossier.pes_sent else ""
    return ev.PesTransmitted(transaction=transaction, nom_fic=accepted.pes.nom_fic, sha1=sha1, how="adopted")


def _other(helios: Helios, transaction: int, *, sha256: str) -> bool:
    with TemporaryDirectory(prefix="cdg62-pes-") as folder:
        try:
            posted = helios.pes(transaction, into=Path(folder))
        except AccessRefused:
            return False
        with posted.path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() != sha256
