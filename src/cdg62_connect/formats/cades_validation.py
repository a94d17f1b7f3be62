"""Detached signatures verified by pyHanko, put in our words."""

from __future__ import annotations

import base64
import binascii
from typing import Any, BinaryIO, cast

from asn1crypto import cms, pem, x509
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext

from cdg62_connect.errors import InvalidFile
from cdg62_connect.formats.cades import CadesSignature
from cdg62_connect.formats.pyhanko_silence import silenced
from cdg62_connect.formats.trust import KEY_USAGE, Trust, chain_problem, common_name, run_apart

_MOST_SIGNERS = 20
_SHA1 = "sha1"


def validated(
    content: BinaryIO, signature: bytes, *, trust: Trust, allow_sha1: bool
) -> tuple[CadesSignature, ...]:
    """Every signer of the signature.

    Raises:
        InvalidFile: ``SIGNATURE_ILLISIBLE``.
    """
    signed = _signed_data(signature)
    infos = list(cast("Any", signed["signer_infos"]))
    if not 1 <= len(infos) <= _MOST_SIGNERS:
        raise _unreadable(f"elle a {len(infos)} signataires")
    return tuple(_judged(content, signed, info, trust=trust, allow_sha1=allow_sha1) for info in infos)


def _signed_data(signature: bytes) -> cms.SignedData:
    try:
        info = cms.ContentInfo.load(_der(signature), strict=True)
        if info["content_type"].native != "signed_data":
            raise _unreadable("ce n'est pas une signature")
        signed = cast("cms.SignedData", info["content"])
        signed.native  # noqa: B018 - asn1crypto reads lazily: a broken structure shows here
        attached = cast("Any", signed["encap_content_info"])["content"].native
    except InvalidFile:
        raise
    except Exception as error:  # noqa: BLE001 - asn1crypto raises anything on a mangled structure
        raise _unreadable(type(error).__name__) from None
    if attached is not None:
        raise _unreadable("elle contient un document au lieu d'en signer un à part")
    return signed


def _der(signature: bytes) -> bytes:
    if pem.detect(signature):
        return cast("tuple[str, Any, bytes]", pem.unarmor(signature))[2]
    if signature[:1] == b"\x30":
        return signature
    try:
        return base64.b64decode(b"".join(signature.split()), validate=True)
    except (binascii.Error, ValueError):
        return signature


def _judged(
    content: BinaryIO,
    signed: cms.SignedData,
    info: Any,  # noqa: ANN401 - asn1crypto's are untyped
    *,
    trust: Trust,
    allow_sha1: bool,
) -> CadesSignature:
    alone = signed.copy()
    alone["signer_infos"] = cms.SignerInfos([info])
    weak = _SHA1 in (info["digest_algorithm"]["algorithm"].native, _hash_of(info))
    context = _any_hash(trust) if allow_sha1 else trust.context()
    content.seek(0)
    try:
        with silenced():
            status = run_apart(
                async_validate_detached_cms(
                    content, alone, signer_validation_context=context, key_usage_settings=KEY_USAGE
                )
            )
    except Exception:  # noqa: BLE001 - a mangled signer makes pyHanko raise anything
        return _wrong("elle est illisible, ou son certificat manque.", weak=weak)
    certificate = status.signing_cert
    if not (status.intact and status.valid):
        return _wrong(
            "le document ou la signature a été modifié après la signature.",
            weak=weak,
            signer=common_name(certificate),
        )
    if weak and not allow_sha1:
        return _wrong("elle emploie SHA-1, qui n'est plus sûr.", weak=True, signer=common_name(certificate))
    problem = chain_problem(certificate, _others(signed, certificate), trust)
    return CadesSignature(
        intact=True,
        trusted=not problem,
        signer=common_name(certificate),
        signed_at=status.signer_reported_dt,
        weak=weak,
        problem=problem,
    )


def _any_hash(trust: Trust) -> ValidationContext:
    return ValidationContext(
        trust_roots=list(trust.anchors),
        moment=trust.moment,
        allow_fetching=False,
        revocation_mode="soft-fail",
        weak_hash_algos=set(),
    )


def _hash_of(info: Any) -> str:  # noqa: ANN401 - as above
    try:
        return str(info["signature_algorithm"].hash_algo)
    except ValueError:
        return ""


def _others(signed: cms.SignedData, certificate: x509.Certificate) -> list[x509.Certificate]:
    chosen = [choice.chosen for choice in cast("Any", signed["certificates"])]
    return [one for one in chosen if isinstance(one, x509.Certificate) and one.dump() != certificate.dump()]


def _wrong(problem: str, *, weak: bool, signer: str = "") -> CadesSignature:
    return CadesSignature(
        intact=False, trusted=False, signer=signer, signed_at=None, weak=weak, problem=problem
    )


def _unreadable(why: str) -> InvalidFile:
    return InvalidFile("SIGNATURE_ILLISIBLE", f"La signature est illisible ({why}).")
