"""A whole installation of cdg62-connect set up against the simulator: configuration, secrets, deposit tree."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.extras import extra
from cdg62_connect.settings import Settings, load_settings

with extra("simulator", needed_for="Une installation d'essai"):
    from cdg62_connect.simulator.population import COLLECTIVITES, VALMONT

if TYPE_CHECKING:
    from cdg62_connect.simulator.population import Collectivite


class ParapheurAccess(BaseModel):
    """One account of the simulated parapheur."""

    siren: str
    login: str
    password: str


class S2lowAccess(BaseModel):
    """One account of the simulated S2LOW: a client certificate and its key (PEM files)."""

    siren: str
    cert: str
    key: str


class ParapheurDescribed(BaseModel):
    """Where the simulated parapheur is, and who may enter."""

    url: str
    accounts: list[ParapheurAccess]


class S2lowDescribed(BaseModel):
    """Where the simulated S2LOW is, who vouches for it, and who may enter."""

    url: str
    ca: str
    accounts: list[S2lowAccess]


class Described(BaseModel):
    """What ``simulateur --json`` prints, read."""

    iparapheur_soap: ParapheurDescribed
    s2low: S2lowDescribed
    admin: str


def sample_deposits() -> Path:
    """The folder of sample lots, from the wheel or from the source tree.

    Raises:
        ConfigurationError: this distribution was built without them.
    """
    package = Path(__file__).parent.parent
    for folder in (package / "fixtures" / "depots", package.parent.parent / "fixtures" / "depots"):
        if folder.is_dir():
            return folder
    raise ConfigurationError("Les dépôts d'exemple manquent : réinstallez cdg62-connect depuis sa roue.")


def deposit(lot: Path, *, root: Path) -> str:
    """Drop a lot as a depositor must: written in ``entrants/.tmp``, then shown by one rename. Its name."""
    draft = root / "entrants" / ".tmp" / lot.name
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(lot, draft)
    draft.rename(root / "entrants" / lot.name)
    return lot.name


def install(described: Mapping[str, object], *, folder: Path) -> Settings:
    """Write a configuration for every simulated commune into ``folder`` and load it.

    ``described`` is what ``SimulatorServer.describe()`` returns and ``simulateur --json`` prints.
    The file is ``folder/cdg62-connect.toml``; the deposit tree is ``folder/depot``, the journal
    ``folder/etat``, and ``folder/secrets`` holds what the configuration names without showing it.
    """
    access = Described.model_validate(described)
    secrets = folder / "secrets"
    secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    authorities = [
        _authority(collectivite, access, secrets) for collectivite in COLLECTIVITES if collectivite.insee
    ]
    path = folder / "cdg62-connect.toml"
    path.write_text(_toml(access, authorities), encoding="utf-8")
    return load_settings(path, environ={})


def _authority(collectivite: Collectivite, access: Described, secrets: Path) -> str:
    siren = collectivite.siren
    parapheur = next(one for one in access.iparapheur_soap.accounts if one.siren == siren)
    s2low = next(one for one in access.s2low.accounts if one.siren == siren)
    password = secrets / f"parapheur-{collectivite.siren}"
    password.touch(mode=0o600)
    password.write_text(parapheur.password, encoding="utf-8")
    sous_types = {"defaut": "Courrier", **dict.fromkeys(_DECISIONS, "Arrete")}
    return "\n".join(
        [
            "[[autorites]]",
            f"nom = {_text(collectivite.nom)}",
            f"siren = {_text(collectivite.siren)}",
            'competence = "commune"',
            f"communes = [{_text(collectivite.insee)}]",
            *(['matieres = { "2.2.3" = "permis de construire" }'] if collectivite is VALMONT else []),
            "[autorites.parapheur]",
            f"identifiant = {_text(parapheur.login)}",
            f"mot_de_passe = {{ fichier = {_text(str(password))} }}",
            'type = "URBANISME"',
            _table("sous_types", sous_types.items()),
            "[autorites.s2low]",
            f"certificat = {_text(s2low.cert)}",
            f"cle = {_text(s2low.key)}",
        ]
    )


_DECISIONS = (
    "ARR_ACCORD",
    "ARR_REFUS",
    "DP_NON_OPPO",
    "DP_OPPO",
    "CU_A",
    "CU_B",
    "SURSIS",
    "RETRAIT",
    "PROROG",
    "TRANSFERT",
    "MODIF",
)


def _toml(access: Described, authorities: Iterable[str]) -> str:
    ca = _text(access.s2low.ca)
    return "\n".join(
        [
            "version = 1",
            "[depot]",
            'racine = "depot"',
            "[journal]",
            'dossier = "etat"',
            "[signature]",
            f"ancres = [{ca}]",
            "[plateformes.iparapheur]",
            'environnement = "simulateur"',
            f"url = {_text(access.iparapheur_soap.url)}",
            *([f"ca = {ca}"] if access.iparapheur_soap.url.startswith("https:") else []),
            "[plateformes.s2low]",
            'environnement = "simulateur"',
            f"url = {_text(access.s2low.url)}",
            f"ca = {ca}",
            *authorities,
            "",
        ]
    )


def _table(name: str, items: Iterable[tuple[str, str]]) -> str:
    return f"{name} = {{ " + ", ".join(f"{key} = {_text(value)}" for key, value in items) + " }"


def _text(value: str) -> str:
    """A TOML string: JSON's escapes are a subset of TOML's."""
    return json.dumps(value, ensure_ascii=False)
