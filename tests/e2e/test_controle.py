from __future__ import annotations

import json
import os
import re
import socket
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cdg62_connect.simulator.pki import TestAuthority
from support.lives import Platforms
from support.proxies import proxy

Command = Callable[..., subprocess.CompletedProcess[str]]
VALMONT, ALDEGONDE = "216209916", "216209924"


class Installation:
    """A trial installation whose configuration the tests spoil."""

    def __init__(self, command: Command, folder: Path) -> None:
        self._command = command
        self.folder = folder
        self.path = folder / "cdg62-connect.toml"

    def change(self, before: str, after: str) -> None:
        text = self.path.read_text("utf-8")
        assert before in text, before
        self.path.write_text(text.replace(before, after), "utf-8")

    def check(self) -> tuple[int, list[dict[str, Any]]]:
        run = self._command("controle", "--json", "--config", self.path)
        assert len(run.stdout.splitlines()) == 1, run.stderr
        told = json.loads(run.stdout)
        assert run.returncode == {"OK": 0, "ATTENTION": 1, "KO": 2}[told["resultat"]]
        assert not run.stderr
        return run.returncode, told["controles"]

    def failures(self) -> dict[tuple[str, str | None], dict[str, Any]]:
        """What is not OK, by code and SIREN."""
        return {(c["code"], c["siren"]): c for c in self.check()[1] if c["resultat"] != "OK"}


@pytest.fixture
def installation(command: Command, platforms: Platforms, tmp_path: Path) -> Installation:
    access = tmp_path / "acces.json"
    access.write_text(json.dumps(platforms.described))
    made = command("init", tmp_path / "essai", "--simulateur", access)
    assert made.returncode == 0, made.stderr
    return Installation(command, tmp_path / "essai")


@pytest.fixture
def pki(platforms: Platforms) -> Path:
    return Path(platforms.described["s2low"]["ca"]).parent


def client_certificate(pki: Path, folder: Path, *, ends: datetime) -> tuple[Path, Path]:
    """A client certificate by the simulator's own authority, which ends when asked."""
    ca = x509.load_pem_x509_certificate((pki / "ca.pem").read_bytes())
    ca_key = serialization.load_pem_private_key((pki / "ca.key").read_bytes(), None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Agent de Valmont")]))
        .issuer_name(ca.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=900))
        .not_valid_after(ends)
        .sign(ca_key, hashes.SHA256())
    )
    files = folder / "agent.pem", folder / "agent.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].touch(mode=0o600)
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


def test_all_is_well_on_a_new_installation_and_nothing_is_sent_nor_made(
    installation: Installation, platforms: Platforms
) -> None:
    before = sorted(installation.folder.rglob("*"))
    code, checks = installation.check()
    assert code == 0
    assert {check["resultat"] for check in checks} == {"OK"}
    assert sorted(installation.folder.rglob("*")) == before
    state = platforms.ask("/etat")
    assert not state["iparapheur"]["dossiers"]
    assert not state["s2low"]["creations"]
    assert set(state["appels"]["iparapheur"]) == {"echo", "GetListeTypes", "GetListeSousTypes"}
    assert set(state["appels"]["s2low"]) == {
        "test-connexion",
        "test-rgs",
        "info-connexion",
        "actes_classification_fetch",
    }


def test_a_person_reads_one_line_per_check_and_a_sum(command: Command, installation: Installation) -> None:
    run = command("doctor", "--config", installation.path)
    assert run.returncode == 0
    *lines, end = run.stdout.splitlines()
    assert all(line.startswith("OK  ") for line in lines)
    assert end == f"{len(lines)} contrôles : {len(lines)} OK. Rien n'a été envoyé."


def test_the_journal_that_exists_is_opened_and_left_alone(
    command: Command, installation: Installation
) -> None:
    assert command("passe", "--config", installation.path).returncode == 0
    before = sorted((installation.folder / "etat").rglob("*"))
    assert installation.check()[0] == 0
    assert sorted((installation.folder / "etat").rglob("*")) == before


def test_a_damaged_journal_is_told(command: Command, installation: Installation) -> None:
    (installation.folder / "etat").mkdir()
    (installation.folder / "etat" / "journal.sqlite3").write_bytes(b"ce n'est pas un journal" * 100)
    assert installation.failures()["journal.ouverture", None]["resultat"] == "KO"


