"""The users, and the roles they hold on entities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cdg62_connect.errors import InvalidInput
from cdg62_connect.pastell.answers import done, payload
from cdg62_connect.pastell.api import Api
from cdg62_connect.pastell.comparaison import check_kept
from cdg62_connect.pastell.fiche import Fiche, fiches
from cdg62_connect.pastell.jetons import JetonsUtilisateur
from cdg62_connect.pastell.version import Version, require
from cdg62_connect.settings.secret import Secret
from cdg62_connect.transport import Answer, FilePart, Multipart, Payload

_KNOWN = frozenset(
    {"id_u", "login", "nom", "prenom", "email", "id_e", "certificat", "active", "is_api", "result"}
)
_KNOWN_ROLE = frozenset({"id_u", "role", "id_e", "droits"})
TOUS_LES_ROLES = "ALL_ROLES"


@dataclass(frozen=True, slots=True, kw_only=True)
class Utilisateur:
    """A user.

    Attributes:
        id_u: its id.
        login: what it logs in with.
        nom: family name; lists do not tell it, nor what follows but the e-mail and the activity.
        prenom: first name.
        email: where Pastell writes to it.
        id_e: the entity it belongs to, ``"0"`` for the root.
        actif: it may log in; ``None`` when this version does not say.
        est_api: it is for programs, with tokens only; ``None`` when this version does not say.
        autres: the other fields, as they came (its certificate among them, for versions that have it).
    """

    id_u: str
    login: str
    nom: str
    prenom: str
    email: str
    id_e: str
    actif: bool | None
    est_api: bool | None
    autres: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleUtilisateur:
    """A role that a user holds on an entity and its daughters.

    Attributes:
        id_u: the user.
        role: the role.
        id_e: the entity.
        droits: the rights it gives (``ls-actes:edition``).
        autres: the other fields, as they came.
    """

    id_u: str
    role: str
    id_e: str
    droits: frozenset[str]
    autres: Mapping[str, object] = field(repr=False)


class Utilisateurs:
    """The users that this account administers.

    Attributes:
        jetons: the tokens of users that are for programs only.
    """

    def __init__(self, api: Api, *, version: Callable[[], Version]) -> None:
        self._api = api
        self._version = version
        self.jetons = JetonsUtilisateur(api, version=version)

    def lister(self, entite: str | None = None, *, descendance: bool = False) -> tuple[Utilisateur, ...]:
        """Those of an entity, the root by default. (GET utilisateur)

        Args:
            entite: the entity.
            descendance: with those of its daughters (since 6.0).

        Raises:
            NotInThisVersion: ``descendance`` before 6.0.
            AccessRefused: no right on the entity.
            PlatformError: the exchange failed.
        """
        params = [] if entite is None else [("id_e", entite)]
        if descendance:
            version = self._version()
            require(version.capacites.descendance, "lister les utilisateurs des entités filles", version)
            params.append(("descendance", "1"))
        return self._api.get(
            ["utilisateur"],
            lambda answer: tuple(_user(one) for one in fiches(answer, payload(answer), self._api.horaire)),
            operation="utilisateur",
            params=params,
        )

    def detail(self, id_u: str) -> Utilisateur:
        """One. (GET utilisateur/{u})

        Raises:
            NotFound: no such user.
            PlatformError: the exchange failed.
        """
        return self._api.get(["utilisateur", id_u], self._read, operation="utilisateur.detail")

    def creer(
        self,
        login: str,
        *,
        nom: str,
        prenom: str,
        email: str | None = None,
        mot_de_passe: Secret | None = None,
        entite: str | None = None,
        est_api: bool = False,
        certificat: Payload | None = None,
    ) -> Utilisateur:
        """Create one. (POST utilisateur)

        Args:
            login: unique on the platform.
            nom: family name.
            prenom: first name.
            email: needed, but for a user that is for programs only.
            mot_de_passe: must be strong since 4.0; without it, since 5.0, the user receives a mail.
            entite: the entity it belongs to, the root by default.
            est_api: for programs only: no e-mail, no password, tokens (4.1.17, 5.0.3).
            certificat: its certificate (PEM), before 4.0.

        Raises:
            AlreadyExists: the login is taken.
            NotInThisVersion: something that this version does not have.
            InvalidRequest: something is missing, or the password is too weak.
            OutcomeUnknown: it may have been created: look for the login.
            PlatformError: refused, or the exchange failed.
        """
        version = self._version()
        able = version.capacites
        if est_api:
            require(able.utilisateur_api, "créer un utilisateur réservé aux programmes", version)
        elif email is None:
            raise InvalidInput(
                "Un utilisateur a une adresse de courriel, sauf s'il est réservé aux programmes."
            )
        if mot_de_passe is None and not est_api:
            require(able.mot_de_passe_facultatif, "créer un utilisateur sans mot de passe", version)
        if certificat is not None:
            require(
                able.certificat_efface, "enregistrer le certificat d'un utilisateur par programme", version
            )
        form = _given(login=login, nom=nom, prenom=prenom, email=email, id_e=entite)
        if est_api:
            form.append(("is_api", "1"))
        if mot_de_passe is not None:
            form.append(("password", mot_de_passe.reveal()))
        body = (
            form
            if certificat is None
            else Multipart(form, [FilePart("certificat", "certificat.pem", certificat)])
        )
        return self._api.post(["utilisateur"], self._read, operation="utilisateur", form=body)

    def modifier(
        self,
        id_u: str,
        *,
        login: str | None = None,
        nom: str | None = None,
        prenom: str | None = None,
        email: str | None = None,
        mot_de_passe: Secret | None = None,
        entite: str | None = None,
    ) -> Utilisateur:
        """Change what is given. (PATCH utilisateur/{u})

        Before 4.0 Pastell erases the certificate of a user that is changed without it: this is prevented.

        Raises:
            NotFound: no such user.
            AlreadyExists: the login is taken.
            FieldsNotKept: Pastell did not change everything.
            PlatformError: refused, or the exchange failed.
        """
        form = _given(login=login, nom=nom, prenom=prenom, email=email, id_e=entite)
        sent = dict(form)
        if mot_de_passe is not None:
            form.append(("password", mot_de_passe.reveal()))
        if self._version().capacites.certificat_efface:
            form.append(("dont_delete_certificate_if_empty", "1"))

        def read(answer: Answer) -> Utilisateur:
            user = self._read(answer)
            held = {name: getattr(user, name) for name in ("login", "nom", "prenom", "email", "id_e")}
            check_kept(sent, held, platform=answer.platform, operation=answer.operation)
            return user

        return self._api.patch(["utilisateur", id_u], read, operation="utilisateur", form=form)

    def activer(self, id_u: str) -> Utilisateur:
        """Let it log in again. (POST utilisateur/{u}/activate, since 4.0)

        Raises:
            NotInThisVersion: the platform is older.
            PlatformError: refused, or the exchange failed.
        """
        self._require_activation()
        return self._api.post(["utilisateur", id_u, "activate"], self._read, operation="utilisateur.activate")

    def desactiver(self, id_u: str) -> Utilisateur:
        """Let it log in no more. (POST utilisateur/{u}/deactivate, since 4.0)

        Raises:
            NotInThisVersion: the platform is older.
            PlatformError: refused, or the exchange failed.
        """
        self._require_activation()
        return self._api.post(
            ["utilisateur", id_u, "deactivate"], self._read, operation="utilisateur.deactivate"
        )

    def supprimer(self, id_u: str) -> None:
        """Delete one. (DELETE utilisateur/{u})

        Raises:
            NotFound: it is not there (any more).
            PlatformError: refused, or the exchange failed.
        """
        self._api.delete(["utilisateur", id_u], done, operation="utilisateur")

    def roles(self, id_u: str, entite: str | None = None) -> tuple[RoleUtilisateur, ...]:
        """The roles it holds, on all entities or one. (GET utilisateur/{u}/role)

        Raises:
            NotFound: no such user.
            PlatformError: the exchange failed.
        """
        return self._api.get(
            ["utilisateur", id_u, "role"],
            lambda answer: tuple(_role(one) for one in fiches(answer, payload(answer), self._api.horaire)),
            operation="utilisateur.role",
            params=[] if entite is None else [("id_e", entite)],
        )

    def donner_role(self, id_u: str, role: str, entite: str) -> None:
        """Give it a role on an entity and its daughters; again does no harm. (POST utilisateur/{u}/role)

        The platform keeps rights in memory for a few seconds: the first calls may still be refused.

        Raises:
            NotFound: no such role, or user.
            PlatformError: refused, or the exchange failed.
        """
        self._api.post(
            ["utilisateur", id_u, "role"],
            done,
            operation="utilisateur.role",
            form=[("role", role), ("id_e", entite)],
        )

    def retirer_role(self, id_u: str, role: str, entite: str) -> None:
        """Take a role away, or all with ``TOUS_LES_ROLES``. (DELETE utilisateur/{u}/role)

        A user without role keeps one called « aucun droit ».

        Raises:
            NotFound: no such role, or user.
            PlatformError: refused, or the exchange failed.
        """
        self._api.delete(
            ["utilisateur", id_u, "role"],
            done,
            operation="utilisateur.role",
            params=[("role", role), ("id_e", entite)],
        )

    def _require_activation(self) -> None:
        version = self._version()
        require(version.capacites.activation, "activer ou désactiver un utilisateur", version)

    def _read(self, answer: Answer) -> Utilisateur:
        return _user(Fiche(answer, payload(answer), self._api.horaire, what="utilisateur"))


def _user(fiche: Fiche) -> Utilisateur:
    return Utilisateur(
        id_u=fiche.identifiant("id_u"),
        login=fiche.texte("login"),
        nom=fiche.texte("nom"),
        prenom=fiche.texte("prenom"),
        email=fiche.texte("email"),
        id_e=fiche.texte("id_e") or "0",
        actif=fiche.booleen("active"),
        est_api=fiche.booleen("is_api"),
        autres={
            **fiche.autres(_KNOWN),
            **({"certificat": fiche.value("certificat")} if "certificat" in fiche else {}),
        },
    )


def _role(fiche: Fiche) -> RoleUtilisateur:
    return RoleUtilisateur(
        id_u=fiche.identifiant("id_u"),
        role=fiche.texte("role"),
        id_e=fiche.identifiant("id_e"),
        droits=frozenset(fiche.textes("droits")),
        autres=fiche.autres(_KNOWN_ROLE),
    )


def _given(**fields: str | None) -> list[tuple[str, str]]:
    return [(name, value) for name, value in fields.items() if value is not None]
