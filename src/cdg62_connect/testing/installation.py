"""A whole installation of cdg62-connect set up against the simulator: configuration, secrets, deposit tree."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.extras import extra
from cdg62_connect.settings import PES, Settings, load_settings

Route = Literal["direct", "pastell"]
Protocole = Literal["soap", "rest"]

URBANISME = "document-autorisation-urbanisme"
"""The flux of Pastell made for documents of urbanisme."""

HELIOS = "helios-generique"
"""A flux of Pastell for PES that every version has."""

with extra("simulator", needed_for="Une installation d'essai"):
    from cdg62_connect.simulator.population import COLLECTIVITES, SOUS_TYPES_PES, TYPE_PES, VALMONT

if TYPE_CHECKING:
    from cdg62_connect.simulator.population import Collectivite


class ParapheurAccess(BaseModel):
    """One account of the simulated parapheur."""

    siren: str
    login: str
    password: str


class RestAccess(BaseModel):
    """One account of the simulated parapheur over REST, and the desk it sends from."""

    siren: str
    login: str
    password: str
    tenant: str
    bureau: str


class RestDescribed(BaseModel):
    """Where the REST API of the simulated parapheur is, and who may enter."""

    url: str
    accounts: list[RestAccess]


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


class PastellAccess(BaseModel):
    """One account of the simulated Pastell, and the entity it works in."""

    siren: str
    login: str
    password: str
    id_e: str


class PastellDescribed(BaseModel):
    """Where the simulated Pastell is, and who may enter."""

    url: str
    ca: str | None = None
    accounts: list[PastellAccess]


class Described(BaseModel):
    """What ``simulateur --json`` prints, read."""

    pastell: PastellDescribed
    iparapheur_soap: ParapheurDescribed
    iparapheur_rest: RestDescribed
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


def install(
    described: Mapping[str, object],
    *,
    folder: Path,
    route: Route = "direct",
    flux: str = URBANISME,
    flux_pes: str = HELIOS,
    parapheur: Protocole = "soap",
) -> Settings:
    """Write a configuration for every simulated commune into ``folder`` and load it.

    The file is ``folder/cdg62-connect.toml``; the deposit tree is ``folder/depot``, the journal
    ``folder/etat``, and ``folder/secrets`` holds what the configuration names without showing it.

    Args:
        described: what ``SimulatorServer.describe()`` returns and ``simulateur --json`` prints.
        folder: an existing folder.
        route: ``direct``: to the parapheur and S2LOW; ``pastell``: through Pastell, which speaks to them.
        flux: the flux of Pastell that carries every document but the PES.
        flux_pes: the one that carries the PES.
        parapheur: how the parapheur is spoken to on the direct route.
    """
    access = Described.model_validate(described)
    secrets = folder / "secrets"
    secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    communes = [collectivite for collectivite in COLLECTIVITES if collectivite.insee]
    write = (
        partial(_direct, protocole=parapheur)
        if route == "direct"
        else partial(_via_pastell, flux=flux, flux_pes=flux_pes)
    )
    authorities = [
        "\n".join([*_identity(collectivite), *write(collectivite, access, secrets)])
        for collectivite in communes
    ]
    path = folder / "cdg62-connect.toml"
    path.write_text(_toml(access, authorities, route, parapheur), encoding="utf-8")
    return load_settings(path, environ={})


def _identity(collectivite: Collectivite) -> list[str]:
    return [
        "[[autorites]]",
        f"nom = {_text(collectivite.nom)}",
        f"siren = {_text(collectivite.siren)}",
        'competence = "commune"',
        f"communes = [{_text(collectivite.insee)}]",
        *(['matieres = { "2.2.3" = "permis de construire" }'] if collectivite is VALMONT else []),
    ]


def _direct(
    collectivite: Collectivite, access: Described, secrets: Path, *, protocole: Protocole
) -> list[str]:
    siren = collectivite.siren
    parapheur = next(one for one in access.iparapheur_soap.accounts if one.siren == siren)
    rest = next(one for one in access.iparapheur_rest.accounts if one.siren == siren)
    desk = [f"tenant = {_text(rest.tenant)}", f"bureau = {_text(rest.bureau)}"]
    s2low = next(one for one in access.s2low.accounts if one.siren == siren)
    return [
        "[autorites.parapheur]",
        f"identifiant = {_text(parapheur.login)}",
        f"mot_de_passe = {_hidden(secrets / f'parapheur-{siren}', parapheur.password)}",
        *(desk if protocole == "rest" else []),
        'type = "URBANISME"',
        _table("types", [(PES, TYPE_PES)]),
        _table("sous_types", _sous_types()),
        "[autorites.s2low]",
        f"certificat = {_text(s2low.cert)}",
        f"cle = {_text(s2low.key)}",
    ]


def _via_pastell(
    collectivite: Collectivite, access: Described, secrets: Path, *, flux: str, flux_pes: str
) -> list[str]:
    account = next(one for one in access.pastell.accounts if one.siren == collectivite.siren)
    return [
        "[autorites.pastell]",
        f"entite = {_text(account.id_e)}",
        f"identifiant = {_text(account.login)}",
        f"mot_de_passe = {_hidden(secrets / f'pastell-{collectivite.siren}', account.password)}",
        _table("flux", [("defaut", flux), (PES, flux_pes)]),
        _table("sous_types", _sous_types()),
    ]


def _hidden(path: Path, secret: str) -> str:
    """Write a secret where only we read it; how the configuration names it."""
    path.touch(mode=0o600)
    path.write_text(secret, encoding="utf-8")
    return f"{{ fichier = {_text(str(path))} }}"


def _sous_types() -> list[tuple[str, str]]:
    return [("defaut", "Courrier"), *((code, "Arrete") for code in _DECISIONS), (PES, SOUS_TYPES_PES[0])]


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


def _toml(access: Described, authorities: Iterable[str], route: Route, protocole: Protocole) -> str:
    ca = access.s2low.ca
    parapheur = access.iparapheur_soap.url if protocole == "soap" else access.iparapheur_rest.url
    platforms = (
        [
            *_platform("iparapheur", parapheur, ca if parapheur.startswith("https:") else None),
            f"protocole = {_text(protocole)}",
            *_platform("s2low", access.s2low.url, ca),
        ]
        if route == "direct"
        else _platform("pastell", access.pastell.url, access.pastell.ca)
    )
    return "\n".join(
        [
            "version = 1",
            "[depot]",
            'racine = "depot"',
            "[journal]",
            'dossier = "etat"',
            "[signature]",
            f"ancres = [{_text(ca)}]",
            *platforms,
            *authorities,
            "",
        ]
    )


def _platform(name: str, url: str, ca: str | None) -> list[str]:
    lines = [f"[plateformes.{name}]", 'environnement = "simulateur"', f"url = {_text(url)}"]
    return [*lines, f"ca = {_text(ca)}"] if ca is not None else lines


def _table(name: str, items: Iterable[tuple[str, str]]) -> str:
    return f"{name} = {{ " + ", ".join(f"{key} = {_text(value)}" for key, value in items) + " }"


def _text(value: str) -> str:
    """A TOML string: JSON's escapes are a subset of TOML's."""
    return json.dumps(value, ensure_ascii=False)
