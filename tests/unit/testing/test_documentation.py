"""The page docs/simulateur.md: every command and every example of it is run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from cdg62_connect import HttpSession, IparapheurSoap, OutcomeUnknown, S2low, Secret
from cdg62_connect.iparapheur import CircuitStep, Document, NewDossier
from cdg62_connect.s2low import ActeFile, NewActe
from cdg62_connect.settings import Settings
from cdg62_connect.simulator import Faults, SimClock, SimulatorServer, admin
from cdg62_connect.testing.installation import sample_deposits
from cdg62_connect.testing.mocks import SimulatedPlatforms
from cdg62_connect.transport import BasicAuth, ClientCertificate, Payload
from support.pes_samples import pes

PAGE = (Path(__file__).parents[3] / "docs" / "simulateur.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ curl -s (?:--json '(.*)' )?\$ADMIN(/\S+)$", PAGE, re.MULTILINE)
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def send_a_dossier(
    url: str, login: str, password: str, *, dossier_id: str = "ads-01", roles: tuple[str, ...] = ()
) -> None:
    document = Document("arrete.pdf", Payload.of(next(sample_deposits().glob("*_ACCORD_*/arrete.pdf"))))
    with HttpSession(url, platform="iparapheur", auth=BasicAuth(login, Secret(password))) as session:
        IparapheurSoap(session).dossiers.creer(
            NewDossier(
                dossier_id=dossier_id,
                titre=None,
                type_technique="URBANISME",
                sous_type="Arrete",
                document=document,
                circuit=tuple(CircuitStep(f"Bureau {rank}", role) for rank, role in enumerate(roles)),
            )
        )


def send_an_acte(access: Any, numero: str, *, day: Any, en_attente: bool) -> int:
    account = access["accounts"][0]
    certificate = ClientCertificate(Path(account["cert"]), Path(account["key"]))
    document = next(sample_deposits().glob("*_ACCORD_*/arrete.pdf"))
    with HttpSession(
        access["url"], platform="s2low", certificate=certificate, ca=Path(access["ca"])
    ) as session:
        return S2low(session).actes.transmettre(
            NewActe(
                nature=3,
                numero=numero,
                objet="Un arrêté",
                date=day,
                matiere=(2, 2),
                type_acte="99_AI",
                document=ActeFile("arrete.pdf", Payload.of(document)),
                en_attente=en_attente,
            )
        )


def send_a_document(access: Any) -> str:
    """A document in Pastell, on its way: the daemon has a job for it."""
    base = f"{access['url']}/api/v2/entite/{access['id_e']}/document"
    with requests.Session() as session:
        session.trust_env, session.auth = False, (access["login"], access["password"])
        made = session.post(base, data={"type": "document-autorisation-urbanisme"}, timeout=20).json()["id_d"]
        file = {"file_name": "arrete.pdf", "file_content": "%PDF-1.4"}
        session.patch(f"{base}/{made}", data={"titre": "Un arrêté"}, timeout=20)
        session.post(f"{base}/{made}/file/document", data=file, timeout=20)
        session.post(f"{base}/{made}/action/orientation", timeout=20).raise_for_status()
    return str(made)


def send_what_else_s2low_takes(access: Any) -> list[int]:
    """Four PES, the second to be posted by a person, and a mail; their ids."""
    account = access["accounts"][0]
    with requests.Session() as session:
        session.trust_env = False
        session.cert, session.verify = (account["cert"], account["key"]), access["ca"]
        found: list[int] = []
        for rank in range(4):
            answer = session.post(
                f"{access['url']}/modules/helios/api/helios_importer_fichier.php",
                data={"must_signed": "1"} if rank == 1 else {},
                files={"enveloppe": ("PES.xml", pes(nom_fic=f"PES_{rank}", bordereaux=[str(rank + 1)]))},
                timeout=20,
            )
            found += [int(one) for one in re.findall(r"<id>(\d+)</id>", answer.text)]
        mail = {"mailto": "a@exemple.fr", "objet": "Plans", "message": "Voici les plans."}
        sent = session.post(f"{access['url']}/modules/mail/api/send-mail.php", data=mail, timeout=20)
        return [*found, int(sent.text.removeprefix("OK:"))]


@pytest.fixture
def curl(simulateur: SimulatorServer) -> Iterator[Callable[..., requests.Response]]:
    """``curl``, as far as the page uses it."""
    with requests.Session() as session:
        session.trust_env = False

        def ask(body: str, path: str) -> requests.Response:
            method = "POST" if body else "GET"
            headers = {"Content-Type": "application/json"} if body else {}
            url = str(simulateur.describe()["admin"]) + path
            return session.request(method, url, data=body.encode(), headers=headers, timeout=20)

        yield ask


def test_every_command_of_the_page_is_accepted(
    simulateur: SimulatorServer, horloge: SimClock, curl: Callable[..., requests.Response]
) -> None:
    described: Any = simulateur.describe()
    parapheur, day = described["iparapheur_soap"], horloge.now().date().replace(day=1)
    access = (parapheur["url"], parapheur["login"], parapheur["password"])
    for dossier_id in ("ads-01", "ads-02", "ads-04"):
        send_a_dossier(*access, dossier_id=dossier_id)
    suite = ("CACHET", "SIGNATAIRE_EXTERNE", "MAILSECURISE", "TDT")
    send_a_dossier(*access, dossier_id="ads-03", roles=suite)
    transactions = [
        send_an_acte(described["s2low"], f"PC6299126A001{rank}", day=day, en_attente=rank == 1)
        for rank in range(3)
    ]
    assert transactions == [48211, 48212, 48213], "les numéros que la page annonce"
    assert send_what_else_s2low_takes(described["s2low"]) == [5120, 5121, 5122, 5123, 801]
    assert send_a_document(described["pastell"]) == "qkQGVPm", "l'identifiant que la page annonce"
    for body, path in COMMANDS:
        answer = curl(body, path)
        assert answer.status_code == 200, f"{path} {body} : {answer.text}"
        assert answer.json() is not None


def test_every_route_of_the_desk_has_its_command_on_the_page() -> None:
    routes = re.findall(r"^(GET|POST) +(/\S+)", admin.__doc__ or "", re.MULTILINE)
    shown = {
        ("POST" if body else "GET", re.sub(r"/(ads-\d+|\d+|qkQGVPm)/", "/<id>/", path))
        for body, path in COMMANDS
    }
    assert len(routes) == 46
    assert set(routes) == shown


def test_the_json_of_the_page_is_that_of_the_command(simulateur: SimulatorServer) -> None:
    block = re.search(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert block is not None
    assert shape(json.loads(block[1])) == shape(simulateur.describe())


def shape(value: Any) -> Any:
    """Names and types, and of a list only what its first element looks like."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])]
    return type(value).__name__


