from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF
from pyhanko.pdf_utils.reader import PdfFileReader

from cdg62_connect.errors import InvalidInput
from cdg62_connect.simulator.clock import SimClock
from cdg62_connect.simulator.faults import Faults
from cdg62_connect.simulator.iparapheur import (
    Account,
    Acte,
    Demande,
    Introuvable,
    ParapheurState,
    Piece,
    Refus,
    Regle,
    Rythme,
)
from cdg62_connect.simulator.pki import TestAuthority
from cdg62_connect.simulator.rythme import Pas

START = datetime(2025, 3, 3, 8, 12, 4, 3250, tzinfo=UTC)
Deposer = Callable[..., str]


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
    return state.add_account("ws@mairie", "secret", sous_types=("Arrete", "Courrier", "Avis"))


@pytest.fixture
def demande(state: ParapheurState) -> Callable[..., Demande]:
    ranks = count()

    def build(**changes: Any) -> Demande:
        document = FPDF()
        document.add_page()
        file = state.reception / f"{next(ranks)}.pdf"
        document.output(str(file))
        base = Demande(
            type="URBANISME",
            sous_type="Courrier",
            visibilite="SERVICE",
            document=Piece("arrete.pdf", file, "application/pdf"),
            dossier_id="ads-01",
            titre="Arrêté PC",
        )
        return replace(base, **changes)

    return build


@pytest.fixture
def deposer(state: ParapheurState, mairie: Account, demande: Callable[..., Demande]) -> Deposer:
    def put(dossier_id: str = "ads-01", **changes: object) -> str:
        return state.creer(mairie, demande(dossier_id=dossier_id, **changes)).dossier_id

    return put


def lines(state: ParapheurState, account: Account, dossier_id: str = "ads-01") -> list[tuple[str, str, str]]:
    return [(e.statut.value, e.acteur, e.annotation) for e in state.historique(account, dossier_id)]


def last(state: ParapheurState, account: Account, dossier_id: str = "ads-01") -> str:
    return lines(state, account, dossier_id)[-1][0]


def signatures(file: Path) -> int:
    with file.open("rb") as content:
        return len(PdfFileReader(content).embedded_regular_signatures)


def test_an_arrete_goes_by_the_visa_then_the_signature(
    state: ParapheurState, mairie: Account, deposer: Deposer, clock: SimClock
) -> None:
    deposer(sous_type="Arrete", annotation_publique="Dossier instruit")
    clock.advance(timedelta(hours=1))
    state.viser("ads-01", annotation="RAS")
    clock.advance(timedelta(hours=1))
    state.signer("ads-01", by="Jeanne Durand")

    assert lines(state, mairie) == [
        ("NonLu", "Service Web", "Création de dossier"),
        ("NonLu", "Service Web", "Emission du dossier"),
        ("EnCoursVisa", "Service Web", "Dossier déposé sur le bureau Chef du service ADS pour Visa"),
        ("NonLu", "Service Web", "Dossier instruit"),
        ("Vise", "Chef du service ADS", "RAS"),
        ("NonLu", "Chef du service ADS", "Dossier déposé sur le bureau Le Maire pour signature"),
        ("Signe", "Jeanne Durand", ""),
        ("Archive", "Jeanne Durand", "Circuit terminé, dossier archivable"),
    ]
    moments = [entry.moment - START.replace(microsecond=3000) for entry in state.historique(mairie, "ads-01")]
    assert moments == [timedelta(0)] * 4 + [timedelta(hours=1)] * 2 + [timedelta(hours=2)] * 2
    assert signatures(state.contenu(mairie, "ads-01").document.path) == 1


def test_a_dossier_that_nobody_touches_stays_where_it_is(
    state: ParapheurState, mairie: Account, deposer: Deposer, clock: SimClock
) -> None:
    deposer()
    clock.advance(timedelta(days=400))

    assert last(state, mairie) == "NonLu"


def test_a_circuit_of_visas_ends_without_a_signature(
    state: ParapheurState, mairie: Account, deposer: Deposer
) -> None:
    deposer(sous_type="Avis")
    state.viser("ads-01")

    assert last(state, mairie) == "Archive"
    assert signatures(state.contenu(mairie, "ads-01").document.path) == 0


