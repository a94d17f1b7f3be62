"""The connectors of entities: how Pastell reaches the signature book, the TdT and the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cdg62_connect.errors import InvalidInput
from cdg62_connect.pastell import depot
from cdg62_connect.pastell.answers import done, payload, saved, unusable
from cdg62_connect.pastell.api import Api
from cdg62_connect.pastell.comparaison import check_kept
from cdg62_connect.pastell.document import ActionResult
from cdg62_connect.pastell.familles import Familles
from cdg62_connect.pastell.fiche import Champs, Fiche, fiches
from cdg62_connect.pastell.frequences import Frequences
from cdg62_connect.pastell.refusals import About
from cdg62_connect.pastell.version import Version, require
from cdg62_connect.transport import Answer, Download, Payload

_KNOWN = frozenset(
    {
        "id_ce",
        "id_e",
        "libelle",
        "id_connecteur",
        "type",
        "frequence_en_minute",
        "id_verrou",
        "data",
        "action-possible",
        "action_possible",
        "result",
    }
)
DOWNLOAD_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Connecteur:
    """A connector of an entity.

    Attributes:
        id_ce: its id.
        id_e: the entity, ``"0"`` for the root.
        libelle: its name.
        id_connecteur: what it is (``iParapheur``, ``s2low``, ``fakeIparapheur``…).
        famille: what it serves for (``signature``, ``TdT``…).
        frequence: minutes between two tries of its automatic actions, ``None`` when not said.
        verrou: connectors of one lock do their work one after the other; ``""`` for none.
        champs: its settings, passwords left out; empty in lists. Files as a tuple of names.
        actions: what may be run on it, as far as it says.
        autres: the other fields, as they came.
    """

    id_ce: str
    id_e: str
    libelle: str
    id_connecteur: str
    famille: str
    frequence: int | None
    verrou: str
    champs: Champs = field(repr=False)
    actions: frozenset[str]
    autres: Mapping[str, object] = field(repr=False)

    def texte(self, champ: str) -> str:
        """The text of a setting, ``""`` when it was never written or holds files."""
        held = self.champs.get(champ, "")
        return held if isinstance(held, str) else ""

    def fichiers(self, champ: str) -> tuple[str, ...]:
        """The names of the files of a setting, in order."""
        held = self.champs.get(champ, ())
        return held if isinstance(held, tuple) else ()


class Connecteurs:
    """The connectors.

    Attributes:
        familles: what kinds of connectors there are, and their settings.
        frequences: how often automatic actions are tried again.
    """

    def __init__(self, api: Api, *, version: Callable[[], Version]) -> None:
        self._api = api
        self._version = version
        self.familles = Familles(api)
        self.frequences = Frequences(api)

    def lister(self, entite: str) -> tuple[Connecteur, ...]:
        """Those of an entity itself; ``"0"`` for those of the root. (GET entite/{e}/connecteur)

        Raises:
            AccessRefused: no right on the entity.
            PlatformError: the exchange failed.
        """
        return self._list(["entite", entite, "connecteur"], operation="connecteur")

    def tous(self, id_connecteur: str | None = None) -> tuple[Connecteur, ...]:
        """Those of the whole platform, or the ones that are of a kind. (GET connecteur/all[/{id_connecteur}])

        Raises:
            AccessRefused: no right on the root.
            PlatformError: the exchange failed.
        """
        tail = [] if id_connecteur is None else [id_connecteur]
        return self._list(["connecteur", "all", *tail], operation="connecteur.all")

    def detail(self, entite: str, id_ce: str) -> Connecteur:
        """One, with its settings. (GET entite/{e}/connecteur/{c})

        Raises:
            NotFound: no such connector in this entity.
            PlatformError: the exchange failed.
        """
        return self._api.get(self._path(entite, id_ce), self._read, operation="connecteur.detail")

    def creer(self, entite: str, id_connecteur: str, libelle: str, *, global_: bool = False) -> Connecteur:
        """Create one, without settings. (POST entite/{e}/connecteur)

        Args:
            entite: the entity.
            id_connecteur: what it is.
            libelle: its name; nothing prevents two from having the same.
            global_: for the whole platform (since 5.0).

        Raises:
            NotInThisVersion: ``global_`` before 5.0.
            InvalidRequest: no name, or no such kind of connector.
            OutcomeUnknown: it may have been created.
            PlatformError: refused, or the exchange failed.
        """
        form = [("libelle", libelle), ("id_connecteur", id_connecteur)]
        if global_:
            version = self._version()
            require(version.capacites.connecteur_global, "déclarer un connecteur global", version)
            form.append(("global", "1"))
        return self._api.post(["entite", entite, "connecteur"], self._read, operation="connecteur", form=form)

    def renommer(
        self,
        entite: str,
        id_ce: str,
        libelle: str,
        *,
        frequence: int | None = None,
        verrou: str | None = None,
    ) -> Connecteur:
        """Change its name, and what else is given. (PATCH entite/{e}/connecteur/{c})

        Raises:
            NotFound: no such connector in this entity.
            FieldsNotKept: Pastell did not change the name.
            PlatformError: refused, or the exchange failed.
        """
        form = [("libelle", libelle)]
        if frequence is not None:
            form.append(("frequence_en_minute", str(frequence)))
        if verrou is not None:
            form.append(("id_verrou", verrou))

        def read(answer: Answer) -> Connecteur:
            found = self._read(answer)
            held = {"libelle": found.libelle}
            check_kept({"libelle": libelle}, held, platform=answer.platform, operation=answer.operation)
            return found

        return self._api.patch(self._path(entite, id_ce), read, operation="connecteur", form=form)

    def configurer(self, entite: str, id_ce: str, champs: Mapping[str, str]) -> Connecteur:
        """Write settings, and check that they were kept. (PATCH …/content)

        Passwords are never given back: they alone are not checked.

        Raises:
            FieldsNotKept: Pastell said « ok » and did not keep everything: a setting that does not exist.
            SavedThenRefused: the values are there, and what follows from them failed (a wrong password for a
                certificate).
            PlatformError: refused, or the exchange failed.
        """

        def read(answer: Answer) -> Connecteur:
            found = self._read(answer, about=About.EDITION)
            check_kept(champs, found.champs, platform=answer.platform, operation=answer.operation)
            return found

        return self._api.patch(
            [*self._path(entite, id_ce), "content"],
            read,
            operation="connecteur.content",
            form=list(champs.items()),
        )

    def deposer(
        self, entite: str, id_ce: str, champ: str, content: Payload, *, nom: str, rang: int = 0
    ) -> Connecteur:
        """Upload a file of its settings, streamed. (POST …/file/{field}/{n}, or …/chunk for a very big one)

        Raises:
            InvalidInput, InvalidFile: the name or the file would not be kept as it is; nothing was sent.
            FieldsNotKept: Pastell said « ok » and does not list the file.
            SavedThenRefused: the file is there, and what follows from it failed.
            PlatformError: refused, or the exchange failed.
        """
        depot.check_file(nom, content, rang=rang)
        if depot.in_chunks(content, self._version(), nom=nom):
            depot.send_chunks(
                self._api,
                [*self._path(entite, id_ce), "chunk", champ, str(rang)],
                nom,
                content,
                operation="connecteur.chunk",
                about=About.EDITION,
            )
            return self.detail(entite, id_ce)

        def read(answer: Answer) -> Connecteur:
            found = self._read(answer, about=About.EDITION)
            held = dict(enumerate(found.fichiers(champ))).get(rang, "")
            check_kept({champ: nom}, {champ: held}, platform=answer.platform, operation=answer.operation)
            return found

        return self._api.post(
            [*self._path(entite, id_ce), "file", champ, str(rang)],
            read,
            operation="connecteur.file",
            form=depot.whole_form(nom, content),
        )

    def telecharger(
        self, entite: str, id_ce: str, champ: str, *, into: Path, rang: int = 0, limit: int = DOWNLOAD_LIMIT
    ) -> Download:
        """A file of its settings, in a fresh file of ``into``. (GET …/file/{field}/{n})

        Raises:
            NotFound: no such file, or connector.
            ConfigurationError: ``into`` cannot be written.
            PlatformError: the exchange failed; nothing remains in ``into``.
        """
        return self._api.get(
            [*self._path(entite, id_ce), "file", champ, str(rang)],
            lambda answer: saved(answer, into=into, limit=limit, about=About.OTHER),
            operation="connecteur.file",
        )

    def retirer(self, entite: str, id_ce: str, champ: str, rang: int = 0) -> None:
        """Remove a file of its settings. (DELETE …/file/{field}/{n}, since 4.0.8)

        Raises:
            NotInThisVersion: the platform is older.
            PlatformError: refused, or the exchange failed.
        """
        version = self._version()
        require(
            version.capacites.suppression_fichier_connecteur, "retirer un fichier d'un connecteur", version
        )
        self._api.delete(
            [*self._path(entite, id_ce), "file", champ, str(rang)], done, operation="connecteur.file"
        )

    def choix(self, entite: str, id_ce: str, champ: str) -> object:
        """What may be chosen for a setting, as Pastell gives it. (GET …/externalData/{field})

        Raises:
            Unavailable: what the connector reaches does not answer.
            PlatformError: the exchange failed.
        """
        return self._api.get(
            [*self._path(entite, id_ce), "externalData", champ],
            lambda answer: payload(answer),
            operation="connecteur.externalData",
        )

    def choisir(self, entite: str, id_ce: str, champ: str, valeurs: Sequence[tuple[str, str]]) -> Connecteur:
        """Choose (``iparapheur_type``); lists are written ``name[]``. (PATCH …/externalData/{field})

        Raises:
            FieldsNotKept: Pastell said « ok » and did not keep the choice.
            PlatformError: refused, or the exchange failed.
        """

        def read(answer: Answer) -> Connecteur:
            found = self._read(answer)
            sent = {name: value for name, value in valeurs if name == champ}
            check_kept(sent, found.champs, platform=answer.platform, operation=answer.operation)
            return found

        return self._api.patch(
            [*self._path(entite, id_ce), "externalData", champ],
            read,
            operation="connecteur.externalData",
            form=valeurs,
        )

    def agir(
        self, entite: str, id_ce: str, action: str, *, params: Mapping[str, str] | None = None
    ) -> ActionResult:
        """Run an action (``test-iparapheur``, ``update-sous-type``…). (POST …/action/{name})

        A failure of what it reaches is no error to Pastell: ``result`` is false and ``message`` says why.

        Raises:
            NotFound: no such action, or connector.
            AccessRefused: no right to run it.
            OutcomeUnknown: it may have been done.
            PlatformError: refused, or the exchange failed.
        """

        def read(answer: Answer) -> ActionResult:
            fiche = Fiche(answer, payload(answer), self._api.horaire, what="action")
            result = fiche.booleen("result")
            if result is None:
                raise unusable(answer, "La réponse ne dit pas si l'action est faite.")
            return ActionResult(result=result, message=fiche.texte("last_message") or fiche.texte("message"))

        return self._api.post(
            [*self._path(entite, id_ce), "action", action],
            read,
            operation=f"connecteur.action.{action}",
            form=[(f"action_params[{name}]", value) for name, value in (params or {}).items()],
        )

    def supprimer(self, entite: str, id_ce: str) -> None:
        """Delete one that no type of documents uses. (DELETE entite/{e}/connecteur/{c})

        Raises:
            InvalidRequest: it is used; the message says by which types.
            NotFound: it is not there (any more).
            PlatformError: refused, or the exchange failed.
        """
        self._api.delete(self._path(entite, id_ce), done, operation="connecteur")

    def _list(self, path: list[str], *, operation: str) -> tuple[Connecteur, ...]:
        return self._api.get(
            path,
            lambda answer: tuple(
                _connecteur(one) for one in fiches(answer, payload(answer), self._api.horaire)
            ),
            operation=operation,
        )

    def _read(self, answer: Answer, *, about: About = About.OTHER) -> Connecteur:
        return _connecteur(Fiche(answer, payload(answer, about=about), self._api.horaire, what="connecteur"))

    def _path(self, entite: str, id_ce: str) -> list[str]:
        if not entite:
            raise InvalidInput("L'entité est vide : « 0 » est l'entité racine.")
        return ["entite", entite, "connecteur", id_ce]


def _connecteur(fiche: Fiche) -> Connecteur:
    champs, _ = fiche.champs("data")
    return Connecteur(
        id_ce=fiche.identifiant("id_ce"),
        id_e=fiche.texte("id_e"),
        libelle=fiche.texte("libelle"),
        id_connecteur=fiche.texte("id_connecteur"),
        famille=fiche.texte("type"),
        frequence=fiche.entier("frequence_en_minute"),
        verrou=fiche.texte("id_verrou"),
        champs={
            name: value for name, value in champs.items() if "password" not in name
        },  # in clear before 3.0
        actions=frozenset(fiche.textes("action-possible")) | frozenset(fiche.textes("action_possible")),
        autres=fiche.autres(_KNOWN),
    )
