"""What an answer holds beyond what this version understands: never fatal, kept as texts that people can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set

from cdg62_connect.soap import Node

Path = tuple[str, ...]

RETURN: Set[Path] = {
    ("MessageRetour",),
    *(("MessageRetour", name) for name in ("codeRetour", "message", "severite")),
}
"""What every answer that says OK or KO holds."""

LINE: Set[Path] = {
    ("LogDossier",),
    *(("LogDossier", name) for name in ("timestamp", "nom", "status", "annotation", "accessible")),
}
"""A line of the history inside an answer."""

_TEXT_LIMIT = 10_000
_KEY_LIMIT = 500
_LIMIT = 1_000
_MORE = "…"


def leftovers(node: Node, *, told: Set[Path]) -> dict[str, str]:
    """The texts and attributes inside ``node`` at any depth, but those that are told elsewhere.

    Keys are paths: ``Suivi/Etape``, then ``Suivi/Etape[2]``, ``Suivi/@rang`` for an attribute; elements of
    another namespace bear it in braces. The texts of direct children are whole; those further in are cut
    after 10 000 characters. After 1 000 of them, ``"…"`` tells how many were left out.

    Args:
        node: the element.
        told: paths of the elements that are understood; of a repeated one, only the first, unless it has
            children.
    """
    kept: dict[str, str] = {}
    omitted = 0
    for depth, key, text in _texts(node, (), "", told):
        if depth == 1:
            kept[key] = text
        elif len(kept) < _LIMIT and len(key) <= _KEY_LIMIT:
            kept[key] = text if len(text) <= _TEXT_LIMIT else text[:_TEXT_LIMIT] + _MORE
        else:
            omitted += 1
    if omitted:
        kept[_MORE] = f"{omitted} autres valeurs"
    return kept


def _texts(node: Node, path: Path, label: str, told: Set[Path]) -> Iterator[tuple[int, str, str]]:
    """Depth, key and text of what is not told."""
    ranks: Counter[str] = Counter()
    for child in node.children:
        name = child.name if child.namespace == node.namespace else f"{{{child.namespace}}}{child.name}"
        ranks[name] += 1
        here = (*path, name)
        key = label + name + (f"[{ranks[name]}]" if ranks[name] > 1 else "")
        understood = here in told and (ranks[name] == 1 or bool(child.children))
        if child.sink is not None:
            continue
        if not understood:
            attributes = [(one, value) for (_, one), value in child.attributes.items() if one != "nil"]
            text = child.text.strip()
            if text or not (child.children or attributes):
                yield len(here), key, text
            yield from ((len(here) + 1, f"{key}/@{one}", value) for one, value in attributes)
        yield from _texts(child, here, key + "/", told)
