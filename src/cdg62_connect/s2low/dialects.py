"""How the versions of S2LOW say the same thing differently: all of it is undone here, and nowhere else.

================================  ==================  ===================  =====================
what                              4.x                 5.0, 5.1             next
================================  ==================  ===================  =====================
KO of the forms                   ISO-8859-1, escaped for HTML, what does not fit as ``?``
KO of the pages that print        ISO-8859-1          UTF-8                UTF-8
texts in JSON and XML             ISO-8859-1          UTF-8, or UTF-8 encoded twice
encoding that an XML declares     true                often ISO-8859-1 over UTF-8 (see ``formats``)
unknown certificate               KO, or 302 to the login page             302 to « connexion-status »
several accounts, none named      KO, or 302 to the login page             KO with literal ``?``, or 302
================================  ==================  ===================  =====================

Accents are therefore never compared: a pattern writes ``~`` where a letter may bear one.
"""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import parse_qs, urlsplit

BOM = b"\xef\xbb\xbf"

_LOGIN_PLACES = frozenset(
    {"login.php", "connexion-status", "connexion-status.php", "connection-status", "connection-status.php"}
)


def decode(data: bytes) -> str:
    """The text of ``data``: UTF-8 when it is, else windows-1252 (which holds ISO-8859-1)."""
    data = data.removeprefix(BOM)
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("iso-8859-1")


def unescaped(text: str) -> str:
    """``text`` without HTML entities: those that are not escaped hold none."""
    return html.unescape(text)


def mended(text: str) -> str:
    """``text`` once decoded when it was encoded twice (``PrÃ©fecture``), and without half surrogate pairs."""
    # JSON may escape half of a surrogate pair, which no file and no database accepts.
    clean = text.encode("utf-8", "replace").decode("utf-8")
    for encoding in ("iso-8859-1", "cp1252"):
        try:
            return clean.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return clean


def folded(text: str) -> str:
    """``text`` as patterns see it: lower case, without accents, one space between words, lines kept."""
    text = text.replace("<br/>", "\n").replace("<br />", "\n")
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "\n".join(" ".join(line.split()) for line in bare.lower().splitlines()).strip()


def line(pattern: str) -> re.Pattern[str]:
    """``pattern`` at the start of a :func:`folded` line; ``~`` is one letter with an accent, however it came."""
    return re.compile("^" + pattern.replace("~", ".{1,2}"), re.MULTILINE)


def login_reason(location: str) -> str | None:
    """Why the authentication sends to ``location`` (``"bad_credentials"``, ``""``…), ``None`` if it does not."""
    try:
        target = urlsplit(location)
    except ValueError:
        return None
    if target.path.rstrip("/").rpartition("/")[2].lower() not in _LOGIN_PLACES:
        return None
    return parse_qs(target.query).get("error", [""])[0]
