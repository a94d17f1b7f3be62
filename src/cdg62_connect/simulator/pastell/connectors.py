"""The connector instances: what they are called, what they hold, what they can be asked to do."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdg62_connect.simulator.pastell.accounts import ROOT
from cdg62_connect.simulator.pastell.answers import FileToSend
from cdg62_connect.simulator.pastell.errors import PhpCrash, bad_request, forbidden, not_found
from cdg62_connect.simulator.pastell.peers.ports import (
    Changes,
    Configuration,
    ConnectorType,
    PeerCrashed,
    PeerError,
    PeerFile,
    World,
)

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.platform import PastellState
    from cdg62_connect.simulator.pastell.requests import PhpValue

HIDDEN_SECRET = "MOT DE PASSE NON RECUPERABLE"  # noqa: S105 - what Pastell shows in place of one

Files = dict[int, PeerFile]


@dataclass(frozen=True, slots=True)
class Instance:
    """A connector of an entity. ``content`` holds the fields in the order they were first written."""

    id_ce: str
    id_e: str
    libelle: str
    id_connecteur: str
    type: str
    frequence_en_minute: str = "1"
    id_verrou: str = ""
    content: dict[str, str | Files] = field(default_factory=dict[str, "str | Files"])


class Connectors:
    """The instances of a platform, by id.

    Args:
        platform: where they live.
        types: what can be instantiated, by ``id_connecteur``.
        folder: where their files are kept.
    """

    def __init__(self, platform: PastellState, *, types: Mapping[str, ConnectorType], folder: Path) -> None:
        self._platform = platform
        self.types = types
        self._folder = folder
        self._instances: dict[str, Instance] = {}
        self._ids = itertools.count(1)

    def get(self, id_ce: str) -> Instance | None:
        """The instance of that id."""
        return self._instances.get(id_ce)

    def of(self, id_e: str) -> list[Instance]:
        """Those of an entity, by label."""
        held = [one for one in self._instances.values() if one.id_e == id_e]
        return sorted(held, key=lambda one: one.libelle.casefold())

    def all(self, id_connecteur: str = "") -> list[Instance]:
        """Those of the platform, oldest first."""
        return [one for one in self._instances.values() if id_connecteur in ("", one.id_connecteur)]

    def found(self, id_e: str, id_ce: str) -> Instance:
        """Raises: ApiError 400, no such instance, or of another entity."""
        instance = self._instances.get(id_ce)
        if instance is None:
            raise bad_request("Ce connecteur n'existe pas.")
        if instance.id_e != id_e:
            raise bad_request(f"Le connecteur {id_ce} n'appartient pas à l'entité {id_e}")
        return instance

    def type_of(self, instance: Instance) -> ConnectorType:
        """What it is an instance of."""
        return self.types[instance.id_connecteur]

    def create(self, id_e: str, id_connecteur: str, libelle: str) -> Instance:
        """A new instance, empty. Raises: ApiError 400."""
        if not libelle:
            raise bad_request("Le libellé est obligatoire.")
        known = self.types.get(id_connecteur)
        if known is None or not known.allowed(on_root=id_e == ROOT):
            said = (
                "Aucun connecteur de ce type."
                if self._platform.profile.name == "2.0"
                else f"Aucun connecteur du type « {id_connecteur} »"
            )
            raise bad_request(said)
        instance = Instance(str(next(self._ids)), id_e, libelle, id_connecteur, known.famille)
        self._instances[instance.id_ce] = instance
        return instance

    def rename(self, instance: Instance, libelle: str, frequence: int, id_verrou: str) -> None:
        """Change the label and what goes with it. Raises: ApiError 400."""
        if not libelle:
            raise bad_request("Le libellé est obligatoire.")
        self._instances[instance.id_ce] = replace(
            instance, libelle=libelle, frequence_en_minute=str(max(1, frequence)), id_verrou=id_verrou
        )

    def delete(self, instance: Instance) -> None:
        """Forget an instance. Raises: ApiError 400 when a flux uses it."""
        used = [row.flux for row in self._platform.associations.of_connector(instance.id_ce)]
        if used:
            raise bad_request(f"Ce connecteur est utilisé par des flux :  {', '.join(used)}")
        del self._instances[instance.id_ce]
        shutil.rmtree(self._folder / instance.id_ce, ignore_errors=True)

    def row(self, instance: Instance) -> dict[str, Any]:
        """As the lists give it."""
        return {
            "id_ce": instance.id_ce,
            "id_e": instance.id_e,
            "libelle": instance.libelle,
            "id_connecteur": instance.id_connecteur,
            "type": instance.type,
            "frequence_en_minute": instance.frequence_en_minute,
            "id_verrou": instance.id_verrou,
        }

    def detail(self, instance: Instance) -> dict[str, Any]:
        """The row, what it holds, what it can be asked."""
        current = self._instances[instance.id_ce]
        known = self.type_of(current)
        return {
            **self.row(current),
            "data": {name: self._shown(known, name, held) for name, held in current.content.items()},
            "action-possible": list(known.offered_actions),
        }

    def write(self, instance: Instance, given: Mapping[str, PhpValue]) -> None:
        """``PATCH content``: fields that the form does not have, or that are files, are ignored.

        The ``onchange`` of what changed is run afterwards; its failure does not show.
        """
        known = self.type_of(instance)
        rerun: list[str] = []
        for name, value in given.items():
            properties = known.champs.get(name)
            if properties is None or properties.get("type") == "file" or not isinstance(value, str):
                continue
            changed = instance.content.get(name, "") != value
            instance.content[name] = value
            onchange = str(properties.get("onchange") or "")
            if changed and onchange and onchange not in rerun:
                rerun.append(onchange)
        for onchange in rerun:
            if onchange in known.actions:
                try:
                    self.run(instance, onchange, {})
                except PhpCrash:
                    continue

    def put_file(self, instance: Instance, name: str, num: int, file_name: str, content: bytes) -> None:
        """Put a file at one index; the form need not have that field, and no ``onchange`` is run."""
        folder = self._folder / instance.id_ce
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{len(list(folder.iterdir()))}.bin"
        path.write_bytes(content)
        held = instance.content.get(name)
        files: Files = dict(held) if isinstance(held, dict) else {}
        files[num] = PeerFile(file_name, path, FileToSend(file_name, path).sniffed_type)
        instance.content[name] = dict(sorted(files.items()))

    def file(self, instance: Instance, name: str, num: int) -> FileToSend:
        """Raises: ApiError 404, no such file."""
        held = instance.content.get(name)
        file = held.get(num) if isinstance(held, dict) else None
        if file is None or not file.name:
            raise not_found("Ce fichier n'existe pas")
        return FileToSend(file.name, file.path)

    def drop_file(self, instance: Instance, name: str, num: int) -> None:
        """Remove a file; those after it come down by one. Nothing happens when there is none."""
        held = instance.content.get(name)
        if not isinstance(held, dict) or num not in held:
            return
        kept = [file for index, file in held.items() if index != num]
        if kept:
            instance.content[name] = dict(enumerate(kept))
        else:
            del instance.content[name]

    def choices(self, instance: Instance, name: str) -> object:
        """What may be chosen for an external field. Raises: ApiError 400, PhpCrash."""
        external = self._external(instance, name)
        try:
            return external.choices(self.configuration(instance))
        except PeerCrashed as broken:
            raise PhpCrash from broken
        except PeerError as failed:
            raise bad_request(str(failed)) from failed

    def choose(self, instance: Instance, name: str, given: Mapping[str, PhpValue]) -> None:
        """Choose the value of an external field. Raises: ApiError 400, PhpCrash."""
        external = self._external(instance, name)
        try:
            changes = external.choose(self.configuration(instance), given)
        except PeerCrashed as broken:
            raise PhpCrash from broken
        except PeerError as failed:
            raise bad_request(str(failed)) from failed
        self._apply(instance, changes)

    def check_action(self, instance: Instance, action: str) -> None:
        """Raises: ApiError 403 an action of the platform's own, 404 unknown."""
        known = self.type_of(instance)
        if action in known.offered_actions:
            return
        if action in known.actions_definition:
            raise forbidden(f"L'action « {action} »  n'est pas permise : internal-action n'est pas vérifiée")
        raise not_found(f"L'action {action} n'existe pas")

    def run(self, instance: Instance, action: str, params: Mapping[str, PhpValue]) -> tuple[bool, str]:
        """Run an action: whether it succeeded, and what it says. Raises: PhpCrash."""
        known = self.type_of(instance)
        act = known.actions.get(action)
        if act is None:
            return False, f"L'action {action} n'existe pas."
        try:
            outcome = act(self.configuration(instance), params)
        except PeerCrashed as broken:
            raise PhpCrash from broken
        except PeerError as failed:
            return False, str(failed)
        self._apply(instance, outcome.changes)
        return outcome.ok, outcome.message

    def configuration(self, instance: Instance) -> Configuration:
        """What an instance holds, and the world it acts in."""
        platform = self._platform
        return Configuration(
            values={name: held for name, held in instance.content.items() if isinstance(held, str)},
            files={
                name: tuple(held.values())
                for name, held in instance.content.items()
                if isinstance(held, dict)
            },
            id_ce=instance.id_ce,
            world=World(
                clock=platform.clock,
                chance=platform.chance,
                folder=platform.folder,
                version=platform.profile.numbers,
                ca=platform.ca,
                courrier=platform.courrier,
            ),
        )

    def _apply(self, instance: Instance, changes: Changes) -> None:
        instance.content.update(changes.values)
        for name, files in changes.files.items():
            instance.content.pop(name, None)
            for num, (file_name, content) in enumerate(files):
                self.put_file(instance, name, num, file_name, content)

    def _external(self, instance: Instance, name: str) -> Any:  # noqa: ANN401 - ExternalData, None excluded
        known = self.type_of(instance)
        if name not in known.champs:
            raise bad_request(f"Type {name} introuvable")
        external = known.external_data.get(name)
        if external is None:
            raise PhpCrash
        return external

    def _shown(self, known: ConnectorType, name: str, held: str | Files) -> object:
        if isinstance(held, dict):
            return {str(num): file.name for num, file in held.items()}
        secret = known.champs.get(name, {}).get("type") == "password"
        return HIDDEN_SECRET if secret and held and not self._platform.profile.secrets_shown else held


def definition(known: ConnectorType) -> dict[str, Any]:
    """What ``familleConnecteur/{famille}/{id}`` tells of a type."""
    return {
        "nom": known.libelle,
        **({"description": known.description} if known.description else {}),
        "type": known.famille,
        "formulaire": known.formulaire,
        **({"action": known.actions_definition} if known.actions_definition else {}),
    }
