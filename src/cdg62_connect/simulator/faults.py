"""Faults on demand, as data: « the third CreerDossier is accepted and its answer is lost ».

A rule says where it strikes (platform, operation, a piece of the key), when (``a_partir_de``-th matching
call, ``fois`` times, before or after the side effect) and what happens. A route runs its work through
:meth:`Faults.around`, once per request::

    return simulator.faults.around("iparapheur", "CreerDossier", dossier_id, lambda: creer(...))

``around`` counts the call, lets the work happen or not, and returns the answer to give. Two effects need the
socket itself: ``couper`` (the connection closes, not one byte of answer) and ``tronquer`` (true headers with
the full Content-Length, half of the body, then the connection closes). ``around`` cannot do those: it marks
the request's WSGI environ under :data:`BREAKAGE`, and the server layer really closes the connection. A route
that does not go through ``around`` may also raise :class:`CutConnection`: the applications built by
``server.py`` turn it into the same mark.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from cdg62_connect.errors import InvalidInput

if TYPE_CHECKING:
    from flask import Response

Effet = Literal["couper", "http_500", "http_502", "http_503", "html", "tronquer", "lenteur", "refus"]
Moment = Literal["avant", "apres"]
Plateforme = Literal["iparapheur", "s2low", "pastell"]
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "plateforme": get_args(Plateforme),
    "effet": get_args(Effet),
    "moment": get_args(Moment),
}

OPERATIONS: Mapping[Plateforme, tuple[str, ...]] = {
    "iparapheur": (
        "echo",
        "GetListeTypes",
        "GetListeSousTypes",
        "GetCircuit",
        "GetListeMetaDonnees",
        "GetMetaDonneesRequisesPourTypeSoustype",
        "CreerDossier",
        "GetHistoDossier",
        "RechercherDossiers",
        "GetDossier",
        "ExercerDroitRemordDossier",
        "ForcerEtape",
        "ArchiverDossier",
        "EffacerDossierRejete",
        "EnvoyerDossierTdT",
        "GetStatutTdT",
        "GetClassificationActesTdt",
        "EnvoyerDossierMailSecurise",
        "CreerDossierPES",
        "EnvoyerDossierPES",
        "POST token",
        "GET tenant",
        "GET desk",
        "GET types",
        "GET subtypes",
        "GET types/creation-allowed",
        "GET subtypes/creation-allowed",
        "POST folder",
        "GET folders",
        "GET folder/premis",
        "GET folder/zip",
        "DELETE folder",
        "PUT task/start",
        "PUT task/visa",
        "PUT task/seal",
        "PUT task/second_opinion",
        "PUT task/bypass",
        "PUT task/undo",
        "PUT task/send_to_trash_bin",
        "PUT task/secure_mail",
        "GET trash-bin",
        "GET trash-bin/zip",
        "DELETE trash-bin",
    ),
    "s2low": (
        "test-connexion",
        "test-rgs",
        "info-connexion",
        "get-nounce",
        "api-list-login",
        "actes_transac_create",
        "actes_transac_submit",
        "actes_transac_cancel",
        "actes_transac_get_status",
        "actes_transac_get_ARActe",
        "actes_transac_get_files_list",
        "actes_download_file",
        "actes_create_pdf",
        "actes_transac_get_tampon",
        "actes_transac_post_confirm_api",
        "actes_transac_post_confirm_api_multi",
        "actes_transac_close",
        "actes_sae_status",
        "actes_classification_fetch",
        "actes_classification_request",
        "actes_transac_get_document",
        "list_document_prefecture",
        "document_prefecture_mark_as_read",
        "actes_transac_reponse_create",
        "list_actes",
        "number_actes",
        "actes_status",
        "nb_actes_by_authorities_and_date",
        "helios_importer_fichier",
        "helios_transac_get_status",
        "helios_download_acquit",
        "helios_download_file",
        "helios_get_list",
        "helios_get_retour",
        "helios_change_status",
        "list_pes_aller",
        "nb_pes_aller_by_authorities_and_date",
        "send-mail",
        "list-mail",
        "detail-mail",
        "delete-mail",
        "admin_authority_edit_handler",
        "admin_user_edit_handler",
    ),
    "pastell": (
        *(f"{verb} document" for verb in ("GET", "POST", "PATCH", "DELETE")),
        *(f"{verb} file" for verb in ("GET", "POST", "DELETE")),
        *(f"{verb} connecteur" for verb in ("GET", "POST", "PATCH", "DELETE")),
        *(f"{verb} association" for verb in ("GET", "POST", "DELETE")),
        *(f"{verb} entite" for verb in ("GET", "POST", "PATCH", "DELETE")),
        *(f"{verb} utilisateur" for verb in ("GET", "POST", "PATCH", "DELETE")),
        *(f"{verb} utilisateur/role" for verb in ("GET", "POST", "DELETE")),
        *(f"{verb} token" for verb in ("GET", "POST", "DELETE")),
        "GET documents",
        "GET document/count",
        "POST chunk",
        "GET connecteurs",
        "GET connecteur/all",
        *(f"{verb} connecteur/file" for verb in ("GET", "POST", "DELETE")),
        "PATCH connecteur/content",
        "GET journal",
        "GET journal/jeton",
        "GET version",
        "GET flux",
        "GET flux/action",
        "GET role",
        "GET familleConnecteur",
        "GET frequenceConnecteur",
    ),
}
"""What each platform can be asked here, in its own words."""

_FAMILIES: Mapping[Plateforme, tuple[str, ...]] = {
    "pastell": (
        "POST action/",
        "GET externalData/",
        "PATCH externalData/",
        "POST connecteur/action/",
        "GET connecteur/externalData/",
        "PATCH connecteur/externalData/",
    )
}
"""How the operations begin whose end is up to the definitions of the platform."""

BREAKAGE = "cdg62.rupture"
"""Key of the WSGI environ that tells the server to break the connection: ``"couper"`` or ``"tronquer"``."""

LONGEST_DELAY = 600.0
"""Longest ``lenteur``, in real seconds."""

LOGIN_PAGE = (
    '<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8"><title>Connexion</title></head>\n'
    '<body><h1>Veuillez vous identifier</h1><form method="post"><input name="login"></form>'
    "</body></html>\n"
)
ERROR_PAGE = "<!DOCTYPE html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"
_ERRORS: Mapping[str, tuple[int, str]] = {
    "http_500": (500, "Internal Server Error"),
    "http_502": (502, "Bad Gateway"),
    "http_503": (503, "Service Unavailable"),
}


class CutConnection(Exception):
    """The connection must close now, without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One rule.

    Attributes:
        plateforme: where it strikes.
        operation: the operation in the platform's own word (``CreerDossier``, ``actes_transac_create``…), or
            ``"*"`` for all of them.
        effet: what happens: ``couper``, ``tronquer``, ``http_500``, ``http_502``, ``http_503``, ``html`` (a
            login page in HTTP 200), ``lenteur`` (the answer is true but late, in real time), ``refus`` (the
            platform refuses, in its own words).
        moment: ``avant``: the work does not happen; ``apres``: it happens and its answer is replaced.
            ``tronquer`` and ``lenteur`` always give the true answer: for them the work happens, and
            ``moment`` only says on which side of the work ``lenteur`` waits.
        fois: how many times it strikes.
        a_partir_de: rank of the first matching call that it strikes, from 1.
        contient: strike only when the key (dossier id, acte number, transaction id; in Pastell, the id and the
            title of the document, and the names sent with the call) contains this.
        secondes: length of ``lenteur``, in real seconds; for ``http_503``, the Retry-After announced (none
            when 0).
        refus: which refusal, by its name in the catalogue, for the effect ``refus``. Of those that prove that
            nothing was done, only ``avant`` is possible.
    """

    plateforme: Plateforme
    effet: Effet
    operation: str = "*"
    moment: Moment = "avant"
    fois: int = 1
    a_partir_de: int = 1
    contient: str = ""
    secondes: float = 0.0
    refus: str = ""

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise InvalidInput(
                    f"Panne : « {name} » vaut {getattr(self, name)!r} ; "
                    f"valeurs possibles : {', '.join(allowed)}."
                )
        for name in ("fois", "a_partir_de"):
            value: object = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise InvalidInput(f"Panne : « {name} » doit être un entier d'au moins 1.")
        for name in ("operation", "contient", "refus"):
            if not isinstance(getattr(self, name), str):
                raise InvalidInput(f"Panne : « {name} » doit être un texte.")
        seconds = self.secondes
        if not _is_number(seconds):
            raise InvalidInput("Panne : « secondes » doit être un nombre.")
        if not 0 <= seconds <= LONGEST_DELAY:
            raise InvalidInput(f"Panne : « secondes » doit être compris entre 0 et {LONGEST_DELAY:.0f}.")
        if self.effet == "lenteur" and not seconds:
            raise InvalidInput("Panne : « lenteur » demande « secondes », sa durée.")
        known = OPERATIONS[self.plateforme]
        families = _FAMILIES.get(self.plateforme, ())
        if self.operation not in ("*", *known) and not self.operation.startswith(families):
            raise InvalidInput(
                f"Panne : « operation » vaut {self.operation!r}, que {self.plateforme} n'a pas ici ; "
                f"valeurs possibles : *, {', '.join(known)}."
            )
        if (self.effet == "refus") != bool(self.refus):
            raise InvalidInput(
                "Panne : « refus », le nom d'un refus, va avec l'effet « refus », et lui seul."
            )
        if self.refus:
            self._check_refusal()

    def _check_refusal(self) -> None:
        from cdg62_connect.simulator.catalogue import on_demand

        possible = on_demand(self.plateforme, self.operation)
        refusal = possible.get(self.refus)
        if refusal is None:
            raise InvalidInput(
                f"Panne : « refus » vaut {self.refus!r}, que {self.plateforme} ne dit pas à {self.operation} ; "
                f"valeurs possibles : {', '.join(possible) or 'aucune'}."
            )
        if self.moment == "apres" and refusal.prouve:
            raise InvalidInput(
                f"Panne : le refus « {self.refus} » veut dire que rien n'est fait : « moment » vaut avant."
            )

    @classmethod
    def of(cls, data: Mapping[str, object]) -> Fault:
        """Read a rule written as JSON: the attributes by their names.

        Raises:
            InvalidInput: an unknown field, a value out of its list, a missing ``plateforme`` or ``effet``.
        """
        known = [field.name for field in fields(cls)]
        for name in data:
            if name not in known:
                raise InvalidInput(
                    f"Panne : champ inconnu « {name} ». Champs possibles : {', '.join(known)}."
                )
        for name in ("plateforme", "effet"):
            if name not in data:
                raise InvalidInput(f"Panne : il manque « {name} ».")
        return cls(**cast("dict[str, Any]", dict(data)))

    def matches(self, plateforme: str, operation: str, key: str) -> bool:
        """Whether a call is one of those the rule looks at."""
        return (
            self.plateforme == plateforme
            and self.operation in ("*", operation)
            and (not self.contient or self.contient in key)
            and (not self.refus or self._can_be_refused(operation))
        )

    def _can_be_refused(self, operation: str) -> bool:
        from cdg62_connect.simulator.catalogue import on_demand

        return self.refus in on_demand(self.plateforme, operation)


@dataclass(slots=True)
class _Armed:
    rule: Fault
    seen: int = 0
    struck: int = 0


class Faults:
    """The rules in force, and how often each operation was called."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._armed: list[_Armed] = []
        self._calls: Counter[tuple[str, str]] = Counter()

    def add(self, rule: Fault | Mapping[str, object]) -> Fault:
        """Arm a rule and return it.

        Raises:
            InvalidInput: the rule is not well formed.
        """
        _check_shape(rule)
        fault = rule if isinstance(rule, Fault) else Fault.of(rule)
        with self._lock:
            self._armed.append(_Armed(fault))
        return fault

    @property
    def rules(self) -> tuple[Fault, ...]:
        """Every rule armed, spent or not, in the order given."""
        with self._lock:
            return tuple(armed.rule for armed in self._armed)

    def unmet(self) -> list[dict[str, object]]:
        """The rules that have not struck as often as asked, with ``restantes``: how often they still will."""
        with self._lock:
            return [
                {**asdict(armed.rule), "restantes": armed.rule.fois - armed.struck}
                for armed in self._armed
                if armed.struck < armed.rule.fois
            ]

    @property
    def calls(self) -> dict[str, dict[str, int]]:
        """How many requests each operation received, whatever became of them (by platform, then operation)."""
        with self._lock:
            counts: dict[str, dict[str, int]] = {}
            for (plateforme, operation), number in sorted(self._calls.items()):
                counts.setdefault(plateforme, {})[operation] = number
            return counts

    def reset(self) -> None:
        """Disarm everything, forget the counts, wake up the answers that a ``lenteur`` holds."""
        with self._lock:
            self._armed.clear()
            self._calls.clear()
        self.release()

    def release(self) -> None:
        """Wake up the answers that a ``lenteur`` holds."""
        with self._lock:
            held, self._released = self._released, threading.Event()
        held.set()

    def check(self, plateforme: Plateforme, operation: str, key: str = "") -> Fault | None:
        """Count one call and say which rule strikes it: the first armed, or none. Once per request."""
        with self._lock:
            self._calls[plateforme, operation] += 1
            striking: _Armed | None = None
            for armed in self._armed:
                if not armed.rule.matches(plateforme, operation, key):
                    continue
                armed.seen += 1
                due = armed.seen >= armed.rule.a_partir_de and armed.struck < armed.rule.fois
                if due and striking is None:
                    armed.struck += 1
                    striking = armed
            return striking.rule if striking else None

    def around(
        self,
        plateforme: Plateforme,
        operation: str,
        key: str,
        work: Callable[[], Response],
        *,
        refuse: Callable[[str], Response] | None = None,
    ) -> Response:
        """Do the work of a request under the rules in force. Needs a Flask request.

        Args:
            plateforme: the platform that answers.
            operation: the operation, in the platform's own word.
            key: what identifies the thing (dossier id, acte number, transaction id), or ``""``.
            work: makes the side effect and the true answer.
            refuse: makes the answer of a refusal of the catalogue, given its name.
        """
        fault = self.check(plateforme, operation, key)
        if fault is None:
            return work()
        if fault.effet in ("tronquer", "lenteur"):
            return self._hamper(fault, work)
        if fault.moment == "apres":
            work().close()
        if fault.effet == "refus" and refuse is not None:
            return refuse(fault.refus)
        return self._replace(fault)

    def _hamper(self, fault: Fault, work: Callable[[], Response]) -> Response:
        if fault.effet == "tronquer":
            answer = work()
            _mark("tronquer")
            return answer
        if fault.moment == "avant":
            self._wait(fault.secondes)
            return work()
        answer = work()
        self._wait(fault.secondes)
        return answer

    def _replace(self, fault: Fault) -> Response:
        from flask import Response

        if fault.effet == "couper":
            _mark("couper")
            return Response(b"")
        if fault.effet == "html":
            return Response(LOGIN_PAGE, 200, mimetype="text/html")
        status, title = _ERRORS[fault.effet]
        answer = Response(ERROR_PAGE.format(f"{status} {title}"), status, mimetype="text/html")
        if fault.effet == "http_503" and fault.secondes:
            answer.headers["Retry-After"] = str(int(fault.secondes))
        return answer

    def _wait(self, seconds: float) -> None:
        with self._lock:
            released = self._released
        released.wait(seconds)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_shape(rule: object) -> None:
    if not isinstance(rule, Fault | Mapping):
        raise InvalidInput('Panne : une règle est un objet, de la forme {"plateforme": …, "effet": …}.')


def _mark(breakage: str) -> None:
    from flask import request

    request.environ[BREAKAGE] = breakage
