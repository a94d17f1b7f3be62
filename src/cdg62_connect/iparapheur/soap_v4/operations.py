"""The operations of the service, and which versions of the parapheur have them.

v3 is the contract of 2012; v4 what the versions to 4.7 have; v5 the bridge that version 5 keeps under the same
address. The bridge declares some operations that it no longer carries out: they are not marked v5 here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from cdg62_connect.errors import Refused
from cdg62_connect.transport import Kind


class Version(Enum):
    """A generation of the parapheur."""

    V3 = "3"
    V4 = "4"
    V5 = "5"


class NoSuchOperation(Refused):
    """Cette version du parapheur n'a pas cette opération."""

    default_advice = "Faites-le autrement, ou demandez à l'administrateur du parapheur sa version."


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Attributes:
        name: on the wire.
        kind: a read or an effect.
        versions: those that carry it out.
        method: what of :class:`IparapheurSoap` calls it; ``""`` when nothing does: the shape of its messages
            is written nowhere.
    """

    name: str
    kind: Kind
    versions: frozenset[Version]
    method: str


_ALL = frozenset(Version)
_SINCE_V4 = frozenset({Version.V4, Version.V5})
_BEFORE_V5 = frozenset({Version.V3, Version.V4})
_ONLY_V4 = frozenset({Version.V4})

_ROWS = (
    ("echo", Kind.READ, _ALL, "echo"),
    ("GetListeTypes", Kind.READ, _ALL, "typologie.types"),
    ("GetListeSousTypes", Kind.READ, _ALL, "typologie.sous_types"),
    ("GetCircuit", Kind.READ, _ALL, "typologie.circuit"),
    ("GetListeMetaDonnees", Kind.READ, _ALL, "typologie.metadonnees"),
    ("GetMetaDonneesRequisesPourTypeSoustype", Kind.READ, _SINCE_V4, "typologie.metadonnees_requises"),
    ("CreerDossier", Kind.EFFECT, _ALL, "dossiers.creer"),
    ("GetHistoDossier", Kind.READ, _ALL, "dossiers.historique"),
    ("RechercherDossiers", Kind.READ, _ALL, "dossiers.rechercher"),
    ("GetDossier", Kind.READ, _ALL, "dossiers.recuperer"),
    ("ExercerDroitRemordDossier", Kind.EFFECT, _ALL, "dossiers.exercer_droit_de_remords"),
    ("ForcerEtape", Kind.EFFECT, _ALL, "dossiers.forcer_etape"),
    ("ArchiverDossier", Kind.EFFECT, _ALL, "dossiers.archiver"),
    ("EffacerDossierRejete", Kind.EFFECT, _ALL, "dossiers.effacer_rejete"),
    ("EnvoyerDossierTdT", Kind.EFFECT, _BEFORE_V5, "tdt.envoyer"),
    ("GetStatutTdT", Kind.READ, _BEFORE_V5, "tdt.statut"),
    ("GetClassificationActesTdt", Kind.READ, _BEFORE_V5, "tdt.classification"),
    ("CreerDossierPES", Kind.EFFECT, _BEFORE_V5, "tdt.creer_pes"),
    ("EnvoyerDossierPES", Kind.EFFECT, _BEFORE_V5, "tdt.envoyer_pes"),
    ("EnvoyerDossierMailSecurise", Kind.EFFECT, _BEFORE_V5, "mail_securise.envoyer"),
    ("GetListeTypesPourUtilisateur", Kind.READ, _ONLY_V4, ""),
    ("GetListeSousTypesPourUtilisateur", Kind.READ, _ONLY_V4, ""),
    ("GetCircuitPourUtilisateur", Kind.READ, _ONLY_V4, ""),
    ("IsUtilisateurExiste", Kind.READ, _ONLY_V4, ""),
)

OPERATIONS: Mapping[str, Operation] = {row[0]: Operation(*row) for row in _ROWS}
"""Every operation that some version declares, by its name."""
