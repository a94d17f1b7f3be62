"""Writes ``docs/erreurs.md`` from the code: the exceptions, the codes that block a dossier, those of a deposit.

``python docs/_outils/erreurs.py`` writes the page; with ``--verifier`` it only says whether it is up to date.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import cdg62_connect
from cdg62_connect.errors import Cdg62Error, PlatformError
from cdg62_connect.operis import FindingCode

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package
from vocabulaire import ANOMALIES, AVERTISSEMENTS, BLOCAGES, CONSEILS, INTERNES

SOURCE = Path(cdg62_connect.__file__).parent
PAGE = Path(__file__).parents[1] / "erreurs.md"
COMMAND = "python docs/_outils/erreurs.py"

_UNREAD = ("cdg62_connect.simulator", "cdg62_connect.journey.migrations")
"""The simulator's own refusals never reach a caller; migrations run only under Alembic."""

_HEAD = f"""\
# Catalogue des erreurs

<!-- Page écrite par `{COMMAND}` : ne la corrigez pas à la main. -->

Trois vocabulaires, du plus proche du programme au plus proche des personnes : les exceptions que lève le
paquet, les codes qui bloquent un dossier, les codes d'un accusé de dépôt. Un code ou un nom ne change pas d'une
version à l'autre ; la phrase qui l'accompagne peut changer.
"""

_EXCEPTIONS = """\
## Les exceptions

Toutes descendent de `Cdg62Error`. Une ligne en retrait (`└`) est un cas particulier de celle du dessus :
l'attraper suffit à attraper les siennes. « Répéter » : **oui** veut dire que le même appel peut être refait tel
quel (attribut `retryable`) ; le transport l'a déjà refait plusieurs fois pour une consultation. La commande rend
le code 2 pour une `ConfigurationError`, 1 pour les autres.
"""

_BLOCKING = """\
## Les codes qui bloquent un dossier

Le dossier est `BLOQUE` ; `cdg62-connect dossier ID` dit pourquoi, qui doit agir et que faire. Rien n'est
envoyé, archivé ni effacé pendant ce temps. Le chemin pour en sortir : [États et déblocage](etats.md).
"""

_FINDINGS = """\
## Les codes d'un accusé de dépôt

Dans `accuses/<lot>.json` et `erreur.json`. Une erreur rend le dépôt à corriger, un avertissement non. Tout est contrôlé
avant le premier envoi : un dépôt à corriger n'a rien laissé sur aucune plateforme. Le contrat :
[Contrat de dépôt](contrat-de-depot.md).
"""


class CatalogueIncomplete(Exception):
    """Une erreur ou un code du paquet n'a pas son texte dans ``vocabulaire.py``."""


def page() -> str:
    """The page as the code makes it now."""
    return "\n".join([_HEAD, _EXCEPTIONS, _exceptions(), _BLOCKING, _blocking(), _FINDINGS, _findings()])


def _exceptions() -> str:
    raisers = _raisers()
    rows = [
        (
            f"{'└' * depth}{' ' if depth else ''}`{cls.__name__}`",
            _meaning(cls),
            _advice(cls),
            "oui" if issubclass(cls, PlatformError) and cls.retryable else "non",
            ", ".join(sorted(raisers[cls.__name__])) or "ses cas particuliers",
        )
        for depth, cls in _tree(Cdg62Error)
    ]
    return _table(("exception", "ce qui s'est passé", "que faire", "répéter", "levée par"), rows)


def _blocking() -> str:
    codes = blocking_codes()
    _complete(codes, BLOCAGES, "BLOCAGES")
    return _table(
        ("code", "ce qui s'est passé", "comment en sortir"),
        [(f"`{code}`", *BLOCAGES[code]) for code in codes],
    )


def _findings() -> str:
    codes = [code.value for code in FindingCode]
    _complete(codes, ANOMALIES, "ANOMALIES")
    used = _names_used_in(SOURCE, after="FindingCode") | _file_codes()
    rows = [
        (
            f"`{code}`",
            "avertissement" if code in AVERTISSEMENTS else "erreur",
            ANOMALIES[code] + ("" if code in used else " *(Réservé : cette version ne l'écrit pas.)*"),
        )
        for code in codes
    ]
    return _table(("code", "effet", "sens"), rows)


def _tree(cls: type[Cdg62Error], depth: int = 0) -> Iterator[tuple[int, type[Cdg62Error]]]:
    if depth == 0:
        for module in pkgutil.walk_packages([str(SOURCE)], "cdg62_connect."):
            if not module.name.startswith(_UNREAD):
                importlib.import_module(module.name)
    yield depth, cls
    for one in sorted(filter(_told, cls.__subclasses__()), key=_drawn):
        yield from _tree(one, depth + 1)


