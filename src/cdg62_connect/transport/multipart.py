"""A form with files (multipart/form-data), of known length, streamed.

Only what browsers send is produced, since it is what PHP and Java servers are tested with: no Content-Type
on simple fields, names and file names as raw bytes of the charset, ``%22`` for a quote in them.
"""

from __future__ import annotations

import codecs
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cdg62_connect.errors import InvalidInput
from cdg62_connect.transport.payload import Payload

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?:; ?[\w.-]+=[\w.:+-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file of a form.

    Attributes:
        name: name of the form field.
        filename: name given to the platform; no path separator, no control character.
        content: the file.
        content_type: its media type.
    """

    name: str
    filename: str
    content: Payload
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Multipart:
    """A form: the simple fields first, then the files, each in the given order.

    Attributes:
        fields: (name, value) pairs; a name may come several times.
        files: the files.
        charset: encoding of names, values and file names (ISO-8859-1 for S2LOW).
    """

    fields: Sequence[tuple[str, str]]
    files: Sequence[FilePart] = ()
    charset: str = "utf-8"


class EncodedForm:
    """A :class:`Multipart` ready to leave: everything but the content of the files is already bytes.

    Raises:
        InvalidInput: a name, value or file name cannot be written in the charset, or could break the form.
    """

    def __init__(self, form: Multipart) -> None:
        boundary = secrets.token_hex(16)
        self._charset = _known(form.charset)
        self._parts: list[bytes | Payload] = []
        for name, value in form.fields:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n'
            self._parts.append(self._encoded(head, name) + self._encoded(value, name) + b"\r\n")
        for file in form.files:
            if not _MEDIA_TYPE.fullmatch(file.content_type):
                raise InvalidInput(f"Le type de contenu « {file.content_type!a} » n'est pas valable.")
            if "/" in file.filename or "\\" in file.filename:
                raise InvalidInput(
                    f"Le nom de fichier {file.filename!a} contient un chemin ; ne donnez que le nom."
                )
            head = (
                f"--{boundary}\r\n"
                f'Content-Disposition: form-data; name="{_quoted(file.name)}"; '
                f'filename="{_quoted(file.filename)}"\r\n'
                f"Content-Type: {file.content_type}\r\n\r\n"
            )
            self._parts += (self._encoded(head, file.name), file.content, b"\r\n")
        self._parts.append(f"--{boundary}--\r\n".encode("ascii"))
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self.length = sum(part.size if isinstance(part, Payload) else len(part) for part in self._parts)

    def blocks(self) -> Iterator[bytes]:
        """The form from its start, at each call."""
        for part in self._parts:
            if isinstance(part, Payload):
                yield from part.blocks()
            else:
                yield part

    def _encoded(self, text: str, name: str) -> bytes:
        try:
            return text.encode(self._charset)
        except UnicodeEncodeError as error:
            character = error.object[error.start]
            raise InvalidInput(
                f"Le caractère {character!a} du champ « {name} » ne peut pas être transmis "
                f"à cette plateforme ({self._charset}). Remplacez-le."
            ) from None


def _known(charset: str) -> str:
    try:
        return codecs.lookup(charset).name
    except LookupError:
        raise InvalidInput(f"L'encodage « {charset} » n'existe pas.") from None


def _quoted(name: str) -> str:
    if _CONTROL.search(name):
        raise InvalidInput(f"Le nom {name!a} contient un caractère de contrôle. Renommez-le.")
    return name.replace('"', "%22")
