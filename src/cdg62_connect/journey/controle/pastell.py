"""One authority on Pastell: its account and entity, each flux it uses, the connectors, the rights. Reads only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, cast

from cdg62_connect.errors import AccessRefused, Cdg62Error, NotFound
from cdg62_connect.journey.controle.check import About, Check
from cdg62_connect.journey.database import JOURNAL_FILE
from cdg62_connect.journey.pastell.draft import orphans
from cdg62_connect.journey.pastell.forms import FORMS
from cdg62_connect.settings import DIRECT

if TYPE_CHECKING:
    from pathlib import Path

    from cdg62_connect.pastell import Association, Pastell
    from cdg62_connect.settings import Authority, PastellAccount

_SIGNATURE, _TDT, _TRANSFORMATION = "signature", "TdT", "transformation"
_HIGHEST = 20
"""An entity that lies deeper in the tree is not one."""


def pastell_checks(
    authority: Authority, account: PastellAccount, pastell: Pastell, *, journal: Path
) -> Iterator[Check]:
    """Does Pastell know the account, and has its entity what the configuration counts on?"""
    about = _about(authority, "compte", "compte de Pastell")
    try:
        version = pastell.version
        warnings = pastell.avertissements
    except Cdg62Error as refused:
        yield about.failed(refused)
        yield from _unasked(authority, "Pas demandé : le compte n'est pas reconnu.", first="le compte")
        return
    yield about.ok(f"Pastell {version.texte} reconnaît le compte.")
    for warning in warnings:
        yield _about(authority, "version", "version de Pastell").attention(
            warning, advice="Corrigez les accès."
        )
    yield _entity(authority, account, pastell)
    yield _journal(authority, account, pastell)
    for flux in _flux(account):
        yield from _flux_checks(authority, account, pastell, flux)
    yield _orphans(authority, account, pastell, journal)


def unasked(authority: Authority, reason: str) -> Iterator[Check]:
    """The same lines, when nothing can be asked."""
    about = _about(authority, "compte", "compte de Pastell")
    yield about.unverifiable(reason, advice="Corrigez d'abord la connexion.")
    yield from _unasked(authority, reason, first="la connexion")


def _unasked(authority: Authority, reason: str, *, first: str) -> Iterator[Check]:
    for code, label in (("entite", "entité"), ("journal", "journal de Pastell"), ("flux", "flux")):
        yield _about(authority, code, label).unverifiable(reason, advice=f"Corrigez d'abord {first}.")


def _about(authority: Authority, code: str, label: str) -> About:
    return About(f"pastell.{code}", f"{authority.name} : {label}", authority.siren)


def _flux(account: PastellAccount) -> list[str]:
    return sorted({flux for flux in account.flux.values() if flux != DIRECT})


def _entity(authority: Authority, account: PastellAccount, pastell: Pastell) -> Check:
    about = _about(authority, "entite", "entité de Pastell")
    try:
        entity = pastell.entites.detail(account.entity)
    except Cdg62Error as refused:
        return about.failed(refused)
    if entity.active is False:
        return about.ko(
            f"L'entité {account.entity} ({entity.denomination}) est désactivée.",
            advice="Demandez à l'administrateur de Pastell de l'activer.",
        )
    if entity.siren and entity.siren != authority.siren:
        return about.ko(
            f"L'entité {account.entity} ({entity.denomination}) a le SIREN {entity.siren}.",
            advice=f"Donnez dans entite l'entité du SIREN {authority.siren}.",
        )
    return about.ok(f"{account.entity} : {entity.denomination}.")


def _journal(authority: Authority, account: PastellAccount, pastell: Pastell) -> Check:
    about = _about(authority, "journal", "journal de Pastell")
    try:
        next(iter(pastell.journal.lignes(account.entity, page=1)), None)
    except AccessRefused:
        return about.attention(
            "Le compte ne peut pas lire le journal : un brouillon dont la réponse s'est perdue ne sera pas retrouvé.",
            advice="Demandez le droit « journal:lecture » sur cette entité.",
        )
    except Cdg62Error as refused:
        return about.failed(refused)
    return about.ok("Se lit.")


def _flux_checks(
    authority: Authority, account: PastellAccount, pastell: Pastell, flux: str
) -> Iterator[Check]:
    about = _about(authority, f"flux.{flux}", f"flux {flux}")
    form = FORMS.get(flux)
    if form is None:
        yield about.ko(
            "Cette version ne sait pas remplir ce flux.",
            advice=f"Choisissez parmi : {', '.join(sorted(FORMS))}.",
        )
        return
    try:
        if not pastell.flux.connu(flux):
            yield about.ko(
                "La plateforme n'a pas ce flux, ou ce compte n'en a pas le droit.",
                advice=f"Faites activer ce flux (ou son pack), et donner « {flux}:edition » au compte.",
            )
            return
        fields = pastell.flux.champs(flux)
        associated = _associations(pastell, account.entity, flux)
    except Cdg62Error as refused:
        yield about.failed(refused)
        return
    wanted = (form.title, form.document, form.signature, form.legality, form.helios)
    lacking = [name for name in wanted if name]
    lacking = [name for name in lacking if name not in fields]
    if lacking:
        yield about.ko(
            f"Ce flux n'a pas les champs attendus : {', '.join(lacking)}.",
            advice="La plateforme a peut-être sa propre définition de ce flux : signalez-le.",
        )
        return
    yield about.ok("Connu de la plateforme.")
    yield from _connectors(authority, account, pastell, flux, associated)


def _connectors(
    authority: Authority,
    account: PastellAccount,
    pastell: Pastell,
    flux: str,
    associated: Mapping[str, Association],
) -> Iterator[Check]:
    about = _about(authority, f"connecteurs.{flux}", f"connecteurs de {flux}")
    wanted = [_SIGNATURE, *([_TDT] if FORMS[flux].legality or FORMS[flux].helios else [])]
    studio = "envoi_transformation" in pastell.flux.champs(flux)
    if studio and not pastell.capacites.transformation_sautee:
        wanted.append(_TRANSFORMATION)
    missing = [family for family in wanted if family not in associated]
    if missing:
        yield about.ko(
            f"Aucun connecteur associé pour : {', '.join(missing)}.",
            advice="Faites associer ces connecteurs au flux, dans cette entité ou dans une entité au-dessus."
            + (
                " Sans transformation, les documents resteraient bloqués."
                if _TRANSFORMATION in missing
                else ""
            ),
        )
    else:
        yield about.ok("Associés : " + ", ".join(wanted) + ".")
    if _SIGNATURE in associated:
        yield _sous_types(authority, account, pastell, flux, associated[_SIGNATURE])


def _sous_types(
    authority: Authority, account: PastellAccount, pastell: Pastell, flux: str, signature: Association
) -> Check:
    about = _about(authority, f"sous_types.{flux}", f"sous-types pour {flux}")
    try:
        offered = pastell.connecteurs.choix(signature.id_e, signature.id_ce, "iparapheur_sous_type")
    except Cdg62Error as refused:
        return about.unverifiable(
            f"Pastell ne dit pas les sous-types de ce connecteur ({refused}).",
            advice="Le premier dépôt le dira : rien ne part avec un sous-type inconnu.",
        )
    names = _names(offered)
    ours = {name for code, name in account.sous_types.items() if account.route(code) == flux}
    unknown = sorted(name for name in ours if name not in names)
    if unknown:
        return about.ko(
            f"N'existent pas : {', '.join(unknown)}.",
            advice="Mettez dans sous_types un nom que Pastell propose : " + ", ".join(sorted(names)) + ".",
        )
    return about.ok("Existent.")


def _names(offered: object) -> set[str]:
    """A list of names, or an object of them: it depends on the connector's version."""
    if isinstance(offered, dict):
        offered = list(cast("dict[str, object]", offered).values())
    return {str(one) for one in cast("list[object]", offered)} if isinstance(offered, list) else set()


