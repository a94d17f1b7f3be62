"""The signatures inside an XML document (XAdES enveloped): one on the whole, or one in each bordereau."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cdg62_connect.errors import InvalidFile, InvalidInput
from cdg62_connect.extras import extra
from cdg62_connect.formats.xades_verdict import XadesVerdict

LARGEST_SIGNED = 128 * 1024 * 1024
"""Bytes of a document whose signatures are verified: it is loaded whole, and takes twenty to sixty times its size."""


def verify_xades(
    path: Path,
    *,
    anchors: Sequence[Path],
    moment: datetime,
    allow_sha1: bool = False,
    limit: int = LARGEST_SIGNED,
) -> XadesVerdict:
    """Verify every signature of an XML document, offline.

    The document is loaded whole: a PES of small elements takes about twenty times its size in memory, sixty
    times while a signature on the whole is verified. A signature of bordereau costs that bordereau only.

    Args:
        path: the signed document.
        anchors: PEM files of the authorities trusted to sign. None means that nobody is trusted; the
            signatures are verified all the same.
        moment: the aware moment at which certificates must be valid. Revocation is not looked up.
        allow_sha1: whether a signature made with SHA-1 may be intact; it is reported as weak either way. The
            digest of the certificate alone may be of SHA-1, as many signers still write it: it is reported.
        limit: the largest size accepted, in bytes.

    Raises:
        InvalidFile: ``FICHIER_VIDE``, ``TAILLE`` or ``XML_ILLISIBLE``. A wrong signature is a verdict, not an
            error.
        HostileInput: a DTD, or something beyond reason.
        ConfigurationError: an anchor file cannot be read.
        OSError: the document cannot be read at all.
        MissingExtra: signxml or pyHanko is not installed.
    """
    if moment.tzinfo is None:
        raise InvalidInput("Le moment de vérification doit porter son fuseau horaire.")
    with extra("journey", needed_for="Vérifier une signature XAdES"):
        from cdg62_connect.formats.trust import Trust
        from cdg62_connect.formats.xades_validation import validated

    trust = Trust.of(anchors, moment=moment)
    size = path.stat().st_size
    if size > limit:
        raise InvalidFile(
            "TAILLE",
            f"Le document signé pèse {size} octets, plus que les {limit} que la vérification charge.",
        )
    return validated(path, trust=trust, allow_sha1=allow_sha1, limit=limit)
