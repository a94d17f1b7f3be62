from __future__ import annotations

import json
import os
import pty
import select
import stat
import subprocess
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509 import load_pem_x509_certificate

from cdg62_connect.settings import load_settings
from support.lives import COMMAND, Platforms

Command = Callable[..., subprocess.CompletedProcess[str]]
PASSWORD = "Très-secret-42"


@pytest.fixture
def access(platforms: Platforms, tmp_path: Path) -> Path:
    path = tmp_path / "acces.json"
    path.write_text(json.dumps(platforms.described))
    return path


@pytest.fixture
def options(platforms: Platforms, tmp_path: Path) -> dict[str, str]:
    """Everything that nobody could guess, for the first commune of the simulator."""
    s2low = platforms.described["s2low"]
    secret = tmp_path / "mdp"
    secret.write_text(PASSWORD + "\n")
    return {
        "--nom": "Valmont-les-Tilleuls",
        "--siren": "216 209 916",
        "--competence": "commune",
        "--insee": "62991",
        "--url-parapheur": "https://parapheur.exemple.fr/ws-iparapheur-no-mtom",
        "--identifiant": "ws@valmont",
        "--mot-de-passe-fichier": str(secret),
        "--type": "URBANISME",
        "--sous-type-decisions": "Arrete",
        "--sous-type-autres": "Courrier",
        "--url-s2low": "https://s2low.exemple.fr",
        "--certificat": s2low["accounts"][0]["cert"],
        "--cle": s2low["accounts"][0]["key"],
        "--ancre": s2low["ca"],
    }


def flat(options: dict[str, str]) -> list[str]:
    return [word for pair in options.items() for word in pair]


def test_the_accesses_of_the_simulator_make_a_trial_installation_without_a_question(
    command: Command, access: Path, tmp_path: Path
) -> None:
    place = tmp_path / "essai"
    run = command("init", place, "--simulateur", access)
    assert run.returncode == 0, run.stderr
    configuration = place / "cdg62-connect.toml"
    assert run.stdout.splitlines()[-2:] == [
        f"  cdg62-connect controle --config {configuration}",
        f"  cdg62-connect passe --config {configuration}",
    ]
    checked = command("controle", "--config", configuration)
    assert checked.returncode == 0, checked.stdout
    passed = command("passe", "--json", "--config", configuration)
    assert passed.returncode == 0, passed.stderr


def test_options_alone_make_a_configuration_that_loads_with_every_key_in_sight(
    command: Command, options: dict[str, str], tmp_path: Path
) -> None:
    run = command("init", "place", "--oui", *flat(options))
    assert run.returncode == 0, run.stderr
    path = tmp_path / "place" / "cdg62-connect.toml"
    settings = load_settings(path, environ={})
    (authority,) = settings.authorities
    assert authority.siren == "216209916"
    assert authority.parapheur.password.reveal() == PASSWORD
    assert authority.parapheur.sous_type("ARR_ACCORD") == "Arrete"
    assert authority.parapheur.sous_type("PIECES") == "Courrier"
    assert settings.platforms.iparapheur.environment == "recette"
    assert (settings.deposit.root / "entrants").is_dir()
    assert not settings.journal.folder.exists(), "le journal naît à la première passe"
    written = tomllib.loads(path.read_text("utf-8"))
    assert written["depot"]["taille_max_mio"] == settings.deposit.max_mebibytes
    assert written["plateformes"]["s2low"]["silence_s"] == settings.platforms.s2low.silence_seconds
    assert "# ca = " in path.read_text("utf-8")


def test_secrets_are_in_files_of_their_own_and_nowhere_else(
    command: Command, options: dict[str, str], tmp_path: Path
) -> None:
    run = command("init", "place", "--oui", *flat(options))
    secret = tmp_path / "place" / "secrets" / "parapheur-216209916"
    assert secret.read_text("utf-8") == PASSWORD
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(secret.parent.stat().st_mode) == 0o700
    assert PASSWORD not in run.stdout + run.stderr
    assert PASSWORD not in (tmp_path / "place" / "cdg62-connect.toml").read_text("utf-8")