def test_a_configuration_that_cannot_be_read_is_a_check_too(installation: Installation) -> None:
    installation.change("version = 1", "version = 1\ninconnue = 2")
    code, checks = installation.check()
    assert code == 2
    assert [check["code"] for check in checks] == ["configuration"]
    assert "inconnue" in checks[0]["constat"]


def test_a_wrong_password_concerns_one_authority_and_is_not_shown(installation: Installation) -> None:
    (installation.folder / "secrets" / f"parapheur-{VALMONT}").write_text("pas-le-bon")
    failures = installation.failures()
    assert set(failures) == {
        ("iparapheur.compte", VALMONT),
        ("iparapheur.type", VALMONT),
        ("iparapheur.sous_types", VALMONT),
    }
    assert failures["iparapheur.compte", VALMONT]["resultat"] == "KO"
    assert failures["iparapheur.type", VALMONT]["resultat"] == "NON_VERIFIABLE"
    assert "mot de passe" in failures["iparapheur.compte", VALMONT]["conseil"]
    assert "pas-le-bon" not in json.dumps([*failures.values()])


def test_a_server_of_another_authority_is_not_asked_anything(
    installation: Installation, platforms: Platforms, tmp_path: Path
) -> None:
    other = TestAuthority(tmp_path / "autre", start=datetime(2026, 1, 1, tzinfo=UTC))
    certificate = platforms.described["s2low"]["ca"]
    text = installation.path.read_text("utf-8")
    head, tail = text.split("[plateformes.s2low]")
    installation.path.write_text(head + "[plateformes.s2low]" + tail.replace(certificate, str(other.ca), 1))
    failures = installation.failures()
    told = failures.pop(("s2low.connexion", None))
    assert told["resultat"] == "KO"
    assert "autorité" in told["constat"]
    assert "ca" in told["conseil"]
    assert {check["resultat"] for check in failures.values()} == {"NON_VERIFIABLE"}
    assert "s2low" not in platforms.ask("/etat")["appels"]


@pytest.mark.parametrize(
    ("days", "result", "word"),
    [
        (400, "OK", "jours ouvrés"),
        (35, "ATTENTION", "il reste"),
        (6, "ATTENTION", "URGENT"),
        (-2, "KO", "périmé"),
    ],
)
def test_a_client_certificate_is_told_before_it_ends(
    installation: Installation,
    platforms: Platforms,
    pki: Path,
    tmp_path: Path,
    days: int,
    result: str,
    word: str,
) -> None:
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
    certificate, key = client_certificate(pki, tmp_path, ends=ends)
    account = platforms.described["s2low"]["accounts"][0]
    installation.change(account["cert"], str(certificate))
    installation.change(account["key"], str(key))
    _, checks = installation.check()
    (told,) = [c for c in checks if (c["code"], c["siren"]) == ("s2low.certificat", VALMONT)]
    assert told["resultat"] == result
    assert word in told["constat"]
    assert "Agent de Valmont" in told["constat"]
    (account_check,) = [c for c in checks if (c["code"], c["siren"]) == ("s2low.authentification", VALMONT)]
    assert account_check["resultat"] == "KO", "S2LOW n'a pas de compte pour ce certificat"
    others = [c for c in checks if c["siren"] == ALDEGONDE]
    assert {c["resultat"] for c in others} == {"OK"}


def test_a_server_that_none_of_our_certificates_suits_is_told_apart_from_one_that_is_down(
    installation: Installation, platforms: Platforms
) -> None:
    for account in platforms.described["s2low"]["accounts"][:2]:
        installation.change(account["cert"], "absent.pem")
    failures = installation.failures()
    assert failures["s2low.connexion", None]["resultat"] == "ATTENTION"
    assert "aucun certificat client" in failures["s2low.connexion", None]["constat"]
    assert failures["s2low.certificat", VALMONT]["resultat"] == "KO"
    told = failures["s2low.authentification", VALMONT]
    assert told["resultat"] == "NON_VERIFIABLE"
    assert "absent.pem" in told["constat"]


def test_a_key_that_others_can_read_is_told(
    installation: Installation, platforms: Platforms, tmp_path: Path
) -> None:
    key = tmp_path / "copie.key"
    account = platforms.described["s2low"]["accounts"][0]
    key.write_bytes(Path(account["key"]).read_bytes())
    key.chmod(0o644)
    installation.change(account["key"], str(key))
    (told,) = installation.failures().values()
    assert (told["code"], told["resultat"]) == ("s2low.cle", "ATTENTION")
    assert f"chmod 600 {key}" in told["conseil"]


