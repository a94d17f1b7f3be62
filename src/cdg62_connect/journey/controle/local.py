"""What lies on this machine: the deposit tree, the journal, the anchors of signature."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect import system
from cdg62_connect.errors import Cdg62Error, ConfigurationError
from cdg62_connect.extras import extra
from cdg62_connect.journey.controle.certificates import CertificateFacts, read_certificate_file
from cdg62_connect.journey.controle.check import About, Check
from cdg62_connect.journey.controle.validity import validity
from cdg62_connect.journey.database import JOURNAL_FILE
from cdg62_connect.journey.file_systems import VOLATILE, kind_of_disk, require_local_disk
from cdg62_connect.journey.tables import HEAD
from cdg62_connect.operis import DepositTree
from cdg62_connect.settings import DepositMode, Environment, UnknownSigner

if TYPE_CHECKING:
    from cdg62_connect.settings import Settings

_FOLDERS = ("entrants", "encours", "retours", "archives", "quarantaine", "accuses")
_STALE = 3600  # seconds after which nobody is still writing a lot
_SHOWN = 5
_MEBIBYTE = 1024 * 1024
_LOTS_NEEDED, _LOTS_WANTED = 4, 40  # of the largest size: a lot is kept up to four times on its way


def deposit_checks(settings: Settings, *, now: datetime) -> Iterator[Check]:
    """Is the deposit tree there, ours to write, with room, and does nothing wait in it for ever?"""
    root = settings.deposit.root
    about = About("depot.racine", "Dépôt : dossier partagé")
    missing = [name for name in _FOLDERS if not (root / name).is_dir()]
    if missing:
        what = "n'existe pas" if not root.is_dir() else f"n'a pas : {', '.join(missing)}"
        if (settings.journal.folder / JOURNAL_FILE).exists():
            yield about.ko(
                f"{root} {what}.",
                advice="Vérifiez que le disque partagé est monté et que rien n'y a été effacé.",
            )
        else:
            yield about.attention(
                f"{root} {what}.",
                advice="La première passe le créera. S'il doit être sur un disque partagé, montez-le avant.",
            )
        return
    yield about.ok(f"{root}, complet.")
    yield _writable(About("depot.ecriture", "Dépôt : écriture"), [root / name for name in _FOLDERS])
    about = About("depot.disque", "Dépôt : un seul disque")
    if len({(root / name).stat().st_dev for name in _FOLDERS}) > 1:
        yield about.ko(
            "Ses dossiers sont sur plusieurs disques.",
            advice="Mettez-les sur un même disque : un lot y passe d'un seul geste.",
        )
    else:
        yield about.ok("Tous ses dossiers sont sur le même.")
    yield _space(About("depot.espace", "Dépôt : place libre"), root, settings)
    yield _waiting(settings, now=now)


def journal_checks(settings: Settings) -> Iterator[Check]:
    """Does the journal open, on a disk of this machine, with room? A journal not made yet is none to blame."""
    folder = settings.journal.folder
    place = next((path for path in (folder, *folder.parents) if path.is_dir()), None)
    about = About("journal.ecriture", "Journal : écriture")
    if place is None:
        yield about.ko(f"{folder} n'a aucun dossier parent.", advice="Corrigez [journal] dossier.")
        return
    checked = _writable(about, [place])
    if place != folder and checked.advice == "":
        checked = about.ok(f"{folder} n'existe pas encore : la première passe le créera.")
    yield checked
    yield _local_disk(place, settings)
    yield _space(About("journal.espace", "Journal : place libre"), place, settings)
    yield _opening(folder / JOURNAL_FILE)


def anchor_checks(settings: Settings, *, now: datetime) -> Iterator[Check]:
    """Can the signatories' authorities be read, and until when do they serve?"""
    if not settings.signature.anchors:
        about = About("signature.ancres", "Signature : autorités reconnues")
        advice = "Donnez les certificats des autorités de vos signataires dans [signature] ancres."
        if settings.signature.unknown_signer is UnknownSigner.EXIGER:
            yield about.ko("Aucune : chaque document signé sera bloqué (signataire inconnu).", advice=advice)
        else:
            yield about.attention("Aucune : aucun signataire ne sera reconnu.", advice=advice)
    read: dict[Path, tuple[CertificateFacts, ...] | Cdg62Error] = {}
    for path in settings.signature.anchors:
        try:
            read[path] = tuple(read_certificate_file(path))
        except Cdg62Error as unreadable:
            read[path] = unreadable
    trusted = [one for found in read.values() if not isinstance(found, Cdg62Error) for one in found]
    for path, found in read.items():
        about = About("signature.ancres", f"Signature : autorité {path.name}")
        if isinstance(found, Cdg62Error):
            yield about.failed(found)
            continue
        certificates = [one for one in found if not one.replaced_by(trusted)]
        if not certificates:
            yield about.ok("Remplacée par une autre des ancres ; les anciennes signatures en dépendent.")
            continue
        yield validity(
            about,
            certificates,
            now=now,
            renew="Ajoutez aux ancres le nouveau certificat de cette autorité, sans ôter l'ancien.",
        )


