"""What our client makes of each refusal of S2LOW, over real HTTPS."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect import S2low, Secret
from cdg62_connect.errors import (
    AccessRefused,
    AuthenticationRefused,
    InvalidRequest,
    NotFound,
    NotReady,
    OutcomeUnknown,
    PlatformError,
    Unavailable,
)
from cdg62_connect.s2low import FutureDate, NewActe, NotRgs, NumberAlreadyUsed, PaperMode, TooBig
from cdg62_connect.simulator import Simulator, SimulatorServer
from cdg62_connect.simulator.catalogue import on_demand
from cdg62_connect.transport import BasicAuth, ClientCertificate, HttpSession

Make = Callable[..., NewActe]
OpenSession = Callable[..., HttpSession]

ON_CREATE: dict[str, type[PlatformError]] = {
    "certificat_sans_compte": AuthenticationRefused,
    "plusieurs_comptes": AuthenticationRefused,
    "identifiants_faux": AuthenticationRefused,
    "login_vide": AuthenticationRefused,
    "mot_de_passe_vide": AuthenticationRefused,
    "compte_desactive": AuthenticationRefused,
    "collectivite_desactivee": AuthenticationRefused,
    "droit_cs_absent": AccessRefused,
    "lecture_seule": AccessRefused,
    "sans_module": AccessRefused,
    "administrateur_de_groupe": AccessRefused,
    "module_inactif": AccessRefused,
    "mode_papier": PaperMode,
    "certificat_non_rgs": NotRgs,
    "corps_trop_gros": TooBig,
    "taille_totale": TooBig,
    "trop_de_fichiers": TooBig,
    "numero_mal_forme": InvalidRequest,
    "date_future": FutureDate,
    "numero_deja_pris": NumberAlreadyUsed,
    "numero_pris_entre_temps": NumberAlreadyUsed,
    "document_absent": InvalidRequest,
    "fichier_vide": InvalidRequest,
    "fichier_trop_gros": TooBig,
    "typologie_absente": InvalidRequest,
    "typologie_annexe_absente": InvalidRequest,
    "document_mauvais_type": InvalidRequest,
    "xml_hors_budget": InvalidRequest,
    "xml_hors_7_1": InvalidRequest,
    "code_de_piece": InvalidRequest,
    "code_de_piece_annexe": InvalidRequest,
    "annexe_mauvais_type": InvalidRequest,
    "annexe_d_un_xml": InvalidRequest,
    "deux_niveaux": InvalidRequest,
    "date_absente": InvalidRequest,
    "objet_absent": InvalidRequest,
    "objet_trop_long": InvalidRequest,
    "nature_inconnue": InvalidRequest,
    "sans_classification": Unavailable,
    "classif_non_numerique": OutcomeUnknown,
    "module_non_initialise": Unavailable,
    "fichier_partiel": Unavailable,
    "fichier_non_presente": InvalidRequest,
    "generation_acte": Unavailable,
    "generation_enveloppe": Unavailable,
    "generation_archive": Unavailable,
    "archive_trop_grosse": TooBig,
    "mode_lot": InvalidRequest,
}
ON_STATUS: dict[str, type[PlatformError]] = {
    "acte_d_une_autre_collectivite": AccessRefused,
    "acte_d_un_collegue": AccessRefused,
    "lecture_seule": AccessRefused,
    "module_inactif": AccessRefused,
    "module_non_initialise": Unavailable,
    "transaction_inconnue": NotFound,
    "enveloppe_invalide": NotFound,
    "consultation_statut": Unavailable,
    "compte_desactive": AuthenticationRefused,
}


@contextmanager
def exact(error: type[PlatformError]) -> Generator[None]:
    """Waits for that very class: one of its kinds would be another advice."""
    with pytest.raises(error) as raised:
        yield
    assert raised.type is error


def order(pannes: Any, operation: str, nom: str) -> None:
    pannes.add({"plateforme": "s2low", "operation": operation, "effet": "refus", "refus": nom})


def test_the_tables_speak_of_every_refusal_that_can_be_ordered() -> None:
    assert set(ON_CREATE) == set(on_demand("s2low", "actes_transac_create"))
    assert set(ON_STATUS) < set(on_demand("s2low", "actes_transac_get_status"))


@pytest.mark.parametrize("profile", ["v4", "v5"])
@pytest.mark.parametrize("nom", ON_CREATE)
def test_a_deposit_that_is_refused_raises_what_it_means(
    s2low: S2low, simulator: Simulator, pannes: Any, new_acte: Make, nom: str, profile: Any
) -> None:
    simulator.s2low.profile = profile
    order(pannes, "actes_transac_create", nom)
    with exact(ON_CREATE[nom]):
        s2low.actes.transmettre(new_acte())
    assert simulator.s2low.snapshot()["creations"] == {}


@pytest.mark.parametrize("profile", ["v4", "v5"])
@pytest.mark.parametrize("nom", ON_STATUS)
def test_a_status_that_is_refused_raises_what_it_means(
    s2low: S2low, simulator: Simulator, pannes: Any, nom: str, profile: Any
) -> None:
    simulator.s2low.profile = profile
    expected = ON_STATUS[nom]
    order(pannes, "actes_transac_get_status", nom)
    with exact(expected):
        s2low.actes.statut(48211)


@pytest.mark.parametrize(
    ("nom", "error"),
    [
        ("classification_absente", NotReady),
        ("droit_cs_absent", AccessRefused),
        ("lecture_seule", AccessRefused),
    ],
)
def test_a_classification_that_is_refused_raises_what_it_means(
    s2low: S2low, pannes: Any, nom: str, error: type[PlatformError]
) -> None:
    order(pannes, "actes_classification_fetch", nom)
    with exact(error):
        s2low.classification.lire()


@pytest.mark.parametrize(
    ("nom", "error"), [("pas_d_acquittement", NotReady), ("transaction_inconnue", NotFound)]
)
def test_a_list_of_files_that_is_refused_raises_what_it_means(
    s2low: S2low, pannes: Any, nom: str, error: type[PlatformError]
) -> None:
    order(pannes, "actes_transac_get_files_list", nom)
    with exact(error):
        s2low.actes.fichiers(48211)


@pytest.fixture(params=[False, True], ids=["TLS 1.2", "TLS 1.3"])
def front(simulator: Simulator, request: pytest.FixtureRequest) -> Any:
    """An S2LOW of each generation of TLS."""
    with SimulatorServer(simulator, tls_1_3=request.param) as server:
        yield server


@pytest.fixture
def presenting(front: SimulatorServer, s2low_session: OpenSession) -> Callable[..., S2low]:
    """Our client with the certificate of that kind, as the description of the simulator gives it."""
    described: Any = front.describe()

    def open_one(kind: str, auth: BasicAuth | None = None) -> S2low:
        pair = described["s2low"]["certificats"][kind]
        certificate = ClientCertificate(Path(pair["cert"]), Path(pair["key"]))
        return S2low(s2low_session(url=described["s2low"]["url"], certificate=certificate, auth=auth))

    return open_one


@pytest.mark.parametrize(
    ("kind", "says"),
    [("inconnu", "UNKNOWN_CA"), ("expire", "CERTIFICATE_EXPIRED"), ("revoque", "CERTIFICATE_REVOKED")],
)
def test_a_certificate_refused_in_the_handshake_is_said_to_be_so(
    presenting: Callable[..., S2low], simulator: Simulator, new_acte: Make, kind: str, says: str
) -> None:
    s2low = presenting(kind)
    for call in (s2low.connexion.test, lambda: s2low.actes.transmettre(new_acte())):
        with pytest.raises(AuthenticationRefused, match=says):
            call()
    assert simulator.s2low.snapshot()["creations"] == {}


def test_a_certificate_that_is_not_rgs_opens_the_connection_and_transmits_nothing(
    presenting: Callable[..., S2low], simulator: Simulator, new_acte: Make
) -> None:
    s2low = presenting("non_rgs")
    s2low.connexion.test()
    assert s2low.connexion.test_rgs() is False
    assert s2low.actes.lister(4).transactions == ()
    with pytest.raises(NotRgs):
        s2low.actes.transmettre(new_acte())
    assert simulator.s2low.snapshot()["creations"] == {}


@pytest.mark.parametrize("profile", ["v4", "v5", "next"])
def test_a_certificate_without_account_is_refused_by_the_application(
    presenting: Callable[..., S2low], simulator: Simulator, new_acte: Make, profile: Any
) -> None:
    simulator.s2low.profile = profile
    s2low = presenting("sans_compte")
    for call in (s2low.connexion.test, lambda: s2low.actes.transmettre(new_acte())):
        with pytest.raises(AuthenticationRefused):
            call()


@pytest.mark.parametrize("profile", ["v4", "v5", "next"])
@pytest.mark.parametrize("given", ["none", "wrong", "no login", "no password"])
def test_a_shared_certificate_is_refused_until_an_account_is_named(
    presenting: Callable[..., S2low], simulator: Simulator, new_acte: Make, profile: Any, given: str
) -> None:
    simulator.s2low.profile = profile
    login, password = simulator.shared_logins[0]
    auth = {
        "none": None,
        "wrong": BasicAuth(login, Secret("faux")),
        "no login": BasicAuth("", Secret(password)),
        "no password": BasicAuth(login, Secret("")),
    }[given]
    s2low = presenting("partage", auth)
    for call in (s2low.connexion.test, lambda: s2low.actes.transmettre(new_acte())):
        with pytest.raises(AuthenticationRefused):
            call()
    assert simulator.s2low.snapshot()["creations"] == {}

    named = presenting("partage", BasicAuth(login, Secret(password)))
    assert named.connexion.infos().login == login


def test_the_right_certificate_is_rgs(presenting: Callable[..., S2low]) -> None:
    assert presenting("rgs").connexion.test_rgs() is True


@pytest.mark.parametrize("profile", ["v4", "v5", "next"])
def test_an_authority_that_is_no_longer_active_is_not_recognised(
    s2low: S2low, simulator: Simulator, new_acte: Make, profile: Any
) -> None:
    simulator.s2low.profile = profile
    simulator.s2low.accounts.authority("216209916").active = False
    for call in (
        s2low.connexion.test,
        lambda: s2low.actes.transmettre(new_acte()),
        lambda: s2low.actes.statut(48211),
        s2low.classification.lire,
    ):
        with pytest.raises(AuthenticationRefused):
            call()


def test_a_module_that_the_authority_does_not_have_is_refused(
    s2low: S2low, simulator: Simulator, new_acte: Make
) -> None:
    simulator.s2low.accounts.authority("216209916").module_actes = False
    s2low.connexion.test()
    for call in (
        lambda: s2low.actes.transmettre(new_acte()),
        lambda: s2low.actes.statut(48211),
        lambda: s2low.actes.lister(1),
        s2low.classification.lire,
    ):
        with pytest.raises(AccessRefused):
            call()


def test_the_wait_for_the_files_ends_with_the_acknowledgement(
    s2low: S2low, simulator: Simulator, new_acte: Make
) -> None:
    transaction = s2low.actes.transmettre(new_acte())
    with pytest.raises(NotReady):
        s2low.actes.fichiers(transaction)
    simulator.s2low.acquitter(transaction)
    assert s2low.actes.fichiers(transaction)
