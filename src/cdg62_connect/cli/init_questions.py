"""Asking a person, or reading options: the same checks, in plain French, until the answer is right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import typer

from cdg62_connect.errors import Cdg62Error, ConfigurationError, InvalidInput
from cdg62_connect.formats import check_insee, check_siren
from cdg62_connect.journey.controle import read_certificate_file
from cdg62_connect.settings import Secret

_LARGEST_SECRET = 4096


class Interview:
    """Gives each answer: from its option, else from the person; without a person, what lacks is listed."""

    def __init__(self, *, interactive: bool) -> None:
        self.interactive = interactive
        self._missing: list[str] = []

    def answer(
        self,
        given: str | None,
        *,
        option: str,
        question: str,
        check: Callable[[str], str],
        suggested: str | None = None,
        optional: bool = False,
    ) -> str:
        """A checked answer; ``""`` when it is optional and there is none.

        Raises:
            ConfigurationError: the value of the option is wrong.
        """
        if given is not None:
            try:
                return check(given)
            except Cdg62Error as wrong:
                raise ConfigurationError(f"{option} : {wrong}") from None
        if not self.interactive:
            if not optional:
                self._missing.append(option)
            return ""
        while True:
            text = str(
                typer.prompt(question, default="" if optional else suggested, show_default=not optional)
            )
            if optional and not text.strip():
                return ""
            try:
                return check(text.strip())
            except Cdg62Error as wrong:
                typer.echo(f"  {wrong}")

    def secret(self, given: Path | None, *, option: str, question: str, empty: bool = False) -> Secret:
        """A secret, from a file or typed without being shown.

        Raises:
            ConfigurationError: the file cannot be read or is empty.
        """
        if given is not None:
            try:
                with given.open(encoding="utf-8") as source:
                    text = source.read(_LARGEST_SECRET).strip("\r\n")
            except (OSError, UnicodeDecodeError):
                raise ConfigurationError(f"{option} : le fichier {given} ne se lit pas.") from None
            if not text:
                raise ConfigurationError(f"{option} : le fichier {given} est vide.")
            return Secret(text)
        if not self.interactive:
            self._missing.append(option)
            return Secret("")
        if empty:
            return Secret(typer.prompt(question, hide_input=True, default="", show_default=False))
        return Secret(typer.prompt(question, hide_input=True))

    def require_everything(self) -> None:
        """Refuse to guess.

        Raises:
            ConfigurationError: nobody gave some of the answers.
        """
        if self._missing:
            raise ConfigurationError(
                "Rien n'a été écrit : sans personne pour répondre, il manque ces options : "
                f"{', '.join(dict.fromkeys(self._missing))}."
            )


def some_text(text: str) -> str:
    """One line, not empty."""
    found = " ".join(text.split())
    if not found or not found.isprintable():
        raise InvalidInput("Une ligne de texte est attendue.")
    return found


def a_login(text: str) -> str:
    """An account: no colon, which HTTP uses as separator."""
    if ":" in text:
        raise InvalidInput("L'identifiant ne peut pas contenir « : ».")
    return some_text(text)


def a_siren(text: str) -> str:
    """A SIREN with its right key."""
    return check_siren(text)


def insee_codes(text: str, *, single: bool) -> tuple[str, ...]:
    """INSEE codes, separated by commas or blanks."""
    codes = tuple(dict.fromkeys(check_insee(code) for code in text.replace(",", " ").split()))
    if not codes:
        raise InvalidInput("Au moins un code INSEE est attendu, par exemple 62041.")
    if single and len(codes) > 1:
        raise InvalidInput("Une commune décide pour elle seule : un seul code INSEE.")
    return codes


def one_of(*words: str) -> Callable[[str], str]:
    """One of these words."""

    def check(text: str) -> str:
        if text.strip().lower() not in words:
            raise InvalidInput(f"Répondez par l'un de ces mots : {', '.join(words)}.")
        return text.strip().lower()

    return check


def an_address(*, simulated: bool, path: str = "") -> Callable[[str], str]:
    """``https://machine/chemin``; its path must begin with ``path``."""

    def check(text: str) -> str:
        url = text.strip().rstrip("/")
        try:
            parts = urlsplit(url)
            usable = bool(parts.hostname) and parts.port != 0
        except ValueError:
            raise InvalidInput("Ce n'est pas une adresse.") from None
        if parts.scheme != "https" and not (simulated and parts.scheme == "http"):
            raise InvalidInput("L'adresse doit commencer par https://.")
        if not usable or parts.username is not None or parts.query or parts.fragment:
            raise InvalidInput(
                "L'adresse doit être de la forme https://machine/chemin, sans compte ni « ? »."
            )
        if path and path not in parts.path:
            raise InvalidInput(f"L'adresse du service web contient {path} : https://machine{path}-no-mtom.")
        return url

    return check


def certificate_file(text: str) -> str:
    """The path of a file of certificates that can be read."""
    path = Path(text).expanduser()
    read_certificate_file(path)
    return str(path.absolute())


def existing_file(text: str) -> str:
    """The path of a file that can be read."""
    path = Path(text).expanduser()
    try:
        path.open("rb").close()
    except OSError as unreadable:
        raise InvalidInput(f"{path} ne se lit pas ({unreadable.strerror}).") from None
    return str(path.absolute())
