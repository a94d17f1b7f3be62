"""A document of thirty megabytes goes up and comes back without being held in memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from cdg62_connect.simulator import Simulator

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="lit la mémoire dans /proc")

MARGIN = 12 * 1024
"""Kilobytes that a client may take for a document of 30 720."""

START = """
    import datetime, json, sys
    from pathlib import Path
    from cdg62_connect import HttpSession, IparapheurSoap, S2low, Secret
    from cdg62_connect.iparapheur import Document, NewDossier
    from cdg62_connect.s2low import ActeFile, NewActe
    from cdg62_connect.transport import BasicAuth, ClientCertificate, Payload

    given = json.loads(sys.argv[1])
    big, small, into = Path(given["big"]), Path(given["small"]), Path(given["into"])

    def peak():
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
"""
PARAPHEUR = """
    access = given["access"]["iparapheur_soap"]
    auth = BasicAuth(access["login"], Secret(access["password"]))
    with HttpSession(access["url"], platform="iparapheur", auth=auth) as session:
        dossiers = IparapheurSoap(session).dossiers
        def there_and_back(key, path):
            document = Document(path.name, Payload.of(path))
            dossiers.creer(NewDossier(dossier_id=key, titre=None, type_technique="URBANISME",
                                      sous_type="Courrier", document=document, annexes=(document,)))
            back = dossiers.recuperer(key, into=into)
            return [back.document.sha256, back.annexes[0].sha256]
        there_and_back("petit", small)
        before = peak()
        print(json.dumps({"digests": there_and_back("gros", big), "grown": peak() - before}))
"""
S2LOW = """
    access = given["access"]["s2low"]
    account = access["accounts"][0]
    certificate = ClientCertificate(Path(account["cert"]), Path(account["key"]))
    ca = Path(access["ca"])
    with HttpSession(access["url"], platform="s2low", certificate=certificate, ca=ca) as session:
        actes = S2low(session).actes
        def there_and_back(numero, path):
            acte = NewActe(nature=3, numero=numero, objet="Un plan", date=datetime.date(2020, 1, 6),
                           matiere=(2, 2), type_acte="99_AI", document=ActeFile("a.pdf", Payload.of(path)),
                           annexes=(ActeFile("b.pdf", Payload.of(path), "22_PN"),))
            transaction = actes.transmettre(acte)
            while not actes.statut(transaction).acknowledged:
                pass
            files = actes.fichiers(transaction)[1:]
            return [actes.telecharger(file.id, into=into).sha256 for file in files]
        there_and_back("PETIT", small)
        before = peak()
        print(json.dumps({"digests": there_and_back("GROS", big), "grown": peak() - before}))
"""


@pytest.mark.parametrize("client", [PARAPHEUR, S2LOW], ids=["iparapheur", "s2low"])
def test_memory_stays_flat(
    client: str, simulator: Simulator, described: Any, big_pdf: Path, arrete: Path, into: Path, digest: Any
) -> None:
    given = {"access": described, "big": str(big_pdf), "small": str(arrete), "into": str(into)}
    # A process of its own: the peak of this one is that of all the tests before.
    run = subprocess.run(
        [sys.executable, "-c", dedent(START) + dedent(client), json.dumps(given)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["digests"] == [digest(big_pdf)] * 2
    assert told["grown"] < MARGIN
