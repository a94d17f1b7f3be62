"""What people do with actes already deposited, and with the platform itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from cdg62_connect import S2low, Secret
from cdg62_connect.errors import AccessRefused, AuthenticationRefused, InvalidRequest, NotFound
from cdg62_connect.formats import Classification
from cdg62_connect.s2low import (
    AddressRefused,
    AlreadyRequested,
    Cloture,
    LoginAlreadyUsed,
    MailFile,
    NewActe,
    NewCollectivite,
    NewMail,
    NewUtilisateur,
    NotOffered,
    NotRgs,
    NotWaiting,
    NumberAlreadyUsed,
    SirenAlreadyUsed,
    Statut,
    TooBig,
    certificate_of,
)
from cdg62_connect.simulator import VALMONT, SimClock, Simulator
from cdg62_connect.simulator.s2low import OTHERWISE_NUMBERED
from cdg62_connect.transport import BasicAuth, ClientCertificate, HttpSession, Payload

Make = Callable[..., NewActe]
OpenSession = Callable[..., HttpSession]
Enrol = Callable[..., S2low]

RETOUR = "https://epci.example/retour?erreur=%%ERROR%%&message=%%MESSAGE%%"


@pytest.fixture
def pair(simulator: Simulator, request: pytest.FixtureRequest) -> Callable[[str], tuple[Path, Path]]:
    """Certificates new to each test."""
    return lambda name: simulator.authority.client_certificate(f"{name} {request.node.nodeid}")


@pytest.fixture
def enrol(simulator: Simulator, s2low_session: OpenSession, pair: Any) -> Enrol:
    """Our client with an account of the first commune."""

    def open_account(name: str = "compte", auth: BasicAuth | None = None, **account: Any) -> S2low:
        certificate, key = pair(name)
        simulator.s2low.accounts.add_account(VALMONT.siren, certificate, **account)
        return S2low(s2low_session(certificate=ClientCertificate(certificate, key), auth=auth))

    return open_account


# Confirming.


@pytest.mark.parametrize("profile", ["v4", "v5", "next"])
def test_an_acte_that_waits_is_confirmed_once(
    s2low: S2low, simulator: Simulator, new_acte: Make, profile: Any
) -> None:
    simulator.s2low.profile = profile
    waiting = s2low.actes.transmettre(new_acte(en_attente=True))
    s2low.actes.confirmer(waiting)
    assert s2low.actes.statut(waiting).in_progress
    with pytest.raises(NotWaiting):
        s2low.actes.confirmer(waiting)
    with pytest.raises(NotFound):
        s2low.actes.confirmer(999_999)


def test_who_may_not_teletransmit_confirms_nothing(s2low: S2low, enrol: Enrol, new_acte: Make) -> None:
    waiting = s2low.actes.transmettre(new_acte(en_attente=True))
    with pytest.raises(AccessRefused):
        enrol("cs", droits=["CS"]).actes.confirmer(waiting)
    with pytest.raises(NotRgs):
        enrol("sans rgs", rgs=False).actes.confirmer(waiting)
    assert s2low.actes.statut(waiting).waiting_for_person


def test_of_several_each_says_where_it_stands(
    s2low: S2low, s2low_session: OpenSession, new_acte: Make
) -> None:
    first = s2low.actes.transmettre(new_acte("A1", en_attente=True))
    second = s2low.actes.transmettre(new_acte("A2", en_attente=True))
    statuses = s2low.actes.confirmer_plusieurs([first, second])
    assert [status.waiting_for_person for status in statuses.values()] == [False, False]
    waiting = s2low.actes.transmettre(new_acte("A3", en_attente=True))
    assert S2low(s2low_session(rank=1)).connexion.test() is None
    assert s2low.actes.confirmer_plusieurs([first, waiting])[waiting].code == Statut.POSTE


@pytest.mark.parametrize("password", ["secret", "clé à part"])
def test_a_person_confirms_by_a_link_with_another_certificate(
    simulator: Simulator,
    described: Any,
    s2low_session: OpenSession,
    pair: Any,
    new_acte: Make,
    password: str,
) -> None:
    accounts, (machine, key), human = simulator.s2low.accounts, pair("machine"), pair("agent")
    for login in ("service", "autre"):
        accounts.add_account(
            VALMONT.siren, machine, login=login, password=f"{password}{login}", droits=["CS"]
        )
    accounts.add_account(VALMONT.siren, human[0], nom="Agent Durand")
    auth = BasicAuth("service", Secret(f"{password}service"))
    program = S2low(s2low_session(certificate=ClientCertificate(machine, key), auth=auth))
    waiting = program.actes.transmettre(new_acte())
    assert program.actes.statut(waiting).waiting_for_person

    link = program.actes.lien_confirmation([waiting], auth=auth, retour=RETOUR)
    browser = requests.get(
        link.url,
        cert=(str(human[0]), str(human[1])),
        verify=described["s2low"]["ca"],
        allow_redirects=False,
        timeout=20,
    )
    assert browser.headers["Location"] == "https://epci.example/retour?erreur=0&message="
    assert not program.actes.statut(waiting).waiting_for_person


def test_a_certificate_tells_its_logins(
    simulator: Simulator, s2low: S2low, s2low_session: OpenSession, pair: Any
) -> None:
    certificate, key = pair("partage")
    for login in ("alice", "bruno"):
        simulator.s2low.accounts.add_account(VALMONT.siren, certificate, login=login, password="x")
    shared = S2low(s2low_session(certificate=ClientCertificate(certificate, key)))
    assert shared.connexion.logins() == ("alice", "bruno")
    assert s2low.connexion.logins() == ("",)
    with pytest.raises(AuthenticationRefused):
        s2low.connexion.lien("/modules/actes/index.php", auth=BasicAuth("a", Secret("b")))


# Closing, archiving, envelopes, classification.


@pytest.mark.parametrize("profile", ["v4", "v5", "next"])
def test_an_acknowledged_acte_is_closed(
    s2low: S2low, simulator: Simulator, new_acte: Make, profile: Any
) -> None:
    simulator.s2low.profile = profile
    acte, waiting = s2low.actes.transmettre(new_acte("A1")), s2low.actes.transmettre(new_acte("A2"))
    simulator.s2low.acquitter(acte)
    with pytest.raises(InvalidRequest):
        s2low.actes.clore([acte, waiting], Cloture.VALIDE)
    (said,) = s2low.actes.clore([acte], Cloture.VALIDE)
    assert str(acte) in said
    assert s2low.actes.statut(acte).code == Statut.VALIDE


def test_an_archivist_says_what_became_of_an_acte(
    s2low: S2low, simulator: Simulator, enrol: Enrol, new_acte: Make
) -> None:
    acte = s2low.actes.transmettre(new_acte())
    simulator.s2low.acquitter(acte)
    with pytest.raises(AccessRefused):
        s2low.actes.changer_statut_sae(acte, Statut.ARCHIVE_PAR_LE_SAE)
    enrol(role="ARCH").actes.changer_statut_sae(acte, Statut.ARCHIVE_PAR_LE_SAE)
    assert s2low.actes.statut(acte).code == Statut.ARCHIVE_PAR_LE_SAE


def test_an_envelope_is_submitted_as_it_was_fetched(
    s2low: S2low, simulator: Simulator, new_acte: Make, into: Path
) -> None:
    acte = s2low.actes.transmettre(new_acte())
    simulator.s2low.acquitter(acte)
    (kept,) = simulator.s2low.snapshot()["actes"]
    envelope = s2low.actes.enveloppe(kept["enveloppe"], into=into)
    assert envelope.filename is not None
    with pytest.raises(NumberAlreadyUsed):
        s2low.actes.soumettre(Payload.of(envelope.path), nom=f"TRI-{envelope.filename}")
    simulator.s2low.reset()
    (number,) = s2low.actes.soumettre(Payload.of(envelope.path), nom=f"TRI-{envelope.filename}")
    assert s2low.actes.statut(number).in_progress
    with pytest.raises(InvalidRequest):
        s2low.actes.soumettre(Payload.of(b"\x1f\x8b"), nom="autre.tar.gz")
    simulator.s2low.enveloppes_acceptees = False
    with pytest.raises(NotOffered):
        s2low.actes.soumettre(Payload.of(envelope.path), nom=f"TRI-{envelope.filename}")


def test_the_stamped_acte_comes_in_one_call(
    s2low: S2low, simulator: Simulator, new_acte: Make, arrete: Path, into: Path
) -> None:
    acte = s2low.actes.transmettre(new_acte())
    simulator.s2low.acquitter(acte)
    assert s2low.actes.acte_tamponne(acte, into=into).path.read_bytes() != arrete.read_bytes()


def test_the_classification_is_asked_for_then_read(
    s2low: S2low, simulator: Simulator, horloge: SimClock
) -> None:
    simulator.s2low.publier_classification(VALMONT.siren, OTHERWISE_NUMBERED, recue=False)
    before = s2low.classification.lire()
    asked = s2low.classification.demander()
    with pytest.raises(AlreadyRequested):
        s2low.classification.demander()
    while s2low.actes.statut(asked).in_progress:
        pass
    after = s2low.classification.lire()
    assert after != before
    assert Classification.read(after).date == OTHERWISE_NUMBERED.version
    horloge.advance(86_400)
    assert s2low.classification.demander() != asked


# Mail sécurisé.


def mail(**changes: Any) -> NewMail:
    fields: dict[str, Any] = {
        "destinataires": ("Ana Martin <ana@exemple.fr>", "bruno@exemple.fr"),
        "objet": "Convocation : été",
        "message": "Bonjour à tous,\nà bientôt",
    }
    return NewMail(**{**fields, **changes})


def test_a_mail_is_sent_read_and_deleted(s2low: S2low, simulator: Simulator, arrete: Path) -> None:
    sent = s2low.mails.envoyer(
        mail(
            copie_cachee=("chef@exemple.fr",),
            mot_de_passe=Secret("clé"),
            fichiers=(MailFile("ordre du jour.pdf", Payload.of(arrete)),),
        )
    )
    (listed,) = s2low.mails.lister()
    assert (listed.id, listed.objet) == (sent, "Convocation : été")
    assert s2low.mails.lister(offset=1) == ()

    detail = s2low.mails.detail(sent)
    assert (detail.objet, detail.message) == ("Convocation : été", "Bonjour à tous,\nà bientôt")
    assert detail.mot_de_passe == Secret("clé")
    assert [(file.nom, file.size) for file in detail.fichiers] == [
        ("ordre du jour.pdf", arrete.stat().st_size)
    ]
    assert [(one.email, one.champ, one.lu) for one in detail.destinataires] == [
        ("ana@exemple.fr", "mailTo", False),
        ("bruno@exemple.fr", "mailTo", False),
        ("chef@exemple.fr", "mailBCC", False),
    ]
    for address in ("ana@exemple.fr", "bruno@exemple.fr", "chef@exemple.fr"):
        assert not s2low.mails.detail(sent).lu_par_tous
        simulator.s2low.mails.lire(sent, address)
    assert s2low.mails.detail(sent).lu_par_tous

    s2low.mails.supprimer(sent)
    for call in (s2low.mails.detail, s2low.mails.supprimer):
        with pytest.raises(NotFound):
            call(sent)


@pytest.mark.parametrize("profile", ["v4", "v5"])
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"destinataires": ("pas une adresse",)}, AddressRefused),
        ({"copie": ("pas une adresse",)}, AddressRefused),
        ({"copie_cachee": ("pas une adresse",)}, AddressRefused),
    ],
)
def test_a_mail_that_is_refused_says_why(
    s2low: S2low, simulator: Simulator, profile: Any, changes: Any, error: type[Exception]
) -> None:
    simulator.s2low.profile = profile
    with pytest.raises(error):
        s2low.mails.envoyer(mail(**changes))
    assert s2low.mails.lister() == ()


def test_a_mail_too_big_says_so(s2low: S2low, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator.s2low, "limites", replace(simulator.s2low.limites, mail=10))
    with pytest.raises(TooBig):
        s2low.mails.envoyer(mail(fichiers=(MailFile("a.txt", Payload.of(b"x" * 11)),)))


# Administration.


def test_an_authority_is_prepared_and_its_account_transmits(
    enrol: Enrol, s2low_session: OpenSession, pair: Any
) -> None:
    admin = enrol("administrateur", role="SADM").administration
    authority = admin.enregistrer_collectivite(
        NewCollectivite(
            name="Saint-Ambre-l'Étang",
            siren="216200001",
            champs={"department": "062", "district": "1", "helios_ftp_dest": "SERVEUR"},
        )
    )
    with pytest.raises(SirenAlreadyUsed):
        admin.enregistrer_collectivite(
            NewCollectivite(name="Autre", siren="216200001", champs={"department": "062", "district": "1"})
        )
    with pytest.raises(InvalidRequest):
        admin.enregistrer_collectivite(NewCollectivite(name="Autre", siren="216200002"))

    certificate, key = pair("service")
    account = NewUtilisateur(
        name="Service",
        givenname="Web",
        email="web@exemple.fr",
        authority_id=authority,
        certificate=certificate_of(certificate),
        login="web-ambre",
        password=Secret("secret"),
    )
    number = admin.enregistrer_utilisateur(account)
    with pytest.raises(LoginAlreadyUsed):
        admin.enregistrer_utilisateur(account)
    auth = BasicAuth("web-ambre", Secret("secret"))
    client = S2low(s2low_session(certificate=ClientCertificate(certificate, key), auth=auth))
    infos = client.connexion.infos()
    assert (infos.user_id, infos.authority_id, infos.authority_name) == (
        number,
        authority,
        "Saint-Ambre-l'Étang",
    )


def test_who_is_not_an_administrator_prepares_and_counts_nothing(s2low: S2low) -> None:
    valmont = NewCollectivite(name="V", siren="216200001", champs={"department": "062", "district": "1"})
    for call in (
        lambda: s2low.administration.enregistrer_collectivite(valmont),
        s2low.administration.compter_actes,
        s2low.administration.compter_pes,
    ):
        with pytest.raises(AccessRefused):
            call()


def test_a_group_counts_the_actes_of_its_authorities(
    s2low: S2low, enrol: Enrol, new_acte: Make, horloge: SimClock
) -> None:
    now = horloge.now()
    s2low.actes.transmettre(new_acte())
    counted = enrol(role="GADM").administration.compter_actes(annee=now.year, mois=now.month)
    assert [(one.nom, one.transactions) for one in counted.collectivites] == [(VALMONT.nom, 1)]
    assert counted.debut == f"{now:%Y-%m}-01"
