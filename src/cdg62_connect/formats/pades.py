"""The signatures inside a PDF (PAdES): are they whole, do they cover the document, whose are they."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cdg62_connect.errors import InvalidInput
from cdg62_connect.extras import extra
from cdg62_connect.formats.pades_verdict import PadesVerdict


def verify_pades(path: Path, *, anchors: Sequence[Path], moment: datetime) -> PadesVerdict:
    """Verify every signature of a PDF, offline, without holding the file in memory.

    Args:
        path: the signed PDF.
        anchors: PEM files of the authorities trusted to sign, one certificate or several in each. None
            means that nobody is trusted; the signatures are verified all the same.
        moment: the aware moment at which certificates must be valid. Revocation is not looked up.

    Raises:
        InvalidFile: ``PAS_UN_PDF``, ``PDF_CHIFFRE`` or ``FICHIER_VIDE``. A wrong signature is a verdict, not
            an error.
        HostileInput: signatures or form fields beyond reason.
        ConfigurationError: an anchor file cannot be read.
        OSError: the document cannot be read at all.
        MissingExtra: pyHanko is not installed.
    """
    if moment.tzinfo is None:
        raise InvalidInput("Le moment de vérification doit porter son fuseau horaire.")
    with extra("journey", needed_for="Vérifier une signature PAdES"):
        from cdg62_connect.formats.pades_validation import Trust, validated

    trust = Trust.of(anchors, moment=moment)
    with path.open("rb") as document:
        return PadesVerdict(signatures=validated(document, trust=trust))
