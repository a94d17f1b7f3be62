"""Authorities, platforms and environments, from one TOML file; secrets by reference, never printed."""

from cdg62_connect.settings.loader import load_settings
from cdg62_connect.settings.model import (
    DIRECT,
    Alert,
    Authority,
    CanalLegalite,
    Competence,
    Deposit,
    DepositMode,
    Environment,
    Journal,
    ParapheurAccount,
    PastellAccount,
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
    "DIRECT",
    "Alert",
    "Authority",
    "CanalLegalite",
    "Competence",
    "Deposit",
    "DepositMode",
    "Environment",
    "Journal",
    "ParapheurAccount",
    "PastellAccount",
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