def test_a_signature_on_paper_leaves_the_document_as_it_was(
    state: ParapheurState, mairie: Account, deposer: Deposer
) -> None:
    deposer()
    before = state.contenu(mairie, "ads-01").document.path.read_bytes()
    state.signer("ads-01", papier=True)

    assert [status for status, *_ in lines(state, mairie)][-2:] == ["SignatairePapier", "Archive"]
    assert state.contenu(mairie, "ads-01").document.path.read_bytes() == before


@pytest.mark.parametrize(("sous_type", "status"), [("Arrete", "RejetVisa"), ("Courrier", "RejetSignataire")])
def test_a_refusal_ends_the_circuit_with_its_reason(
    state: ParapheurState, mairie: Account, deposer: Deposer, sous_type: str, status: str
) -> None:
    deposer(sous_type=sous_type)
    state.refuser("ads-01", motif="Pièce manquante", by="Jeanne Durand")

    assert lines(state, mairie)[-1] == (status, "Jeanne Durand", "Pièce manquante")
    with pytest.raises(Refus):
        state.refuser("ads-01", motif="encore")


def test_a_hand_can_only_do_what_the_dossier_waits_for(state: ParapheurState, deposer: Deposer) -> None:
    deposer(sous_type="Arrete")

    with pytest.raises(Refus, match="Chef du service ADS"):
        state.signer("ads-01")
    with pytest.raises(Introuvable):
        state.viser("inconnu")
    state.viser("ads-01")
    with pytest.raises(Refus, match="Le Maire"):
        state.viser("ads-01")


def test_the_same_id_is_refused_also_to_another_account(
    state: ParapheurState, deposer: Deposer, demande: Callable[..., Demande]
) -> None:
    other = state.add_account("ws@epci", "secret")
    deposer()

    with pytest.raises(Refus) as refused:
        state.creer(other, demande())

    expected = "Le nom de dossier est déjà présent dans le Parapheur: dossierID = ads-01"
    assert str(refused.value) == expected


def test_an_account_does_not_see_the_dossiers_of_another(
    state: ParapheurState, mairie: Account, deposer: Deposer
) -> None:
    other = state.add_account("ws@epci", "secret")
    deposer()
    state.signer("ads-01")

    for ask in (
        lambda: state.historique(other, "ads-01"),
        lambda: state.contenu(other, "ads-01"),
        lambda: state.archiver(other, "ads-01", effacer=True),
        lambda: state.effacer_rejete(other, "ads-01"),
    ):
        with pytest.raises(Introuvable):
            ask()
    assert last(state, mairie) == "Archive"


def test_without_an_id_the_parapheur_chooses_one_by_its_seed(state: ParapheurState, deposer: Deposer) -> None:
    first = deposer("")
    second = deposer("")
    state.reset()

    assert first != second
    assert len(first) == 36
    assert deposer("") == first


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "INCONNU"},
        {"sous_type": "Inconnu"},
        {"visibilite": "NIMPORTE"},
        {"visibilite": ""},
        {"date_limite": "31/03/2025"},
        {"dossier_id": "a/b"},
        {"dossier_id": "a" * 601},
        {"dossier_id": "", "titre": " "},
        {"document": None},
    ],
)
def test_what_is_wrong_is_refused_and_leaves_no_dossier(
    state: ParapheurState, mairie: Account, demande: Callable[..., Demande], wrong: dict[str, object]
) -> None:
    with pytest.raises(Refus):
        state.creer(mairie, demande(**wrong))

    assert state.dossiers() == []


@pytest.mark.parametrize("content", [b"", b"<html/>", b"%PDF-1.7\nfaux"])
def test_a_document_that_is_not_a_pdf_is_refused(
    state: ParapheurState, mairie: Account, demande: Callable[..., Demande], content: bytes
) -> None:
    file = state.reception / "faux.pdf"
    file.write_bytes(content)

    with pytest.raises(Refus, match="PDF"):
        state.creer(mairie, demande(document=Piece("faux.pdf", file, "application/pdf")))


