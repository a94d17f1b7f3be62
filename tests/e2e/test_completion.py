"""Completion, asked for as the shells do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cdg62_connect.settings import Settings
from cdg62_connect.testing.installation import deposit
from support.lives import COMMAND, Platforms, sample

Command = Callable[..., subprocess.CompletedProcess[str]]

ASKED = "_CDG62_CONNECT_COMPLETE"


@pytest.fixture
def proposed(command: Command) -> Callable[..., list[str]]:
    """What bash is told after ``line``, whose last word is being typed."""

    def ask(line: str, **environ: str) -> list[str]:
        run = command(
            **{
                ASKED: "complete_bash",
                "COMP_WORDS": line,
                "COMP_CWORD": str(len(line.split(" ")) - 1),
                **environ,
            }
        )
        assert run.stderr == ""
        return run.stdout.split()

    return ask


@pytest.fixture
def lots(command: Command, settings: Settings, platforms: Platforms) -> dict[str, str]:
    """One dossier that is over and one that waits for a person."""
    over = deposit(sample("ARR_ACCORD"), root=settings.deposit.root)
    assert command("passe").returncode == 0
    platforms.tell("/rythme", {"iparapheur": "main"})
    blocked = deposit(sample("PIECES"), root=settings.deposit.root)
    assert command("passe").returncode == 0
    platforms.tell(f"/parapheur/{blocked}/signer", {"papier": True})
    assert command("reprendre").returncode == 0
    return {"over": over, "blocked": blocked}


def test_each_command_proposes_the_dossiers_that_it_is_for(
    proposed: Callable[..., list[str]], lots: dict[str, str], settings: Settings, tmp_path: Path
) -> None:
    over, blocked = lots["over"], lots["blocked"]
    assert proposed("cdg62-connect dossier ") == [blocked, over]
    assert proposed(f"cdg62-connect dossier {over[:-1]}") == [over]
    assert proposed("cdg62-connect resoudre ") == [blocked]
    assert over not in proposed("cdg62-connect reprendre ")
    assert proposed("cdg62-connect dossier %") == []
    siren = settings.authorities[0].siren
    assert siren in proposed("cdg62-connect etat --autorite ")
    assert proposed(f"cdg62-connect etat --autorite {siren[:-1]}") == [siren]
    assert proposed("cdg62-connect resou") == ["resoudre"]
    elsewhere = tmp_path / "ailleurs"
    elsewhere.mkdir()
    config = tmp_path / "cdg62-connect.toml"
    given = [COMMAND, "etat", "--json", "--tous", "--config", config, "--autorite", siren]
    shown = subprocess.run(given, cwd=elsewhere, capture_output=True, text=True, check=True)
    assert {one["siren"] for one in json.loads(shown.stdout)["dossiers"]} <= {siren}
    assert proposed(f"cdg62-connect dossier --config {config} {over[:-1]}") == [over]


def test_an_authority_that_is_not_configured_is_told_with_those_that_are(
    command: Command, settings: Settings
) -> None:
    run = command("etat", "--autorite", "000000000")
    assert run.returncode == 2
    assert settings.authorities[0].name in run.stderr


@pytest.mark.parametrize(
    ("spoil", "content"),
    [
        ("cdg62-connect.toml", b"ceci n'est pas du TOML"),
        ("cdg62-connect.toml", b"version = 1\n"),
        ("etat/journal.sqlite3", b"ce n'est pas un journal" * 100),
        ("etat/journal.sqlite3", None),
        ("cdg62-connect.toml", None),
    ],
)
def test_whatever_is_wrong_nothing_is_proposed_and_nothing_said(
    proposed: Callable[..., list[str]],
    lots: dict[str, str],
    tmp_path: Path,
    spoil: str,
    content: bytes | None,
) -> None:
    for path in (tmp_path / "etat").glob("journal.sqlite3-*"):
        path.unlink()
    if content is None:
        (tmp_path / spoil).unlink()
    else:
        (tmp_path / spoil).write_bytes(content)
    before = sorted(tmp_path.rglob("*"))
    assert proposed("cdg62-connect dossier ") == []
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("asked", ["complete_tcsh", "x", "complete_bash"])
def test_a_question_that_makes_no_sense_is_not_answered(command: Command, asked: str) -> None:
    run = command(**{ASKED: asked})
    assert (run.stdout, run.stderr) == ("", "")


def test_the_other_shells_are_answered_in_their_own_way(command: Command, lots: dict[str, str]) -> None:
    over = lots["over"]
    line = {"_TYPER_COMPLETE_ARGS": f"cdg62-connect dossier {over[:-1]}"}
    zsh = command(**{ASKED: "complete_zsh"}, **line)
    assert f'"{over}"' in zsh.stdout
    fish = command(**{ASKED: "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}, **line)
    assert fish.stdout.split() == [over]
    power = command(**{ASKED: "complete_powershell", "_TYPER_COMPLETE_WORD_TO_COMPLETE": over[:-1]}, **line)
    assert power.stdout.startswith(f"{over}:::")


bash = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


@bash
def test_bash_itself_is_served_by_the_script_that_it_is_given(lots: dict[str, str], tmp_path: Path) -> None:
    script = (
        'eval "$(cdg62-connect --show-completion)"\n'
        "COMP_WORDS=(cdg62-connect dossier '')\nCOMP_CWORD=2\n"
        '_cdg62_connect_completion cdg62-connect\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    run = in_bash(script, tmp_path)
    assert run.stderr == ""
    assert run.stdout.split() == [lots["blocked"], lots["over"]]


@bash
def test_the_installation_says_in_french_where_it_wrote(tmp_path: Path) -> None:
    run = in_bash("cdg62-connect --install-completion; exit $?", tmp_path)
    assert run.returncode == 0, run.stderr
    installed = tmp_path / ".bash_completions" / "cdg62-connect.sh"
    assert run.stdout.splitlines()[0] == f"La complétion de bash est écrite dans {installed}."
    assert str(installed) in (tmp_path / ".bashrc").read_text("utf-8")
    assert ASKED in installed.read_text("utf-8")


def in_bash(script: str, home: Path) -> subprocess.CompletedProcess[str]:
    """A script that bash runs, in the home of somebody who has nothing yet."""
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--norc", "-c", script],
        cwd=home,
        env={"HOME": str(home), "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_help_of_completion_is_french(command: Command) -> None:
    told = command("--help", COLUMNS="200").stdout
    assert "Installe la complétion" in told
    assert "Show completion" not in told
