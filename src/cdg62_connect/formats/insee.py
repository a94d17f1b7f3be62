"""The two codes that INSEE gives: SIREN of an authority, code of a commune."""

from __future__ import annotations

import re

from cdg62_connect.errors import InvalidInput

_SIREN = re.compile(r"[0-9]{9}")
_COMMUNE = re.compile(r"(?:0[1-9]|[13-8][0-9]|2[1-9AB]|9[0-578])[0-9]{3}")


def check_siren(text: str) -> str:
    """The nine digits of a SIREN, spaces removed, once its control digit (Luhn) is right.

    Raises:
        InvalidInput: not nine digits, or a wrong control digit.
    """
    siren = "".join(text.split())
    if not _SIREN.fullmatch(siren):
        raise InvalidInput(f"Le SIREN « {text.strip()} » doit compter neuf chiffres.")
    if not luhn(siren):
        raise InvalidInput(
            f"Le SIREN « {siren} » n'existe pas (clé de contrôle fausse) : vérifiez la saisie."
        )
    return siren


def check_insee(text: str) -> str:
    """The five characters of a commune's INSEE code (``"62041"``, ``"2A004"``).

    Raises:
        InvalidInput: the form is not that of a commune's code. Whether the commune exists is not known here.
    """
    code = text.strip().upper()
    if not _COMMUNE.fullmatch(code) or code.endswith("000"):
        raise InvalidInput(
            f"« {text.strip()} » n'est pas un code INSEE de commune : "
            "cinq caractères, par exemple 62041 ou 2A004."
        )
    return code


def luhn(digits: str) -> bool:
    """Whether the control digit (Luhn) of a SIREN or a SIRET is right; ``digits`` holds nothing else."""
    total = sum(
        digit if rank % 2 == 0 else sum(divmod(digit * 2, 10))
        for rank, digit in enumerate(int(character) for character in reversed(digits))
    )
    return total % 10 == 0