def _associations(pastell: Pastell, entity: str, flux: str) -> Mapping[str, Association]:
    """What serves a flux in an entity: its own associations, else those of the entities above that we may see."""
    found = {one.famille: one for one in pastell.associations.lister(entity, flux=flux)}
    for _ in range(_HIGHEST):
        try:
            entity = pastell.entites.detail(entity).mere
            if entity in ("", "0"):
                break
            for one in pastell.associations.lister(entity, flux=flux):
                found.setdefault(one.famille, one)
        except (NotFound, AccessRefused):
            break
    return found


def _orphans(authority: Authority, account: PastellAccount, pastell: Pastell, journal: Path) -> Check:
    """The empty drafts that no dossier has: only a lost answer, or somebody at work, leaves one."""
    about = _about(authority, "brouillons", "brouillons sans dossier")
    try:
        taken = _claimed(journal)
        found = [
            id_d for flux in _flux(account) for id_d in orphans(pastell, account.entity, flux, taken=taken)
        ]
    except Cdg62Error as refused:
        return about.failed(refused)
    if not found:
        return about.ok("Aucun.")
    return about.attention(
        f"{len(found)} document(s) à l'état « creation » ne sont à aucun dossier : {', '.join(found[:20])}.",
        advice="Si personne n'est en train de les remplir, supprimez-les dans Pastell : ils n'ont jamais été envoyés.",
    )


def _claimed(journal: Path) -> set[str]:
    path = journal / JOURNAL_FILE
    if not path.exists():
        return set()
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=10)) as opened:
            opened.execute("PRAGMA query_only = ON")
            return {row[0] for row in opened.execute("SELECT key FROM claims")}
    except sqlite3.Error:  # an earlier version's journal, or none that opens: told by its own check
        return set()
