"""Every exception of the project, drawn once: one leaf per thing the caller can do differently.

::

    Cdg62Error
    ├── ConfigurationError           correct the configuration, start again
    │   ├── MissingExtra             install the extra that is named
    │   ├── ReleaseRefused           production is closed until a feu vert opens it
    │   └── WrongAuthority           a dossier met another authority's credentials: stop, call us
    ├── InvalidInput                 correct the value or the file; nothing was sent
    │   ├── InvalidFile              a file is not what it must be (not a PDF, encrypted, too big…)
    │   └── HostileInput             the input tries to harm (entities, path traversal, bomb)
    ├── PlatformError                something between us and a platform
    │   ├── NotSent                  it provably never left: may be repeated as it is
    │   ├── AnswerLost               a read was cut: may be repeated
    │   ├── OutcomeUnknown           an effect may have happened: reconcile before anything else
    │   ├── Unavailable              the platform asks to wait
    │   ├── UntrustedServer          the server is not one the configuration trusts
    │   ├── AuthenticationRefused    correct the credentials or the certificate
    │   ├── AccessRefused            the account lacks a right: call the platform's administrator
    │   ├── UnreadableAnswer         the answer is not of the protocol (HTML page, cut, too big)
    │   └── Refused                  the platform understood and said no
    │       ├── InvalidRequest       correct what was sent
    │       ├── AlreadyExists        it is there already: look before you send
    │       ├── NotFound             the platform does not know it (any more)
    │       └── NotReady             too early: look again later
    └── JournalError                 the durable journal
        ├── HoldLost                 another process holds the dossier: stop, change nothing
        ├── UnknownDossier           no such dossier in the journal
        └── ResolutionRefused        what a person asked for contradicts the platform or the state
"""

from __future__ import annotations


class Cdg62Error(Exception):
    """Une erreur de cdg62-connect."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__ or "")


class ConfigurationError(Cdg62Error):
    """La configuration est à corriger."""


class MissingExtra(ConfigurationError):
    """Un module facultatif n'est pas installé."""

    def __init__(self, extra: str, *, needed_for: str) -> None:
        self.extra = extra
        super().__init__(
            f"{needed_for} : le complément « {extra} » n'est pas installé. "
            f'Installez-le : pip install "cdg62-connect[{extra}]".'
        )


class ReleaseRefused(ConfigurationError):
    """La production est fermée : aucun envoi sans feu vert."""


class WrongAuthority(ConfigurationError):
    """Un dossier ne peut recevoir que les accès de sa propre autorité."""


class InvalidInput(Cdg62Error):
    """Une donnée est à corriger ; rien n'a été envoyé."""


class InvalidFile(InvalidInput):
    """Un fichier n'est pas ce qu'il doit être.

    ``code`` is stable and made for machines (``PAS_UN_PDF``, ``PDF_CHIFFRE``, ``FICHIER_VIDE``…).
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class HostileInput(InvalidInput):
    """Une donnée reçue a une forme interdite ; elle n'a pas été lue."""


class PlatformError(Cdg62Error):
    """Un échange avec une plateforme a échoué.

    Attributes:
        platform: which one (``"iparapheur"``, ``"s2low"``…).
        operation: the operation, in the platform's own words.
        said: what the platform said, verbatim, or ``""``.
        retryable: the same call may be repeated as it is.
        advice: one line, in French, on what to do.
    """

    retryable: bool = False
    default_advice: str = "Consultez le journal des échanges."

    def __init__(
        self,
        message: str | None = None,
        *,
        platform: str,
        operation: str,
        said: str = "",
        advice: str | None = None,
    ) -> None:
        self.platform = platform
        self.operation = operation
        self.said = said
        self.advice = advice or self.default_advice
        self.summary = message or (type(self).__doc__ or "").splitlines()[0]
        text = f"{platform} · {operation} : {self.summary}"
        if said and said not in text:
            text += f" La plateforme répond : « {said} »."
        super().__init__(f"{text} {self.advice}")

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), dict(self.__dict__), self.args))


def _rebuild(
    cls: type[PlatformError], attributes: dict[str, object], args: tuple[object, ...]
) -> PlatformError:
    error = cls.__new__(cls)
    Exception.__init__(error, *args)
    error.__dict__.update(attributes)
    return error


class NotSent(PlatformError):
    """La demande n'est pas partie."""

    retryable = True
    default_advice = "Vérifiez l'adresse et le réseau ; la demande peut être répétée sans risque."


class AnswerLost(PlatformError):
    """La réponse à une consultation a été perdue."""

    retryable = True
    default_advice = "La consultation peut être répétée sans risque."


class OutcomeUnknown(PlatformError):
    """L'envoi est peut-être passé : la réponse a été perdue."""

    default_advice = "Ne renvoyez pas : interrogez d'abord la plateforme pour savoir si l'envoi est passé."


class Unavailable(PlatformError):
    """La plateforme est momentanément indisponible.

    ``retry_after`` is what the platform asked for, in seconds, or ``None``.
    """

    retryable = True
    default_advice = "Attendez, puis recommencez."

    def __init__(
        self,
        message: str | None = None,
        *,
        platform: str,
        operation: str,
        said: str = "",
        advice: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.retry_after = retry_after
        super().__init__(message, platform=platform, operation=operation, said=said, advice=advice)


class UntrustedServer(PlatformError):
    """Le serveur n'est pas reconnu par les autorités de certification configurées."""

    default_advice = "Vérifiez l'adresse et le fichier d'autorités (ca) de la configuration."


class AuthenticationRefused(PlatformError):
    """La plateforme n'a pas reconnu le compte ou le certificat."""

    default_advice = "Vérifiez l'identifiant, le mot de passe et le certificat."


class AccessRefused(PlatformError):
    """Le compte n'a pas le droit de faire cette opération."""

    default_advice = "Demandez ce droit à l'administrateur de la plateforme."


class UnreadableAnswer(PlatformError):
    """La réponse n'est pas celle du protocole."""

    default_advice = (
        "Vérifiez l'adresse de la plateforme et ce qui se trouve entre elle et vous (proxy, maintenance)."
    )


class Refused(PlatformError):
    """La plateforme a refusé la demande."""

    default_advice = "Lisez le motif et corrigez la demande."


class InvalidRequest(Refused):
    """La plateforme juge la demande incorrecte."""


class AlreadyExists(Refused):
    """La plateforme connaît déjà cet élément."""

    default_advice = "Ne renvoyez pas : vérifiez d'abord l'élément qui existe."


class NotFound(Refused):
    """La plateforme ne connaît pas cet élément."""

    default_advice = "Vérifiez l'identifiant, ou si l'élément a été supprimé."


class NotReady(Refused):
    """C'est trop tôt : l'élément n'est pas encore dans l'état voulu."""

    retryable = True
    default_advice = "Recommencez plus tard."


class JournalError(Cdg62Error):
    """Le journal ne peut pas faire ce qui est demandé."""


class HoldLost(JournalError):
    """Un autre traitement tient ce dossier ; rien n'a été écrit."""


class UnknownDossier(JournalError):
    """Aucun dossier de ce nom dans le journal."""


class ResolutionRefused(JournalError):
    """La résolution demandée contredit l'état du dossier ou celui de la plateforme."""
