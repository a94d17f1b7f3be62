"""The form of a document: a copy of its content that an action reads, changes and writes back whole.

Whoever saves last wins: an action that loaded the form before a change made elsewhere puts its own copy back.
"""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cdg62_connect.simulator.pastell.answers import sniff
from cdg62_connect.simulator.pastell.errors import bad_request
from cdg62_connect.simulator.pastell.peers.ports import PeerFile

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.document import Document, Value
    from cdg62_connect.simulator.pastell.flux import FieldOf, Flux
    from cdg62_connect.simulator.pastell.profile_documents import DocumentHabits

_TRUE = {"true", "on", "+", "yes", "y"}
_FALSE = {"false", "off", "-", "no", "n"}
_INDEX_WIDTH = 128
_HEAD = 4096
_MEGA = 1_000_000
_OPEN_XML = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "txt": "text/plain",
}


def php_json(value: object) -> str:
    """A value as PHP's ``json_encode`` writes it when nothing is asked: compact, ``\\u`` and ``\\/``."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def stem(name: str) -> str:
    """The name of a file without its extension."""
    return PurePosixPath(name).name.rpartition(".")[0] or PurePosixPath(name).name


def extension(name: str) -> str:
    """The extension of a name, without the dot."""
    return PurePosixPath(name).name.rpartition(".")[2] if "." in name else ""


class Form:
    """The content of a document as one action sees it.

    Args:
        document: whose content it is; it is read now.
        flux: its definition.
        version: that of the platform.
    """

    def __init__(self, document: Document, flux: Flux, *, habits: DocumentHabits) -> None:
        self.document = document
        self.flux = flux
        self._habits = habits
        self._values: dict[str, Value] = copy.deepcopy(document.data)
        self.modified = False

    # Values.

    def get(self, name: str) -> Value | bool:
        """A value as PHP reads it: ``False`` when it was never written, words for true and false understood."""
        value = self._values.get(name)
        if value is None:
            return False
        if isinstance(value, str) and self._reads_words(name):
            if value.lower() in _TRUE:
                return True
            if value.lower() in _FALSE:
                return False
        return value

    def _reads_words(self, name: str) -> bool:
        known = self.flux.fields.get(name)
        return self._habits.words_are_booleans or (known is not None and known.type == "checkbox")

    def truth(self, name: str) -> bool:
        """A value as PHP takes it for true or false."""
        value = self.get(name)
        return value not in ("", "0", False) and bool(value)

    def text(self, name: str) -> str:
        """A value as a text, ``""`` when it is none."""
        value = self._values.get(name, "")
        return value if isinstance(value, str) else ""

    def has(self, name: str) -> bool:
        """Whether it was ever written."""
        return name in self._values

    def put(self, name: str, value: str) -> None:
        """Write a text."""
        self._values[name] = value

    def drop(self, name: str) -> None:
        """As if it had never been written."""
        self._values.pop(name, None)

    @property
    def titre(self) -> str:
        """The title of the document."""
        return self.text(self.flux.title)

    @property
    def values(self) -> Mapping[str, str]:
        """The texts."""
        return {name: value for name, value in self._values.items() if isinstance(value, str)}

    def save(self) -> None:
        """Write the whole copy back."""
        self.document.data = copy.deepcopy(self._values)
        for name, one in self.flux.indexed.items():
            self.document.index[name] = self._indexed(one)[:_INDEX_WIDTH]

    def _indexed(self, one: FieldOf) -> str:
        if one.type == "checkbox":
            return "OUI" if self.truth(one.name) else "NON"
        value = self.text(one.name)
        choices = one.props.get("value")
        if one.type != "select" or not value:
            return value
        if isinstance(choices, Mapping):
            return str(choices.get(value, value))
        listed = list(choices) if isinstance(choices, list) else []
        return str(listed[int(value)]) if value.isdecimal() and int(value) < len(listed) else value

    # Files.

    def names(self, name: str) -> dict[int, str]:
        """The names of the files of a field, by index."""
        value = self._values.get(name)
        return value if isinstance(value, dict) else {}

    def name_of(self, name: str, num: int = 0) -> str:
        """The name of a file, ``""`` when there is none; no folder in it."""
        return PurePosixPath(self.names(name).get(num, "")).name

    def path(self, name: str, num: int = 0) -> Path | None:
        """Where the content of a file lies; ``None`` when it has none."""
        found = self.document.path(name, num)
        return found if found.is_file() else None

    def content(self, name: str, num: int = 0) -> bytes:
        """The content of a file, ``b""`` when it has none."""
        found = self.path(name, num)
        return found.read_bytes() if found else b""

    def add_file(self, name: str, file_name: str, content: Path | bytes, num: int = 0) -> None:
        """Put a file at one index, in the place of the one that was there.

        Raises:
            ApiError: 400, a second file in a field that holds one.
        """
        self._one_index(name, num)
        value = self._values.get(name)
        held = value if isinstance(value, dict) else {}
        held[num] = file_name
        self._values[name] = held
        place = self.document.path(name, num)
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            shutil.copyfile(content, place)
        else:
            place.write_bytes(content)

    def remove_file(self, name: str, num: int = 0) -> bool:
        """Remove a file; the next ones move down. Nothing happens when it has no content.

        The contents move by index and the names by position: with a gap between indices they part company.

        Raises:
            ApiError: 400, an index other than 0 in a field that holds one file.
        """
        self._one_index(name, num)
        place = self.path(name, num)
        if place is None:
            return False
        place.unlink()
        held = self.names(name)
        for later in range(num + 1, len(held)):
            moved = self.path(name, later)
            if moved is not None:
                moved.rename(self.document.path(name, later - 1))
        kept = [one for position, one in enumerate(held.values()) if position != num]
        if kept:
            self._values[name] = dict(enumerate(kept))
        else:
            self.drop(name)
        return True

    def _one_index(self, name: str, num: int) -> None:
        known = self.flux.fields.get(name)
        if known is not None and not known.multiple and num != 0:
            raise bad_request(f"Le champ {name} n'est pas multiple")

    def peer_file(self, name: str, num: int = 0) -> PeerFile | None:
        """A file as a connector is given it."""
        place = self.path(name, num)
        if place is None:
            return None
        return PeerFile(self.name_of(name, num), place, self.content_type(name, num))

    def peer_files(self, name: str) -> tuple[PeerFile, ...]:
        """The files of a field as a connector is given them."""
        return tuple(one for num in self.names(name) if (one := self.peer_file(name, num)) is not None)

    def content_type(self, name: str, num: int = 0) -> str:
        """The type of a file, by its bytes; archives and unknown bytes by their extension."""
        place = self.path(name, num)
        if place is None:
            return ""
        with place.open("rb") as stream:
            found = sniff(stream.read(_HEAD), whole=place.stat().st_size <= _HEAD).partition(";")[0]
        if found in ("application/zip", "application/octet-stream"):
            return _OPEN_XML.get(extension(self.name_of(name, num)).lower(), found)
        return {"text/xml": "application/xml", "inode/x-empty": "text/plain"}.get(found, found)

    # Validity.

    def visible(self) -> Iterator[FieldOf]:
        """The fields of the tabs that show."""
        for page in self.flux.pages:
            if self._shows(page):
                yield from self.flux.page(page)

    def _shows(self, page: str) -> bool:
        wanted = self.flux.conditions.get(page, {})
        return all(same(self.get(name), value) for name, value in wanted.items())

    def complaint(self) -> str:
        """The first thing that is wrong with the form; ``""`` when it is complete."""
        sizes: dict[str, int] = {}
        for one in self.visible():
            said = self._wrong(one) or self._unequal(one)
            if not said and one.is_file and self.names(one.name):
                said = self._wrong_type(one)
                if not said:
                    sizes[one.name], said = self._weighed(one)
            if said:
                return said
        counted = self.flux.threshold_fields or tuple(sizes)
        total = sum(sizes.get(name, 0) for name in counted)
        if self.flux.threshold and total > self.flux.threshold and self._habits.files_weighed:
            return (
                f"L'ensemble des fichiers dépasse le poids limite autorisé : {_mega(self.flux.threshold)} Mo "
                f"({self.flux.threshold} octets), {_mega(total)} Mo ({total} octets) trouvés"
            )
        return ""

    def _wrong(self, one: FieldOf) -> str:
        value = self.get(one.name)
        empty = value in ("", False) or not value or (value == "0" and self._habits.zero_is_empty)
        if one.required and empty:
            return f"Le formulaire est incomplet : le champ «{one.libelle}» est obligatoire."
        pattern = one.props.get("preg_match")
        if pattern and isinstance(value, str) and value and not _php_match(str(pattern), value):
            return f"Le champ «{one.libelle}» est incorrect ({one.props.get('preg_match_error', '')}) "
        return ""

    def _unequal(self, one: FieldOf) -> str:
        other = one.props.get("is_equal")
        if other and self.text(str(other)) != self.text(one.name):
            return str(one.props.get("is_equal_error", ""))
        return ""

    def _wrong_type(self, one: FieldOf) -> str:
        wanted = str(one.props.get("content-type", ""))
        if not wanted:
            return ""
        accepted = [part.strip() for part in wanted.split(",")]
        for num, name in self.names(one.name).items():
            found = self.content_type(one.name, num)
            if found and found not in accepted:
                return (
                    f"Le type {found} du fichier « {name} » du champ « {one.libelle} » n'est pas conforme à : "
                    f"{wanted} "
                )
        return ""

    def _weighed(self, one: FieldOf) -> tuple[int, str]:
        limit = int(str(one.props.get("max_file_size", 0)))
        total = 0
        for num in range(len(self.names(one.name))):
            place = self.path(one.name, num)
            if place is None:
                shown = self.document.shown_path(one.name, num)
                return 0, f"Le fichier {num} du champ «{one.libelle}» ({shown}) n'existe pas."
            size = place.stat().st_size
            if limit and size > limit:
                return 0, (
                    f"Le fichier «{self.name_of(one.name, num)}» ({one.libelle}) dépasse le poids limite autorisé :"
                    f"{_mega(limit)} Mo ({limit} octets), {_mega(size)} Mo ({size} octets) trouvés"
                )
            total += size
        return total, ""


def same(value: Value | bool, wanted: object) -> bool:
    """PHP's ``==`` between a value and what a definition asks for."""
    if isinstance(wanted, bool):
        return (value not in ("", "0", False) and bool(value)) is wanted
    return value == wanted


def _php_match(pattern: str, value: str) -> bool:
    body, _, options = pattern[1:].rpartition(pattern[0])
    return re.search(body, value, re.DOTALL if "s" in options else 0) is not None


def _mega(size: int) -> str:
    return f"{size / _MEGA:,.2f}"
