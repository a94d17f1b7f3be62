"""What pyHanko finds about the signatures of a PDF, put in our words."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from asn1crypto import pem, x509
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESIndeterminate
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
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext

from cdg62_connect.errors import ConfigurationError, HostileInput, InvalidFile
from cdg62_connect.formats.pades_verdict import PadesSignature
from cdg62_connect.formats.pdf_structure import broken_pdf_refused, disk_failure, read_trailer
from cdg62_connect.formats.pyhanko_silence import silenced

T = TypeVar("T")

_KEY_USAGE = KeyUsageConstraints(
    key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False
)
"""A person's signature or a server's seal: authorities use both."""

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

_OUT_OF_DATE = "son certificat n'était pas valide à ce moment (expiré ou pas encore valable)."
_WEAK = "elle emploie un algorithme qui n'est plus sûr."
_UNTRUSTED: dict[object, str] = {
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: (
        "son certificat ne vient d'aucune autorité de confiance configurée."
    ),
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: _OUT_OF_DATE,
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED: _OUT_OF_DATE,
    AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE: "son certificat n'est pas fait pour signer.",
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: _WEAK,
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: _WEAK,
}


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose certificates are believed, and when."""

    anchors: tuple[x509.Certificate, ...]
    moment: datetime

    @classmethod
    def of(cls, files: Sequence[Path], *, moment: datetime) -> Trust:
        """Read the anchors.

        Raises:
            ConfigurationError: a file is missing, or holds no certificate.
        """
        return cls(tuple(certificate for file in files for certificate in _certificates(file)), moment)

    def context(self) -> ValidationContext:
        """A fresh context for one signature: offline, at our moment."""
        return ValidationContext(
            trust_roots=list(self.anchors),
            moment=self.moment,
            allow_fetching=False,
            revocation_mode="soft-fail",
        )


def _certificates(file: Path) -> list[x509.Certificate]:
    try:
        blocks = cast(
            "list[tuple[str, Any, bytes]]", list(cast("Any", pem.unarmor(file.read_bytes(), multiple=True)))
        )
        found = [x509.Certificate.load(der, strict=True) for name, _, der in blocks if name == "CERTIFICATE"]
        for certificate in found:
            certificate.native  # noqa: B018 - asn1crypto reads lazily: a broken certificate shows here
    except (OSError, ValueError, TypeError) as error:
        raise ConfigurationError(f"Autorités de signature : « {file} » est illisible ({error}).") from None
    if not found:
        raise ConfigurationError(f"Autorités de signature : « {file} » ne contient aucun certificat PEM.")
    return found


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
    status = _run(
        async_validate_pdf_signature(
            embedded,
            signer_validation_context=trust.context(),
            diff_policy=_ALLOWED_LATER,
            key_usage_settings=_KEY_USAGE,
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
        signer=_common_name(status.signing_cert),
        signed_at=_aware(embedded.self_reported_timestamp),
        problem=_problem(status, intact=intact, covers=covers, trusted=trusted, moment=trust.moment),
    )


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run pyHanko's coroutine in a thread of its own: our caller may be inside an event loop."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


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
        return _OUT_OF_DATE
    if not trusted:
        why = status.trust_problem_indic
        return _UNTRUSTED.get(why, f"son certificat n'est pas reconnu ({why}).")
    return ""


def _common_name(certificate: x509.Certificate) -> str:
    subject = cast("dict[str, Any]", certificate.subject.native)
    name = subject.get("common_name") or certificate.subject.human_friendly
    if isinstance(name, list):
        name = name[-1]
    return " ".join("".join(character for character in str(name) if character.isprintable()).split())[:200]


def _aware(moment: datetime | None) -> datetime | None:
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=UTC)
