"""What the direct route does with a dossier, told by what the depositor and the platforms see."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cdg62_connect.clock import SystemClock
from cdg62_connect.errors import ConfigurationError, ResolutionRefused, WrongAuthority
from cdg62_connect.journey import Dossier, Journey, Stage
from cdg62_connect.journey.platforms import Assignment, PlatformDesk
from cdg62_connect.settings import Environment, S2lowAccount, Settings, SignatureRules, UnknownSigner
from cdg62_connect.simulator import SimClock, Simulator, SimulatorServer
from cdg62_connect.simulator.iparapheur import Rythme as PeopleRythme
from cdg62_connect.testing.installation import deposit, install
from support.lives import Platforms, WalkingClock, in_child, live, sample
from support.lots import variant

VALMONT, SAINTE_ALDEGONDE = "216209916", "216209924"


@pytest.fixture
def tree(settings: Settings) -> Path:
    with Journey(settings):
        return settings.deposit.root


def returned(settings: Settings, lot: str) -> list[dict]:
    with Journey(settings) as journey:
        return [json.loads((one / "retour.json").read_text("utf-8")) for one in journey.tree.returns(lot)]


def ended(settings: Settings, lot: str) -> Dossier:
    with Journey(settings) as journey:
        return journey.dossier(lot)


def actes(platforms: Platforms) -> list[dict]:
    return platforms.ask("/etat")["s2low"]["actes"]


def dossiers(platforms: Platforms) -> list[dict]:
    return platforms.ask("/etat")["iparapheur"]["dossiers"]


def with_section(settings: Settings, **changes: object) -> Settings:
    return settings.model_copy(update=changes)


# Several authorities


def test_each_authority_sends_under_its_own_siren_with_its_own_accounts(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    one = deposit(sample("ARR_ACCORD"), root=tree)
    other = deposit(sample("DP_NON_OPPO"), root=tree)
    live(settings, platforms.now())
    assert {acte["siren"] for acte in actes(platforms)} == {VALMONT, SAINTE_ALDEGONDE}
    accounts = {row["dossier_id"]: row["account"] for row in dossiers(platforms)}
    assert VALMONT in accounts[one]
    assert SAINTE_ALDEGONDE in accounts[other]
    for lot, siren in ((one, VALMONT), (other, SAINTE_ALDEGONDE)):
        acknowledged = ended(settings, lot).acknowledged
        assert acknowledged is not None
        assert acknowledged.acte_id.split("-")[1] == siren


def test_a_dossier_cannot_be_given_another_authoritys_clients(settings: Settings) -> None:
    desk = PlatformDesk(settings, clock=SystemClock())
    own = desk.assign(Dossier(id_depot="A", siren=VALMONT))
    with pytest.raises(WrongAuthority, match=SAINTE_ALDEGONDE):
        Assignment(dossier=Dossier(id_depot="B", siren=SAINTE_ALDEGONDE), platforms=own.platforms)
    with pytest.raises(WrongAuthority):
        replace(own, dossier=Dossier(id_depot="C", siren=""))
    with pytest.raises(ConfigurationError, match="n'est plus dans la configuration"):
        desk.assign(Dossier(id_depot="D", siren="200062990"))
    desk.close()


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("autorite__siren", SAINTE_ALDEGONDE, "SIREN_COMMUNE"),
        ("commune__insee", "62992", "INSEE_INCOHERENT"),
        ("autorite__competence", "etat", "COMPETENCE_ETAT"),
    ],
)
def test_a_deposit_whose_commune_competence_and_siren_disagree_is_refused(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path, path: str, value: str, code: str
) -> None:
    lot = deposit(variant("ARR_ACCORD", tmp_path / "lots", **{path: value}), root=tree)
    live(settings, platforms.now())
    dossier = ended(settings, lot)
    assert dossier.quarantined is not None
    assert code in {error["code"] for error in dossier.quarantined.erreurs}
    assert dossiers(platforms) == []


# Matière, numbers, dates


@pytest.mark.parametrize(
    ("code", "sent"),
    [("ARR_ACCORD", "2.2.3"), ("ARR_REFUS", "2.2")],
    ids=["label as confirmed", "same code, other label in this préfecture"],
)
def test_a_third_level_leaves_only_when_the_live_label_is_the_confirmed_one(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path, code: str, sent: str
) -> None:
    deposit(variant(code, tmp_path / "lots", legalite__matiere="2.2.3"), root=tree)
    confirmed = {"matieres": {"2.2.3": "Permis de construire"}}
    authorities = tuple(one.model_copy(update=confirmed) for one in settings.authorities)
    live(with_section(settings, authorities=authorities), platforms.now())
    assert [acte["matiere"] for acte in actes(platforms)] == [sent]


def test_a_second_act_on_the_same_dossier_gets_a_number_of_its_own(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path
) -> None:
    deposit(sample("ARR_ACCORD"), root=tree)
    live(settings, platforms.now())
    deposit(variant("ARR_ACCORD", tmp_path / "lots"), root=tree)
    live(settings, platforms.now())
    numbers = [acte["numero"] for acte in actes(platforms)]
    assert len(set(numbers)) == 2
    assert numbers[0] == "PC0629912600012"
    assert all(len(number) <= 15 for number in numbers)


def test_the_authoritys_own_number_wins_and_is_never_used_twice(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path
) -> None:
    lots = tmp_path / "lots"
    deposit(variant("ARR_ACCORD", lots, seq="02", legalite__numero_acte="URB_2026_0001"), root=tree)
    live(settings, platforms.now())
    again = deposit(variant("ARR_ACCORD", lots, seq="03", legalite__numero_acte="URB_2026_0001"), root=tree)
    live(settings, platforms.now())
    assert [acte["numero"] for acte in actes(platforms)] == ["URB_2026_0001"]
    blocked = ended(settings, again).blocked
    assert blocked is not None
    assert blocked.code == "NUMERO_ACTE_UTILISE"


def test_the_date_of_the_act_is_the_day_of_the_signature_in_paris(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    platforms.tell("/horloge", {"heure": "2026-12-31T23:30:00+00:00"})
    lot = deposit(sample("ARR_ACCORD"), root=tree)
    live(settings, platforms.now())
    acknowledged = ended(settings, lot).acknowledged
    assert acknowledged is not None
    assert acknowledged.acte_id.split("-")[2] == "20270101"


# People


def test_an_act_that_waits_for_an_agent_blocks_says_who_and_goes_on_by_itself(tmp_path: Path) -> None:
    clock = SimClock()
    simulator = Simulator(folder=tmp_path / "plateformes", clock=clock)
    simulator.iparapheur.rythme = PeopleRythme.of([{"quand": "immediat"}])
    certificate, key = simulator.authority.client_certificate("depose-sans-teletransmettre")
    simulator.s2low.accounts.add_account(VALMONT, certificate, droits=("CS",))
    with SimulatorServer(simulator) as server:
        settings = install(server.describe(), folder=tmp_path)
        account = S2lowAccount(certificate=certificate, key=key)
        valmont = settings.authorities[0].model_copy(update={"s2low": account})
        settings = with_section(settings, authorities=(valmont, *settings.authorities[1:]))
        with Journey(settings, clock=clock) as journey:
            lot = deposit(sample("ARR_ACCORD"), root=settings.deposit.root)
            for _ in range(3):
                journey.run_pass()
                clock.advance(timedelta(hours=1))
            blocked = journey.dossier(lot)
            assert blocked.stage is Stage.BLOCKED
            assert blocked.waiting is not None
            assert blocked.waiting.statut == 17
            assert "agent télétransmetteur" in blocked.waiting.who
            page = f"/modules/actes/actes_transac_show.php?id={blocked.transmitted.transaction}"
            assert blocked.waiting.lien == settings.platforms.s2low.url + page
            waits = json.loads((journey.tree.returns(lot)[-1] / "retour.json").read_text("utf-8"))
            assert waits["plateformes"]["s2low"]["lien"] == blocked.waiting.lien
            assert blocked.waiting.lien in waits["message"]
            simulator.s2low.poster(blocked.transmitted.transaction)
            for _ in range(8):
                journey.run_pass()
                clock.advance(timedelta(hours=1))
            assert journey.dossier(lot).stage is Stage.CLOSED
            told = [folder.name for folder in journey.tree.returns(lot)]
    assert "004-ATTENTE_RGS" in told
    assert server.erreurs == []


def test_a_refusal_in_the_circuit_comes_back_with_who_and_why(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    platforms.start_again(refuse="Le plan de masse est illisible")
    lot = deposit(sample("ARR_ACCORD"), root=tree)
    live(settings, platforms.now())
    refusal = next(one for one in returned(settings, lot) if one["etat"] == "REFUSE_PARAPHEUR")
    assert refusal["refus"]["motif"] == "Le plan de masse est illisible"
    assert refusal["refus"]["etape"] == "visa"
    assert "Chef du service ADS" in refusal["message"]
    assert actes(platforms) == []


@pytest.mark.parametrize(("issue", "etape"), [("refus_analyse", "tdt"), ("refus_ministere", "prefecture")])
def test_an_anomaly_comes_back_with_its_reason(
    platforms: Platforms, settings: Settings, tree: Path, issue: str, etape: str
) -> None:
    scenario = {"contient": "PC0629912600012", "issue": issue, "motif": "Classification dépassée"}
    platforms.tell("/s2low/scenarios", [scenario])
    lot = deposit(sample("ARR_ACCORD"), root=tree)
    live(settings, platforms.now())
    told = next(one for one in returned(settings, lot) if one["etat"] == "REFUSE_TDT")
    assert told["refus"]["etape"] == etape
    assert "Classification dépassée" in told["refus"]["motif"]
    assert ended(settings, lot).progress is Stage.REFUSED


# Signatures


def sign_on_paper(platforms: Platforms, settings: Settings, tree: Path) -> tuple[str, WalkingClock]:
    """The circuit ends without any electronic signature."""
    platforms.tell("/rythme", {"iparapheur": [{"quand": "main"}]})
    lot = deposit(sample("PIECES"), root=tree)
    clock = WalkingClock(platforms.now())
    with Journey(settings, clock=clock) as journey:
        journey.run_pass()
        platforms.tell(f"/parapheur/{lot}/signer", {"papier": True})
        clock.moment += timedelta(hours=1)
        journey.run_pass()
    return lot, clock


def test_a_document_that_comes_back_unsigned_is_blocked_and_nothing_is_deleted(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    lot, _ = sign_on_paper(platforms, settings, tree)
    blocked = ended(settings, lot).blocked
    assert blocked is not None
    assert blocked.code == "PAS_SIGNE"
    assert [row["deleted"] for row in dossiers(platforms)] == [False]
    assert returned(settings, lot)[-1]["etat"] == "ERREUR"
    assert blocked.advice in returned(settings, lot)[-1]["message"]


def test_a_blocked_dossier_can_adopt_the_one_that_was_signed_instead(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    lot, clock = sign_on_paper(platforms, settings, tree)
    with Journey(settings, clock=clock) as journey:
        desk = PlatformDesk(settings, clock=clock)
        parapheur = desk.assign(journey.dossier(lot)).platforms.parapheur
        from cdg62_connect.iparapheur import Document, Submission
        from cdg62_connect.transport import Payload

        pdf = Payload.of(sample("PIECES") / "demande_pieces.pdf")
        assert parapheur is not None
        parapheur.submit(
            Submission(
                key="refait-a-la-main",
                titre="Refait",
                type="URBANISME",
                sous_type="Courrier",
                documents=(Document(nom="demande_pieces.pdf", content=pdf),),
            )
        )
        desk.close()
        platforms.tell("/parapheur/refait-a-la-main/signer")
        with pytest.raises(ResolutionRefused, match="n'envoie rien"):
            journey.declare_never_left(lot, by="A. Martin", motif="essai")
        with pytest.raises(ResolutionRefused, match="aucun dossier"):
            journey.adopt(lot, platform="iparapheur", remote_id="inconnu", by="A. Martin", motif="essai")
        with pytest.raises(ResolutionRefused, match="rien à adopter"):
            journey.adopt(lot, platform="s2low", remote_id="12", by="A. Martin", motif="essai")
        journey.adopt(
            lot, platform="iparapheur", remote_id="refait-a-la-main", by="A. Martin", motif="re-signé"
        )
    live(settings, clock.moment)
    dossier = ended(settings, lot)
    assert dossier.stage is Stage.CLOSED
    assert dossier.signed is not None
    with Journey(settings) as journey:
        resolved = [one.fact for one in journey.history(lot) if one.fact.kind == "resolved"]
    assert [(one.by, one.motif) for one in resolved] == [("A. Martin", "re-signé")]


def test_an_unknown_signer_blocks_by_default(platforms: Platforms, settings: Settings, tree: Path) -> None:
    strict = with_section(settings, signature=SignatureRules(anchors=()))
    lot = deposit(sample("ARR_ACCORD"), root=tree)
    live(strict, platforms.now())
    blocked = ended(settings, lot).blocked
    assert blocked is not None
    assert blocked.code == "SIGNATAIRE_INCONNU"
    assert actes(platforms) == []
    assert [row["deleted"] for row in dossiers(platforms)] == [False]


def test_an_unknown_signer_is_reported_where_the_configuration_says_so(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    rules = SignatureRules(anchors=(), unknown_signer=UnknownSigner.SIGNALER)
    lot = deposit(sample("ARR_ACCORD"), root=tree)
    live(with_section(settings, signature=rules), platforms.now())
    assert ended(settings, lot).stage is Stage.CLOSED
    signed = next(one for one in returned(settings, lot) if one["etat"] == "SIGNE")
    assert signed["message"]


def test_a_stamp_that_fails_is_waited_for_then_said(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    platforms.tell("/s2low/scenarios", [{"contient": "PC0629912600012", "issue": "tampon_echoue"}])
    lot = deposit(sample("ARR_ACCORD"), root=tree)
    live(settings, platforms.now())
    told = next(one for one in returned(settings, lot) if one["etat"] == "AR_PREFECTURE")
    assert "n'a pas tamponné" in told["message"]
    assert "acte_tamponne" not in {file["nature"] for file in told["fichiers"]}


# Production


def test_nothing_leaves_for_a_production_platform(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    closed = settings.platforms.iparapheur.model_copy(update={"environment": Environment.PRODUCTION})
    production = with_section(
        settings, platforms=settings.platforms.model_copy(update={"iparapheur": closed})
    )
    deposit(sample("ARR_ACCORD"), root=tree)
    with Journey(production, clock=WalkingClock(platforms.now())) as journey:
        journey.run_pass()
        [row] = journey.rows()
    assert row.stage is Stage.CHECKED
    assert "feu vert" in row.problem
    assert platforms.ask("/etat")["appels"].get("iparapheur", {}) == {}


# Refusals of the platform, and the way out


def test_an_unknown_sous_type_blocks_and_goes_on_once_corrected(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    lot = deposit(sample("ARR_ACCORD"), root=tree)
    lost = settings.authorities[0].parapheur.model_copy(update={"sous_types": {"defaut": "Inconnu"}})
    authority = settings.authorities[0].model_copy(update={"parapheur": lost})
    live(with_section(settings, authorities=(authority,)), platforms.now())
    blocked = ended(settings, lot).blocked
    assert blocked is not None
    assert blocked.code == "REFUS_IPARAPHEUR"
    assert "Inconnu" in blocked.reason
    assert dossiers(platforms) == []


def test_a_number_that_another_act_has_on_s2low_is_never_taken_for_ours(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    deposit(sample("ARR_ACCORD"), root=tree)
    live(settings, platforms.now())
    # The journal is lost, and a different decision on the same dossier number comes in.
    shutil.rmtree(settings.journal.folder)
    name = "PC0629912600012_ARR_REFUS_20261001T080000_01"
    lot = variant("ARR_ACCORD", settings.deposit.root.parent / "lots")
    manifest = json.loads((lot / "manifeste.json").read_text("utf-8"))
    manifest["id_depot"] = name
    manifest["document"] |= {"code": "ARR_REFUS", "titre": "Arrêté refusant le permis de construire"}
    (lot / "manifeste.json").write_text(json.dumps(manifest), encoding="utf-8")
    lot = lot.rename(lot.with_name(name))
    deposit(lot, root=tree)
    live(settings, platforms.now())
    blocked = ended(settings, name).blocked
    assert blocked is not None
    assert blocked.code == "NUMERO_ACTE_UTILISE"
    assert "l'objet" in blocked.reason
    assert len(actes(platforms)) == 1
    with Journey(settings, clock=WalkingClock(platforms.now())) as journey:
        journey.declare_never_left(name, by="A. Martin", motif="autre décision")
    live(settings, platforms.now())
    assert ended(settings, name).stage is Stage.CLOSED
    assert len({acte["numero"] for acte in actes(platforms)}) == 2


def test_what_the_platform_knows_cannot_be_declared_never_left(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    lot = deposit(sample("ARR_ACCORD"), root=tree)
    live(settings, platforms.now())
    with Journey(settings) as journey, pytest.raises(ResolutionRefused, match="n'est pas bloqué"):
        journey.declare_never_left(lot, by="A. Martin", motif="essai")


# Deposits that come again


def test_the_same_deposit_again_is_put_away_and_sends_nothing(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    deposit(sample("ARR_ACCORD"), root=tree)
    clock = WalkingClock(platforms.now())
    with Journey(settings, clock=clock) as journey:
        journey.run_pass()
        deposit(sample("ARR_ACCORD"), root=tree)
        journey.run_pass()
    live(settings, clock.moment)
    deposit(sample("ARR_ACCORD"), root=tree)
    live(settings, clock.moment + timedelta(days=2))
    assert len(dossiers(platforms)) == 1
    assert len(actes(platforms)) == 1
    assert list((tree / "quarantaine").iterdir()) == []
    assert list((tree / "encours").glob("P*")) == []


def test_another_deposit_under_the_same_name_is_refused_and_the_first_goes_on(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path
) -> None:
    first = sample("ARR_ACCORD")
    lot = deposit(first, root=tree)
    clock = WalkingClock(platforms.now())
    with Journey(settings, clock=clock) as journey:
        journey.run_pass()
        other = tmp_path / "autre" / first.name
        shutil.copytree(first, other)
        manifest = json.loads((other / "manifeste.json").read_text("utf-8"))
        manifest["document"]["titre"] = "Un autre arrêté"
        (other / "manifeste.json").write_text(json.dumps(manifest), encoding="utf-8")
        deposit(other, root=tree)
        journey.run_pass()
    [refused] = (tree / "quarantaine").iterdir()
    report = json.loads((refused / "erreur.json").read_text("utf-8"))
    assert [error["code"] for error in report["erreurs"]] == ["DEPOT_CONFLIT"]
    told = json.loads((tree / "accuses" / f"{lot}~2.json").read_text("utf-8"))
    assert told["resultat"] == "REFUSE"
    accuse = json.loads((tree / "accuses" / f"{lot}.json").read_text("utf-8"))
    assert accuse["resultat"] == "ACCEPTE"
    live(settings, clock.moment + timedelta(hours=1))
    assert ended(settings, lot).stage is Stage.CLOSED


# Several workers, and trouble


def test_several_passes_at_once_do_each_thing_once(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    for code in ("ARR_ACCORD", "ARR_REFUS", "PIECES", "DP_NON_OPPO", "malformed"):
        deposit(sample(code), root=tree)
    start = platforms.now()
    live(settings, start, passes=0)
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            os._exit(0 if in_child(lambda: live(settings, start)) == 0 else 1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0, 0]
    live(settings, start + timedelta(days=3))
    state = platforms.ask("/etat")
    assert [row["cree_n"] for row in state["iparapheur"]["dossiers"]] == [1] * 4
    assert len(state["s2low"]["actes"]) == 3
    assert state["erreurs"] == []
    with Journey(settings) as journey:
        for row in journey.rows():
            names = [folder.name for folder in journey.tree.returns(row.id_depot)]
            assert len({name.partition("-")[0] for name in names}) == len(names)


def test_an_unforeseen_error_in_one_dossier_does_not_stop_the_others(
    platforms: Platforms, settings: Settings, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cdg62_connect.journey.circuit import OpenCircuit

    broken = deposit(sample("ARR_ACCORD"), root=tree)
    sound = deposit(sample("PIECES"), root=tree)
    plan = OpenCircuit.plan

    def sometimes(self: OpenCircuit, context):
        if context.dossier.id_depot == broken:
            raise ZeroDivisionError
        return plan(self, context)

    monkeypatch.setattr(OpenCircuit, "plan", sometimes)
    clock = WalkingClock(platforms.now())
    with Journey(settings, clock=clock) as journey:
        report = journey.run_pass()
        assert set(report.failed) == {broken}
        assert journey.dossier(sound).stage is Stage.IN_CIRCUIT
        monkeypatch.undo()
    live(settings, clock.moment + timedelta(days=1))
    assert ended(settings, broken).stage is Stage.CLOSED


def test_a_tree_that_is_not_mounted_is_said_and_never_made_anew(
    settings: Settings, tree: Path, drop: Callable[[str], str]
) -> None:
    shutil.rmtree(tree)
    with Journey(settings) as journey:
        assert "montage" in journey.run_pass().failed["entrants"]
    assert not tree.exists()


def test_a_signature_that_was_there_before_the_circuit_is_not_the_signatorys(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path
) -> None:
    live(settings, platforms.now())
    first = deposit(sample("PIECES"), root=tree)
    live(settings, platforms.now())
    with Journey(settings) as journey:
        [folder] = [one for one in journey.tree.returns(first) if one.name.endswith("-SIGNE")]
    signed = folder / "demande_pieces_signe.pdf"
    lot = variant(
        "PIECES", tmp_path / "lots", document__sha256=hashlib.sha256(signed.read_bytes()).hexdigest()
    )
    shutil.copyfile(signed, lot / "demande_pieces.pdf")
    deposit(lot, root=tree)
    platforms.tell("/rythme", {"iparapheur": [{"quand": "main"}]})
    clock = WalkingClock(platforms.now())
    with Journey(settings, clock=clock) as journey:
        journey.run_pass()
        platforms.tell(f"/parapheur/{lot.name}/signer", {"papier": True})
        clock.moment += timedelta(hours=1)
        journey.run_pass()
        blocked = journey.dossier(lot.name).blocked
    assert blocked is not None
    assert blocked.code == "PAS_SIGNE"