def test_a_configuration_is_never_written_over(command: Command, access: Path, tmp_path: Path) -> None:
    existing = tmp_path / "cdg62-connect.toml"
    existing.write_text("à garder")
    run = command("init", "--simulateur", access)
    assert run.returncode == 2
    assert "existe déjà" in run.stderr
    assert existing.read_text() == "à garder"
    assert not (tmp_path / "secrets").exists()


def test_nobody_to_ask_and_nothing_is_guessed(
    command: Command, options: dict[str, str], tmp_path: Path
) -> None:
    for missing in ("--siren", "--mot-de-passe-fichier", "--certificat", "--url-s2low"):
        run = command("init", "place", *flat({k: v for k, v in options.items() if k != missing}))
        assert run.returncode == 2
        assert missing in run.stderr
        assert not (tmp_path / "place").exists()


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--siren", "216209917", "clé de contrôle"),
        ("--insee", "62991,62992", "un seul code INSEE"),
        ("--url-s2low", "http://s2low.exemple.fr", "https://"),
        ("--url-parapheur", "https://parapheur.exemple.fr", "/ws-iparapheur"),
        ("--url-s2low", "https://moi:secret@s2low.exemple.fr", "sans compte"),
        ("--ancre", "absent.pem", "absent.pem"),
        ("--cle", "mdp", "certificat client"),
        ("--competence", "region", "commune, epci"),
    ],
)
def test_a_wrong_option_is_named_and_nothing_is_written(
    command: Command, options: dict[str, str], tmp_path: Path, option: str, value: str, told: str
) -> None:
    run = command("init", "place", "--oui", *flat({**options, option: value}))
    assert run.returncode == 2
    assert told in run.stderr
    assert not (tmp_path / "place").exists()


def test_a_file_that_is_not_that_of_the_simulator_is_refused(command: Command, tmp_path: Path) -> None:
    (tmp_path / "autre.json").write_text('{"url": "x"}')
    run = command("init", "place", "--simulateur", "autre.json")
    assert run.returncode == 2
    assert "simulateur --json" in run.stderr


def test_the_accesses_of_the_simulator_are_not_mixed_with_others(
    command: Command, access: Path, tmp_path: Path
) -> None:
    run = command("init", "place", "--simulateur", access, "--nom", "Lens")
    assert run.returncode == 2
    assert "--simulateur donne tout" in run.stderr
    assert not (tmp_path / "place").exists()


def test_a_pkcs12_needs_no_key_but_its_passphrase_which_goes_to_a_file_of_its_own(
    command: Command, options: dict[str, str], tmp_path: Path
) -> None:
    key = load_pem_private_key(Path(options.pop("--cle")).read_bytes(), None)
    certificate = load_pem_x509_certificate(Path(options["--certificat"]).read_bytes())
    file = tmp_path / "agent.p12"
    file.write_bytes(
        serialize_key_and_certificates(b"agent", key, certificate, None, BestAvailableEncryption(b"phrase-7"))
    )
    options["--certificat"] = "agent.p12"
    run = command("init", "place", "--oui", *flat(options))
    assert run.returncode == 2
    assert "--phrase-secrete-fichier" in run.stderr
    (tmp_path / "phrase").write_text("fausse")
    options["--phrase-secrete-fichier"] = "phrase"
    assert command("init", "place", "--oui", *flat(options)).returncode == 2
    assert not (tmp_path / "place").exists()
    (tmp_path / "phrase").write_text("phrase-7")
    run = command("init", "place", "--oui", *flat(options))
    assert run.returncode == 0, run.stderr
    secret = tmp_path / "place" / "secrets" / "cle-216209916"
    assert secret.read_text() == "phrase-7"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    (authority,) = load_settings(tmp_path / "place" / "cdg62-connect.toml", environ={}).authorities
    assert authority.s2low is not None
    assert (authority.s2low.certificate, authority.s2low.key) == (file, None)


