"""What pyHanko finds about the signatures of a PDF, put in our words."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, BinaryIO, TypeVar, cast

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    XrefStreamRule,
)
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    PdfSignatureStatus,
    SignatureCoverageLevel,
    async_validate_pdf_signature,
)

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats.pades_verdict import PadesSignature
from cdg62_connect.formats.pdf_structure import broken_pdf_refused, disk_failure, read_trailer
from cdg62_connect.formats.pyhanko_silence import silenced
from cdg62_connect.formats.trust import KEY_USAGE, OUT_OF_DATE, UNTRUSTED, Trust, common_name, run_apart

T = TypeVar("T")

_MOST_FIELDS = 10_000
_MOST_SIGNATURES = 50
"""Each signature costs one reading of the whole document."""

_ALLOWED_LATER = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),
        *(
            rule.as_qualified(ModificationLevel.LTA_UPDATES)
            for rule in (
                DocInfoRule(),
                XrefStreamRule(),
                ObjectStreamRule(),
                DSSCompareRule(),
                MetadataUpdateRule(),
            )
        ),
    ],
    form_rule=FormUpdatingRule(field_rules=[SigFieldCreationRule(), SigFieldModificationRule()]),
)
"""pyHanko's policy without the filling of other form fields: after a signature, only signing goes on."""


def validated(document: BinaryIO, *, trust: Trust) -> tuple[PadesSignature, ...]:
    """Every signature of the document, in the order of signing; those that cannot be read come first.

    Raises:
        InvalidFile: ``FICHIER_VIDE``, ``PAS_UN_PDF`` or ``PDF_CHIFFRE``.
        HostileInput: signatures or form fields beyond reason.
    """
    if document.seek(0, os.SEEK_END) == 0:
        raise InvalidFile("FICHIER_VIDE", "Le document signé est vide.")
    if "/Encrypt" in read_trailer(document).flatten():
        raise InvalidFile(
            "PDF_CHIFFRE", "Le document signé est protégé : ses signatures ne peuvent être vérifiées."
        )
    with silenced():
        with broken_pdf_refused():
            # not strict: what Word writes (hybrid cross-references) is refused otherwise
            reader = PdfFileReader(document, strict=False)
            _refuse_endless_form(reader)
            fields = [
                (str(name), cast("Any", field))
                for name, _, field in enumerate_sig_fields(reader, filled_status=True)
            ]
        if len(fields) > _MOST_SIGNATURES:
            raise HostileInput(f"Le PDF porte {len(fields)} signatures, ce qui n'a pas de sens : PDF écarté.")
        embedded = [
            (name, _mangled_as_none(partial(EmbeddedPdfSignature, reader, field, name)))
            for name, field in fields
        ]
        persons = sorted(
            (one for _, one in embedded if one is not None and one.sig_object_type != "/DocTimeStamp"),
            key=lambda one: one.signed_revision,
        )
        return (
            *(_unreadable(name) for name, one in embedded if one is None),
            *(
                _mangled_as_none(partial(_judged, one, trust=trust, last=one is persons[-1]))
                or _unreadable(str(one.field_name))
                for one in persons
            ),
        )


def _refuse_endless_form(reader: PdfFileReader) -> None:
    """pyHanko walks a form whose fields share their children as many times as there are ways to them."""
    waiting: list[Any] = [_listed(_entry(reader.root, "/AcroForm"), "/Fields")]
    walked = 0
    while waiting:
        for reference in waiting.pop():
            walked += 1
            if walked > _MOST_FIELDS:
                raise HostileInput(f"Le formulaire du PDF compte plus de {_MOST_FIELDS} champs : PDF écarté.")
            waiting.append(_listed(reference.get_object(), "/Kids"))


def _listed(owner: object, key: str) -> Any:  # noqa: ANN401 - what a PDF holds has no type
    listed = _entry(owner, key)
    return listed if isinstance(listed, ArrayObject) else ()


def _entry(owner: object, key: str) -> object:
    try:
        return (
            owner[key] if isinstance(owner, DictionaryObject) else None
        )  # get() would not follow references
    except KeyError:
        return None


def _mangled_as_none(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except Exception as error:
        if disk_failure(error):
            raise
        return None


def _unreadable(name: str) -> PadesSignature:
    return PadesSignature(
        field=name,
        intact=False,
        covers_document=False,
        trusted=False,
        signer="",
        signed_at=None,
        problem="elle est illisible, ou d'un format qui n'est pas du PAdES.",
    )


def _judged(embedded: EmbeddedPdfSignature, *, trust: Trust, last: bool) -> PadesSignature:
    status = run_apart(
        async_validate_pdf_signature(
            embedded,
            signer_validation_context=trust.context(),
            diff_policy=_ALLOWED_LATER,
            key_usage_settings=KEY_USAGE,
        )
    )
    intact = bool(status.intact and status.valid)
    covers = intact and _covers(embedded, status, last=last)
    trusted = intact and bool(status.trusted)
    return PadesSignature(
        field=str(embedded.field_name),
        intact=intact,
        covers_document=covers,
        trusted=trusted,
        signer=common_name(status.signing_cert),
        signed_at=_aware(embedded.self_reported_timestamp),
        problem=_problem(status, intact=intact, covers=covers, trusted=trusted, moment=trust.moment),
    )


def _covers(embedded: EmbeddedPdfSignature, status: PdfSignatureStatus, *, last: bool) -> bool:
    if not _byte_range_is_plain(embedded):
        return False
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return True
    later = embedded.reader.xrefs.total_revisions - 1 > embedded.signed_revision
    changes = status.diff_result
    if status.coverage != SignatureCoverageLevel.ENTIRE_REVISION or not later:
        return False
    if not isinstance(changes, DiffResult):
        return False
    allowed = ModificationLevel.LTA_UPDATES if last else ModificationLevel.FORM_FILLING
    return bool(status.docmdp_ok) and changes.modification_level <= allowed


def _byte_range_is_plain(embedded: EmbeddedPdfSignature) -> bool:
    """Whether all is signed but for one hole, which holds the signature itself and nothing else."""
    numbers = [int(number) for number in cast("Sequence[int]", embedded.byte_range)]
    if len(numbers) != 4:
        return False
    first, before, after, rest = numbers
    size = embedded.reader.stream.seek(0, os.SEEK_END)
    hole = 2 * len(embedded.pkcs7_content) + 2
    return first == 0 and before > 0 and after == before + hole and rest > 0 and after + rest <= size


def _problem(
    status: PdfSignatureStatus, *, intact: bool, covers: bool, trusted: bool, moment: datetime
) -> str:
    if not intact:
        return "le document ou la signature a été modifié après la signature."
    if not covers:
        return "elle ne couvre pas tout le document : une partie a été ajoutée ou changée ensuite."
    certificate = status.signing_cert
    if not trusted and not certificate.not_valid_before <= moment <= certificate.not_valid_after:
        return OUT_OF_DATE
    if not trusted:
        why = status.trust_problem_indic
        return UNTRUSTED.get(why, f"son certificat n'est pas reconnu ({why}).")
    return ""


def _aware(moment: datetime | None) -> datetime | None:
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=UTC)
