"""How a call of the API fails: a status and a sentence, which the front writes as Pastell writes them."""

from __future__ import annotations


class ApiError(Exception):
    """A refusal, told as ``{"status": "error", "error-message": "…"}``.

    Args:
        status: HTTP status.
        message: what Pastell says.
        headers: what goes with it (``WWW-Authenticate``, ``Retry-after``).
    """

    def __init__(self, status: int, message: str, *, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self.status = status
        self.message = message
        self.headers = headers
        super().__init__(message)


class PhpCrash(Exception):
    """The script died: HTTP 500 and an empty body."""


def bad_request(message: str) -> ApiError:
    """400: any plain exception of Pastell."""
    return ApiError(400, message)


def forbidden(message: str) -> ApiError:
    """403."""
    return ApiError(403, message)


def not_found(message: str) -> ApiError:
    """404."""
    return ApiError(404, message)


def right_missing(*, id_e: str, droit: str, id_u: str) -> ApiError:
    """403: the caller has not that right on that entity."""
    return forbidden(f"Acces interdit id_e={id_e}, droit={droit},id_u={id_u}")
