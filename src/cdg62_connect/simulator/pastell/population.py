"""Who lives on the simulated Pastell at its first moment: the authorities under their centre de gestion."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.simulator.pastell.accounts import ADMIN, NO_RIGHT, ROOT, WORKER, Role
from cdg62_connect.simulator.pastell.entities import CENTRE_DE_GESTION
from cdg62_connect.simulator.pastell.journal import CREATED, Event
from cdg62_connect.simulator.population import TYPE_PARAPHEUR, TYPE_PES

if TYPE_CHECKING:
    from cdg62_connect.simulator.pastell.connectors import Instance
    from cdg62_connect.simulator.pastell.platform import PastellState
    from cdg62_connect.simulator.population import Collectivite

CENTRE = "Centre de gestion de démonstration"
CENTRE_SIREN = "286299904"
ADMIN_LOGIN = "admin"
API_ROLE = "application-metier"
API_RIGHTS = frozenset({"entite:lecture", "journal:lecture", "connecteur:lecture"})
"""Besides those on every flux."""

SIGNATURE_FLUX = (
    *("document-autorisation-urbanisme", "ls-document-pdf", "ls-document", "ls-actes"),
    *("actes-generique", "actes-automatique", "document-a-signer", "pdf-generique"),
)
PES_FLUX = ("ls-helios", "helios-generique", "helios-automatique")
TDT_FLUX = (
    *("document-autorisation-urbanisme", "ls-actes", "ls-helios"),
    *("actes-generique", "actes-automatique", "helios-generique", "helios-automatique"),
)
TRANSFORMATION_FLUX = (
    *("document-autorisation-urbanisme", "ls-document-pdf", "ls-document", "ls-actes", "ls-helios"),
    *("ls-mailsec", "ls-actes-publication"),
)


@dataclass(frozen=True, slots=True)
class Inhabitant:
    """An authority: its account here, that of the parapheur, its certificate for S2LOW and what it has from it."""

    collectivite: Collectivite
    _: KW_ONLY
    login: str
    password: str = field(repr=False)
    parapheur_login: str
    parapheur_password: str = field(repr=False)
    certificate: Path
    key: Path
    classification: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PeersServed:
    """Where the platforms that Pastell drives answer: the WSDL of the parapheur, the base URL of S2LOW."""

    wsdl: str
    s2low: str


def populate(platform: PastellState, peers: PeersServed | None) -> None:
    """Fill an empty platform: entities, accounts, and connectors pointed at ``peers`` or at Pastell's stubs."""
    admin = platform.users.add(
        ADMIN_LOGIN,
        nom="admin",
        prenom="admin",
        email="admin@exemple.invalid",
        password=platform.admin_password,
    )
    platform.rights.grant(admin, ADMIN, ROOT)
    platform.journal.add(
        Event.UTILISATEUR,
        id_e=ROOT,
        caller=WORKER,
        action=CREATED,
        message="Création de l'utilisateur admin (1) : prenom : admin; nom : admin",
    )
    verbs = ("lecture", "edition")
    of_flux = {f"{flux}:{verb}" for flux in platform.flux.ids for verb in verbs}
    platform.rights.define(Role(NO_RIGHT, "Aucun droit"))
    platform.rights.define(Role(API_ROLE, "Application métier", frozenset(API_RIGHTS | of_flux)))
    centre = platform.entities.create(admin, denomination=CENTRE, siren=CENTRE_SIREN, type=CENTRE_DE_GESTION)
    for inhabitant in platform.inhabitants:
        collectivite = inhabitant.collectivite
        entity = platform.entities.create(
            admin,
            denomination=collectivite.nom,
            siren=collectivite.siren,
            entite_mere=centre.id_e,
            centre_de_gestion=centre.id_e,
        )
        user = platform.users.add(
            inhabitant.login,
            nom=collectivite.nom,
            prenom="Application métier",
            email=f"{collectivite.siren}@exemple.invalid",
            id_e=entity.id_e,
            password=inhabitant.password,
        )
        platform.rights.grant(user, API_ROLE, entity.id_e)
        _connect(platform, entity.id_e, inhabitant, peers)


def repoint(platform: PastellState, former: PeersServed, peers: PeersServed) -> None:
    """The platforms that were at ``former`` now answer elsewhere: what nobody changed follows them."""
    moved = (
        ("iParapheur", "iparapheur_wsdl", former.wsdl, peers.wsdl),
        ("s2low", "url", former.s2low, peers.s2low),
    )
    for id_connecteur, name, old, new in moved:
        for instance in platform.connectors.all(id_connecteur):
            if instance.content.get(name) == old:
                platform.connectors.write(instance, {name: new})


def _connect(platform: PastellState, id_e: str, inhabitant: Inhabitant, peers: PeersServed | None) -> None:
    create = platform.connectors.create
    if peers is None:
        signature = pes = create(id_e, "fakeIparapheur", "Bouchon parapheur")
        platform.connectors.write(
            signature,
            {
                "iparapheur_type": "Actes",
                "iparapheur_envoi_status": "ok",
                "iparapheur_retour": "Archive",
                "iparapheur_temps_reponse": "0",
            },
        )
        tdt = create(id_e, "fakeTdt", "Bouchon TdT")
        platform.connectors.write(tdt, {"tdt_check_status": "4"})
    else:
        signature = create(id_e, "iParapheur", "i-Parapheur")
        pes = create(id_e, "iParapheur", "i-Parapheur (PES)")
        for instance, type_technique in ((signature, TYPE_PARAPHEUR), (pes, TYPE_PES)):
            platform.connectors.write(
                instance,
                {
                    "iparapheur_wsdl": peers.wsdl,
                    "iparapheur_login": inhabitant.parapheur_login,
                    "iparapheur_password": inhabitant.parapheur_password,
                    "iparapheur_type": type_technique,
                    "iparapheur_visibilite": "SERVICE",
                    "iparapheur_nb_jour_max": "30",
                },
            )
        tdt = create(id_e, "s2low", "S²low")
        platform.connectors.write(tdt, {"url": peers.s2low})
        for name, path in (("user_certificat_pem", inhabitant.certificate), ("user_key_pem", inhabitant.key)):
            platform.connectors.put_file(tdt, name, 0, path.name, path.read_bytes())
    platform.connectors.put_file(
        tdt, "classification_file", 0, "classification.xml", inhabitant.classification
    )
    transformation = create(id_e, "transformation-generique", "Extraction des métadonnées")
    _associate(platform, id_e, signature, SIGNATURE_FLUX)
    _associate(platform, id_e, pes, PES_FLUX)
    _associate(platform, id_e, tdt, TDT_FLUX)
    _associate(platform, id_e, transformation, TRANSFORMATION_FLUX)


def _associate(platform: PastellState, id_e: str, instance: Instance, wanted: tuple[str, ...]) -> None:
    for flux in wanted:
        if flux in platform.flux.ids:
            platform.associations.add(id_e, flux, instance.id_ce, type=instance.type)