def test_two_authorities_on_one_account_of_s2low_are_told(
    installation: Installation, platforms: Platforms
) -> None:
    first, second = platforms.described["s2low"]["accounts"][:2]
    installation.change(second["cert"], first["cert"])
    installation.change(second["key"], first["key"])
    told = installation.failures()["s2low.compte", ALDEGONDE]
    assert told["resultat"] == "KO"
    assert VALMONT in told["constat"]


def test_a_sous_type_that_the_parapheur_does_not_know_is_told_with_those_it_knows(
    installation: Installation,
) -> None:
    installation.change('"Courrier"', '"Lettre"')
    failures = installation.failures()
    assert set(failures) == {("iparapheur.sous_types", VALMONT), ("iparapheur.sous_types", ALDEGONDE)}
    told = failures["iparapheur.sous_types", VALMONT]
    assert told["resultat"] == "KO"
    assert "« Lettre » (defaut)" in told["constat"]
    assert "« Arrete », « Courrier »" in told["conseil"]


def test_a_name_that_differs_by_an_accent_is_corrected(installation: Installation) -> None:
    installation.change('"Arrete"', '"Arrêté"')
    told = installation.failures()["iparapheur.sous_types", VALMONT]
    assert told["conseil"] == "Écrivez exactement « Arrete » dans la clé sous_types."


def test_a_type_that_the_parapheur_does_not_know_is_told(installation: Installation) -> None:
    installation.change('"URBANISME"', '"ADS"')
    failures = installation.failures()
    assert failures["iparapheur.type", VALMONT]["resultat"] == "KO"
    assert "URBANISME" in failures["iparapheur.type", VALMONT]["conseil"]


def test_the_matieres_are_compared_with_the_live_classification_of_each_authority(
    installation: Installation,
) -> None:
    installation.change("matieres = {}", 'matieres = { "2.2.3" = "permis de construire", "2.2.9.9" = "x" }')
    told = [c for c in installation.check()[1] if c["code"] == "s2low.matiere"]
    results = {(c["siren"], c["controle"].rpartition(" ")[2]): c["resultat"] for c in told}
    assert results == {
        (VALMONT, "2.2.3"): "OK",
        (VALMONT, "2.2.9.9"): "ATTENTION",
        (ALDEGONDE, "2.2.3"): "ATTENTION",
        (ALDEGONDE, "2.2.9.9"): "ATTENTION",
    }
    assert any("Permis de démolir" in c["constat"] for c in told)


def test_a_platform_that_is_down_leaves_the_other_checked(
    installation: Installation, platforms: Platforms
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        free = taken.getsockname()[1]
    installation.change(
        platforms.described["iparapheur_soap"]["url"], f"http://127.0.0.1:{free}/ws-iparapheur-no-mtom"
    )
    failures = installation.failures()
    assert failures.pop(("iparapheur.connexion", None))["resultat"] == "KO"
    assert {code.split(".")[0] for code, _ in failures} == {"iparapheur"}
    assert {check["resultat"] for check in failures.values()} == {"NON_VERIFIABLE"}


def test_a_platform_that_fails_to_answer_is_not_taken_for_a_refusal(
    installation: Installation, platforms: Platforms
) -> None:
    platforms.tell(
        "/pannes", {"plateforme": "s2low", "operation": "info-connexion", "effet": "http_503", "fois": 1}
    )
    (told,) = installation.failures().values()
    assert (told["code"], told["siren"], told["resultat"]) == ("s2low.compte", VALMONT, "NON_VERIFIABLE")


NOT_HTTP = "n'ouvre pas la connexion vers 127.0.0.1 (sa réponse n'est pas du HTTP)"


def through(installation: Installation, platforms: Platforms, lines: str) -> None:
    """Put a proxy between us and S2LOW."""
    url = platforms.described["s2low"]["url"]
    installation.change(f'url = "{url}"', f'url = "{url}"\n{lines}')


def test_a_server_behind_a_proxy_is_looked_at_through_it(
    installation: Installation, platforms: Platforms
) -> None:
    with proxy() as between:
        (installation.folder / "secrets" / "proxy").write_text("sésame")
        account = 'proxy_identifiant = "mairie"\nproxy_mot_de_passe = { fichier = "secrets/proxy" }'
        through(installation, platforms, f'proxy = "{between.url}"\n{account}')
        code, checks = installation.check()
    assert code == 0
    told = {check["code"]: check["constat"] for check in checks}
    assert told["s2low.connexion"].endswith(f", par le proxy {between.url}.")
    assert "finit le" in told["s2low.certificat_serveur"]
    host = platforms.described["s2low"]["url"].removeprefix("https://")
    assert set(between.asked) == {f"CONNECT {host}"}
    assert len(between.accounts) == len(between.asked)
    assert "sésame" not in json.dumps(checks, ensure_ascii=False)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", "n'ouvre pas la connexion vers 127.0.0.1 (HTTP 403)"),
        (b"HTTP/1.1 407 Who are you?\r\n\r\n", "ne reconnaît pas le compte"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", NOT_HTTP),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 20_000, NOT_HTTP),
    ],
)
def test_a_proxy_that_does_not_let_us_through_is_told_apart_from_the_platform(
    installation: Installation, platforms: Platforms, answer: bytes, words: str
) -> None:
    with proxy(answer) as between:
        through(installation, platforms, f'proxy = "{between.url}"')
        failures = installation.failures()
    told = failures.pop(("s2low.connexion", None))
    assert told["resultat"] == "KO"
    assert f"Le proxy {between.url} {words}" in told["constat"]
    assert {check["resultat"] for check in failures.values()} == {"NON_VERIFIABLE"}
    assert "s2low" not in platforms.ask("/etat")["appels"]


