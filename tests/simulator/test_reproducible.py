"""The same seed, the same hour and the same requests give the same platforms, to the byte."""

from __future__ import annotations

import ast
import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest

import cdg62_connect.simulator
from cdg62_connect.simulator import SimClock, Simulator
from support.pes_samples import pes

SIMULATOR = Path(cdg62_connect.simulator.__file__).parent
SOURCES = sorted(SIMULATOR.rglob("*.py"))
MORNING = "2025-03-14T08:00:00+00:00"

LIFE = r"""
import base64
import datetime
import json
import sys
from pathlib import Path

import requests

from cdg62_connect.simulator import SimClock, Simulator, SimulatorServer, listening

folder, told_in = Path(sys.argv[1]), Path(sys.argv[5])
document = Path(sys.argv[4]).read_bytes()
listening.THREADS = int(sys.argv[3])
clock = SimClock(datetime.datetime.fromisoformat(sys.argv[6]))
simulator = Simulator(folder=folder, clock=clock, seed=int(sys.argv[2]), password="secret")
IP = "http://www.adullact.org/spring-ws/iparapheur/1.0"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ACTES = "/modules/actes/"
trace = {}

with SimulatorServer(simulator) as server, requests.Session() as http:
    http.trust_env = False
    described = server.describe()
    parapheur, s2low = described["iparapheur_soap"], described["s2low"]
    first = s2low["accounts"][0]
    tls = {"cert": (first["cert"], first["key"]), "verify": s2low["ca"], "timeout": 30}

    def soap(name, url, operation, inner):
        body = (
            f'<s:Envelope xmlns:s="{SOAP}"><s:Body><{operation}Request xmlns="{IP}">{inner}'
            f"</{operation}Request></s:Body></s:Envelope>"
        )
        account = (parapheur["login"], parapheur["password"])
        answer = http.post(url, data=body.encode(), auth=account, timeout=30)
        trace[name] = answer.headers["Content-Type"].encode() + answer.content

    def get(name, page, **params):
        answer = http.get(s2low["url"] + ACTES + page, params=params, **tls)
        trace[name] = answer.content
        return answer

    encoded = base64.b64encode(document).decode()
    for rank, dossier_id in enumerate(("ads-01", "", "")):
        creer = (
            "<TypeTechnique>URBANISME</TypeTechnique><SousType>Arrete</SousType>"
            f"<DossierID>{dossier_id}</DossierID><DossierTitre>Titre {rank // 2}</DossierTitre>"
            f"<Visibilite>SERVICE</Visibilite><DocumentPrincipal>{encoded}</DocumentPrincipal>"
        )
        soap(f"creer {rank}", parapheur["url"], "CreerDossier", creer)
    clock.advance(600)
    simulator.iparapheur.viser("ads-01")
    clock.advance(600)
    simulator.iparapheur.signer("ads-01", by="Léa Moreau, maire")
    soap("historique", parapheur["url"], "GetHistoDossier", "ads-01")
    soap("dossier", parapheur["url"], "GetDossier", "ads-01")
    soap("dossier mtom", parapheur["url_mtom"], "GetDossier", "ads-01")

    fields = {
        "api": "1",
        "nature_code": "3",
        "number": "PC62991_25A0012",
        "subject": "Permis",
        "decision_date": "2025-03-10",
        "type_acte": "99_AI",
        "classif1": "2",
        "classif2": "2",
    }
    files = {"acte_pdf_file": ("a.pdf", document)}
    page = s2low["url"] + ACTES + "actes_transac_create.php?api=1"
    answer = http.post(page, data=fields, files=files, **tls)
    trace["depot"] = answer.content
    transaction = answer.text.split()[1]
    for look in range(4):
        clock.advance(60)
        get(f"statut {look}", "actes_transac_get_status.php", transaction=transaction)
    message, acte = get("fichiers", "actes_transac_get_files_list.php", transaction=transaction).json()
    get("metier", "actes_download_file.php", file=message["id"])
    get("tampon", "actes_download_file.php", file=acte["id"], tampon="true", date_affichage="2025-03-17")
    get("bordereau", "actes_create_pdf.php", trans_id=transaction)
    get("ar", "actes_transac_get_ARActe.php", id=transaction)
    get("classification", "actes_classification_fetch.php", api="1")
    letter = simulator.s2low.ecrire(int(transaction), "demande_pieces").id
    get("courrier", "../actes/actes_transac_get_document.php", id=letter)
    get("logins", "../../admin/users/api-list-login.php")
    page = s2low["url"] + "/modules/helios/api/helios_importer_fichier.php"
    sent = http.post(page, files={"enveloppe": ("PES.xml", Path(sys.argv[7]).read_bytes())}, **tls)
    trace["pes"] = sent.content
    for look in range(4):
        clock.advance(60)
        get(f"pes {look}", "../helios/api/helios_transac_get_status.php", transaction=5120 + simulator.s2low.ground.gap)
    get("acquit", "../helios/helios_download_acquit.php", id=5120 + simulator.s2low.ground.gap)
    simulator.s2low.helios.emettre_retour(5120 + simulator.s2low.ground.gap)
    get("retours", "../helios/api/helios_get_list.php")
    state = http.get(described["admin"] + "/etat", timeout=30).json()
    trace["etat"] = json.dumps(state, sort_keys=True).encode()

told_in.mkdir()
for name, content in trace.items():
    (told_in / name).write_bytes(content)
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of certificates to begin with, that of who signs included."""
    folder = tmp_path_factory.mktemp("cles")
    start = SimClock(datetime.fromisoformat(MORNING))
    Simulator(folder=folder, clock=start).authority.signer("Léa Moreau, maire")
    return folder / "pki"