def _writable(about: About, folders: list[Path]) -> Check:
    for folder in folders:
        try:
            with tempfile.TemporaryFile(prefix=".controle-", dir=folder) as probe:
                probe.write(b"cdg62-connect controle\n")
                probe.flush()
                system.force(probe.fileno())
        except OSError as refused:
            return about.ko(
                f"{folder} ne peut pas être écrit ({refused.strerror}).",
                advice="Vérifiez les droits de ce compte, le montage et la place libre.",
            )
    return about.ok("Possible.")


def _space(about: About, folder: Path, settings: Settings) -> Check:
    largest = settings.deposit.max_mebibytes
    free = shutil.disk_usage(folder).free // _MEBIBYTE
    told = f"{free / 1024:.1f} Gio".replace(".", ",")
    advice = f"Faites de la place, ou agrandissez le disque (un dépôt peut peser {largest} Mio)."
    if free < _LOTS_NEEDED * largest:
        return about.ko(f"{told} : pas assez pour un seul dépôt de la taille admise.", advice=advice)
    if free < _LOTS_WANTED * largest:
        return about.attention(f"{told} : peu.", advice=advice)
    return about.ok(f"{told}.")


def _waiting(settings: Settings, *, now: datetime) -> Check:
    about = About("depot.entrants", "Dépôt : lots en attente")
    # Looking in the mode « stabilite » would count as one of its two looks.
    mode = settings.deposit.mode
    tree = DepositTree(
        settings.deposit.root, mode=DepositMode.RENAME if mode is DepositMode.STABILITE else mode
    )
    unfinished = tree.unfinished_lots()
    oldest = now.timestamp() - _STALE
    stale: list[str] = []
    for name in unfinished:
        try:
            if (settings.deposit.root / "entrants" / name).lstat().st_mtime < oldest:
                stale.append(name)
        except FileNotFoundError:  # taken or withdrawn meanwhile
            continue
    if stale:
        names = ", ".join(stale[:_SHOWN]) + (
            f" et {len(stale) - _SHOWN} autres" if len(stale) > _SHOWN else ""
        )
        return about.attention(
            f"{len(stale)} élément(s) d'entrants/ que personne ne prendra : {names}.",
            advice="Faites terminer ou retirer ces dépôts par leur déposant (voir docs/contrat-de-depot.md).",
        )
    ready = len(tree.waiting_lots())
    return about.ok(f"{ready} complet(s), {len(unfinished)} en cours d'écriture.")


def _local_disk(folder: Path, settings: Settings) -> Check:
    about = About("journal.disque", "Journal : disque de cette machine")
    try:
        require_local_disk(folder)
    except ConfigurationError as refused:
        return about.failed(refused)
    kind = kind_of_disk(folder)
    if kind is None:
        return about.unverifiable(
            "Ce système ne dit pas de quel disque il s'agit.",
            advice="Vérifiez vous-même que ce dossier n'est pas un partage réseau.",
        )
    platforms = settings.platforms.named().values()
    trial = all(platform.environment is Environment.SIMULATEUR for platform in platforms)
    if kind in VOLATILE and not trial:
        return about.ko(
            f"{folder} est en mémoire ({kind}) : un redémarrage l'effacerait.",
            advice="Mettez [journal] dossier sur un vrai disque.",
        )
    return about.ok(f"Oui ({kind}).")


def _opening(path: Path) -> Check:
    about = About("journal.ouverture", "Journal : contenu")
    if not path.exists():
        return about.ok("Pas encore commencé.")
    advice = "Arrêtez les passes, gardez une copie du dossier du journal et appelez-nous."
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=10)) as journal:
            journal.execute("PRAGMA query_only = ON")
            (state,) = journal.execute("PRAGMA quick_check(1)").fetchone()
            revisions = [row[0] for row in journal.execute("SELECT version_num FROM alembic_version")]
    except sqlite3.Error as unusable:
        return about.ko(f"{path} ne s'ouvre pas ({unusable}).", advice=advice)
    if state != "ok":
        return about.ko(f"{path} est abîmé ({state}).", advice=advice)
    if revisions == [HEAD]:
        return about.ok("S'ouvre et se lit entier.")
    if set(revisions) <= _known_revisions():
        return about.ok("D'une version précédente : la prochaine passe le mettra à jour.")
    return about.ko(
        f"Écrit par une version plus récente ({', '.join(revisions)}).", advice="Mettez cdg62-connect à jour."
    )


def _known_revisions() -> set[str]:
    with extra("journey", needed_for="Le journal des dossiers"):
        from alembic.config import Config
        from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "cdg62_connect.journey:migrations")
    return {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