def test_a_proxy_that_is_not_there_is_told(installation: Installation, platforms: Platforms) -> None:
    with proxy() as between:
        pass
    through(installation, platforms, f'proxy = "{between.url}"')
    told = installation.failures()["s2low.connexion", None]
    assert f"Le proxy {between.url} n'est pas joignable" in told["constat"]


def test_production_is_told_closed(installation: Installation, platforms: Platforms) -> None:
    text = installation.path.read_text("utf-8")
    head, tail = text.split("[plateformes.s2low]")
    tail = tail.replace('environnement = "simulateur"', 'environnement = "production"', 1)
    installation.path.write_text(f"{head}[plateformes.s2low]{tail}", "utf-8")
    (told,) = installation.failures().values()
    assert (told["code"], told["resultat"]) == ("s2low.environnement", "ATTENTION")
    assert "aucun envoi" in told["constat"]


def test_what_nobody_will_take_from_the_deposit_is_told(installation: Installation) -> None:
    stray = installation.folder / "depot" / "entrants" / "dossier\x1b[31m.zip"
    stray.write_bytes(b"")
    assert installation.check()[0] == 0, "peut-être encore en cours d'écriture"
    os.utime(stray, (1, 1))
    (told,) = installation.failures().values()
    assert (told["code"], told["resultat"]) == ("depot.entrants", "ATTENTION")
    assert "dossier?[31m.zip" in told["constat"]


def test_a_missing_tree_is_a_disk_that_is_not_mounted_once_the_journal_exists(
    command: Command, installation: Installation
) -> None:
    (installation.folder / "depot").rename(installation.folder / "ailleurs")
    assert installation.failures()["depot.racine", None]["resultat"] == "ATTENTION"
    (installation.folder / "ailleurs").rename(installation.folder / "depot")
    assert command("passe", "--config", installation.path).returncode == 0
    (installation.folder / "depot").rename(installation.folder / "ailleurs")
    told = installation.failures()["depot.racine", None]
    assert told["resultat"] == "KO"
    assert "monté" in told["conseil"]
    assert not (installation.folder / "depot").exists()


def test_signatories_without_a_known_authority_are_told(
    installation: Installation, platforms: Platforms
) -> None:
    anchor = platforms.described["s2low"]["ca"]
    installation.change(f'ancres = ["{anchor}"]', "ancres = []")
    assert installation.failures()["signature.ancres", None]["resultat"] == "KO"
    installation.change("ancres = []", 'ancres = ["absente.pem"]')
    told = installation.failures()["signature.ancres", None]
    assert told["resultat"] == "KO"
    assert "absente.pem" in told["constat"]


def test_each_code_has_its_line_in_the_guide(installation: Installation) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "controle.md").read_text("utf-8")
    told = set(re.findall(r"`([a-z0-9_.]+)`", guide))
    installation.change("matieres = {}", 'matieres = { "2.2.3" = "permis de construire" }')
    for check in installation.check()[1]:
        code = check["code"]
        whole = (
            code
            if check["siren"] or code.split(".")[0] not in ("iparapheur", "s2low")
            else code.split(".")[1]
        )
        assert whole in told, code
