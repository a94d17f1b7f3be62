"""Files that come in pieces (4.1)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from cdg62_connect.simulator.pastell.errors import bad_request

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.requests import Parameters

Key = tuple[str, str, int, str]
_LIMIT = 512 * 1024 * 1024


class Chunks:
    """The pieces received so far, by document, field, index and name of the file."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pieces: dict[Key, dict[int, bytes]] = {}

    def take(self, id_d: str, field: str, num: int, params: Parameters) -> bytes | None:
        """Take a piece; the whole file once every piece is there.

        Raises:
            ApiError: 400, a parameter is missing, or the pieces do not make the size announced.
        """
        name, number = params.text("file_name"), params.number("chunk_number")
        total, size = params.number("total_chunks"), params.number("total_size")
        sent = params.files.get("file")
        if not field or not name:
            raise bad_request("Les paramètres field_name et file_name sont obligatoires")
        if sent is None or total < 1 or not 1 <= number <= total or not 0 <= size <= _LIMIT:
            raise bad_request(
                "Les paramètres file, chunk_number, total_chunks et total_size sont obligatoires"
            )
        key = (id_d, field, num, name)
        with self._lock:
            pieces = self._pieces.setdefault(key, {})
            pieces[number] = sent.read()
            if sum(map(len, pieces.values())) > size:
                del self._pieces[key]
                raise bad_request("Les morceaux reçus dépassent la taille annoncée")
            if len(pieces) < total:
                return None
            del self._pieces[key]
        return b"".join(pieces[one] for one in sorted(pieces))
