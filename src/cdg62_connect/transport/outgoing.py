"""The body of a request on its way out: exactly the length that was announced, or never complete."""

from __future__ import annotations

from collections.abc import Iterator

from cdg62_connect.errors import InvalidInput
from cdg62_connect.transport.request import StreamBody
from cdg62_connect.transport.wire import Wire


class BodyStopped(Exception):
    """The producer of the body failed; what it raised is on the wire (:attr:`Wire.body_error`)."""


class OutgoingBody:
    """Gives the blocks of a :class:`StreamBody` to the connection, always one block late.

    Being late is what makes it safe: the last announced byte leaves only when the producer has shown that
    there is nothing after it, so a body of the wrong length never makes a request that a server could obey.
    """

    def __init__(self, body: StreamBody, wire: Wire) -> None:
        self._body = body
        self._wire = wire

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._exact()
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told apart from the network's own
            self._wire.body_error = error
        raise BodyStopped

    def _exact(self) -> Iterator[bytes]:
        total = 0
        late = b""
        for block in self._body.blocks():
            if not block:
                continue
            total += len(block)
            if total > self._body.length:
                raise InvalidInput(f"Le corps de la demande dépasse les {self._body.length} octets annoncés.")
            if late:
                yield late
            late = block
        if total != self._body.length:
            raise InvalidInput(
                f"Le corps de la demande fait {total} octets au lieu des {self._body.length} annoncés."
            )
        if late:
            yield late
