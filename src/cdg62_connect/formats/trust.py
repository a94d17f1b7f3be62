"""Whose certificates are believed, and when: shared by every kind of signature."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from asn1crypto import pem, x509
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import ExpiredError, NotYetValidError, PathBuildingError

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.formats.pyhanko_silence import silenced

T = TypeVar("T")

KEY_USAGE = KeyUsageConstraints(
    key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False
)
"""A person's signature or a server's seal: authorities use both."""

OUT_OF_DATE = "son certificat n'était pas valide à ce moment (expiré ou pas encore valable)."
WEAK = "elle emploie un algorithme qui n'est plus sûr."
UNTRUSTED: dict[object, str] = {
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: (
        "son certificat ne vient d'aucune autorité de confiance configurée."
    ),
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: OUT_OF_DATE,
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED: OUT_OF_DATE,
    AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE: "son certificat n'est pas fait pour signer.",
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: WEAK,
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: WEAK,
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


def run_apart(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run pyHanko's coroutine in a thread of its own: our caller may be inside an event loop."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def common_name(certificate: x509.Certificate) -> str:
    """The name on a certificate, on one line of printable characters."""
    subject = cast("dict[str, Any]", certificate.subject.native)
    name = subject.get("common_name") or certificate.subject.human_friendly
    if isinstance(name, list):
        name = name[-1]
    return " ".join("".join(character for character in str(name) if character.isprintable()).split())[:200]


_MOST_CERTIFICATES = 20
_SIGNING_USAGES = frozenset({"non_repudiation", "digital_signature"})


def chain_problem(certificate: x509.Certificate, others: Sequence[x509.Certificate], trust: Trust) -> str:
    """Why a certificate is not one to sign with at the moment of ``trust``, in French, or ``""``.

    ``others`` are the certificates that came with it, of which some may lead to an anchor.
    """
    if not certificate.not_valid_before <= trust.moment <= certificate.not_valid_after:
        return OUT_OF_DATE
    usage = certificate.key_usage_value
    if usage is not None and not _SIGNING_USAGES & cast("set[str]", usage.native):
        return UNTRUSTED[AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE]
    validator = CertificateValidator(
        certificate, intermediate_certs=others[:_MOST_CERTIFICATES], validation_context=trust.context()
    )
    try:
        with silenced():
            run_apart(validator.async_validate_path())
    except PathBuildingError:
        return UNTRUSTED[AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND]
    except (ExpiredError, NotYetValidError):
        return OUT_OF_DATE
    except Exception as why:  # noqa: BLE001 - a broken chain makes the validator raise anything
        return f"son certificat n'est pas reconnu ({' '.join(str(why).split())[:120]})."
    return ""
