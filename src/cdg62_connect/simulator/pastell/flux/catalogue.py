"""The flux that a platform offers, by its version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cdg62_connect.simulator.pastell.errors import not_found
from cdg62_connect.simulator.pastell.flux.actes import actes_automatique, actes_generique
from cdg62_connect.simulator.pastell.flux.document_a_signer import document_a_signer
from cdg62_connect.simulator.pastell.flux.helios import helios_automatique, helios_generique
from cdg62_connect.simulator.pastell.flux.mailsec import mailsec
from cdg62_connect.simulator.pastell.flux.model import Flux
from cdg62_connect.simulator.pastell.flux.pdf_generique import pdf_generique
from cdg62_connect.simulator.pastell.flux.studio_flux import STUDIO

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.profile import Profile

_CLASSIC = (
    actes_generique,
    actes_automatique,
    pdf_generique,
    document_a_signer,
    helios_generique,
    helios_automatique,
    mailsec,
)


class Catalogue:
    """The definitions of one platform.

    Args:
        profile: the generation: it tells which flux exist and what they have.
    """

    def __init__(self, profile: Profile) -> None:
        version = profile.numbers
        built = [make(version) for make in (*_CLASSIC, *STUDIO)]
        offered = [flux for flux in built if flux.since <= version]
        self._flux: Mapping[str, Flux] = {flux.id: flux for flux in sorted(offered, key=lambda one: one.nom)}

    @property
    def ids(self) -> tuple[str, ...]:
        """Every flux."""
        return tuple(self._flux)

    def get(self, flux: str) -> Flux | None:
        """The flux of that id."""
        return self._flux.get(flux)

    def visible(self, may: Callable[[str], bool]) -> dict[str, dict[str, str]]:
        """Heading and name of the flux that the caller may read (``may("<flux>:lecture")``)."""
        return {
            one.id: {"type": one.groupe, "nom": one.nom}
            for one in self._flux.values()
            if may(f"{one.id}:lecture")
        }

    def fields(self, flux: str) -> dict[str, Any]:
        """The definition of its fields. Raises: ApiError 404."""
        return dict(self._known(flux).declared)

    def actions(self, flux: str) -> dict[str, Any]:
        """The definition of its actions. Raises: ApiError 404."""
        return dict(self._known(flux).actions)

    def libelle(self, flux: str) -> str:
        """Its name, ``""`` when it is unknown."""
        known = self._flux.get(flux)
        return known.nom if known else ""

    def action_libelle(self, flux: str, action: str) -> str:
        """The name of a state, the action itself when it is unknown."""
        known = self._flux.get(flux)
        return known.libelle_of(action) if known else action

    def _known(self, flux: str) -> Flux:
        known = self._flux.get(flux)
        if known is None:
            raise not_found(f"Le flux {flux} n'existe pas sur cette plateforme")
        return known
