"""Production is closed by default: no effect leaves for a production platform without a feu vert."""

from __future__ import annotations

from cdg62_connect.errors import ReleaseRefused
from cdg62_connect.settings import Environment, Settings


class ReleaseGate:
    """Stands before every effect; a read passes freely.

    This version knows no feu vert yet: whatever is declared ``production`` stays closed.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def require(self, platform: str) -> None:
        """Let an effect on ``platform`` pass.

        Raises:
            ReleaseRefused: the platform is declared ``production``.
            ConfigurationError: the platform is no longer in the configuration.
        """
        if self._settings.platform(platform).environment is Environment.PRODUCTION:
            raise ReleaseRefused(
                f"La plateforme {platform} est déclarée « production » : aucun envoi sans feu vert de l'EPCI. "
                "Rien n'est parti. Déclarez-la « recette » pour les essais."
            )
