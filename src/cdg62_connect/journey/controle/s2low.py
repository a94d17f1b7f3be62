"""One authority on S2LOW: its certificate, its account, its rights, its classification. Reads only."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from cdg62_connect.errors import AccessRefused, AuthenticationRefused, Cdg62Error, UnreadableAnswer
from cdg62_connect.formats import Classification, same_label
from cdg62_connect.journey.controle.certificates import read_certificate_file
from cdg62_connect.journey.controle.check import About, Check
from cdg62_connect.journey.controle.validity import validity
from cdg62_connect.s2low import ConnexionInfos, S2low
from cdg62_connect.settings import PES

if TYPE_CHECKING:
    from cdg62_connect.settings import Authority, S2lowAccount

_GROUP_ROLES = ("GADM", "SADM")
_RENEW = "commandez un nouveau certificat RGS, déclarez-le sur S2LOW puis changez la clé « certificat »."
_ARTICLES = {"de", "des", "du", "la", "le", "les", "en", "sur", "et", "d", "l"}


@dataclass(slots=True)
class SeenAccounts:
    """Which collectivité of S2LOW each SIREN works for, to tell two that share one."""

    holders: dict[int, str] = field(default_factory=dict[int, str])


def certificate_checks(authority: Authority, account: S2lowAccount, *, now: datetime) -> Iterator[Check]:
    """Until when does the client certificate serve, and who can read its key?"""
    about = _about(authority, "certificat", "certificat S2LOW")
    try:
        facts = read_certificate_file(account.certificate, passphrase=account.passphrase)
    except Cdg62Error as unreadable:
        yield about.failed(unreadable)
    else:
        yield validity(about, facts, now=now, renew=_RENEW)
    about, key = _about(authority, "cle", "clé privée S2LOW"), account.key or account.certificate
    try:
        mode = key.stat().st_mode & 0o777
    except OSError as missing:
        yield about.ko(f"{key} ne se lit pas ({missing.strerror}).", advice="Corrigez la clé « cle ».")
        return
    if os.name == "posix" and mode & 0o077:
        yield about.attention(
            f"{key} est lisible par d'autres comptes de cette machine (droits {mode:03o}).",
            advice=f"chmod 600 {key}",
        )
    else:
        yield about.ok("Lisible par son seul propriétaire.")


def s2low_checks(authority: Authority, s2low: S2low, *, seen: SeenAccounts) -> Iterator[Check]:
    """Does S2LOW know the account, for the right collectivité, and may it transmit what is configured?"""
    about = _about(authority, "authentification", "connexion à S2LOW")
    try:
        s2low.connexion.test()
    except Cdg62Error as refused:
        yield about.failed(refused)
        yield from _unasked(authority, "Pas demandé : S2LOW ne reconnaît pas le compte.", first="le compte")
        return
    yield about.ok("S2LOW reconnaît le certificat.")
    yield _account(authority, s2low, seen=seen)
    yield _rgs(authority, s2low)
    if sends_pes(authority):
        yield _helios(authority, s2low)
    yield from _classification(authority, s2low)


def unasked(authority: Authority, reason: str) -> Iterator[Check]:
    """The same lines as :func:`s2low_checks`, when nothing can be asked."""
    yield _about(authority, "authentification", "connexion à S2LOW").unverifiable(
        reason, advice="Corrigez d'abord la connexion."
    )
    yield from _unasked(authority, reason, first="la connexion")


def _unasked(authority: Authority, reason: str, *, first: str) -> Iterator[Check]:
    abouts = [
        _about(authority, "compte", "compte S2LOW"),
        _about(authority, "rgs", "certificat RGS"),
        *([_about(authority, "helios", "module Hélios")] if sends_pes(authority) else []),
        _about(authority, "classification", "classification"),
        *(_matiere(authority, code) for code in authority.matieres),
    ]
    for about in abouts:
        yield about.unverifiable(reason, advice=f"Corrigez d'abord {first}.")


def _account(authority: Authority, s2low: S2low, *, seen: SeenAccounts) -> Check:
    about = _about(authority, "compte", "compte S2LOW")
    try:
        infos = s2low.connexion.infos()
    except Cdg62Error as refused:
        return about.failed(refused)
    told = (
        f"« {infos.name or infos.login} » ({infos.role}), pour « {infos.authority_name} » "
        f"(n° {infos.authority_id}, département {infos.department})"
    )
    holder = seen.holders.setdefault(infos.authority_id, authority.siren)
    if holder != authority.siren:
        return about.ko(
            f"{told} : c'est déjà la collectivité du SIREN {holder}.",
            advice="Donnez à chaque autorité son propre certificat : un acte partirait au nom d'une autre.",
        )
    if infos.role in _GROUP_ROLES:
        return about.ko(
            f"{told} : S2LOW refuse la transmission aux administrateurs de groupe.",
            advice="Demandez un compte d'utilisateur de la collectivité, avec les droits sur le module Actes.",
        )
    if not _same_department(authority, infos):
        return about.attention(
            f"{told} : ce n'est pas le département des communes {', '.join(authority.communes)}.",
            advice="Vérifiez que ce certificat est bien celui de cette autorité.",
        )
    if not _same_place(authority.name, infos.authority_name):
        return about.attention(
            f"{told} : ce n'est pas le nom de la configuration.",
            advice="Si c'est bien cette autorité, écrivez ce nom dans la clé « nom » ; sinon changez de certificat.",
        )
    return about.ok(f"{told}.")


def _rgs(authority: Authority, s2low: S2low) -> Check:
    about = _about(authority, "rgs", "certificat RGS")
    try:
        rgs = s2low.connexion.test_rgs()
    except UnreadableAnswer as absent:
        return about.unverifiable(
            absent.summary, advice="Demandez à l'exploitant de S2LOW si ce certificat est reconnu comme RGS."
        )
    except Cdg62Error as failed:
        return about.failed(failed)
    if rgs:
        return about.ok("S2LOW le reconnaît : la transmission est permise.")
    return about.ko(
        "S2LOW ne le prend pas pour un certificat RGS : il refusera toute transmission.",
        advice="Configurez un certificat RGS (deux étoiles) reconnu par cette plateforme.",
    )


def sends_pes(authority: Authority) -> bool:
    """Whether the configuration speaks of PES that we give to S2LOW ourselves."""
    if authority.flux(PES):
        return False
    account = authority.parapheur
    return bool(authority.helios.budgets) or (account is not None and account.sous_type(PES) is not None)


def _helios(authority: Authority, s2low: S2low) -> Check:
    """The list of PES retour answers whoever has the module, and leaves no trace."""
    about = _about(authority, "helios", "module Hélios")
    try:
        s2low.helios.retours()
    except (AccessRefused, AuthenticationRefused):
        return about.ko(
            "Ce compte n'a pas accès au module Hélios : aucun PES ne pourra être transmis.",
            advice="Demandez à l'administrateur de S2LOW le module Hélios pour la collectivité et le compte.",
        )
    except Cdg62Error as refused:
        return about.failed(refused)
    try:
        s2low.helios.lister(3, limit=1)
    except Cdg62Error:
        return about.ok(
            "Le module répond. Ce compte n'est pas archiviste : si une réponse se perd, une personne donnera le "
            "numéro du PES."
        )
    return about.ok("Le module répond, et ce compte retrouve un PES dont la réponse s'est perdue.")


def _classification(authority: Authority, s2low: S2low) -> Iterator[Check]:
    about = _about(authority, "classification", "classification")
    try:
        live = Classification.read(s2low.classification.lire())
    except Cdg62Error as refused:
        yield about.failed(refused)
        for code in authority.matieres:
            yield _matiere(authority, code).unverifiable(
                "La classification n'a pas été lue.", advice="Corrigez d'abord la classification."
            )
        return
    yield about.ok(f"Celle du {live.date:%d/%m/%Y}, {len(live.matieres)} matières.")
    for code, confirmed in authority.matieres.items():
        about, found = _matiere(authority, code), live.libelle(code)
        national = ".".join(code.split(".")[:2])
        if found is None:
            yield about.attention(
                f"Ce code n'existe pas : les actes partiront en {national}.",
                advice="Retirez-le de matieres, ou mettez le code que la préfecture donne à cette matière.",
            )
        elif not same_label(found, confirmed):
            yield about.attention(
                f"La préfecture dit « {found} », pas « {confirmed} » : les actes partiront en {national}.",
                advice="Cherchez le bon code dans la classification, puis corrigez matieres.",
            )
        else:
            yield about.ok(f"« {found} », comme dans la configuration.")


def _matiere(authority: Authority, code: str) -> About:
    return _about(authority, "matiere", f"matière {code}")


def _about(authority: Authority, code: str, label: str) -> About:
    return About(f"s2low.{code}", f"{authority.name} : {label}", authority.siren)


def _same_department(authority: Authority, infos: ConnexionInfos) -> bool:
    told = infos.department.strip().lstrip("0").upper()
    own = {insee[:3] if insee.startswith("97") else insee[:2] for insee in authority.communes}
    return not told or told in {department.lstrip("0") for department in own}


def _same_place(one: str, other: str) -> bool:
    """Whether all the words of one name are in the other (« Lens », « Mairie de Lens »)."""
    first, second = _words(one), _words(other)
    return first <= second or second <= first


def _words(name: str) -> set[str]:
    plain = "".join(c if c.isalnum() else " " for c in _unaccented(name))
    return set(plain.split()) - _ARTICLES


def _unaccented(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))
