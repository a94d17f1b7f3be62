"""Authorities, platforms and environments, from one TOML file; secrets by reference, never printed."""

from cdg62_connect.settings.authorities import (
    DIRECT,
    PES,
    REPONSE_PREF,
    Authority,
    CanalLegalite,
    Competence,
    HeliosRules,
    ParapheurAccount,
    PastellAccount,
    S2lowAccount,
)
from cdg62_connect.settings.loader import load_settings
from cdg62_connect.settings.model import (
    Alert,
    Deposit,
    DepositMode,
    Journal,
    Rhythm,
    Settings,
    SignatureRules,
    UnknownSigner,
)
from cdg62_connect.settings.platforms import Environment, ParapheurPlatform, Platform, Platforms, Protocole
from cdg62_connect.settings.secret import Secret

__all__ = [
    "DIRECT",
    "PES",
    "REPONSE_PREF",
    "Alert",
    "Authority",
    "CanalLegalite",
    "Competence",
    "Deposit",
    "DepositMode",
    "Environment",
    "HeliosRules",
    "Journal",
    "ParapheurAccount",
    "ParapheurPlatform",
    "PastellAccount",
    "Platform",
    "Platforms",
    "Protocole",
    "Rhythm",
    "S2lowAccount",
    "Secret",
    "Settings",
    "SignatureRules",
    "UnknownSigner",
    "load_settings",
]
