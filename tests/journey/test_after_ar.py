"""What comes after the accusé de réception: messages of the préfecture, answers to them, cancellation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect.formats import Classification, read_stamp
from cdg62_connect.journey import Alert, Dossier, Journey, Level, Stage
from cdg62_connect.journey.platforms import PlatformDesk
from cdg62_connect.journey.prefecture import after_months
from cdg62_connect.journey.step import PARIS
from cdg62_connect.moments import observed
from cdg62_connect.s2low import ActeFile, Envoi, NewActe, NewReponse, S2low
from cdg62_connect.settings import Settings
from cdg62_connect.simulator import Simulator
from cdg62_connect.simulator.iparapheur import Rythme as PeopleRythme
from cdg62_connect.simulator.s2low import Rythme
from cdg62_connect.simulator.s2low.classification import Classification as PublishedClassification
from cdg62_connect.simulator.s2low.transactions import Transaction
from cdg62_connect.testing.installation import deposit, install
from cdg62_connect.testing.mocks import SimulatedPlatforms
from cdg62_connect.transport import Payload
from support.lives import sample
from support.lots import variant


def bare(bench: Bench, *, seq: str, code: str = "", **changes: object) -> Path:
    """A lot with its main document alone, unless the manifest says otherwise."""
    lot = variant("ARR_ACCORD", bench.folder / "lots", seq=seq, code=code, **changes)
    manifest = json.loads((lot / "manifeste.json").read_text("utf-8"))
    cited = {one["fichier"] for one in (manifest["document"], *manifest["annexes"])}
    for path in lot.iterdir():
        if path.name not in {"manifeste.json", *cited}:
            path.unlink()
    return lot


class Died(BaseException):
    """The process ends here."""


SIREN = "216209916"
NEW = PublishedClassification(date(2026, 10, 1))
PDF = sample("ARR_ACCORD") / "arrete.pdf"


def by_hand_acte() -> NewActe:
    """An acte that an agent transmits without us."""
    return NewActe(
        nature=3,
        numero="MAIN_1",
        objet="Transmis à la main",
        date=date(2026, 9, 1),
        matiere=(2, 2),
        type_acte="99_AI",
        document=ActeFile(nom="a.pdf", content=Payload.of(PDF)),
    )


def by_hand_answer(message: int) -> NewReponse:
    """What an agent answers without us."""
    return NewReponse(
        message=message,
        type_acte="99_AI",
        document=ActeFile(nom="a.pdf", content=Payload.of(PDF)),
        envoi=Envoi.ENVOI,
    )


class Bench:
    """An installation and its platforms in this process, on one clock."""

    def __init__(self, settings: Settings, simulation: Simulator, folder: Path) -> None:
        self.settings = settings
        self.simulation = simulation
        self.folder = folder

    def live(self, days: float = 0) -> None:
        """Pass after pass until nothing is in course, then ``days`` of passes: four a day, six in all at most."""
        with Journey(self.settings, clock=self.simulation.clock) as journey:
            for _ in range(40):
                report = journey.run_pass()
                assert not report.failed, report.failed
                following = journey.next_due()
                if following is None:
                    break
                self.simulation.clock.set(max(following, self.simulation.clock.now()))
            passes = min(int(days * 4), 6)
            for _ in range(passes):
                self.simulation.clock.advance(timedelta(days=days) / passes)
                assert not journey.run_pass().failed

    def acte(self, *, seq: str = "02", live: bool = True, **changes: object) -> str:
        """An acte signed by hand, that has its accusé; its lot."""
        by_hand = {"circuit__signature": False, "legalite__date_acte": "2026-09-01", "annexes": []}
        lot = bare(self, seq=seq, **{**by_hand, **changes})
        deposit(lot, root=self.settings.deposit.root)
        if live:
            self.live()
        return lot.name

    def dossier(self, lot: str) -> Dossier:
        with Journey(self.settings, clock=self.simulation.clock) as journey:
            return journey.dossier(lot)

    def returns(self, lot: str) -> list[tuple[Path, dict[str, Any]]]:
        with Journey(self.settings, clock=self.simulation.clock) as journey:
            return [
                (folder, json.loads((folder / "retour.json").read_text("utf-8")))
                for folder in journey.tree.returns(lot)
            ]

    def transaction(self, lot: str) -> int:
        sent = self.dossier(lot).transmitted
        assert sent is not None
        return sent.transaction

    def alerts(self) -> list[Alert]:
        with Journey(self.settings, clock=self.simulation.clock) as journey:
            return [one for one in journey.alerts() if not one.key.startswith("certificat")]

    def replies(self) -> list[Transaction]:
        """What was answered to the préfecture, as S2LOW has it."""
        transactions = self.simulation.s2low._registry.all()
        return [one for one in transactions if one.reponse_a is not None]

    def envelope(self, transaction: int) -> bytes:
        """The message that S2LOW made of a transaction."""
        found = self.simulation.s2low._registry.known(transaction, "")
        return found.files[0].path.read_bytes()

    def actes(self) -> list[dict[str, Any]]:
        return [row for row in self.simulation.s2low.snapshot()["actes"] if row["type"] == "1"]

    def die_at(self, moment: str) -> None:
        """One pass, by a process that dies there; or that lives, when the moment does not come any more."""

        def die(reached: str) -> None:
            if reached.startswith(moment):
                raise Died

        with Journey(self.settings, clock=self.simulation.clock) as journey, observed(die), suppress(Died):
            journey.run_pass()

    @contextmanager
    def site(self) -> Iterator[S2low]:
        """What an agent of the authority does by hand on S2LOW."""
        desk = PlatformDesk(self.settings, clock=self.simulation.clock)
        try:
            yield desk.of(self.settings.authorities[0]).require_s2low()
        finally:
            desk.close()

    def calls(self, operation: str) -> int:
        return self.simulation.faults.calls.get("s2low", {}).get(operation, 0)


@pytest.fixture
def bench(plateformes_en_memoire: SimulatedPlatforms, simulation: Simulator, tmp_path: Path) -> Bench:
    simulation.iparapheur.rythme = PeopleRythme.of([{"quand": "immediat"}])
    simulation.s2low.rythme = Rythme.of("immediat")
    settings = install(plateformes_en_memoire.describe(), folder=tmp_path)
    with Journey(settings, clock=simulation.clock):
        pass
    return Bench(settings, simulation, tmp_path)


# What the préfecture writes


def test_a_request_sixty_days_later_comes_back_with_its_deadline_though_an_agent_has_opened_it(
    bench: Bench,
) -> None:
    acte = bench.acte()
    keep_days = bench.settings.deposit.model_copy(update={"keep_days": 1})
    bench.settings = bench.settings.model_copy(update={"deposit": keep_days})
    for folder, _ in bench.returns(acte):
        (folder / ".repris").touch()
    bench.simulation.clock.advance(timedelta(days=60) - timedelta(hours=6))
    letter = bench.simulation.s2low.ecrire(
        bench.transaction(acte), "demande_pieces", texte="Le plan de masse coté"
    )
    letter.lu = True  # an agent has opened it on the site: it is no longer listed
    day = bench.simulation.clock.now().date()
    bench.live(days=0.25)
    folder, told = bench.returns(acte)[-1]
    assert folder.name.endswith("-MESSAGE_PREFECTURE")
    assert told["prefecture"] == {
        "message": letter.id,
        "sorte": "demande_de_pieces",
        "date": day.isoformat(),
        "texte": "Le plan de masse coté",
        "echeance": after_months(day, 2).isoformat(),
        "lien": f"{bench.settings.platforms.s2low.url}/modules/actes/actes_transac_show.php?id={letter.id}",
    }
    assert f"au plus tard le {after_months(day, 2):%d/%m/%Y}" in told["message"]
    natures = {file["nature"]: folder / file["nom"] for file in told["fichiers"]}
    assert natures["courrier_prefecture"].read_bytes().startswith(b"%PDF-")
    assert b"DemandePieceComplementaire" in natures["message_prefecture"].read_bytes()
    assert bench.dossier(acte).stage is Stage.IN_EXCHANGE
    bench.simulation.clock.advance(timedelta(days=20))
    bench.live(days=0.25)
    assert len(bench.returns(acte)) == 4, "taken back long ago, and kept"
    assert list((bench.settings.deposit.root / "archives").rglob(acte))
    assert bench.calls("document_prefecture_mark_as_read") == 0


def test_a_person_may_ask_at_once_about_one_acte(bench: Bench) -> None:
    acte = bench.acte()
    bench.live(days=0.25)
    letter = bench.simulation.s2low.ecrire(bench.transaction(acte), "courrier_simple")
    letter.lu = True
    with Journey(bench.settings, clock=bench.simulation.clock) as journey:
        journey.run_pass()
        assert len(journey.tree.returns(acte)) == 3
        assert journey.resume(acte) == 1
        journey.run_pass()
        assert journey.tree.returns(acte)[-1].name == "004-MESSAGE_PREFECTURE"


def test_what_is_kept_for_an_exchange_is_deleted_once_it_is_over(bench: Bench) -> None:
    acte = bench.acte()
    keep_days = bench.settings.deposit.model_copy(update={"keep_days": 1})
    bench.settings = bench.settings.model_copy(update={"deposit": keep_days})
    bench.simulation.s2low.ecrire(bench.transaction(acte), "lettre_observations")
    bench.live(days=0.25)
    for folder, _ in bench.returns(acte):
        (folder / ".repris").touch()
    assert bench.alerts() == []
    bench.simulation.clock.advance(timedelta(days=50))
    [soon] = bench.alerts()
    assert soon.level is Level.ATTENTION
    assert acte in soon.message
    bench.simulation.clock.advance(timedelta(days=80))
    bench.live(days=0.5)
    assert bench.dossier(acte).stage is Stage.CLOSED, "two months to answer, two more for the préfet"
    bench.live(days=1)
    assert bench.returns(acte) == []
    assert bench.alerts() == []


@pytest.mark.parametrize(("sorte", "word"), [("courrier_simple", "courrier_simple"), ("defere", "defere")])
def test_a_letter_that_asks_for_nothing_has_no_deadline(bench: Bench, sorte: str, word: str) -> None:
    acte = bench.acte()
    bench.simulation.s2low.ecrire(bench.transaction(acte), sorte, texte="Vu")
    bench.live(days=0.25)
    told = bench.returns(acte)[-1][1]
    assert (told["prefecture"]["sorte"], told["prefecture"]["echeance"]) == (word, None)
    assert bench.dossier(acte).stage is Stage.CLOSED


def test_listening_costs_one_request_per_authority_whatever_the_number_of_actes(bench: Bench) -> None:
    actes = [bench.acte(seq=f"{rank:02}") for rank in range(2, 6)]
    bench.live(days=1.25)
    before = bench.calls("list_document_prefecture"), bench.calls("actes_transac_get_document")
    bench.live(days=0.25)
    assert bench.calls("list_document_prefecture") == before[0] + 1
    assert bench.calls("actes_transac_get_document") == before[1]
    bench.live(days=2)
    looks = bench.calls("actes_transac_get_document")
    assert before[1] + len(actes) <= looks <= before[1] + 2 * len(actes), "each every two days or so"


def test_a_cancellation_on_the_site_comes_back_with_its_accuse_and_ends_the_listening(bench: Bench) -> None:
    acte = bench.acte()
    bench.simulation.s2low.ecrire(bench.transaction(acte), "demande_pieces")
    bench.live(days=0.25)
    with bench.site() as s2low:
        s2low.actes.annuler(bench.transaction(acte))
    bench.live(days=3)
    _, told = bench.returns(acte)[-1]
    assert told["etat"] == "ANNULE"
    assert [file["nature"] for file in told["fichiers"]] == ["ar_annulation"]
    dossier = bench.dossier(acte)
    assert (dossier.stage, dossier.progress) == (Stage.CLOSED, Stage.CANCELLED)
    looks = bench.calls("actes_transac_get_document")
    bench.live(days=4)
    assert bench.calls("actes_transac_get_document") == looks


def test_a_message_about_an_acte_that_is_not_ours_is_told_once_until_somebody_reads_it(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.acte()
    with bench.site() as s2low:
        by_hand = s2low.actes.transmettre(by_hand_acte())
    letter = bench.simulation.s2low.ecrire(by_hand, "demande_pieces")
    bench.live(days=1)
    assert sum("pas passé par ce connecteur" in line for line in caplog.messages) == 1
    [told] = bench.alerts()
    assert f"message {letter.id}" in told.message
    letter.lu = True
    bench.live(days=0.25)
    assert bench.alerts() == []


def test_a_transaction_that_s2low_no_longer_shows_is_told_and_stops_nothing(bench: Bench) -> None:
    acte, other = bench.acte(), bench.acte(seq="03")
    bench.simulation.s2low._registry._transactions.pop(bench.transaction(acte))
    bench.simulation.s2low.ecrire(bench.transaction(other), "courrier_simple")
    bench.live(days=3)
    assert bench.returns(other)[-1][1]["etat"] == "MESSAGE_PREFECTURE"
    with Journey(bench.settings, clock=bench.simulation.clock) as journey:
        problems = {row.id_depot: row.problem for row in journey.rows()}
    assert "ne montre plus la transaction" in problems[acte]
    assert problems[other] == ""


# Answers


def answer(
    bench: Bench, acte: str, message: int, *, seq: str = "02", envoi: str = "reponse", **changes: object
) -> str:
    """Deposit an answer to a message; its lot."""
    lot = bare(
        bench,
        seq=seq,
        code="REPONSE_PREF",
        reponse_a={"id_depot": acte, "message": message, "envoi": envoi},
        **{"circuit__signature": False, "document__titre": "Pièces demandées", "annexes": [], **changes},
    )
    return deposit(lot, root=bench.settings.deposit.root)


def test_an_answer_is_sent_once_acknowledged_and_ends_the_exchange(bench: Bench) -> None:
    acte = bench.acte()
    message = bench.simulation.s2low.ecrire(bench.transaction(acte), "demande_pieces").id
    bench.live(days=1)
    assert bench.dossier(acte).stage is Stage.IN_EXCHANGE
    lot = answer(bench, acte, message)
    bench.live(days=1)
    answered = bench.dossier(lot)
    assert answered.stage is Stage.CLOSED, (answered.blocked, answered.quarantined)
    assert [told["etat"] for _, told in bench.returns(lot)] == ["TRANSMIS_TDT", "AR_PREFECTURE", "TERMINE"]
    assert bench.dossier(acte).stage is Stage.CLOSED
    assert bench.returns(acte)[-1][1]["prefecture"] == {
        "message": message,
        "reponse": answered.transaction,
        "lot": lot,
    }
    assert bench.calls("actes_transac_reponse_create") == 1


@pytest.mark.parametrize("envoi", ["reponse", "refus"])
def test_an_observation_is_answered_or_not_followed(bench: Bench, envoi: str) -> None:
    acte = bench.acte()
    message = bench.simulation.s2low.ecrire(bench.transaction(acte), "lettre_observations").id
    bench.live(days=0.25)
    lot = answer(bench, acte, message, envoi=envoi)
    bench.live(days=0.25)
    code = {"reponse": b"ReponseLettreObservations", "refus": b"RejetLettreObservations"}[envoi]
    assert code in bench.envelope(bench.transaction(lot))
    assert bench.dossier(acte).stage is Stage.CLOSED


def test_the_answer_to_a_letter_ends_when_it_has_left(bench: Bench) -> None:
    acte = bench.acte()
    message = bench.simulation.s2low.ecrire(bench.transaction(acte), "courrier_simple").id
    bench.live(days=0.25)
    lot = answer(bench, acte, message)
    bench.live(days=0.25)
    assert bench.dossier(lot).stage is Stage.CLOSED
    assert [told["etat"] for _, told in bench.returns(lot)] == ["TRANSMIS_TDT", "TERMINE"]


def test_an_answer_that_cannot_be_is_to_be_corrected(bench: Bench) -> None:
    acte = bench.acte()
    defere = bench.simulation.s2low.ecrire(bench.transaction(acte), "defere").id
    letter = bench.simulation.s2low.ecrire(bench.transaction(acte), "courrier_simple").id
    bench.live(days=0.25)
    lots = [
        answer(bench, acte, 1, seq="02"),
        answer(bench, "PC0629912600099_ARR_ACCORD_20260914T093000_01", letter, seq="03"),
        answer(bench, acte, defere, seq="04"),
        answer(bench, acte, letter, seq="05", envoi="refus"),
        answer(bench, acte, letter, seq="06", legalite__numero_acte="X1"),
        answer(bench, acte, letter, seq="07"),
        answer(bench, acte, letter, seq="08"),
    ]
    bench.live()
    found = [bench.dossier(lot).quarantined for lot in lots]
    assert [one.erreurs[0]["code"] if one else "" for one in found] == [
        "REPONSE_INCONNUE",
        "REPONSE_INCONNUE",
        "REPONSE_IMPOSSIBLE",
        "REPONSE_IMPOSSIBLE",
        "CHAMP_INVALIDE",
        "",
        "REPONSE_DEJA_DONNEE",
    ]
    assert bench.calls("actes_transac_reponse_create") == 1


def test_an_answer_given_on_the_site_is_told_and_ends_the_exchange(bench: Bench) -> None:
    acte = bench.acte()
    message = bench.simulation.s2low.ecrire(bench.transaction(acte), "demande_pieces").id
    bench.live(days=0.25)
    late = answer(bench, acte, message)
    with bench.site() as s2low:
        sent = s2low.actes.prefecture.repondre(by_hand_answer(message))
    bench.live(days=2)
    blocked = bench.dossier(late).blocked
    assert blocked is not None
    assert blocked.code == "REPONSE_DEJA_DONNEE"
    with Journey(bench.settings, clock=bench.simulation.clock) as journey:
        journey.abandon(late, by="A. Martin", motif="déjà répondu")
    bench.live(days=2)
    told = bench.returns(acte)[-1][1]
    assert told["prefecture"] == {"message": message, "reponse": sent, "lot": None}
    assert "site de S2LOW" in told["message"]
    assert bench.dossier(acte).stage is Stage.CLOSED


@pytest.mark.parametrize("moment", ["avant", "apres"])
def test_an_answer_whose_reply_is_lost_leaves_once(bench: Bench, moment: str) -> None:
    acte = bench.acte()
    message = bench.simulation.s2low.ecrire(bench.transaction(acte), "demande_pieces").id
    bench.live(days=0.25)
    lot = answer(bench, acte, message)
    fault = {"plateforme": "s2low", "operation": "actes_transac_reponse_create", "effet": "couper"}
    bench.simulation.faults.add({**fault, "moment": moment})
    bench.live(days=0.25)
    assert bench.dossier(lot).stage is Stage.CLOSED
    assert len(bench.replies()) == 1
    assert bench.dossier(acte).answered[0].reponse == bench.replies()[0].id


def test_an_answer_is_sent_once_wherever_the_process_dies(bench: Bench) -> None:
    acte = bench.acte()
    message = bench.simulation.s2low.ecrire(bench.transaction(acte), "demande_pieces").id
    bench.live(days=0.25)
    lot = answer(bench, acte, message)
    for moment in (
        "journal.after:intent",
        "wire.sent:actes_transac_reponse_create",
        "wire.answered:actes_transac_reponse_create",
        "journal.before:transmitted",
        "journal.after:acknowledged",
    ):
        bench.die_at(moment)
        bench.simulation.clock.advance(timedelta(hours=1))
    bench.live(days=0.25)
    assert bench.dossier(lot).stage is Stage.CLOSED
    assert len(bench.replies()) == 1
    assert [told["etat"] for _, told in bench.returns(lot)] == ["TRANSMIS_TDT", "AR_PREFECTURE", "TERMINE"]


# The classification that changed


def test_the_same_document_goes_again_when_the_classification_changed_overnight(bench: Bench) -> None:
    bench.simulation.s2low.publier_classification(SIREN, NEW, recue=False)
    acte = bench.acte(live=False)
    bench.live(days=1)
    dossier = bench.dossier(acte)
    assert dossier.stage is Stage.CLOSED, (dossier.blocked, dossier.outdated)
    rows = bench.actes()
    assert [(row["numero"], row["statut"]) for row in rows] == [
        ("PC0629912600012", -1),
        ("PC9912600012X01", 4),
    ]
    assert dossier.numero == "PC9912600012X01"
    told = [one for _, one in bench.returns(acte)]
    assert [one["etat"] for one in told] == ["TRANSMIS_TDT", "TRANSMIS_TDT", "AR_PREFECTURE", "TERMINE"]
    assert "sous le numéro PC9912600012X01" in told[1]["message"]
    assert bench.calls("actes_classification_request") == 1


def test_the_authoritys_own_number_gets_a_suffix(bench: Bench) -> None:
    bench.simulation.s2low.publier_classification(SIREN, NEW, recue=False)
    acte = bench.acte(live=False, legalite__numero_acte="URB_2026_0001")
    bench.live(days=1)
    assert bench.dossier(acte).numero == "URB_2026_0001_2"


@pytest.mark.parametrize("operation", ["actes_classification_request", "actes_transac_create"])
def test_sending_again_happens_once_though_its_answer_is_lost(bench: Bench, operation: str) -> None:
    bench.simulation.s2low.publier_classification(SIREN, NEW, recue=False)
    rank = {"actes_classification_request": 1, "actes_transac_create": 2}[operation]
    fault = {"plateforme": "s2low", "operation": operation, "effet": "couper", "moment": "apres"}
    bench.simulation.faults.add({**fault, "a_partir_de": rank})
    acte = bench.acte(live=False)
    bench.live(days=1.5)
    assert bench.dossier(acte).stage is Stage.CLOSED
    assert [row["statut"] for row in bench.actes()] == [-1, 4]


def test_sending_again_happens_once_wherever_the_process_dies(bench: Bench) -> None:
    bench.simulation.s2low.publier_classification(SIREN, NEW, recue=False)
    acte = bench.acte(live=False)
    for moment in (
        "journal.after:classification_outdated",
        "wire.answered:actes_classification_request",
        "journal.before:classification_renewed",
        "wire.answered:actes_transac_create",
    ):
        for _ in range(3):
            bench.die_at(moment)
            bench.simulation.clock.advance(timedelta(hours=1))
    bench.live(days=0.5)
    assert bench.dossier(acte).stage is Stage.CLOSED
    assert [(row["numero"], row["statut"]) for row in bench.actes()] == [
        ("PC0629912600012", -1),
        ("PC9912600012X01", 4),
    ]


def test_a_type_that_the_new_classification_no_longer_has_is_a_persons_business(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.simulation.s2low.publier_classification(SIREN, NEW, recue=False)
    acte = bench.acte(live=False, legalite__type_piece="22_DN")
    allowed = Classification.allows_piece
    monkeypatch.setattr(
        Classification,
        "allows_piece",
        lambda self, nature, code: (
            allowed(self, nature, code) and not (self.date == NEW.version and code == "22_DN")
        ),
    )
    bench.live()
    blocked = bench.dossier(acte).blocked
    assert blocked is not None
    assert blocked.code == "CLASSIFICATION_CHANGEE"
    assert "22_DN" in blocked.reason
    with Journey(bench.settings, clock=bench.simulation.clock) as journey:
        journey.declare_never_left(acte, by="A. Martin", motif="99_AI convient")
    bench.live()
    assert bench.dossier(acte).stage is Stage.CLOSED


# Stamps


@pytest.mark.parametrize("shown", ["2026-09-20", None])
def test_the_day_of_publication_is_on_the_stamp_when_the_depositor_gave_it(
    bench: Bench, shown: str | None
) -> None:
    acte = bench.acte(legalite__date_affichage=shown)
    folder, told = next(one for one in bench.returns(acte) if one[1]["etat"] == "AR_PREFECTURE")
    [stamped] = [file for file in told["fichiers"] if file["nature"] == "acte_tamponne"]
    assert (stamped["usage"], stamped["signature"]) == ("copie_tamponnee", "aucune")
    stamp = read_stamp(folder / stamped["nom"])
    assert stamp is not None
    today = bench.simulation.clock.now().astimezone(PARIS).date()
    assert stamp.publie == (date.fromisoformat(shown) if shown else today), "S2LOW puts its own otherwise"
    assert ("jour que S2LOW a mis" in told["message"]) is (shown is None)


def test_the_signed_document_is_the_one_to_notify_and_the_stamped_one_says_what_became_of_its_signature(
    bench: Bench,
) -> None:
    lot = deposit(sample("ARR_ACCORD"), root=bench.settings.deposit.root)
    bench.live()
    told = next(one for _, one in bench.returns(lot) if one["etat"] == "AR_PREFECTURE")
    files = {file["nature"]: file for file in told["fichiers"]}
    assert files["pdf_signe"]["usage"] == "a_notifier"
    assert files["acte_tamponne"]["usage"] == "copie_tamponnee"
    broken = files["acte_tamponne"]["signature"] == "rompue"
    assert ("notifiez le PDF signé" in told["message"]) is broken
    assert "usage" not in files["ar_prefecture"]