def test_a_failure_on_the_way_leaves_no_secret_behind(command: Command, access: Path, tmp_path: Path) -> None:
    place = tmp_path / "place"
    (place / "depot").mkdir(parents=True)
    (place / "depot" / "VERSION").write_text("un-autre-contrat/9")
    run = command("init", place, "--simulateur", access)
    assert run.returncode == 2
    assert "un-autre-contrat" in run.stderr
    assert [*(place / "secrets").iterdir()] == []
    assert not (place / "cdg62-connect.toml").exists()
    assert not (place / "cdg62-connect.toml.part").exists()


def test_a_secret_that_is_there_already_is_never_written_over(
    command: Command, access: Path, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    (place / "secrets").mkdir(parents=True)
    (place / "secrets" / "parapheur-216209924").write_text("d'avant")
    run = command("init", place, "--simulateur", access)
    assert run.returncode == 2
    assert "parapheur-216209924" in run.stderr
    assert [path.name for path in (place / "secrets").iterdir()] == ["parapheur-216209924"]


def test_a_person_is_asked_again_after_a_wrong_answer_and_the_password_is_not_shown(
    options: dict[str, str], tmp_path: Path
) -> None:
    answers = [
        ("Nom de l'autorité", options["--nom"]),
        ("SIREN", "12"),
        ("SIREN", "216209916"),
        ("commune ou un epci", ""),
        ("Code INSEE", "Valmont"),
        ("Code INSEE", "62991"),
        ("service web du parapheur (", "parapheur.exemple.fr"),
        ("service web du parapheur (", options["--url-parapheur"]),
        ("autorités de son serveur", ""),
        ("Compte de service", "ws@valmont"),
        ("mot de passe", PASSWORD),
        ("Type du parapheur", "URBANISME"),
        ("Sous-type des décisions", "Arrete"),
        ("Sous-type des autres", "Courrier"),
        ("Adresse de S2LOW", options["--url-s2low"]),
        ("autorités de son serveur", ""),
        ("certificat client", options["--certificat"]),
        ("clé privée", options["--ancre"]),
        ("certificat client", options["--certificat"]),
        ("clé privée", options["--cle"]),
        ("vos signataires", "absent.pem"),
        ("vos signataires", options["--ancre"]),
    ]
    shown, code = talk([COMMAND, "init", "place"], answers, cwd=tmp_path)
    assert code == 0, shown
    assert PASSWORD not in shown
    assert "doit compter neuf chiffres" in shown
    assert "n'est pas un code INSEE" in shown
    assert "n'a pas pu être chargé" in shown
    (authority,) = load_settings(tmp_path / "place" / "cdg62-connect.toml", environ={}).authorities
    assert authority.parapheur.password.reveal() == PASSWORD
    assert authority.communes == ("62991",)


def talk(command: list[object], answers: list[tuple[str, str]], *, cwd: Path) -> tuple[str, int]:
    """Run a command on a terminal; each answer is typed when its question has come."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [str(word) for word in command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "COLUMNS": "200", "PYTHONWARNINGS": "error", "TERM": "dumb"},
        start_new_session=True,
    )
    os.close(theirs)
    shown, since = "", 0
    waiting = list(answers)
    deadline = time.monotonic() + 40
    try:
        while time.monotonic() < deadline:
            if not select.select([ours], [], [], 0.2)[0]:
                if process.poll() is not None:
                    break
                continue
            try:
                shown += os.read(ours, 65536).decode("utf-8", "replace")
            except OSError:  # the terminal is closed
                break
            # The space after the colon comes last, once the echo of a password is off.
            if waiting and waiting[0][0] in shown[since:] and shown.endswith(": "):
                _, text = waiting.pop(0)
                since = len(shown)
                os.write(ours, f"{text}\n".encode())
        try:
            return shown, process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still waiting for {waiting[:1]} after:\n{shown[-1500:]}") from None
    finally:
        process.kill()
        process.wait()
        os.close(ours)
