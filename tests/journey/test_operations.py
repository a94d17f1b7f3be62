"""What an operator relies on: platforms that are down, alerts, office hours, a service that stops cleanly."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cdg62_connect.journey import Journey, Level, Stage
from cdg62_connect.journey.circuit import WatchCircuit
from cdg62_connect.journey.legality import WatchActe
from cdg62_connect.settings import Alert, Rhythm, Settings, load_settings
from cdg62_connect.testing.installation import deposit
from support.certificates import certificate_file
from support.lives import Platforms, WalkingClock, live, sample

LOTS = ("ARR_ACCORD", "ARR_REFUS", "PIECES", "DP_NON_OPPO")


@pytest.fixture
def tree(settings: Settings) -> Path:
    with Journey(settings):
        return settings.deposit.root


def calls(platforms: Platforms, operation: str) -> int:
    return platforms.ask("/etat")["appels"].get("iparapheur", {}).get(operation, 0)


def down(platforms: Platforms, operation: str) -> None:
    platforms.tell(
        "/pannes",
        [{"plateforme": "iparapheur", "operation": operation, "effet": "http_503", "fois": 10_000}],
    )


# Platforms that are down


def test_a_platform_that_is_down_is_probed_by_one_dossier_and_the_others_wait(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    for code in LOTS:
        deposit(sample(code), root=tree)
    down(platforms, "CreerDossier")
    with Journey(settings, clock=WalkingClock(platforms.now())) as journey:
        journey.run_pass()
        assert calls(platforms, "CreerDossier") == 1
        waiting = [
            row.problem for row in journey.rows() if "en attente, prochaine tentative à" in row.problem
        ]
        assert len(waiting) == len(LOTS) - 1


def test_the_next_pass_of_another_process_knows_that_a_platform_is_down(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    clock = WalkingClock(platforms.now())
    deposit(sample("ARR_ACCORD"), root=tree)
    down(platforms, "CreerDossier")
    with Journey(settings, clock=clock) as journey:
        journey.run_pass()
    deposit(sample("PIECES"), root=tree)
    with Journey(settings, clock=clock) as journey:
        journey.run_pass()
    assert calls(platforms, "CreerDossier") == 1


def test_the_wait_of_others_is_not_counted_against_them_and_all_end_well(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    lots = [deposit(sample(code), root=tree) for code in LOTS]
    platforms.tell(
        "/pannes",
        [{"plateforme": "iparapheur", "operation": "GetHistoDossier", "effet": "http_503", "fois": 40}],
    )
    live(settings, platforms.now(), passes=200)
    with Journey(settings) as journey:
        assert {journey.dossier(lot).stage for lot in lots} == {Stage.CLOSED}
    assert platforms.ask("/pannes") == []


# Alerts


def blocked(platforms: Platforms, settings: Settings, tree: Path, clock: WalkingClock) -> str:
    platforms.tell("/rythme", {"iparapheur": [{"quand": "main"}]})
    lot = deposit(sample("PIECES"), root=tree)
    with Journey(settings, clock=clock) as journey:
        journey.run_pass()
        platforms.tell(f"/parapheur/{lot}/signer", {"papier": True})
        clock.moment += timedelta(hours=2)
    return lot


def recording(settings: Settings, place: Path, *, script: str = "") -> Settings:
    program = place / "prevenir.py"
    program.write_text(
        script or f"import sys; open({str(place / 'alertes')!r}, 'a').write(sys.stdin.read() + chr(10))",
        encoding="utf-8",
    )
    return settings.model_copy(update={"alert": Alert(command=(sys.executable, str(program)), seconds=20)})


def test_the_alert_command_is_called_once_per_alert_without_a_shell(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path
) -> None:
    settings = recording(settings, tmp_path)
    clock = WalkingClock(platforms.now())
    lot = blocked(platforms, settings, tree, clock)
    for _ in range(4):
        with Journey(settings, clock=clock) as journey:
            journey.run_pass()
        clock.moment += timedelta(hours=1)
    [line] = (tmp_path / "alertes").read_text("utf-8").splitlines()
    told = json.loads(line)
    assert told["key"].startswith(f"bloque:{lot}:")
    assert told["level"] == "CRITIQUE"
    assert lot in told["message"]


def test_an_alert_that_could_not_be_given_is_given_later_and_stops_nothing(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path
) -> None:
    broken = recording(settings, tmp_path, script="raise SystemExit(3)")
    clock = WalkingClock(platforms.now())
    blocked(platforms, broken, tree, clock)
    with Journey(broken, clock=clock) as journey:
        assert journey.run_pass().alerts == []
    with Journey(recording(settings, tmp_path), clock=clock) as journey:
        assert [alert.level for alert in journey.run_pass().alerts] == [Level.CRITIQUE]


def test_an_alert_command_that_hangs_is_cut(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path
) -> None:
    hanging = recording(settings, tmp_path, script="import threading; threading.Event().wait()")
    hanging = hanging.model_copy(update={"alert": hanging.alert.model_copy(update={"seconds": 1})})
    clock = WalkingClock(platforms.now())
    lot = blocked(platforms, hanging, tree, clock)
    with Journey(hanging, clock=clock) as journey:
        assert journey.run_pass().alerts == []
        assert journey.dossier(lot).blocked is not None


def test_an_overdue_accuse_and_a_long_outage_are_alerts(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    platforms.tell("/rythme", {"s2low": "main"})
    clock = WalkingClock(platforms.now())
    deposit(sample("ARR_ACCORD"), root=tree)
    with Journey(settings, clock=clock) as journey:
        for _ in range(10):
            journey.run_pass()
            clock.moment += timedelta(hours=1)
        assert journey.alerts() == []
        clock.moment += timedelta(hours=48)
        [late] = journey.alerts()
        assert late.level is Level.ATTENTION
        assert "accusé de réception" in late.message
        platforms.tell(
            "/pannes",
            [
                {
                    "plateforme": "s2low",
                    "operation": "actes_transac_get_status",
                    "effet": "http_503",
                    "fois": 10_000,
                }
            ],
        )
        for _ in range(6):
            journey.run_pass()
            clock.moment += timedelta(hours=1)
        worst = journey.alerts()[0]
        assert worst.level is Level.CRITIQUE
        assert "s2low ne répond pas" in worst.message


# Accesses that are refused


def other(settings: Settings, place: Path, before: str, after: str) -> Settings:
    """The same installation, whose configuration says ``after`` where it said ``before``."""
    text = (place / "cdg62-connect.toml").read_text("utf-8")
    assert before in text
    path = place / "autre.toml"
    path.write_text(text.replace(before, after), "utf-8")
    changed = load_settings(path, environ={})
    return changed.model_copy(update={"alert": settings.alert})


def test_an_account_that_is_refused_is_an_alert_once_until_it_is_repaired(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path
) -> None:
    settings = recording(settings, tmp_path)
    password = tmp_path / "secrets" / "parapheur-216209916"
    wrong = tmp_path / "mauvais"
    wrong.write_text("pas-le-bon", "utf-8")
    spoiled = other(settings, tmp_path, str(password), str(wrong))
    clock = WalkingClock(platforms.now())
    for code in ("ARR_ACCORD", "PIECES"):
        deposit(sample(code), root=tree)
    for _ in range(3):
        with Journey(spoiled, clock=clock) as journey:
            journey.run_pass()
            (alert,) = journey.alerts()
        clock.moment += timedelta(hours=1)
    assert (alert.key, alert.level) == ("acces:iparapheur:216209916", Level.CRITIQUE)
    assert alert.message.startswith("iParapheur : accès impossible pour Valmont-les-Tilleuls.")
    assert "mot de passe" in alert.message
    assert "pas-le-bon" not in alert.message
    assert len((tmp_path / "alertes").read_text("utf-8").splitlines()) == 1
    with Journey(settings, clock=clock) as journey:
        journey.resume()
        journey.run_pass()
        assert journey.alerts() == []


def test_a_client_certificate_that_is_refused_is_an_alert(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path
) -> None:
    stranger = certificate_file(tmp_path / "inconnu.pem", ends=platforms.now() + timedelta(days=900))
    account = platforms.described["s2low"]["accounts"][0]
    spoiled = other(settings, tmp_path, account["cert"], str(stranger))
    text = (tmp_path / "autre.toml").read_text("utf-8").replace(f'cle = "{account["key"]}"\n', "")
    (tmp_path / "autre.toml").write_text(text, "utf-8")
    spoiled = load_settings(tmp_path / "autre.toml", environ={})
    clock = WalkingClock(platforms.now())
    lot = deposit(sample("ARR_ACCORD"), root=tree)
    with Journey(spoiled, clock=clock) as journey:
        for _ in range(3):
            journey.run_pass()
            clock.moment += timedelta(hours=1)
        assert journey.dossier(lot).stage is Stage.SIGNED
        (alert,) = journey.alerts()
    assert alert.key == "acces:s2low:216209916"
    assert "certificat" in alert.message


def test_a_server_that_is_not_the_right_one_is_an_alert(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path
) -> None:
    stranger = certificate_file(tmp_path / "inconnu.pem", ends=platforms.now() + timedelta(days=900))
    s2low = settings.platform("s2low").model_copy(update={"ca": stranger})
    platforms_settings = settings.platforms.model_copy(update={"s2low": s2low})
    spoiled = settings.model_copy(update={"platforms": platforms_settings})
    clock = WalkingClock(platforms.now())
    deposit(sample("ARR_ACCORD"), root=tree)
    with Journey(spoiled, clock=clock) as journey:
        for _ in range(3):
            journey.run_pass()
            clock.moment += timedelta(hours=1)
        assert [alert.key for alert in journey.alerts()] == ["acces:s2low:216209916"]


# Certificates that end


def test_a_pass_tells_once_that_a_certificate_ends_and_the_supervision_for_as_long_as_it_lasts(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path
) -> None:
    settings = recording(settings, tmp_path)
    clock = WalkingClock(platforms.now())
    account = settings.authorities[0].s2low
    assert account is not None
    ending = certificate_file(tmp_path / "bientot.pem", ends=clock.moment + timedelta(days=5))
    spoiled = other(settings, tmp_path, str(account.certificate), str(ending))
    for _ in range(3):
        with Journey(spoiled, clock=clock) as journey:
            journey.run_pass()
            (alert,) = journey.alerts()
        clock.moment += timedelta(hours=6)
    assert alert.level is Level.CRITIQUE
    assert "URGENT" in alert.message
    (line,) = (tmp_path / "alertes").read_text("utf-8").splitlines()
    assert json.loads(line)["key"] == alert.key


def test_a_certificate_that_cannot_be_read_fails_no_pass(
    platforms: Platforms, settings: Settings, tree: Path, tmp_path: Path
) -> None:
    account = settings.authorities[0].s2low
    assert account is not None
    spoiled = other(settings, tmp_path, str(account.certificate), "absent.pem")
    lot = deposit(sample("PIECES"), root=tree)
    live(spoiled, platforms.now())
    with Journey(spoiled, clock=WalkingClock(platforms.now())) as journey:
        (alert,) = journey.alerts()
        assert "absent.pem" in alert.message
        assert lot in {row.id_depot for row in journey.rows()}


# Office hours


def test_the_parapheur_is_looked_at_less_often_when_nobody_is_at_work(settings: Settings) -> None:
    slow = settings.model_copy(update={"rhythm": Rhythm(parapheur_seconds=600, longest_seconds=3600)})
    thursday_noon = datetime(2026, 3, 12, 11, tzinfo=UTC)
    night = datetime(2026, 3, 12, 23, tzinfo=UTC)
    sunday = datetime(2026, 3, 15, 11, tzinfo=UTC)
    assert WatchCircuit().pace(slow, thursday_noon) == 600
    assert WatchCircuit().pace(slow, night) == 3600
    assert WatchCircuit().pace(slow, sunday) == 3600
    assert WatchActe().pace(slow, sunday) == slow.rhythm.s2low_seconds


# Stopping


def test_a_pass_that_is_told_to_stop_leaves_the_rest_to_the_next_one(
    platforms: Platforms, settings: Settings, tree: Path
) -> None:
    lots = [deposit(sample(code), root=tree) for code in LOTS]
    asked = iter([False, True])
    with Journey(settings, clock=WalkingClock(platforms.now())) as journey:
        report = journey.run_pass(stop=lambda: next(asked))
        assert len(report.received) == len(lots)
        assert len(report.advanced) == 1
    live(settings, platforms.now() + timedelta(hours=1))
    with Journey(settings) as journey:
        assert {journey.dossier(lot).stage for lot in lots} == {Stage.CLOSED}