@pytest.mark.parametrize("dossier_id", ["J'aime développer", "12 Arrêté (v2)", "a_b-c.d@e{f}"])
def test_names_that_the_parapheur_is_known_to_take_are_taken(
    state: ParapheurState, mairie: Account, deposer: Deposer, dossier_id: str
) -> None:
    deposer(dossier_id)

    assert last(state, mairie, dossier_id) == "NonLu"


def test_at_once_means_before_the_caller_has_its_answer(
    state: ParapheurState, mairie: Account, deposer: Deposer
) -> None:
    state.rythme = Rythme.of("immediat")
    deposer(sous_type="Arrete")

    assert [row["statut"] for row in state.dossiers()] == ["Archive"]


def test_after_some_looks_counts_the_looks_at_each_step(
    state: ParapheurState, mairie: Account, deposer: Deposer
) -> None:
    state.rythme = Rythme.of({"apres_regards": 2})
    deposer(sous_type="Arrete")

    state.contenu(mairie, "ads-01")
    state.dossiers()
    seen = [lines(state, mairie)[-1][2] for _ in range(5)]

    assert seen == [
        *["Dossier déposé sur le bureau Chef du service ADS pour Visa"] * 2,
        *["Dossier déposé sur le bureau Le Maire pour signature"] * 2,
        "Circuit terminé, dossier archivable",
    ]


def test_after_a_while_each_step_is_dated_by_its_own_hour_whenever_one_looks(
    state: ParapheurState, mairie: Account, deposer: Deposer, clock: SimClock
) -> None:
    state.rythme = Rythme.of({"apres_s": 3600})
    deposer(sous_type="Arrete")
    clock.advance(timedelta(seconds=3599))
    assert last(state, mairie) == "EnCoursVisa"
    clock.advance(timedelta(days=3))

    found = {e.statut.value: e.moment for e in state.historique(mairie, "ads-01")}

    created = START.replace(microsecond=3000)
    assert found["Vise"] == created + timedelta(hours=1)
    assert found["Signe"] == created + timedelta(hours=2)


def test_the_first_rule_that_matches_a_step_counts(
    state: ParapheurState, mairie: Account, deposer: Deposer
) -> None:
    state.rythme = Rythme(
        (
            Regle(quand=Pas.immediat(), titre_contient="refus", refuser="Non conforme"),
            Regle(quand=Pas.a_la_main(), sous_type="Courrier"),
            Regle(quand=Pas.immediat(), etape=Acte.VISA),
        )
    )

    deposer("a", titre="Arrêté de refus", sous_type="Arrete")
    deposer("b", sous_type="Courrier")
    deposer("c", sous_type="Arrete")

    assert lines(state, mairie, "a")[-1][::2] == ("RejetVisa", "Non conforme")
    assert last(state, mairie, "b") == "NonLu"
    assert lines(state, mairie, "c")[-1][2] == "Dossier déposé sur le bureau Le Maire pour signature"


def test_rules_are_written_as_json_and_read_back() -> None:
    data = [
        {"quand": {"apres_regards": 2}, "sous_type": "Arrete", "etape": "visa"},
        {"quand": "immediat", "titre_contient": "refus", "refuser": "Non"},
    ]

    assert Rythme.of(data).as_json() == data
    assert Rythme.of(json.loads(json.dumps(Rythme.of("main").as_json()))) == Rythme.of("main")


@pytest.mark.parametrize(
    "wrong",
    [
        "bientôt",
        [{"sous_type": "Arrete"}],
        [{"quand": "immediat", "inconnu": 1}],
        [{"quand": "immediat", "etape": "tampon"}],
        [{"quand": "immediat", "refuser": 3}],
        ["immediat"],
    ],
)
def test_rules_that_are_not_understood_are_refused(wrong: object) -> None:
    with pytest.raises(InvalidInput):
        Rythme.of(wrong)


