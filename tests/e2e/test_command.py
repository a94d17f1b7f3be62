from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cdg62_connect.clock import SystemClock
from cdg62_connect.formats import ArActe, PesAcquit
from cdg62_connect.journey.platforms import PlatformDesk
from cdg62_connect.settings import Settings
from cdg62_connect.testing.installation import deposit
from cdg62_connect.transport import Payload
from support.helios import SIREN, UNSIGNED, sample_pes
from support.lives import COMMAND, Platforms, sample
from support.outcomes import LIVES, check_end

Command = Callable[..., subprocess.CompletedProcess[str]]
KILLER = Path(__file__).with_name("killer")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict:
    place = tmp_path_factory.mktemp("demo") / "sortie"
    run = subprocess.run(
        [COMMAND, "demo", "--json", "--sortie", place],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert len(run.stdout.splitlines()) == 1
    return json.loads(run.stdout) | {"_place": place}


# demo


def test_demo_ends_with_every_sample_where_it_belongs(demo: dict) -> None:
    told = {one["id_depot"]: one for one in demo["dossiers"]}
    assert set(told) == {lot.name for lot in sample("ARR_ACCORD").parent.iterdir() if "_PES_" not in lot.name}
    malformed = sample("malformed").name
    assert told.pop(malformed) == {
        "id_depot": malformed,
        "etat": "QUARANTAINE",
        "acte_id": None,
        "fichiers": [],
    }
    assert {one["etat"] for one in told.values()} == {"TERMINE"}
    assert told[sample("PIECES").name]["acte_id"] is None
    sirens = {one["acte_id"].split("-")[1] for one in told.values() if one["acte_id"]}
    assert sirens == {"216209916", "216209924"}


def test_each_signed_document_of_the_demo_verifies_with_pyhankos_own_command(demo: dict) -> None:
    anchor = demo["_place"] / "plateformes" / "pki" / "ca.pem"
    signed = [f["chemin"] for one in demo["dossiers"] for f in one["fichiers"] if f["nature"] == "pdf_signe"]
    assert len(signed) == 4
    for path in signed:
        run = subprocess.run(
            [
                Path(sys.executable).with_name("pyhanko"),
                *("sign", "validate", "--no-revocation-check", "--trust", anchor, "--trust-replace", path),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        assert "INTACT:TRUSTED,UNTOUCHED" in run.stdout


def test_each_accuse_of_the_demo_carries_the_identifier_that_its_return_tells(demo: dict) -> None:
    seen = 0
    for one in demo["dossiers"]:
        for file in one["fichiers"]:
            if file["nature"] != "ar_prefecture":
                continue
            path = Path(file["chemin"])
            told = json.loads((path.parent / "retour.json").read_text("utf-8"))
            ar = ArActe.read(path.read_bytes())
            assert ar.acte_id == told["plateformes"]["s2low"]["acte_id"] == one["acte_id"]
            seen += 1
    assert seen == 3


def test_the_malformed_lot_of_the_demo_tells_every_error_in_french(demo: dict) -> None:
    folder = Path(demo["racine"]) / "quarantaine" / sample("malformed").name
    report = json.loads((folder / "erreur.json").read_text("utf-8"))
    codes = {error["code"] for error in report["erreurs"]}
    assert {
        "EMPREINTE",
        "FICHIER_NON_DECLARE",
        "SIREN_INVALIDE",
        "CHAMP_MANQUANT",
        "NUMERO_ACTE_LONG",
    } <= codes
    notice = (folder / "LISEZMOI.txt").read_text("utf-8-sig")
    for error in report["erreurs"]:
        assert error["message"] in notice


def test_demo_shows_a_person_the_end_of_each_dossier_and_where_the_files_are(
    command: Command, tmp_path: Path
) -> None:
    run = command("demo", "--sortie", tmp_path / "sortie")
    assert run.returncode == 0, run.stderr
    assert "TERMINE" in run.stdout
    assert "QUARANTAINE" in run.stdout
    assert str(tmp_path / "sortie" / "depot" / "retours") in run.stdout


def test_demo_of_pes_by_pastell_ends_with_each_acquit_read_by_bordereau(
    command: Command, tmp_path: Path
) -> None:
    run = command("demo", "--helios", "--route", "pastell", "--json", "--sortie", tmp_path / "sortie")
    assert run.returncode == 0, run.stderr
    told = {one["id_depot"][9:14]: one for one in json.loads(run.stdout)["dossiers"]}
    assert {reference: one["etat"] for reference, one in told.items()} == {
        "M0041": "TERMINE",
        "T0012": "TERMINE",
        "M0042": "ACQUIT_PARTIEL_HELIOS",
    }
    assert {one["bordereau"]: one["sort"] for one in told["M0042"]["elements"]} == {
        "42": "deja_integre",
        "43": "integre",
    }
    for one in told.values():
        [acquit] = [file["chemin"] for file in one["fichiers"] if file["nature"] == "acquit_helios"]
        assert PesAcquit.read(Path(acquit).read_bytes()).elements


def test_demo_of_pes_shows_a_person_what_is_not_to_be_sent_again(command: Command, tmp_path: Path) -> None:
    run = command("demo", "--helios", "--sortie", tmp_path / "sortie")
    assert run.returncode == 0, run.stderr
    assert "déjà intégré avant" in " ".join(run.stdout.split())
    assert "à ne pas renvoyer : dépense 2026/42." in run.stdout


def test_a_pes_that_s2low_has_under_a_number_nobody_knows_is_given_it_by_a_person(
    command: Command, settings: Settings, platforms: Platforms
) -> None:
    authority = settings.authority(SIREN)
    assert authority is not None
    desk = PlatformDesk(settings, clock=SystemClock())
    file = Payload.of(sample_pes(UNSIGNED) / "pes.xml")
    number = desk.of(authority).require_s2low().helios.transmettre(file, nom="poste-a-la-main.xml")
    desk.close()
    lot = deposit(sample_pes(UNSIGNED), root=settings.deposit.root)
    assert command("passe").returncode == 0
    shown = command("dossier", lot).stdout
    assert "PES_DEJA_SUR_S2LOW" in shown
    assert "Ne le renvoyez pas" in " ".join(shown.split())
    solved = command("resoudre", lot, "--adopter", f"s2low={number}", "--motif", "vu sur le site de S2LOW")
    assert solved.returncode == 0, solved.stderr
    assert command("passe").returncode == 0
    assert "TRANSMIS_TDT" in command("dossier", lot).stdout
    assert len(platforms.ask("/etat")["s2low"]["pes"]) == 1


def test_demo_never_writes_over_what_is_there(command: Command, tmp_path: Path) -> None:
    (tmp_path / "precieux").write_text("à garder")
    run = command("demo", "--sortie", tmp_path)
    assert run.returncode == 2
    assert "n'est pas vide" in run.stderr


# passe, etat, dossier, reprendre, resoudre


def test_a_pass_takes_a_deposit_to_its_return(
    command: Command, settings: Settings, platforms: Platforms
) -> None:
    lot = deposit(sample("ARR_ACCORD"), root=settings.deposit.root)
    run = command("passe", "--json")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["recus"] == [lot]
    check_end(platforms, settings, lot, LIVES["signed and transmitted"])
    assert "Aucun dossier en cours" in command("etat").stdout
    [row] = json.loads(command("etat", "--tous", "--json").stdout)["dossiers"]
    assert (row["id_depot"], row["etat"]) == (lot, "TERMINE")
    told = json.loads(command("dossier", lot, "--json").stdout)
    assert told["acte_id"].endswith("-PC0629912600012-AI")
    assert told["journal"][0]["kind"] == "received"
    assert "terminé" in command("dossier", lot).stdout


def test_a_wait_is_shown_with_its_reason_and_resuming_promises_before_it_acts(
    command: Command, settings: Settings, platforms: Platforms
) -> None:
    platforms.tell("/rythme", {"iparapheur": "main"})
    lot = deposit(sample("PIECES"), root=settings.deposit.root)
    assert command("passe").returncode == 0
    shown = command("etat")
    assert "au parapheur" in shown.stdout
    platforms.tell(f"/parapheur/{lot}/signer")
    assert json.loads(command("passe", "--json").stdout)["avances"] == []
    resumed = command("reprendre", lot)
    assert resumed.returncode == 0
    assert resumed.stdout.index("Rien ne sera envoyé deux fois") < resumed.stdout.index("repris")
    assert "terminé" in command("dossier", lot).stdout


def test_a_rehearsal_can_ask_for_another_hour(
    command: Command, settings: Settings, platforms: Platforms
) -> None:
    platforms.tell("/rythme", {"iparapheur": "main"})
    lot = deposit(sample("PIECES"), root=settings.deposit.root)
    command("passe")
    platforms.tell(f"/parapheur/{lot}/signer")
    tomorrow = re.sub(r"^\d{4}", lambda year: str(int(year[0]) + 1), platforms.now().isoformat())
    assert json.loads(command("passe", "--json", "--heure", tomorrow).stdout)["avances"] == [lot]
    wrong = command("passe", "--heure", "demain")
    assert wrong.returncode == 2
    assert "fuseau" in wrong.stderr


def test_a_blocked_dossier_says_who_must_act_and_is_resolved_with_a_reason(
    command: Command, settings: Settings, platforms: Platforms
) -> None:
    platforms.tell("/rythme", {"iparapheur": "main"})
    lot = deposit(sample("PIECES"), root=settings.deposit.root)
    command("passe")
    platforms.tell(f"/parapheur/{lot}/signer", {"papier": True})
    command("reprendre")
    shown = command("dossier", lot).stdout
    assert "Qui doit agir" in shown
    assert json.loads(command("dossier", lot, "--json").stdout)["bloque"]["code"] == "PAS_SIGNE"
    assert command("resoudre", lot, "--motif", "essai").returncode == 2
    both = command("resoudre", lot, "--adopter", "iparapheur=x", "--jamais-parti", "--motif", "essai")
    assert both.returncode == 2
    refused = command("resoudre", lot, "--jamais-parti", "--motif", "essai")
    assert refused.returncode == 1
    assert "--adopter" in refused.stderr
    again = command("resoudre", lot, "--adopter", f"iparapheur={lot}", "--motif", "vérifié", "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout) == {"id_depot": lot, "etat": "AU_PARAPHEUR"}


@pytest.mark.parametrize(
    ("english", "arguments"),
    [("run", ["--json"]), ("status", ["--json"]), ("resume", ["--json"])],
)
def test_the_english_names_do_the_same(
    command: Command, settings: Settings, english: str, arguments: list[str]
) -> None:
    run = command(english, *arguments)
    assert run.returncode == 0, run.stderr
    assert isinstance(json.loads(run.stdout), dict)


@pytest.mark.parametrize("name", ["demo", "passe", "etat", "dossier", "reprendre", "resoudre", "simulateur"])
def test_help_is_in_french(command: Command, name: str) -> None:
    run = command(name, "--help")
    assert run.returncode == 0
    assert re.search(r"[éàèê]", run.stdout)


def test_a_failure_is_one_french_sentence_without_a_traceback(command: Command, settings: Settings) -> None:
    unknown = command("dossier", "INCONNU")
    assert unknown.returncode == 1
    assert "ne connaît pas" in unknown.stderr
    missing = command("passe", "--config", "absent.toml")
    assert missing.returncode == 2
    assert "n'existe pas" in missing.stderr
    assert "Traceback" not in unknown.stderr + missing.stderr


def test_a_missing_extra_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    code = "import sys; sys.modules['typer'] = None; from cdg62_connect.cli import main; main()"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert 'pip install "cdg62-connect[journey]"' in run.stderr


# simulateur


def test_the_simulator_says_everything_on_its_first_line_then_serves_until_told_to_stop() -> None:
    process = subprocess.Popen([COMMAND, "simulateur", "--json"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    described = json.loads(process.stdout.readline())
    assert set(described) == {"iparapheur_soap", "iparapheur_rest", "s2low", "pastell", "admin"}
    assert {"url", "login", "password", "type", "sous_types"} <= set(described["iparapheur_soap"])
    assert {"siren", "cert", "key"} == set(described["s2low"]["accounts"][0])
    kept = Path(described["s2low"]["ca"])
    assert kept.is_file()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    assert process.stdout.read() == ""
    process.stdout.close()
    assert not kept.exists()


# Kills through the real command


def reached_moments(command: Command, settings: Settings, folder: Path) -> list[str]:
    seen = folder / "moments"
    deposit(sample("ARR_ACCORD"), root=settings.deposit.root)
    run = command("passe", PYTHONPATH=str(KILLER), MOMENTS_REACHED=str(seen))
    assert run.returncode == 0, run.stderr
    return seen.read_text("utf-8").splitlines()


STEPS = (
    "journal.before:received",
    "journal.after:accepted",
    "journal.before:acknowledgement_written",
    "journal.after:intent",
    "wire.sent:CreerDossier",
    "journal.before:circuit_opened",
    "folder.after:001-AU_PARAPHEUR",
    "wire.sent:GetHistoDossier",
    "wire.sent:GetDossier",
    "journal.before:signed",
    "folder.before:002-SIGNE",
    "wire.sent:actes_classification_fetch",
    "journal.after:number_reserved",
    "wire.sent:actes_transac_create",
    "journal.before:transmitted",
    "wire.answered:ArchiverDossier",
    "journal.before:circuit_released",
    "wire.sent:actes_transac_get_status",
    "wire.answered:actes_create_pdf",
    "journal.before:acknowledged",
    "folder.after:004-AR_PREFECTURE",
    "journal.before:filed",
    "journal.before:closed",
)


def test_the_moments_chosen_for_the_command_are_all_reached(
    command: Command, settings: Settings, tmp_path: Path
) -> None:
    assert set(STEPS) <= set(reached_moments(command, settings, tmp_path))


@pytest.mark.parametrize("moment", STEPS)
def test_the_command_killed_at_a_step_ends_each_dossier_once_when_run_again(
    command: Command, settings: Settings, platforms: Platforms, moment: str
) -> None:
    lot = deposit(sample("ARR_ACCORD"), root=settings.deposit.root)
    killed = command("passe", PYTHONPATH=str(KILLER), MOMENT_OF_DEATH=moment)
    assert killed.returncode == -signal.SIGKILL
    again = command("passe")
    assert again.returncode == 0, again.stderr
    check_end(platforms, settings, lot, LIVES["signed and transmitted"])


# Secrets


def test_no_secret_is_seen_at_any_verbosity_nor_left_in_any_file(
    command: Command, settings: Settings, platforms: Platforms, tmp_path: Path
) -> None:
    secrets = [account["password"] for account in platforms.described["iparapheur_soap"]["accounts"]]
    keys = [
        line
        for account in platforms.described["s2low"]["accounts"]
        for line in Path(account["key"]).read_text("ascii").splitlines()[1:-1]
    ]
    platforms.tell(
        "/pannes",
        [
            {"plateforme": "iparapheur", "operation": "CreerDossier", "effet": "couper", "moment": "apres"},
            {"plateforme": "s2low", "operation": "actes_transac_create", "effet": "html"},
            {"plateforme": "s2low", "operation": "list_actes", "effet": "http_500"},
        ],
    )
    deposit(sample("ARR_ACCORD"), root=settings.deposit.root)
    heard = ""
    for _ in range(4):
        run = command("reprendre", "-vv")
        heard += run.stdout + run.stderr
    config = Path("cdg62-connect.toml").name
    broken = (tmp_path / config).read_text("utf-8").replace('type = "URBANISME"', 'typo = "URBANISME"')
    (tmp_path / "faux.toml").write_text(broken, encoding="utf-8")
    wrong = command("passe", "-vv", "--config", "faux.toml")
    assert wrong.returncode == 2
    heard += wrong.stderr
    assert "CreerDossier" in heard
    for canary in (*secrets, *keys):
        assert canary not in heard
    import base64

    encoded = [base64.b64encode(f"ws-{s}@demo:{p}".encode()).decode() for s, p in _accounts(platforms)]
    for place in (settings.deposit.root, settings.journal.folder):
        for path in place.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                for canary in (*secrets, *keys, *encoded):
                    assert canary.encode() not in content, path
    for canary in encoded:
        assert canary not in heard


def _accounts(platforms: Platforms) -> list[tuple[str, str]]:
    return [(one["siren"], one["password"]) for one in platforms.described["iparapheur_soap"]["accounts"]]


# Supervision and service


def test_monitoring_reads_the_exit_code(command: Command, settings: Settings, platforms: Platforms) -> None:
    quiet = command("etat", "--alerte")
    assert quiet.returncode == 0
    assert "rien n'appelle" in quiet.stdout
    platforms.tell("/rythme", {"iparapheur": "main"})
    lot = deposit(sample("PIECES"), root=settings.deposit.root)
    command("passe")
    platforms.tell(f"/parapheur/{lot}/signer", {"papier": True})
    command("reprendre")
    loud = command("etat", "--alerte", "--json")
    assert loud.returncode == 2
    assert json.loads(loud.stdout)["niveau"] == "CRITIQUE"
    assert lot in loud.stdout


def test_the_service_takes_deposits_as_they_come_and_stops_cleanly(
    settings: Settings, platforms: Platforms, tmp_path: Path
) -> None:
    lot = deposit(sample("ARR_ACCORD"), root=settings.deposit.root)
    service = subprocess.Popen(
        [COMMAND, "passe", "--suivre", "--json"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    assert service.stdout is not None
    assert json.loads(service.stdout.readline())["recus"] == [lot]
    service.send_signal(signal.SIGTERM)
    assert service.wait(timeout=30) == 0
    service.stdout.close()
    check_end(platforms, settings, lot, LIVES["signed and transmitted"])
