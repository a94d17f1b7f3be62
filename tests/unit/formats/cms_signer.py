"""Signs a document apart from it, as a parapheur does."""

from __future__ import annotations

import asyncio

from pyhanko.sign import signers


def cms(
    signer: signers.SimpleSigner, content: bytes, *, digest: str = "sha256", detached: bool = True
) -> bytes:
    """A CAdES signature in DER; a plain PKCS#7 when it uses SHA-1, as they did then."""
    signing = signer.async_sign_general_data(content, digest, detached=detached, use_cades=digest != "sha1")
    return asyncio.run(signing).dump()