class Lives:
    """Plays the same life in programs of their own."""

    def __init__(self, folder: Path, document: bytes) -> None:
        self._folder = folder
        self._document = folder / "document.pdf"
        self._document.write_bytes(document)
        self._pes = folder / "pes.xml"
        self._pes.write_bytes(pes())
        self._count = 0

    def played(self, *, seed: int = 7, threads: int = 12, keys: Path | None = None) -> dict[str, bytes]:
        """What every request was answered; each program orders its sets in another way."""
        self._count += 1
        place, told = self._folder / f"vie-{self._count}", self._folder / f"trace-{self._count}"
        if keys is not None:
            shutil.copytree(keys, place / "pki")
        arguments = [
            str(place),
            str(seed),
            str(threads),
            str(self._document),
            str(told),
            MORNING,
            str(self._pes),
        ]
        environ = {**os.environ, "PYTHONHASHSEED": str(self._count)}
        done = subprocess.run(
            [sys.executable, "-c", LIFE, *arguments], env=environ, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return {file.name: file.read_bytes() for file in sorted(told.iterdir())}


@pytest.fixture
def lives(tmp_path: Path, document: bytes) -> Lives:
    return Lives(tmp_path, document)


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    assert one.keys() == other.keys()
    return [name for name in one if one[name] != other[name]]


def test_the_same_life_has_the_same_bytes_whatever_the_number_of_threads(lives: Lives, keys: Path) -> None:
    first = lives.played(keys=keys)

    assert differing(first, lives.played(keys=keys, threads=1)) == []
    assert b"/ETSI.CAdES.detached" in signed(first)


def test_with_other_keys_only_the_signature_itself_is_another(lives: Lives) -> None:
    first, second = lives.played(), lives.played()

    assert differing(first, second) == ["dossier", "dossier mtom"]
    assert signed(first) != signed(second)
    assert unsigned(signed(first)) == unsigned(signed(second))


def test_another_seed_gives_other_ids(lives: Lives, keys: Path) -> None:
    first, second = lives.played(keys=keys), lives.played(keys=keys, seed=8)

    assert {"creer 1", "creer 2", "depot", "fichiers", "etat"} <= set(differing(first, second))
    assert "creer 0" not in differing(first, second), "the caller chose that one"


def signed(life: dict[str, bytes]) -> bytes:
    found = re.search(rb"<DocPrincipal[^>]*>([^<]+)</DocPrincipal>", life["dossier"])
    assert found
    return base64.b64decode(found[1])


def unsigned(pdf: bytes) -> bytes:
    """Without the CMS of the signature."""
    bare = re.sub(rb"/Contents\s*<[0-9a-fA-F]{1000,}>", b"", pdf)
    assert len(bare) < len(pdf)
    return bare


def test_a_reset_begins_the_same_life_again(tmp_path: Path) -> None:
    simulator = Simulator(folder=tmp_path, seed=3)
    before = json.dumps(simulator.s2low.snapshot())
    first = simulator.s2low.ground.ids("actes", 1)[0]
    simulator.reset()
    assert (json.dumps(simulator.s2low.snapshot()), simulator.s2low.ground.ids("actes", 1)[0]) == (
        before,
        first,
    )


FORBIDDEN = {
    ("time", "time"),
    ("time", "monotonic"),
    ("time", "time_ns"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("uuid", "uuid1"),
    ("uuid", "uuid4"),
    ("os", "urandom"),
}
SETS = ("set", "frozenset")


def drawn_elsewhere(tree: ast.AST) -> Iterator[str]:
    """What in a module comes from the machine instead of the seed and the clock."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    found = [one for function in functions for one in _drawn(function)]
    yield from dict.fromkeys([*found, *_drawn(tree, within=functions)])


def _drawn(tree: ast.AST, *, within: Sequence[ast.FunctionDef] = ()) -> Iterator[str]:
    inside = {id(node) for function in within for node in ast.walk(function)}
    sets = {
        ast.unparse(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign) and id(node) not in inside
        if node.value is not None and makes_a_set(node.value)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    }
    into_a_set = [part for node in ast.walk(tree) if isinstance(node, ast.Set) for part in node.elts]
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=name) if (module, name) in FORBIDDEN:
                yield f"{module}.{name}, line {node.lineno}"
            case ast.Attribute(value=ast.Name(id="random"), attr=name) if name != "Random":
                yield f"random.{name}, line {node.lineno}"
            case ast.ImportFrom(module=module, names=names):
                for alias in names:
                    if (module, alias.name) in FORBIDDEN - {("datetime", "now")} or (
                        module == "random" and alias.name != "Random"
                    ):
                        yield f"from {module} import {alias.name}, line {node.lineno}"
            case ast.For(iter=over) | ast.comprehension(iter=over):
                if makes_a_set(over) or ast.unparse(over) in sets:
                    yield f"the order of a set, line {over.lineno}"
            case (
                ast.Call(func=ast.Name(id="list" | "tuple" | "iter"), args=[over])
                | ast.Call(func=ast.Attribute(attr="join"), args=[over])
            ):
                if makes_a_set(over) or ast.unparse(over) in sets:
                    yield f"the order of a set, line {over.lineno}"
            case ast.Starred(value=over) if node not in into_a_set and (
                makes_a_set(over) or ast.unparse(over) in sets
            ):
                yield f"the order of a set, line {over.lineno}"
            case _:
                pass


def makes_a_set(node: ast.AST) -> bool:
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in SETS
        case ast.Call(func=ast.Subscript(value=ast.Name(id=name))):
            return name in SETS
        case ast.BinOp(left=left, op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor(), right=right):
            return makes_a_set(left) or makes_a_set(right)
        case _:
            return False


@pytest.mark.parametrize("source", SOURCES, ids=[str(file.relative_to(SIMULATOR)) for file in SOURCES])
def test_nothing_of_the_simulator_is_drawn_from_the_machine(source: Path) -> None:
    assert list(drawn_elsewhere(ast.parse(source.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "line",
    [
        "import time; time.time()",
        "from time import time",
        "import random; random.choice('ab')",
        "from random import choice",
        "import uuid; uuid.uuid4()",
        "from uuid import uuid4",
        "from datetime import datetime; datetime.now(None)",
        "for name in {'a', 'b'}: pass",
        "names = set('ab')\nfor name in names: pass",
        "', '.join({'a'})",
        "[*frozenset('ab')]",
        "[x for x in {'a'} | other]",
    ],
)
def test_what_would_be_drawn_is_noticed(line: str) -> None:
    assert len(list(drawn_elsewhere(ast.parse(line)))) == 1