def _told(cls: type[Cdg62Error]) -> bool:
    ours = cls.__module__.startswith("cdg62_connect.") and not cls.__module__.startswith(_UNREAD)
    return ours and cls.__name__ not in INTERNES


def _drawn(cls: type[Cdg62Error]) -> tuple[bool, int, str]:
    """The order of ``errors.py``, then what the rooms add."""
    first = cls.__module__ == Cdg62Error.__module__
    return not first, _line_of(cls) if first else 0, cls.__name__


def _line_of(cls: type[Cdg62Error]) -> int:
    tree = ast.parse((SOURCE / "errors.py").read_text(encoding="utf-8"))
    return next(
        node.lineno for node in tree.body if isinstance(node, ast.ClassDef) and node.name == cls.__name__
    )


def _meaning(cls: type[Cdg62Error]) -> str:
    return (cls.__doc__ or "").splitlines()[0]


def _advice(cls: type[Cdg62Error]) -> str:
    if issubclass(cls, PlatformError):
        return cls.default_advice
    if cls is Cdg62Error:
        return "Lisez le message : il dit la suite."
    _complete([cls.__name__], CONSEILS, "CONSEILS")
    return CONSEILS[cls.__name__]


def _raisers() -> Mapping[str, set[str]]:
    """For each class, the rooms whose code makes one, or chooses it for another part to make."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path, tree in _modules():
        room = path.relative_to(SOURCE).parts[0].removesuffix(".py")
        for name in _made(tree):
            found[name].add(f"`{room}`")
    return found


def _made(node: ast.AST) -> Iterator[str]:
    """Names that are called, raised, returned, passed on or kept; not those that only tell what was caught."""
    values: list[ast.expr | None] = []
    match node:
        case ast.Call(func=ast.Name(id="isinstance" | "issubclass" | "cast" | "suppress")):
            return
        case ast.Call(func=func, args=given, keywords=named):
            values = [func, *given, *(keyword.value for keyword in named)]
        case ast.Raise(exc=raised):
            values = [raised]
        case ast.Return(value=returned):
            values = [returned]
        case ast.IfExp(body=one, orelse=other):
            values = [one, other]
        case ast.Tuple(elts=kept) | ast.Dict(values=kept):
            values = [*kept]
        case ast.arguments(defaults=defaults, kw_defaults=kw_defaults):
            values = [*defaults, *kw_defaults]
        case _:
            pass
    yield from (value.id for value in values if isinstance(value, ast.Name))
    caught = node.type if isinstance(node, ast.ExceptHandler) else None
    for child in ast.iter_child_nodes(node):
        if child is not caught:
            yield from _made(child)


def blocking_codes() -> list[str]:
    """Every code that a step or the engine may block a dossier with, sorted."""
    codes: set[str] = set()
    platforms: set[str] = set()
    for path, tree in _modules():
        if path.relative_to(SOURCE).parts[0] != "journey":
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and _named(node.targets[0]) == "platform":
                platforms |= set(_texts(node.value))
            if not isinstance(node, ast.Call):
                continue
            if _named(node.func) == "Blocked":
                code = next((keyword.value for keyword in node.keywords if keyword.arg == "code"), None)
                codes |= set(_texts(code))
            if _named(node.func) == "_blocked" and node.args:
                codes |= set(_texts(node.args[0]))
    prefixes = {code for code in codes if code.endswith("_")}
    return sorted(codes - prefixes | {prefix + one.upper() for prefix in prefixes for one in platforms})


def _file_codes() -> set[str]:
    """The codes of ``InvalidFile`` that the deposit relays under the same name."""
    return {
        text
        for _, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _named(node.func) == "InvalidFile" and node.args
        for text in _texts(node.args[0])
    }


def _names_used_in(folder: Path, *, after: str) -> set[str]:
    return {
        node.attr
        for path, tree in _modules()
        if path.is_relative_to(folder)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and _named(node.value) == after
    }


def _modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        if path.relative_to(SOURCE).parts[0] != "simulator":
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def _named(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _texts(node: ast.expr | None) -> Iterator[str]:
    """The texts that an expression starts from: itself, or the left side of a sum."""
    if isinstance(node, ast.BinOp):
        yield from _texts(node.left)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _complete(names: Iterable[str], texts: Mapping[str, object], where: str) -> None:
    absent = [name for name in names if name not in texts]
    if absent:
        raise CatalogueIncomplete(f"Dites en français, dans {where} de vocabulaire.py : {', '.join(absent)}.")


def _table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [titles, tuple("---" for _ in titles), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def main(arguments: list[str]) -> int:
    """Write the page, or check it; the exit code of the command."""
    wanted = page()
    if arguments != ["--verifier"]:
        PAGE.write_text(wanted, encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") == wanted:
        return 0
    sys.stderr.write(f"docs/erreurs.md n'est plus ce que dit le code : lancez {COMMAND}.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
