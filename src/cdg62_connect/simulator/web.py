"""The Flask applications behind the ports, and what they do with the unexpected."""

from __future__ import annotations

import logging
import threading
import traceback

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException

from cdg62_connect.simulator.faults import BREAKAGE, ERROR_PAGE, CutConnection

_log = logging.getLogger("cdg62_connect.simulateur")


class Mishaps:
    """The exceptions that a route did not expect, as tracebacks: a test reads them to fail with the cause."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: list[str] = []

    def record(self, error: BaseException) -> None:
        """Keep and log one."""
        with self._lock:
            self._seen.append("".join(traceback.format_exception(error)))
        _log.error("Erreur inattendue du simulateur", exc_info=error)

    def reset(self) -> None:
        """Forget them."""
        with self._lock:
            self._seen.clear()

    @property
    def seen(self) -> list[str]:
        """The tracebacks, oldest first."""
        with self._lock:
            return list(self._seen)


def application(name: str, *blueprints: Blueprint, mishaps: Mishaps) -> Flask:
    """A Flask application made of ``blueprints``, which records what breaks and lets a route cut its line."""
    app = Flask(name, static_folder=None, template_folder=None)

    def cut(_: CutConnection) -> Response:
        request.environ[BREAKAGE] = "couper"
        return Response(b"")

    def broken(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException):
            return error
        mishaps.record(error)
        return Response(ERROR_PAGE.format("500 Internal Server Error"), 500, mimetype="text/html")

    app.register_error_handler(CutConnection, cut)
    app.register_error_handler(Exception, broken)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    return app
