"""The door of the verdicts: a detached signature, or a ZIP of them, that came back with a document."""

from __future__ import annotations

import io
import zipfile

from cdg62_connect.iparapheur import Evidence, RetrievedFile, SignedDocument, verify_evidence
from hostile import answers
from hostile.door import Door, Room
from hostile.format_doors import FORMATS

_DAY = (2026, 3, 2, 9, 0, 0)


def _detached() -> bytes:
    """What the door of detached signatures takes for one of ``document``."""
    return next(door for door in FORMATS if door.name == "formats.verify_cades").seeds()[0]


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("1-a.p7s", "2-a.p7s"):
            archive.writestr(zipfile.ZipInfo(name, _DAY), _detached())
    return out.getvalue()


def _judged(data: bytes, room: Room) -> object:
    document, signature = room.given / "document", room.given / "signature"
    document.write_bytes(b"document")
    signature.write_bytes(data)
    files = [RetrievedFile(path.name, path, path.stat().st_size, "", "") for path in (document, signature)]
    evidence = Evidence(remote_id="D-1", documents=(SignedDocument(files[0], (files[1],)),))
    (verdict,) = verify_evidence(evidence, anchors=[], moment=answers.MOMENT, allow_sha1=True)
    return verdict.signed, verdict.signers, verdict.problem


VERDICTS = (
    Door(
        name="iparapheur verify_evidence",
        through=(
            "cdg62_connect.iparapheur.verdicts:verify_evidence",
            "cdg62_connect.iparapheur.verdicts:verify_document",
        ),
        language="binary",
        valid=(_zip, _detached),
        push=_judged,
        refusals=(),
        slow=50,
    ),
)