def test_archiving_waits_for_the_end_then_the_dossier_is_gone(
    state: ParapheurState, mairie: Account, deposer: Deposer
) -> None:
    deposer()
    with pytest.raises(Refus, match="n'est pas archivable"):
        state.archiver(mairie, "ads-01", effacer=True)
    state.signer("ads-01")
    document = state.contenu(mairie, "ads-01").document.path

    state.archiver(mairie, "ads-01", effacer=True)

    with pytest.raises(Introuvable):
        state.historique(mairie, "ads-01")
    assert not document.exists()
    (row,) = state.dossiers()
    assert (row["deleted"], row["archived"], row["statut"]) == (True, False, "Archive")


def test_the_internal_archive_keeps_the_documents(
    state: ParapheurState, mairie: Account, deposer: Deposer
) -> None:
    deposer()
    state.signer("ads-01")
    document = state.contenu(mairie, "ads-01").document.path

    state.archiver(mairie, "ads-01", effacer=False)

    with pytest.raises(Introuvable):
        state.contenu(mairie, "ads-01")
    assert document.exists()
    (row,) = state.dossiers()
    assert (row["deleted"], row["archived"]) == (False, True)


def test_only_a_rejected_dossier_is_deleted_as_such(
    state: ParapheurState, mairie: Account, deposer: Deposer
) -> None:
    deposer()
    with pytest.raises(Refus):
        state.effacer_rejete(mairie, "ads-01")
    state.refuser("ads-01", motif="Non")
    with pytest.raises(Refus):
        state.archiver(mairie, "ads-01", effacer=True)

    state.effacer_rejete(mairie, "ads-01")

    assert [row["deleted"] for row in state.dossiers()] == [True]
    assert [row["statut"] for row in state.tombstones] == ["RejetSignataire"]


def test_a_dossier_created_again_after_its_deletion_is_counted_twice(
    state: ParapheurState, mairie: Account, deposer: Deposer
) -> None:
    state.rythme = Rythme.of("immediat")
    deposer()
    state.archiver(mairie, "ads-01", effacer=True)
    deposer()

    (row,) = state.dossiers()
    assert (row["cree_n"], row["deleted"]) == (2, False)


def test_a_document_signed_elsewhere_is_signed_again(
    state: ParapheurState, mairie: Account, deposer: Deposer, tmp_path: Path
) -> None:
    state.rythme = Rythme.of("immediat")
    deposer("a")
    again = state.reception / "again.pdf"
    again.write_bytes(state.contenu(mairie, "a").document.path.read_bytes())

    deposer("b", document=Piece("b.pdf", again, "application/pdf"))

    assert signatures(state.contenu(mairie, "b").document.path) == 2


def test_reset_forgets_the_dossiers_and_the_rythme_and_keeps_the_accounts(
    state: ParapheurState, mairie: Account, deposer: Deposer
) -> None:
    state.rythme = Rythme.of("immediat")
    deposer()

    state.reset()

    assert state.dossiers() == []
    assert state.rythme == Rythme()
    assert state.authenticate("ws@mairie", "secret") == mairie
    deposer()
    assert last(state, mairie) == "NonLu"


def test_a_new_parapheur_may_take_the_folder_of_an_earlier_one(
    state: ParapheurState, mairie: Account, deposer: Deposer, demande: Callable[..., Demande], tmp_path: Path
) -> None:
    deposer()
    later = ParapheurState(
        clock=SimClock(START),
        authority=TestAuthority(tmp_path / "pki", start=START),
        folder=tmp_path / "ip",
        faults=Faults(),
    )

    later.creer(mairie, demande())

    assert [row["cree_n"] for row in later.dossiers()] == [1]


def test_the_snapshot_is_json_and_tells_no_password(state: ParapheurState, deposer: Deposer) -> None:
    deposer()

    text = json.dumps(state.snapshot())

    assert "ads-01" in text
    assert "secret" not in text
    assert "secret" not in repr(state.accounts)


@pytest.mark.parametrize(("login", "password"), [("ws@mairie", "autre"), ("inconnu", "secret"), ("", "")])
def test_a_wrong_login_or_password_opens_nothing(
    state: ParapheurState, mairie: Account, login: str, password: str
) -> None:
    assert state.authenticate(login, password) is None
