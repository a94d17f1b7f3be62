"""Authorities, platforms and environments, from one TOML file; secrets by reference, never printed."""

from cdg62_connect.settings.loader import load_settings
from cdg62_connect.settings.model import (
    Alert,
    Authority,
    CanalLegalite,
    Competence,
    Deposit,
    DepositMode,
    Environment,
    Journal,
    ParapheurAccount,
    Platform,
    Platforms,
    Rhythm,
    S2lowAccount,
    Settings,
    SignatureRules,
    UnknownSigner,
)
from cdg62_connect.settings.secret import Secret

__all__ = [
    "Alert",
    "Authority",
    "CanalLegalite",
    "Competence",
    "Deposit",
    "DepositMode",
    "Environment",
    "Journal",
    "ParapheurAccount",
    "Platform",
    "Platforms",
    "Rhythm",
    "S2lowAccount",
    "Secret",
    "Settings",
    "SignatureRules",
    "UnknownSigner",
    "load_settings",
]
