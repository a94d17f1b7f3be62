"""Is it really stamped? S2LOW sends the plain file, in a 200 and without a word, when it cannot stamp it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cdg62_connect.transport import Download


class Tampon(Enum):
    """What became of the stamp that was asked for."""

    TAMPONNE = "tamponné"
    SANS_TAMPON = "sans tampon : la plateforme a rendu le fichier d'origine"
    SANS_OBJET = "ce n'est pas un PDF : il ne se tamponne pas"


@dataclass(frozen=True, slots=True)
class StampedFile:
    """A file that was asked for with its stamp.

    Attributes:
        download: what came.
        tampon: whether it is stamped: it is, when its bytes are not those of the plain file.
        original_sha256: of the plain file, in hexadecimal.
    """

    download: Download
    tampon: Tampon
    original_sha256: str

    @property
    def tamponne(self) -> bool:
        """It bears the stamp."""
        return self.tampon is Tampon.TAMPONNE
