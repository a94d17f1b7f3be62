"""A name given by somebody else never chooses where a file lies."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest

from cdg62_connect.clock import SystemClock
from cdg62_connect.errors import InvalidInput
from cdg62_connect.iparapheur import IparapheurSoap, RetrievedDossier
from cdg62_connect.operis import DepositTree, manifest_digest
from cdg62_connect.s2low import S2low
from cdg62_connect.settings import DepositMode
from cdg62_connect.transport import safe_filename
from hostile import answers
from hostile.doors import BY_NAME, Room, judged
from hostile.platform_doors import Canned

NAMES = (
    "../../../temoin.pdf",
    "..\\..\\temoin.pdf",
    "/etc/cron.d/x",
    "C:\\Windows\\x.exe",
    "\\\\serveur\\partage\\x",
    "file:///etc/passwd",
    "..",
    ".",
    "",
    "   ",
    "a/../../b.pdf",
    "%2e%2e%2ftemoin.pdf",
    "..%c0%af..%c0%aftemoin.pdf",
    "..\u2215..\u2215temoin.pdf",
    "a.pdf\x00.exe",
    "a\r\nSet-Cookie: b=c",
    "\u202efdp.exe",
    "CON",
    "nul.pdf",
    "a:flux.pdf",
    "~/.ssh/authorized_keys",
    "$(touch x).pdf",
    "-rf",
    ".htaccess",
    "x" * 5_000 + ".pdf",
    "é" * 300 + ".pdf",
    "a.pdf.part",
    "\ud800.pdf",
    "a\u0000b",
)


def alone_in(folder: Path) -> list[str]:
    """The names in ``folder``, once each is known to be one plain component of it."""
    for path in folder.rglob("*"):
        assert path.parent == folder
        assert path.is_file()
        assert not path.is_symlink()
        assert len(path.name.encode()) <= 255
        assert path.name.isprintable()
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_harmless_name_is_one_component_or_nothing(name: str) -> None:
    made = safe_filename(name.encode("utf-8", "replace").decode())
    if made is not None:
        assert made == os.path.basename(made)
        assert made not in ("", ".", "..")
        assert made.isprintable()
        assert not set(made) & set('/\\:*?"<>|\0')
        assert len(made.encode()) <= 150


@pytest.mark.parametrize(
    "form", ['attachment; filename="%s"', "inline; filename*=UTF-8''%s", "%s; filename=%s"]
)
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_the_name_of_a_download_stays_in_its_folder(name: str, form: str, room: Room) -> None:
    header = form.replace("%s", name.encode("utf-8", "replace").decode("iso-8859-1"))
    session = Canned(answers.PDF, "application/pdf", headers={"Content-Disposition": header})
    download = S2low(session).actes.telecharger(1, into=room.into)
    assert alone_in(room.into) == [download.path.name]
    assert download.path.read_bytes() == answers.PDF


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_the_names_of_a_dossier_stay_text(name: str, room: Room) -> None:
    clean = "".join(char for char in name if char.isprintable()).encode("utf-8", "replace").decode()
    escaped = clean.replace("&", "&amp;").replace("<", "&lt;")
    body = answers.dossier(base64.b64encode(answers.PDF).decode())
    body = body.replace("arrêté.pdf".encode(), escaped.encode()).replace(b"plan.pdf", escaped.encode())
    found = IparapheurSoap(Canned(body, "text/xml")).dossiers.recuperer("D-1", into=room.into)
    assert isinstance(found, RetrievedDossier)
    assert found.bordereau is not None
    assert found.bordereau.nom == clean.strip().strip('"')
    assert len(alone_in(room.into)) == 2


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_the_identity_and_the_name_of_an_attachment_choose_no_path(name: str, room: Room) -> None:
    plain = name.encode("utf-8", "replace").decode()
    body = answers.package(answers.dossier(answers.INCLUDE), identity=f"<{plain}>", name=plain)
    judged(BY_NAME["iparapheur GetDossier MTOM"], body, room)
    alone_in(room.into)
    for path in room.into.iterdir():
        path.unlink()
    judged(
        BY_NAME["iparapheur GetDossier MTOM"],
        answers.package(answers.dossier(answers.INCLUDE), name=plain),
        room,
    )
    assert len(alone_in(room.into)) == 2


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_the_names_of_a_manifest_lead_nowhere_else(name: str, room: Room) -> None:
    manifest = json.loads(answers.manifest())
    for place in (manifest["document"], manifest["annexes"][0]):
        held = place["fichier"]
        place["fichier"] = name
        _, refused = judged(BY_NAME["operis.read_lot"], json.dumps(manifest).encode(), room)
        assert refused is not None
        place["fichier"] = held


@pytest.mark.parametrize("target", ["/etc/passwd", "../../dehors/temoin.pdf", "arrete.pdf", "."])
def test_a_link_in_a_lot_is_never_followed(target: str, room: Room) -> None:
    door = BY_NAME["operis.read_lot"]
    judged(door, answers.manifest(), room)
    folder = room.given / answers.lot().name
    for name in ("lien.pdf", "arrete.pdf"):
        path = folder / name
        path.unlink(missing_ok=True)
        path.symlink_to(target)
        _, refused = judged(door, answers.manifest(), room)
        assert refused is not None
        assert path.is_symlink()
    (folder / "manifeste.json").unlink()
    (folder / "manifeste.json").symlink_to("/etc/passwd")
    assert manifest_digest(folder) == ""


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_lot_of_any_name_is_taken_whole_or_left_where_it_is(name: str, room: Room) -> None:
    tree = DepositTree(room.into / "depot", mode=DepositMode.RENAME, clock=SystemClock())
    tree.prepare()
    plain = name.replace("/", "_").replace("\0", "")[:80].encode("utf-8", "replace").decode()
    waiting = tree.root / "entrants" / plain
    if plain in ("", ".", ".."):
        with pytest.raises(InvalidInput):
            tree.take(plain)
        return
    waiting.mkdir()
    (waiting / "a.pdf").write_bytes(answers.PDF)
    try:
        taken = tree.take(plain)
    except InvalidInput:
        taken = None
    place = waiting if taken is None else taken
    assert taken is None or taken.parent == tree.root / "encours"
    assert (place / "a.pdf").read_bytes() == answers.PDF
