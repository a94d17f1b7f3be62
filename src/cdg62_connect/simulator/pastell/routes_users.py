"""``utilisateur``: accounts, their roles, their tokens."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from cdg62_connect.simulator.pastell import journal
from cdg62_connect.simulator.pastell.accounts import NO_RIGHT, ROOT, Token, User
from cdg62_connect.simulator.pastell.calls import Call, Reply, View
from cdg62_connect.simulator.pastell.errors import ApiError, bad_request, forbidden, not_found
from cdg62_connect.simulator.pastell.journal import Event
from cdg62_connect.simulator.pastell.platform import ZONE
from cdg62_connect.simulator.pastell.requests import Parameters
from cdg62_connect.simulator.pastell.routes_platform import OK
from cdg62_connect.simulator.s2low.accounts import fingerprint

ALL_ROLES = "ALL_ROLES"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_STRONG = 80
"""Bits that a password needs from 4.0 on."""


def get(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``GET utilisateur[/{u}]``, ``GET utilisateur/token``."""
    platform = call.platform
    if call.arg(0) == "token" and platform.profile.bearer:
        return [_token(call, one) for one in platform.tokens.of(call.caller.id_u)]
    if call.arg(0):
        return _detail(call, _user(call, call.arg(0)))
    id_e = call.params.text("id_e") or ROOT
    platform.rights.require(call.caller, id_e, "utilisateur:lecture")
    return [
        {"id_u": one.id_u, "login": one.login, "email": one.email, **_activity(call, one)}
        for one in platform.users.all()
        if one.id_e == id_e
    ]


