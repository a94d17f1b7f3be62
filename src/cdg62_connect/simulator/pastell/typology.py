"""The types of the pieces of an act: what may be chosen, and what is written once it is chosen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import Classification
from cdg62_connect.simulator.pastell.execution import Execution, Failed
from cdg62_connect.simulator.pastell.form import php_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdg62_connect.simulator.pastell.form import Form

_FILE = "type_piece.json"
_NO_FILE = "Le fichier de classification n'est pas disponible"


def classification(run: Execution) -> Classification:
    """The classification of the TdT. Raises: Failed."""
    kind, c = run.connector("TdT")
    content = kind.tdt.classification(c) if kind.tdt is not None else None
    if not content:
        raise Failed(_NO_FILE)
    try:
        return Classification.read(content)
    except InvalidInput as unreadable:
        raise Failed(f"Le fichier de classification n'est pas lisible : {unreadable}") from unreadable


def matieres(run: Execution) -> dict[str, bool]:
    """The choices of ``classification``. Raises: Failed."""
    return {f"{code} {libelle}".rstrip(): True for code, libelle in classification(run).matieres.items()}


def pieces(run: Execution) -> list[str]:
    """The names of the act and of its annexes. Raises: Failed, without an act."""
    act = list(run.form.names(run.name("arrete")).values())
    if not act:
        raise Failed("La pièce principale n'est pas présente")
    return [*act, *run.form.names(run.name("autre_document_attache")).values()]


def offered(run: Execution) -> dict[str, str]:
    """The types that the nature allows, with their labels. Raises: Failed."""
    nature = run.text("acte_nature")
    entry = classification(run).natures.get(int(nature)) if nature.isdecimal() else None
    found = {code: f"{libelle} ({code})" for code, libelle in entry.pieces.items()} if entry else {}
    if not found:
        raise Failed("Aucun type de pièce ne correspond pour la nature et la classification selectionnée")
    return found


def choices(run: Execution) -> dict[str, object]:
    """``GET externalData/type_piece``. Raises: Failed."""
    listed = pieces(run)
    return {"actes_type_pj_list": offered(run), "pieces": listed}


def choose(run: Execution, given: Sequence[str] | None) -> None:
    """``PATCH externalData/type_piece``: one type per piece, the act first. Raises: Failed."""
    if given is None:
        raise Failed("Aucun tableau type_pj fourni")
    listed, allowed = pieces(run), offered(run)
    if len(given) != len(listed):
        raise Failed(
            f"Le nombre de type_pj fourni «{len(given)}» ne correspond pas au nombre de documents (acte et "
            f"annexes) «{len(listed)}»"
        )
    if run.habits.choices_checked:
        for code in given:
            if code not in allowed:
                raise Failed(
                    f"Le type_pj «{code}» ne correspond pas pour la nature et la classification sélectionnée"
                )
    form = run.form
    form.put("type_piece", f"{len(listed)} fichier(s) typé(s)")
    form.put("type_acte", given[0])
    form.put("type_pj", php_json(list(given[1:])))
    _write(form, listed, given, allowed)


def _write(form: Form, listed: Sequence[str], codes: Sequence[str], allowed: Mapping[str, str]) -> None:
    rows = [
        {"filename": name, "typologie": allowed.get(code, code)}
        for name, code in zip(listed, codes, strict=False)
    ]
    form.add_file("type_piece_fichier", _FILE, php_json(rows).encode())
    form.save()


def written_directly(run: Execution) -> bool:
    """``TdtTypologieChangeByApi``: ``type_acte`` and ``type_pj`` came by a PATCH. Raises: Failed."""
    form = run.form
    allowed, listed = offered(run), pieces(run)
    main = form.text(run.name("type_acte"))
    annexes = _codes(form.text(run.name("type_pj")))
    for code in [*([main] if main else []), *annexes]:
        if code not in allowed:
            raise Failed(
                f"Le type de pièce «{code}» ne correspond pas pour la nature et la classification selectionnée"
            )
    if annexes and len(annexes) != len(listed) - 1:
        raise Failed(
            f"Le nombre de type de pièce «{len(annexes)}» ne correspond pas au nombre d'annexe «{len(listed) - 1}»"
        )
    form.put(run.name("type_piece"), f"{len(annexes) + 1} fichier(s) typé(s)")
    _write(form, listed, [main, *annexes], allowed)
    return True


def wiped(run: Execution) -> bool:
    """``TdtAnnexeTypologieAnnexeChange``: the nature or the annexes changed, the types are to be chosen again.

    It tells a failure as soon as there were types, so what else the change would have brought about is not done.
    """
    form = run.form
    if not form.truth("type_pj"):
        return True
    if not form.content("type_piece_fichier"):
        return False
    form.put("type_pj", "[]")
    form.drop("type_piece")
    form.remove_file("type_piece_fichier")
    form.save()
    return False


def _codes(text: str) -> list[str]:
    try:
        read: object = json.loads(text or "[]")
    except ValueError:
        return []
    if not isinstance(read, list):
        return []
    listed: list[object] = read
    return [str(one) for one in listed]
