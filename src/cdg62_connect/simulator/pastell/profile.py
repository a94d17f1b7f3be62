"""The generations of Pastell that can be imitated, as data: what each of them does, and since when.

4.0 is the one the behaviour was recorded on; the others differ from it by what is written here. A flag is read
by the part it concerns; it is named for what the platform does, never for a version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from cdg62_connect.errors import InvalidInput
from cdg62_connect.simulator.pastell.profile_documents import (
    DOCUMENTS_2_0,
    DOCUMENTS_3_1,
    DOCUMENTS_4_0,
    DOCUMENTS_4_1,
    DOCUMENTS_5_0,
    DocumentHabits,
)

Generation = Literal["2.0", "3.1", "4.0", "4.1", "5.0"]
CertificateLogin = Literal["toujours", "coupée", "retirée"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What one generation of Pastell does.

    Attributes:
        name: the generation.
        version: the number it announces.
        revision: the revision it announces.
        last_changed_date: the day it announces.
        extensions: versions its extensions may target.
        bearer: tokens exist, and are accepted.
        certificate_login: a TLS client certificate identifies its owner (always, behind a switch that is off,
            or not any more).
        accounts_can_be_disabled: users and entities can be deactivated.
        api_users: accounts for programs only exist: no e-mail, no password, tokens that others make for them.
        failures_per_minute: failed identifications accepted from one address; 0: no limit.
        calls_in_flight: calls that one address may have under way, right password or not; 0: no limit.
        is_active_as_text: booleans of the rows come out as ``"1"``.
        secrets_shown: passwords of connectors are given back in clear.
        connector_rights: connectors have rights of their own, else those of the entity are asked.
        reading_needs_edition: reading a document or its files asks the right to change it.
        document_delete: ``DELETE document`` exists.
        connector_file_delete: ``DELETE connecteur/…/file`` exists.
        chunked_upload: files can be sent in pieces.
        several_of_a_kind: associations are numbered within a family.
        entity_types: kinds of entities that can be made.
        siren_required: an entity needs one, and its key is checked.
        parent_is_fixed: the parent of an entity cannot be changed.
        entity_delete_checks_associations: an entity that has associations cannot be deleted.
        certificates_of_users: users have a certificate field.
        documents: what it does with documents.
    """

    name: Generation
    version: str
    revision: str
    last_changed_date: str
    extensions: tuple[str, ...]
    bearer: bool = True
    certificate_login: CertificateLogin = "coupée"
    accounts_can_be_disabled: bool = True
    api_users: bool = False
    failures_per_minute: int = 5
    calls_in_flight: int = 0
    is_active_as_text: bool = False
    secrets_shown: bool = False
    connector_rights: bool = True
    reading_needs_edition: bool = True
    document_delete: bool = True
    connector_file_delete: bool = True
    chunked_upload: bool = False
    several_of_a_kind: bool = True
    entity_types: tuple[str, ...] = ("collectivite", "centre_de_gestion")
    siren_required: bool = False
    parent_is_fixed: bool = False
    entity_delete_checks_associations: bool = False
    certificates_of_users: bool = True
    documents: DocumentHabits = DOCUMENTS_4_0

    @property
    def numbers(self) -> tuple[int, ...]:
        """The version as numbers, to compare (``(4, 0, 14)``)."""
        return tuple(int(part) for part in self.version.split("-")[0].split("."))

    @property
    def version_complete(self) -> str:
        """The version as a sentence."""
        return f"Version {self.version} - Révision  {self.revision}"


_4_0 = Profile(
    name="4.0",
    version="4.0.14",
    revision="simulateur",
    last_changed_date="2024-05-31",
    extensions=("4.0.0",),
    calls_in_flight=5,
)
_3_1 = replace(
    _4_0,
    name="3.1",
    version="3.1.16",
    last_changed_date="2022-07-11",
    extensions=("3.0.0", "3.1.0"),
    bearer=False,
    certificate_login="toujours",
    accounts_can_be_disabled=False,
    calls_in_flight=0,
    is_active_as_text=True,
    connector_rights=False,
    connector_file_delete=False,
    entity_types=("collectivite", "centre_de_gestion", "service"),
    siren_required=True,
    documents=DOCUMENTS_3_1,
)
_2_0 = replace(
    _3_1,
    name="2.0",
    version="2.0.16",
    last_changed_date="2021-10-20",
    extensions=("2.0.0",),
    failures_per_minute=0,
    secrets_shown=True,
    document_delete=False,
    several_of_a_kind=False,
    documents=DOCUMENTS_2_0,
)
_4_1 = replace(
    _4_0,
    name="4.1",
    version="4.1.17",
    last_changed_date="2026-02-10",
    extensions=("4.0.0", "4.1.0"),
    api_users=True,
    calls_in_flight=0,
    reading_needs_edition=False,
    chunked_upload=True,
    parent_is_fixed=True,
    entity_delete_checks_associations=True,
    documents=DOCUMENTS_4_1,
)
_5_0 = replace(
    _4_1,
    name="5.0",
    version="5.0.3",
    last_changed_date="2026-03-02",
    extensions=("5.0.0",),
    certificate_login="retirée",
    certificates_of_users=False,
    documents=DOCUMENTS_5_0,
)

PROFILES: Mapping[str, Profile] = {one.name: one for one in (_2_0, _3_1, _4_0, _4_1, _5_0)}
DEFAULT = _4_0


def profile_named(name: str) -> Profile:
    """The profile of a generation.

    Raises:
        InvalidInput: there is none of that name.
    """
    if name not in PROFILES:
        raise InvalidInput(f"Profil de Pastell « {name} » inconnu ; possibles : {', '.join(PROFILES)}.")
    return PROFILES[name]
