"""What the parapheur knows besides signing and refusing: tenants, drafts, delegations, searches, formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF

from cdg62_connect.errors import InvalidFile
from cdg62_connect.simulator.clock import SimClock
from cdg62_connect.simulator.faults import Faults
from cdg62_connect.simulator.iparapheur import (
    Account,
    Demande,
    Format,
    Generation,
    Introuvable,
    Metadonnee,
    ParapheurState,
    Piece,
    Protocole,
    Refus,
    Regle,
    Rythme,
    Type,
    Variantes,
)
from cdg62_connect.simulator.iparapheur.circuits import Acte
from cdg62_connect.simulator.pki import TestAuthority
from cdg62_connect.simulator.rythme import Pas

START = datetime(2025, 3, 3, 8, tzinfo=UTC)
Make = Callable[..., Demande]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("pki"), start=START)


@pytest.fixture
def clock() -> SimClock:
    return SimClock(START)


@pytest.fixture
def state(tmp_path: Path, clock: SimClock, authority: TestAuthority) -> ParapheurState:
    return ParapheurState(clock=clock, authority=authority, folder=tmp_path / "ip", faults=Faults(), seed=7)


@pytest.fixture
def mairie(state: ParapheurState) -> Account:
    sous_types = ("Arrete", "Courrier", "Cachet", "Convention", "Notification", "Teletransmis")
    return state.add_account("ws@mairie", "secret", sous_types=sous_types)


@pytest.fixture
def demande(state: ParapheurState) -> Make:
    ranks = count()

    def build(content: bytes | None = None, content_type: str = "application/pdf", **changes: Any) -> Demande:
        file = state.reception / f"{next(ranks)}"
        if content is None:
            document = FPDF()
            document.add_page()
            document.output(str(file))
        else:
            file.write_bytes(content)
        base = Demande(
            type="URBANISME",
            sous_type="Courrier",
            visibilite="SERVICE",
            document=Piece("arrete", file, content_type),
            dossier_id="ads-01",
            titre="Arrêté PC",
        )
        return replace(base, **changes)

    return build


def statuses(state: ParapheurState, account: Account, dossier_id: str = "ads-01") -> list[str]:
    return [entry.statut.value for entry in state.historique(account, dossier_id)]


def test_an_id_is_unique_in_its_tenant_only(state: ParapheurState, mairie: Account, demande: Make) -> None:
    other = state.add_account("ws@epci", "secret", tenant="epci")
    state.creer(mairie, demande())
    state.creer(other, demande(titre="Autre"))

    assert [row["titre"] for row in state.dossiers()] == ["Arrêté PC", "Autre"]
    with pytest.raises(Refus):
        state.creer(other, demande())
    state.signer("ads-01")
    assert statuses(state, mairie)[-1] == "Archive"
    assert statuses(state, other)[-1] == "NonLu"
    assert [one.dossier_id for one in state.rechercher(other)] == ["ads-01"]


def test_a_dossier_is_known_by_its_uuid_too(state: ParapheurState, mairie: Account, demande: Make) -> None:
    state.creer(mairie, demande())
    (row,) = state.dossiers()
    state.signer(str(row["identifiant"]))
    assert statuses(state, mairie)[-1] == "Archive"


def test_a_draft_waits_for_its_emitter(state: ParapheurState, mairie: Account, demande: Make) -> None:
    state.rythme = Rythme.of("immediat")
    state.creer(mairie, demande(), brouillon=True)
    assert statuses(state, mairie) == ["NonLu"]
    with pytest.raises(Refus, match="bureau de son émetteur"):
        state.signer("ads-01")
    with pytest.raises(Refus, match="n'a pas été émis"):
        state.recuperer(mairie, "ads-01")
    with pytest.raises(Refus, match="archivable"):
        state.archiver(mairie, "ads-01", effacer=True)

    state.emettre(mairie, "ads-01")
    assert statuses(state, mairie)[-1] == "Archive"
    with pytest.raises(Refus, match="déjà émis"):
        state.emettre(mairie, "ads-01")


def test_a_dossier_taken_back_may_be_sent_again(
    state: ParapheurState, mairie: Account, demande: Make
) -> None:
    state.creer(mairie, demande())
    state.recuperer(mairie, "ads-01")
    state.emettre(mairie, "ads-01")
    state.signer("ads-01")
    assert statuses(state, mairie)[-2:] == ["Signe", "Archive"]


def test_a_dossier_opened_is_opened_once(state: ParapheurState, mairie: Account, demande: Make) -> None:
    state.creer(mairie, demande(sous_type="Arrete"))
    state.lire("ads-01")
    state.lire("ads-01")
    assert statuses(state, mairie).count("Lu") == 1
    state.viser("ads-01")
    state.lire("ads-01")
    assert statuses(state, mairie).count("Lu") == 2


def test_a_delegation_ends(state: ParapheurState, mairie: Account, demande: Make) -> None:
    state.deleguer("Le Maire", "L'adjointe")
    state.rythme = Rythme((Regle(quand=Pas.immediat(), etape=Acte.SIGNATURE),))
    state.creer(mairie, demande(dossier_id="a"))
    state.deleguer("Le Maire", None)
    state.creer(mairie, demande(dossier_id="b"))
    assert [state.historique(mairie, key)[-1].acteur for key in ("a", "b")] == ["L'adjointe", "Le Maire"]


def test_only_the_documents_of_a_pdf_type_that_are_pdfs_are_signed(
    state: ParapheurState, demande: Make
) -> None:
    account = state.add_account(
        "ws", "secret", types=(Type.of("URBANISME", ("Courrier",), format=Format.PADES),)
    )
    state.creer(account, demande(b"du texte", "text/plain"))
    with pytest.raises(InvalidFile, match="ne signe que des PDF"):
        state.signer("ads-01")
    assert statuses(state, account)[-1] == "NonLu"
    state.rythme = Rythme.of("immediat")
    assert statuses(state, account)[-1] == "RejetSignataire"


@pytest.mark.parametrize(
    ("content", "xpath"),
    [
        (b"<a", "//Bordereau"),
        (b"<a><Bordereau/></a>", "//Bordereau"),
        (b"<a><Bordereau Id='1'/></a>", "."),
        (b"<a Id='b'/>", "//Autre"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a Id='b'>&b;</a>", "."),
    ],
)
def test_a_pes_that_could_not_be_signed_is_refused_at_once(
    state: ParapheurState, demande: Make, content: bytes, xpath: str
) -> None:
    account = state.add_account(
        "ws", "secret", types=(Type.of("URBANISME", ("Courrier",), protocole=Protocole.HELIOS),)
    )
    with pytest.raises(Refus, match="PES"):
        state.creer(account, demande(content, "application/xml", xpath=xpath))
    assert state.dossiers() == []


def test_the_dictionary_holds_what_is_declared_and_what_is_demanded(
    state: ParapheurState, mairie: Account, demande: Make
) -> None:
    state.declarer_metadonnees(Metadonnee("commune", "La commune"))
    state.exiger_metadonnees("Courrier", "commune", "nature")
    assert [one.nom_court for one in state.dictionnaire] == ["commune", "nature"]
    wanted = state.metadonnees_de(mairie, "URBANISME", "Courrier")
    assert [(one.nom_long, one.obligatoire) for one in wanted] == [("La commune", True), ("nature", True)]
    with pytest.raises(Refus, match="mandatory"):
        state.creer(mairie, demande(metadonnees=(("commune", "Arras"),)))


def test_a_reset_forgets_variants_delegations_and_mails(
    state: ParapheurState, mairie: Account, demande: Make, clock: SimClock
) -> None:
    state.variantes = Variantes(generation=Generation.V5, visible_apres=timedelta(hours=1))
    state.deleguer("Le Maire", "L'adjointe")
    state.creer(mairie, demande())
    with pytest.raises(Introuvable):
        state.historique(mairie, "ads-01")
    clock.advance(timedelta(hours=1))
    state.envoyer_mail(mairie, "ads-01", destinataire="a@b.fr", objet="o", message="m", protege=False)
    assert len(state.mails) == 1

    state.reset()

    assert state.variantes == Variantes()
    assert state.mails == ()
    state.creer(mairie, demande())
    state.signer("ads-01")
    assert state.historique(mairie, "ads-01")[-1].acteur == "Le Maire"


def test_a_rule_speaks_of_any_kind_of_step(state: ParapheurState, mairie: Account, demande: Make) -> None:
    state.rythme = Rythme.of(
        [
            {"quand": "immediat", "etape": "cachet"},
            {"quand": "immediat", "etape": "externe", "refuser": "Non"},
            {"quand": "immediat", "etape": "signature"},
        ]
    )
    for key, sous_type in (("a", "Cachet"), ("b", "Convention"), ("c", "Notification")):
        state.creer(mairie, demande(dossier_id=key, sous_type=sous_type))
    ends = [statuses(state, mairie, key)[-1] for key in "abc"]
    assert ends == ["Archive", "RejetSignataireExterne", "EnCoursMailSecPastell"]
    assert [row["attend"] for row in state.dossiers()] == [None, None, "MAIL_SECURISE"]


def test_under_the_stand_in_of_operis_documents_add_up_under_one_key(
    state: ParapheurState, mairie: Account, demande: Make
) -> None:
    state.completer(mairie, demande())
    state.completer(mairie, demande(nom_document="plan.pdf"))
    names = [one.piece.nom for one in state.contenu(mairie, "ads-01").principaux]
    assert names == ["ads-01.pdf", "plan.pdf"]
    state.signer("ads-01")
    assert statuses(state, mairie)[-1] == "Archive"


def test_an_opinion_is_given_before_the_step_that_asked_for_it(
    state: ParapheurState, mairie: Account, demande: Make
) -> None:
    state.creer(mairie, demande())
    state.demander_avis("ads-01", a="Service juridique", annotation="Votre avis ?")
    with pytest.raises(Refus):
        state.signer("ads-01")
    with pytest.raises(Refus):
        state.refuser("ads-01", motif="Non")
    with pytest.raises(Refus):
        state.demander_avis("ads-01", a="Un troisième")
    state.donner_avis("ads-01", by="La juriste", annotation="Rien à redire")
    state.signer("ads-01")
    told = [(one.statut.value, one.acteur, one.annotation) for one in state.historique(mairie, "ads-01")]
    assert told[3:] == [
        ("NonLu", "Le Maire", "Avis demandé au bureau Service juridique : Votre avis ?"),
        ("EnCoursVisa", "Le Maire", "Dossier déposé sur le bureau Service juridique pour avis"),
        ("Vise", "La juriste", "Rien à redire"),
        ("NonLu", "La juriste", "Dossier déposé sur le bureau Le Maire pour signature"),
        ("Signe", "Le Maire", ""),
        ("Archive", "Le Maire", "Circuit terminé, dossier archivable"),
    ]


def test_a_delegation_holds_for_its_type_and_its_time(
    state: ParapheurState, mairie: Account, demande: Make, clock: SimClock
) -> None:
    day = timedelta(days=1)
    state.deleguer("Le Maire", "Toujours")
    state.deleguer("Le Maire", "Le doyen", type_="AUTRE")
    state.deleguer("Le Maire", "L'adjointe", sous_type="Courrier", debut=START + day, fin=START + 2 * day)
    signers: list[str] = []
    for rank in range(3):
        state.creer(mairie, demande(dossier_id=f"ads-{rank}"))
        state.signer(f"ads-{rank}")
        signers.append(state.historique(mairie, f"ads-{rank}")[-2].acteur)
        clock.advance(day)
    assert signers == ["Toujours", "L'adjointe", "Toujours"]
