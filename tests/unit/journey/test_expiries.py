"""Certificates that end: told at 30 and at 7 working days and at the end, once each, at little cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cdg62_connect.journey import controle
from cdg62_connect.journey.alerts import Alert, Level
from cdg62_connect.journey.expiries import CACHE, ExpiryWatch
from cdg62_connect.journey.store import Store
from cdg62_connect.settings import Settings, load_settings
from support.certificates import certificate_file
from support.lives import WalkingClock

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
FAR = datetime(2040, 1, 1, tzinfo=UTC)
ENDS = datetime(
    2026, 4, 14, 12, tzinfo=UTC
)  # 30 working days after that Monday, and after the Saturday before

CONFIGURATION = """
version = 1
[depot]
racine = "depot"
[journal]
dossier = "etat"
[signature]
ancres = [{anchors}]
[plateformes.iparapheur]
environnement = "recette"
url = "https://parapheur.exemple.fr/ws-iparapheur-no-mtom"
[plateformes.s2low]
environnement = "recette"
url = "https://s2low.exemple.fr"
ca = "ca.pem"
[[autorites]]
nom = "Valmont-les-Tilleuls"
siren = "216209916"
competence = "commune"
communes = ["62991"]
[autorites.parapheur]
identifiant = "ws"
mot_de_passe = {{ env = "PASSE" }}
type = "URBANISME"
sous_types = {{ defaut = "Courrier" }}
[autorites.s2low]
certificat = "{certificate}"
phrase_secrete = {{ env = "PHRASE" }}
"""


class Installation:
    """A journal folder, and files of certificates that the tests replace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = WalkingClock(MONDAY)
        (folder / "etat").mkdir()
        certificate_file(folder / "ca.pem", ends=FAR, name="AC du serveur")
        certificate_file(folder / "agent.pem", ends=FAR)

    def settings(self, certificate: str = "agent.pem", anchors: tuple[str, ...] = ()) -> Settings:
        path = self.folder / "cdg62-connect.toml"
        listed = ", ".join(f'"{name}"' for name in anchors)
        path.write_text(CONFIGURATION.format(certificate=certificate, anchors=listed), "utf-8")
        return load_settings(path, environ={"PASSE": "x", "PHRASE": "phrase"})

    def watch(self, settings: Settings | None = None) -> ExpiryWatch:
        return ExpiryWatch(settings or self.settings(), clock=self.clock)

    def given(self, settings: Settings | None = None) -> list[Alert]:
        """What a pass of a new process tells."""
        settings = settings or self.settings()
        watch, store = self.watch(settings), Store(self.folder / "etat", clock=self.clock)
        try:
            alerts = watch.alerts()
            watch.remember()
            return store.alert_book(settings.alert).give(alerts, now=self.clock.now())
        finally:
            store.close()


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were really opened."""
    opened: list[Path] = []
    read = controle.read_certificate_file

    def counted(path: Path, **options: object) -> object:
        opened.append(path)
        return read(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(controle, "read_certificate_file", counted)
    return opened


def test_a_certificate_is_told_once_at_each_threshold_whatever_the_number_of_passes(
    installation: Installation,
) -> None:
    certificate_file(installation.folder / "agent.pem", ends=ENDS)
    told: list[tuple[str, Level]] = []
    installation.clock.moment = MONDAY - timedelta(days=5)
    while installation.clock.moment < ENDS + timedelta(days=5):
        told += [(f"{installation.clock.moment:%d/%m}", alert.level) for alert in installation.given()]
        installation.clock.moment += timedelta(hours=12)
    assert told == [("28/02", Level.ATTENTION), ("02/04", Level.CRITIQUE), ("14/04", Level.CRITIQUE)]


def test_the_alert_says_whose_it_is_when_it_ends_and_what_to_do(installation: Installation) -> None:
    certificate_file(installation.folder / "agent.pem", ends=ENDS)
    (alert,) = installation.watch().alerts()
    assert alert.message == (
        "Valmont-les-Tilleuls, certificat client de S2LOW : « Agent de Valmont » finit le 14/04/2026 : il reste "
        "30 jours ouvrés. Commandez le suivant, déclarez-le sur S2LOW, puis remplacez les fichiers."
    )


def test_a_new_certificate_starts_again(installation: Installation) -> None:
    certificate_file(installation.folder / "agent.pem", ends=MONDAY + timedelta(days=3))
    (first,) = installation.given()
    assert installation.given() == []
    certificate_file(installation.folder / "agent.pem", ends=MONDAY + timedelta(days=4))
    (second,) = installation.given()
    assert first.key != second.key
    certificate_file(installation.folder / "agent.pem", ends=FAR)
    assert installation.watch().alerts() == []


def test_a_clock_that_goes_back_tells_nothing_twice(installation: Installation) -> None:
    certificate_file(installation.folder / "agent.pem", ends=ENDS)
    assert len(installation.given()) == 1
    installation.clock.moment = ENDS + timedelta(days=1)
    assert len(installation.given()) == 1
    installation.clock.moment = MONDAY
    assert installation.given() == []


def test_pkcs12_is_watched_like_pem(installation: Installation) -> None:
    certificate_file(installation.folder / "agent.p12", ends=ENDS, passphrase="phrase")
    (alert,) = installation.watch(installation.settings("agent.p12")).alerts()
    assert "il reste 30 jours ouvrés" in alert.message


def test_a_certificate_that_does_not_count_yet_is_told(installation: Installation) -> None:
    certificate_file(installation.folder / "agent.pem", starts=MONDAY + timedelta(hours=1), ends=FAR)
    (alert,) = installation.watch().alerts()
    assert alert.level is Level.CRITIQUE
    assert "ne compte qu'à partir du" in alert.message


@pytest.mark.parametrize("content", [None, b"", b"-----BEGIN CERTIFICATE-----\nabc\n"])
def test_a_file_that_cannot_be_read_is_told_for_as_long_as_it_lasts(
    installation: Installation, content: bytes | None
) -> None:
    path = installation.folder / "agent.pem"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    (alert,) = installation.given()
    assert alert.level is Level.CRITIQUE
    assert "agent.pem" in alert.message
    assert installation.given() == []
    certificate_file(path, ends=FAR)
    assert installation.given() == []
    path.unlink()
    assert len(installation.given()) == 1, "une nouvelle fois illisible"


def test_files_are_opened_once_a_day_also_by_the_next_process(
    installation: Installation, readings: list[Path]
) -> None:
    for _ in range(3):
        installation.given()
        installation.clock.moment += timedelta(seconds=30)
    assert [path.name for path in readings] == ["agent.pem", "ca.pem"]
    watch = installation.watch()
    for _ in range(50):
        watch.alerts()
        installation.clock.moment += timedelta(hours=1)
    assert len(readings) == 2 + 2 * 2, "deux minuits plus loin, à Paris"


def test_a_file_that_changed_is_read_at_once_and_alone(
    installation: Installation, readings: list[Path]
) -> None:
    watch = installation.watch()
    watch.alerts()
    readings.clear()
    certificate_file(installation.folder / "agent.pem", ends=ENDS)
    assert len(watch.alerts()) == 1
    assert [path.name for path in readings] == ["agent.pem"]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"jour": "2026-03-02", "fichiers": []}', b'{"jour": "2026-03-02"}', b"\xff"]
)
def test_what_was_kept_and_is_damaged_is_read_again(installation: Installation, content: bytes) -> None:
    certificate_file(installation.folder / "agent.pem", ends=ENDS)
    (installation.folder / "etat" / CACHE).write_bytes(content)
    assert len(installation.watch().alerts()) == 1


def test_a_disk_that_takes_nothing_stops_nothing(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    (installation.folder / "etat" / CACHE).mkdir()
    watch = installation.watch()
    assert watch.alerts() == []
    watch.remember()
    assert "rien n'est perdu" in caplog.text


def test_nothing_secret_is_kept(installation: Installation) -> None:
    certificate_file(installation.folder / "agent.p12", ends=ENDS, passphrase="phrase")
    installation.given(installation.settings("agent.p12"))
    kept = (installation.folder / "etat" / CACHE).read_text("utf-8")
    assert "Agent de Valmont" in kept
    assert "phrase" not in kept
    assert "PRIVATE" not in kept


def test_the_authorities_of_a_server_serve_until_the_last_of_them_ends(installation: Installation) -> None:
    old = certificate_file(installation.folder / "ancienne.pem", ends=MONDAY + timedelta(days=1))
    bundle = installation.folder / "ca.pem"
    alone = bundle.read_bytes()
    bundle.write_bytes(old.read_bytes() + alone)
    assert installation.watch().alerts() == []
    bundle.write_bytes(old.read_bytes())
    (alert,) = installation.watch().alerts()
    assert "S2LOW, autorités de son serveur" in alert.message


def test_an_anchor_whose_successor_is_there_ends_quietly(installation: Installation) -> None:
    certificate_file(installation.folder / "a.pem", ends=MONDAY - timedelta(days=1), name="AC Personnes")
    (alert,) = installation.watch(installation.settings(anchors=("a.pem",))).alerts()
    assert "« AC Personnes » est périmé" in alert.message
    certificate_file(installation.folder / "b.pem", ends=FAR, name="AC Personnes")
    assert installation.watch(installation.settings(anchors=("a.pem", "b.pem"))).alerts() == []


def test_one_certificate_named_twice_is_one_alert(installation: Installation) -> None:
    certificate_file(installation.folder / "agent.pem", ends=ENDS)
    (alert,) = installation.watch(installation.settings(anchors=("agent.pem",))).alerts()
    assert "certificat client de S2LOW ; Signature, autorité agent.pem :" in alert.message