def test_the_example_of_a_lost_answer_runs(simulateur: SimulatorServer, pannes: Faults) -> None:
    def envoyer_un_arrete(url: str, login: str, password: str) -> None:
        with pytest.raises(OutcomeUnknown):
            send_a_dossier(url, login, password)

    example = run(EXAMPLES[0], envoyer_un_arrete=envoyer_un_arrete)
    example(simulateur, pannes)
    assert pannes.unmet() == []


def test_the_example_of_a_whole_journey_runs(
    installation: Settings, simulateur: SimulatorServer, horloge: SimClock
) -> None:
    run(EXAMPLES[1])(installation, simulateur, horloge)


def test_the_example_without_a_network_runs(
    plateformes_en_memoire: SimulatedPlatforms, pannes: Faults
) -> None:
    run(EXAMPLES[2])(plateformes_en_memoire, pannes)
    assert pannes.unmet() == []


def run(source: str, **names: object) -> Callable[..., None]:
    """The test function that an example defines."""
    defined: dict[str, Any] = dict(names)
    exec(compile(source, "docs/simulateur.md", "exec"), defined)
    return next(value for name, value in defined.items() if name.startswith("test_"))


def test_the_examples_are_short() -> None:
    assert len(EXAMPLES) == 3
    assert all(len(EXAMPLES[rank].strip().splitlines()) <= 10 for rank in (0, 2))