def post(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``POST utilisateur``, ``…/{u}/activate|deactivate``, ``…/token[/{id}/renew]``, ``…/{u}/token``."""
    platform, params = call.platform, call.params
    if call.arg(0) == "token" and platform.profile.bearer:
        return _renew(call) if call.arg(2) == "renew" else _new_token(call, call.caller)
    if call.arg(1) == "token" and platform.profile.api_users:
        return _token_of_program(call)
    if call.arg(0) and platform.profile.accounts_can_be_disabled:
        return _activate(call)
    id_e = params.text("id_e") or ROOT
    right = "utilisateur:creation" if platform.profile.accounts_can_be_disabled else "utilisateur:edition"
    platform.rights.require(call.caller, id_e, right)
    is_api = platform.profile.api_users and params.true("is_api")
    given = User(
        id_u="",
        login=params.text("login"),
        nom=params.text("nom"),
        prenom=params.text("prenom"),
        email=params.text("email"),
        id_e=id_e,
        is_api=is_api,
        password="" if is_api else params.text("password"),
        certificate=_certificate(params),
    )
    _check(call, given)
    _check_password(call, given.password, wanted="password" in params.values and not is_api)
    if platform.users.named(given.login) is not None:
        raise _taken()
    made = platform.users.add(
        given.login,
        nom=given.nom,
        prenom=given.prenom,
        email=given.email,
        id_e=id_e,
        password=given.password,
        certificate=given.certificate,
        is_api=is_api,
    )
    platform.rights.grant(made, NO_RIGHT, id_e)
    told = f"Création de l'utilisateur {made.login} ({made.id_u}) : prenom : {made.prenom}; nom : {made.nom}"
    _note(call, id_e, journal.CREATED, told)
    return _detail(call, made)


def patch(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``PATCH utilisateur/{u}``. Without ``dont_delete_certificate_if_empty``, the certificate is forgotten."""
    platform, params = call.platform, call.params
    if params.true("create"):
        return post(call)
    former = _from_data(call)
    id_e = params.text("id_e") or former.id_e
    platform.rights.require(call.caller, id_e, "utilisateur:edition")
    texts = {name: params.text(name) for name in ("login", "nom", "prenom", "email") if name in params.values}
    changed = replace(former, **texts, id_e=id_e)
    _check(call, changed)
    if "password" in params.values:
        _check_password(call, params.text("password"), wanted=True)
        changed = replace(changed, password=params.text("password"))
    other = platform.users.named(changed.login)
    if other is not None and other.id_u != changed.id_u:
        raise _taken()
    if not params.true("dont_delete_certificate_if_empty"):
        changed = replace(changed, certificate="")
    platform.users.put(changed)
    difference = "; ".join(
        f"{name} : {getattr(former, name)} -> {getattr(changed, name)}"
        for name in ("email", "login", "nom", "prenom")
        if getattr(former, name) != getattr(changed, name)
    )
    told = f"Modification de l'utilisateur {changed.login} ({changed.id_u}) : {difference}"
    _note(call, id_e, journal.CHANGED, told)
    return {**_detail(call, changed), **OK}


def delete(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``DELETE utilisateur/{u}``, ``DELETE utilisateur/token/{id}``."""
    platform = call.platform
    if call.arg(0) == "token" and platform.profile.bearer:
        token = _own_token(call, "Impossible de supprimer ce jeton")
        platform.tokens.remove(token.id)
        told = f"L'utilisateur {token.id_u} a supprimé son jeton « {token.name} »"
        _note(call, ROOT, "delete-token", told)
        return Reply(None, 204)
    gone = _from_data(call)
    platform.rights.require(call.caller, gone.id_e, "utilisateur:edition")
    platform.rights.forget(gone)
    platform.users.remove(gone.id_u)
    _note(call, ROOT, journal.DELETED, f"Suppression de l'utilisateur id_u={gone.id_u}")
    return OK


def roles(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``GET utilisateur/{u}/role``: each role, with the rights the user has on ``id_e`` then those of the role."""
    platform = call.platform
    id_e = call.params.text("id_e") or ROOT
    platform.rights.require(call.caller, id_e, "utilisateur:lecture")
    user = _user(call, call.arg(0))
    above = set(platform.entities.ancestors(id_e))
    held = platform.rights.held(user)
    there = [droit for one in held if one.id_e in above for droit in platform.rights.droits(one.role)]
    return [
        {
            "id_u": user.id_u,
            "role": one.role,
            "id_e": one.id_e,
            "droits": list(dict.fromkeys([*there, *platform.rights.droits(one.role)])),
        }
        for one in held
    ]


def add_role(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``POST utilisateur/{u}/role``."""
    return _give(call, _user_first(call), call.params.text("role"))


def remove_role(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``DELETE utilisateur/{u}/role``."""
    return _take(call, _user_first(call), call.params.text("role"))


def several_roles(call: Call) -> Any:  # noqa: ANN401 - JSON
    """``add-several-role-utilisateur.php`` and its contrary."""
    user = _from_data(call)
    given = call.params.values.get("role")
    act = _give if call.arg(2) == "add" else _take
    if not given:
        return []
    if call.arg(2) == "add" and call.params.true("deleteRoles"):
        _take(call, user, ALL_ROLES)
    if isinstance(given, str):
        return act(call, user, given)
    return [act(call, user, role) for role in call.params.listed("role")]


def _give(call: Call, user: User, role: str) -> Any:  # noqa: ANN401 - JSON
    id_e = call.params.text("id_e") or ROOT
    call.platform.rights.require(call.caller, id_e, "utilisateur:edition")
    _known_role(call, role)
    call.platform.rights.grant(user, role, id_e)
    return OK


def _take(call: Call, user: User, role: str) -> Any:  # noqa: ANN401 - JSON
    id_e = call.params.text("id_e") or ROOT
    rights = call.platform.rights
    rights.require(call.caller, id_e, "utilisateur:edition")
    if role == ALL_ROLES:
        rights.revoke_all(user, id_e)
    else:
        _known_role(call, role)
        rights.revoke(user, role, id_e)
    return OK


def _user_first(call: Call) -> User:
    """The right is looked at before the user."""
    id_e = call.params.text("id_e") or ROOT
    call.platform.rights.require(call.caller, id_e, "utilisateur:edition")
    return _user(call, call.arg(0))


def _known_role(call: Call, role: str) -> None:
    if role not in call.platform.rights.roles:
        raise not_found(f"Le role spécifié n'existe pas {{role={role}}}")


def _activate(call: Call) -> Any:  # noqa: ANN401 - JSON
    platform, user = call.platform, _user(call, call.arg(0))
    platform.rights.require(call.caller, user.id_e, "utilisateur:edition")
    if call.arg(1) not in ("activate", "deactivate"):
        raise bad_request("Cette action n'existe pas.")
    if call.arg(1) == "deactivate" and user.id_u == call.caller.id_u:
        raise bad_request("Vous ne pouvez pas désactiver votre compte utilisateur.")
    changed = replace(user, active=call.arg(1) == "activate")
    platform.users.put(changed)
    return _detail(call, changed)


def _user(call: Call, id_u: str) -> User:
    user = call.platform.users.get(id_u)
    if user is None or user.id_u == "0":
        raise not_found(f"L'utilisateur n'existe pas : {{id_u={id_u}}}")
    return user


def _from_data(call: Call) -> User:
    """The user meant: by its id, else by its login."""
    users, id_u = call.platform.users, call.arg(0) or call.params.text("id_u")
    if id_u:
        user = users.get(id_u)
        if user is None:
            raise not_found(f"L'identifiant de l'utilisateur n'existe pas : {{id_u={id_u}}}")
        return user
    if "login" not in call.params.values:
        raise bad_request("Aucun paramètre permettant la recherche de l'utilisateur n'a été renseigné")
    login = call.params.text("login")
    named = users.named(login)
    if named is None:
        raise not_found(f"Le login de l'utilisateur n'existe pas : {{login={login}}}")
    return named


def _detail(call: Call, user: User) -> dict[str, Any]:
    call.platform.rights.require(call.caller, user.id_e, "utilisateur:lecture")
    certificates = {"certificat": user.certificate} if call.platform.profile.certificates_of_users else {}
    return {
        "id_u": user.id_u,
        "login": user.login,
        "nom": user.nom,
        "prenom": user.prenom,
        "email": user.email,
        **certificates,
        "id_e": user.id_e,
        **_activity(call, user),
    }


def _activity(call: Call, user: User) -> dict[str, Any]:
    profile = call.platform.profile
    active = {"active": user.active} if profile.accounts_can_be_disabled else {}
    return {**active, "is_api": user.is_api} if profile.api_users else active


def _certificate(params: Parameters) -> str:
    given = params.files.get("certificat")
    if given is None:
        return ""
    try:
        return fingerprint(given.read().decode("ascii"))
    except ValueError:
        raise bad_request("Le certificat ne semble pas être valide") from None


def _check(call: Call, user: User) -> None:
    if not user.login:
        raise bad_request("Le login est obligatoire")
    if not user.nom:
        raise bad_request("Le nom est obligatoire")
    if not user.prenom:
        raise bad_request("Le prénom est obligatoire")
    if not (user.is_api and not user.email) and not _EMAIL.fullmatch(user.email):
        raise bad_request("Votre adresse email ne semble pas valide")
    if user.id_e != ROOT and call.platform.entities.get(user.id_e) is None:
        raise bad_request(f"L'entité {user.id_e} n'existe pas")


def _check_password(call: Call, password: str, *, wanted: bool) -> None:
    if wanted and call.platform.profile.accounts_can_be_disabled and _entropy(password) < _STRONG:
        raise bad_request(
            "Le mot de passe n'est pas assez fort. (trop court ou pas assez de caractères différents)"
        )


def _entropy(password: str) -> float:
    """Bits of a password drawn among the families of characters it uses."""
    families = (
        (r"[a-z]", 26),
        (r"[A-Z]", 26),
        (r"[0-9]", 10),
        (r"[^A-Za-z0-9]", 32),
    )
    size = sum(count for pattern, count in families if re.search(pattern, password))
    return len(password) * math.log2(size) if size else 0


def _taken() -> ApiError:
    return ApiError(409, "Un utilisateur avec le même login existe déjà.")


def _token(call: Call, token: Token, *, secret: bool = False) -> dict[str, Any]:
    expired_at = call.platform.local(token.expired_at) if token.expired_at else None
    shown: dict[str, Any] = {"id": token.id, "id_u": token.id_u, "name": token.name}
    if secret:
        return {**shown, "token": token.secret, "created_at": token.created_at, "expired_at": expired_at}
    expired = token.expired_at is not None and token.expired_at < call.platform.clock.now()
    return {**shown, "created_at": token.created_at, "expired_at": expired_at, "is_expired": expired}


def _token_of_program(call: Call) -> Any:  # noqa: ANN401 - JSON
    user = _user(call, call.arg(0))
    call.platform.rights.require(call.caller, user.id_e, "utilisateur:edition")
    if not user.is_api:
        raise forbidden("Seul un utilisateur réservé à l'API reçoit ses jetons d'un autre")
    return _new_token(call, user)


def _new_token(call: Call, owner: User) -> Any:  # noqa: ANN401 - JSON
    platform, name, expiration = call.platform, call.params.text("name"), call.params.text("expiration")
    if not name:
        raise bad_request("Le nom du token est obligatoire")
    expired_at: datetime | None = None
    if expiration:
        try:
            day = datetime.strptime(expiration, "%Y-%m-%d").replace(tzinfo=ZONE)
        except ValueError:
            day = None
        if day is None or day.strftime("%Y-%m-%d") != expiration:
            raise bad_request("La date d'expiration est fausse, format attendu : 2020-03-31")
        if expiration < platform.local_now():
            raise bad_request("La date d'expiration est antérieure à la date d'aujourd'hui")
        expired_at = day.astimezone(UTC)
    made = platform.tokens.add(owner.id_u, name, created_at=platform.local_now(), expired_at=expired_at)
    told = f"L'utilisateur {made.id_u} a créer le token « {name} »"
    if expiration:
        told += f" (date d'expiration : {expiration})"
    _note(call, ROOT, "create-token", told)
    return _token(call, made, secret=True)


def _renew(call: Call) -> Any:  # noqa: ANN401 - JSON
    token = _own_token(call, "Impossible de renouveller ce jeton")
    fresh = call.platform.tokens.renew(token)
    told = f"L'utilisateur {token.id_u} a renouvelé son jeton « {token.name} »"
    _note(call, ROOT, "delete-token", told)
    return _token(call, fresh, secret=True)


def _own_token(call: Call, refusal: str) -> Token:
    token = call.platform.tokens.get(call.arg(1))
    if token is None or token.id_u != call.caller.id_u:
        raise forbidden(refusal)
    return token


def _note(call: Call, id_e: str, action: str, message: str) -> None:
    call.platform.journal.add(
        Event.UTILISATEUR, id_e=id_e, caller=call.caller, action=action, message=message
    )


VIEWS: Mapping[tuple[str, str], View] = {
    ("Utilisateur", "get"): get,
    ("Utilisateur", "post"): post,
    ("Utilisateur", "patch"): patch,
    ("Utilisateur", "delete"): delete,
    ("UtilisateurRole", "get"): roles,
    ("UtilisateurRole", "post"): add_role,
    ("UtilisateurRole", "delete"): remove_role,
    ("UtilisateurRole", "compatV1Edition"): several_roles,
}
