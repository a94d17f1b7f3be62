"""One authority on the parapheur: its account, its type, its sous-types. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cdg62_connect.errors import Cdg62Error
from cdg62_connect.formats import same_label
from cdg62_connect.iparapheur import Parapheur
from cdg62_connect.journey.controle.check import About, Check

if TYPE_CHECKING:
    from cdg62_connect.settings import Authority


def parapheur_checks(authority: Authority, parapheur: Parapheur) -> Iterator[Check]:
    """Does the parapheur know the account, and what the configuration names for it?"""
    account, wanted = _abouts(authority)[0], authority.require_parapheur()
    try:
        parapheur.check()
    except Cdg62Error as refused:
        yield account.failed(refused)
        yield from _unasked(authority, "Pas demandé : le compte n'est pas reconnu.", first="le compte")
        return
    yield account.ok(f"Le parapheur reconnaît « {wanted.login} ».")
    yield _type(authority, parapheur)
    yield _sous_types(authority, parapheur)


def unasked(authority: Authority, reason: str) -> Iterator[Check]:
    """The same lines, when nothing can be asked."""
    yield _abouts(authority)[0].unverifiable(reason, advice="Corrigez d'abord la connexion.")
    yield from _unasked(authority, reason, first="la connexion")


def _unasked(authority: Authority, reason: str, *, first: str) -> Iterator[Check]:
    for about in _abouts(authority)[1:]:
        yield about.unverifiable(reason, advice=f"Corrigez d'abord {first}.")


def _abouts(authority: Authority) -> tuple[About, About, About]:
    def about(code: str, label: str) -> About:
        return About(f"iparapheur.{code}", f"{authority.name} : {label}", authority.siren)

    return (
        about("compte", "compte du parapheur"),
        about("type", "type du parapheur"),
        about("sous_types", "sous-types du parapheur"),
    )


def _type(authority: Authority, parapheur: Parapheur) -> Check:
    about, account = _abouts(authority)[1], authority.require_parapheur()
    wanted = list(dict.fromkeys((account.type_technique, *account.types.values())))
    try:
        known = parapheur.types()
    except Cdg62Error as refused:
        return about.failed(refused)
    missing = [name for name in wanted if name not in known]
    if not missing:
        return about.ok(f"{_quoted(wanted)} existe." if len(wanted) == 1 else f"{_quoted(wanted)} existent.")
    key = "type" if missing == [account.type_technique] else "types"
    verb = "n'existe pas" if len(missing) == 1 else "n'existent pas"
    return about.ko(f"{_quoted(missing)} {verb} pour ce compte.", advice=_choose(missing, known, key=key))


def _sous_types(authority: Authority, parapheur: Parapheur) -> Check:
    about, account = _abouts(authority)[2], authority.require_parapheur()
    types = dict.fromkeys(account.type_of(code) for code in account.sous_types)
    try:
        known = {name: parapheur.sous_types(name) for name in types}
    except Cdg62Error as refused:
        return about.failed(refused)
    for type_technique, offered in known.items():
        missing: dict[str, list[str]] = {}
        for code, name in account.sous_types.items():
            if account.type_of(code) == type_technique and name not in offered:
                missing.setdefault(name, []).append(code)
        if missing:
            told = " ; ".join(f"« {name} » ({', '.join(codes)})" for name, codes in missing.items())
            return about.ko(
                f"N'existent pas pour le type « {type_technique} » : {told}.",
                advice=_choose([*missing], offered, key="sous_types"),
            )
    if "defaut" not in account.sous_types:
        return about.attention(
            f"Existent, mais seuls ces codes de document en ont un : {', '.join(account.sous_types)}.",
            advice="Ajoutez « defaut » à sous_types, ou les autres dépôts seront à corriger.",
        )
    names = sorted(set(account.sous_types.values()))
    return about.ok(f"Existent : {_quoted(names)}.")


def _choose(wanted: Sequence[str], known: Sequence[str], *, key: str) -> str:
    """What to write instead: the same name written as the parapheur does, else one of those it has."""
    if not known:
        return "Le parapheur n'en montre aucun à ce compte : demandez-en l'accès à son administrateur."
    near = [next((right for right in known if same_label(name, right)), "") for name in wanted]
    if all(near):
        return f"Écrivez exactement {_quoted(near)} dans la clé {key}."
    return f"Mettez dans la clé {key} un nom que le parapheur connaît : {_quoted(known)}."


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"« {name} »" for name in names)
