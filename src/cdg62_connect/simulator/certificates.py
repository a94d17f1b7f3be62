"""With what a program may present itself to S2LOW: the certificate that is right, and each of those that are not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cdg62_connect.clock import Clock, SystemClock
from cdg62_connect.simulator.pki import TestAuthority

_NOT_RGS = "SPÉCIMEN – autorité non RGS"
_UNKNOWN = "SPÉCIMEN – autorité inconnue"


@dataclass(frozen=True, slots=True)
class Presented:
    """A client certificate and its key, PEM."""

    certificate: Path
    key: Path

    def as_json(self) -> dict[str, object]:
        """As the description of the simulator gives it."""
        return {"cert": str(self.certificate), "key": str(self.key)}


class ClientCertificates:
    """The client certificates that S2LOW judges, made once in the folder of the test authority.

    That authority plays the part of an RGS one. The front end of S2LOW lets in those whom it issued, and those
    of a second authority, which is not RGS; it refuses everybody else in the handshake, and whoever is past
    his last day or on a revocation list. TLS looks at the machine's own clock, so « expired » is by that one.

    Args:
        authority: the one of RGS certificates.
        folder: where the others are kept.
        start: the moment around which they are valid.
        real: where the machine's hour is read.

    Attributes:
        trusted: what the front end is configured with (PEM): the two authorities and their revocation lists.
        non_rgs: accepted by the front end; not good enough to transmit.
        expire: its last day is over.
        revoque: on the list of its authority.
        inconnu: of an authority that S2LOW does not know.
        sans_compte: RGS, and no account of S2LOW has it.
        partage: RGS, and several accounts have it.
        administration: RGS, that of who administers the platform, and does nothing else.
    """

    def __init__(
        self, authority: TestAuthority, folder: Path, *, start: datetime, real: Clock | None = None
    ) -> None:
        now = (real or SystemClock()).now()
        over = (min(start, now) - timedelta(days=1)).astimezone(UTC).replace(microsecond=0)
        second = TestAuthority(folder / "non-rgs", start=start, name=_NOT_RGS)
        stranger = TestAuthority(folder / "inconnue", start=start, name=_UNKNOWN)
        self._authority = authority
        self.non_rgs = Presented(*second.client_certificate("s2low-non-rgs"))
        self.expire = Presented(*authority.client_certificate("s2low-expire", until=over))
        self.revoque = Presented(*authority.client_certificate("s2low-revoque"))
        self.inconnu = Presented(*stranger.client_certificate("s2low-inconnu"))
        self.sans_compte = Presented(*authority.client_certificate("s2low-sans-compte"))
        self.partage = Presented(*authority.client_certificate("s2low-partage"))
        self.administration = Presented(*authority.client_certificate("s2low-administration"))
        authority.revoke(self.revoque.certificate)
        self.trusted = folder / "clients-acceptes.pem"
        self.trusted.write_bytes(
            b"".join(file.read_bytes() for one in (authority, second) for file in (one.ca, one.crl))
        )

    def is_rgs(self, certificate: str) -> bool:
        """Whether S2LOW takes a certificate (PEM) for an RGS one."""
        return self._authority.issued(certificate)
