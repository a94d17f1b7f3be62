"""The platforms inside the process: same answers, same refusals, same faults, and no network at all."""

from __future__ import annotations

import gc
import io
import json
import re
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import requests
from urllib3.util import Retry

from cdg62_connect import HttpSession, IparapheurSoap, Journey, S2low, Secret
from cdg62_connect.errors import (
    AccessRefused,
    AnswerLost,
    AuthenticationRefused,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
)
from cdg62_connect.iparapheur import Document, NewDossier
from cdg62_connect.s2low import ActeFile, NewActe
from cdg62_connect.simulator import SimClock, SimulatorServer
from cdg62_connect.simulator.pki import TestAuthority
from cdg62_connect.testing.installation import deposit, install, sample_deposits
from cdg62_connect.testing.mocks import SimulatedPlatforms, simulated_platforms
from cdg62_connect.transport import (
    BasicAuth,
    ClientCertificate,
    Kind,
    Payload,
    Request,
    RetryPolicy,
    StreamBody,
)

ARRETE = next(sample_deposits().glob("*_ACCORD_*/arrete.pdf"))
ONCE = RetryPolicy(attempts=1)


@pytest.fixture
def platforms(
    plateformes_en_memoire: SimulatedPlatforms, monkeypatch: pytest.MonkeyPatch
) -> SimulatedPlatforms:
    """The platforms, in a process that can open no connection."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return plateformes_en_memoire


@pytest.fixture
def described(platforms: SimulatedPlatforms) -> Any:
    return platforms.describe()


@pytest.fixture
def parapheur(described: Any) -> Iterator[IparapheurSoap]:
    with parapheur_session(described) as session:
        yield IparapheurSoap(session)


def parapheur_session(described: Any, retry: RetryPolicy = ONCE) -> HttpSession:
    access = described["iparapheur_soap"]
    auth = BasicAuth(access["login"], Secret(access["password"]))
    return HttpSession(access["url"], platform="iparapheur", auth=auth, retry=retry)


def s2low_session(described: Any, rank: int | None = 0, **options: Any) -> HttpSession:
    """A session on the account of that rank; without certificate when ``None``."""
    access = described["s2low"]
    if rank is not None:
        account = access["accounts"][rank]
        options["certificate"] = ClientCertificate(Path(account["cert"]), Path(account["key"]))
    return HttpSession(
        access["url"], platform="s2low", **{"ca": Path(access["ca"]), "retry": ONCE, **options}
    )


def new_dossier(dossier_id: str) -> NewDossier:
    return NewDossier(
        dossier_id=dossier_id,
        titre="Arrêté",
        type_technique="URBANISME",
        sous_type="Courrier",
        document=Document("arrêté.pdf", Payload.of(ARRETE)),
    )


def new_acte(numero: str, day: datetime) -> NewActe:
    return NewActe(
        nature=3,
        numero=numero,
        objet="Un arrêté",
        date=day.date(),
        matiere=(2, 2),
        type_acte="99_AI",
        document=ActeFile("arrete.pdf", Payload.of(ARRETE)),
    )


def test_a_dossier_goes_to_the_parapheur_and_comes_back_signed(
    parapheur: IparapheurSoap, platforms: SimulatedPlatforms, tmp_path: Path
) -> None:
    parapheur.dossiers.creer(new_dossier("ads-01"))
    sent = parapheur.dossiers.recuperer("ads-01", into=tmp_path).document
    assert sent is not None
    assert sent.path.read_bytes() == ARRETE.read_bytes()
    platforms.simulator.iparapheur.signer("ads-01")
    assert parapheur.dossiers.historique("ads-01")[-1].status == "Archive"
    with pytest.raises(NotFound):
        parapheur.dossiers.historique("ads-02")


def test_an_acte_belongs_to_the_authority_of_the_certificate(described: Any, horloge: SimClock) -> None:
    with s2low_session(described) as valmont, s2low_session(described, 1) as sainte_aldegonde:
        transaction = S2low(sainte_aldegonde).actes.transmettre(new_acte("A0001", horloge.now()))
        assert S2low(sainte_aldegonde).actes.statut(transaction).code == 1
        with pytest.raises(AccessRefused):
            S2low(valmont).actes.statut(transaction)


def test_the_desk_answers_as_on_the_network(described: Any, platforms: SimulatedPlatforms) -> None:
    before = platforms.simulator.clock.now()
    assert requests.post(described["admin"] + "/horloge", json={"avance_s": 60}, timeout=5).ok
    assert (platforms.simulator.clock.now() - before).total_seconds() == 60
    assert requests.get(described["admin"] + "/etat", timeout=5).json()["erreurs"] == []


def test_the_description_is_that_of_the_server_but_for_the_addresses(
    plateformes_en_memoire: SimulatedPlatforms, simulateur: SimulatorServer
) -> None:
    here: Any = plateformes_en_memoire.describe()
    served: Any = simulateur.describe()
    addresses = r'"https?://[^"/]+'
    assert re.sub(addresses, '"', json.dumps(here)) == re.sub(addresses, '"', json.dumps(served))


def test_plain_requests_is_identified_by_its_certificate(described: Any) -> None:
    access = described["s2low"]
    account = access["accounts"][0]
    url = access["url"] + "/api/test-connexion.php"
    pair = (account["cert"], account["key"])
    assert requests.get(url, cert=pair, verify=access["ca"], timeout=5).text == "OK"
    assert requests.get(url, cert=pair, verify=False, timeout=5).text == "OK"
    with requests.Session() as session:
        session.trust_env, session.cert, session.verify = False, pair, access["ca"]
        assert session.get(url, timeout=5).text == "OK"


def test_plain_requests_without_certificate_or_trust_is_refused(described: Any) -> None:
    access = described["s2low"]
    account = access["accounts"][0]
    url = access["url"] + "/api/test-connexion.php"
    with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_REQUIRED"):
        requests.get(url, verify=access["ca"], timeout=5)
    with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        requests.get(url, cert=(account["cert"], account["key"]), timeout=5)


def test_our_session_without_certificate_or_with_a_stranger_s_is_refused(
    described: Any, platforms: SimulatedPlatforms, tmp_path: Path
) -> None:
    stranger = TestAuthority(tmp_path / "pki", start=datetime.now(UTC)).client_certificate("inconnu")
    for options in ({}, {"certificate": ClientCertificate(*stranger)}):
        with s2low_session(described, None, **options) as session, pytest.raises(AuthenticationRefused):
            S2low(session).connexion.test()
    unknown = platforms.simulator.authority.client_certificate("sans compte")
    with (
        s2low_session(described, None, certificate=ClientCertificate(*unknown)) as session,
        pytest.raises(AuthenticationRefused),
    ):
        S2low(session).connexion.test()
    with s2low_session(described, ca=None) as session, pytest.raises(AnswerLost):
        S2low(session).connexion.test()


def test_a_wrong_password_is_refused(described: Any) -> None:
    access = described["iparapheur_soap"]
    auth = BasicAuth(access["login"], Secret("autre"))
    with (
        HttpSession(access["url"], platform="iparapheur", auth=auth) as session,
        pytest.raises(AuthenticationRefused),
    ):
        IparapheurSoap(session).echo("bonjour")


@pytest.mark.parametrize("moment", ["avant", "apres"])
def test_a_cut_leaves_an_effect_in_doubt_and_a_read_lost(
    moment: str, parapheur: IparapheurSoap, platforms: SimulatedPlatforms
) -> None:
    cut = {"plateforme": "iparapheur", "effet": "couper", "moment": moment}
    platforms.simulator.faults.add({**cut, "operation": "CreerDossier"})
    with pytest.raises(OutcomeUnknown):
        parapheur.dossiers.creer(new_dossier("ads-01"))
    assert len(platforms.simulator.iparapheur.dossiers()) == (moment == "apres")
    platforms.simulator.faults.add({**cut, "operation": "GetHistoDossier"})
    with pytest.raises(AnswerLost):
        parapheur.dossiers.historique("ads-01")


@pytest.mark.parametrize("operation", ["GetDossier", "echo"])
def test_an_answer_cut_in_the_middle_is_lost(
    operation: str, parapheur: IparapheurSoap, platforms: SimulatedPlatforms, tmp_path: Path
) -> None:
    parapheur.dossiers.creer(new_dossier("ads-01"))
    platforms.simulator.faults.add({"plateforme": "iparapheur", "effet": "tronquer", "operation": operation})
    with pytest.raises(AnswerLost, match="au milieu"):
        _ = (
            parapheur.echo("a")
            if operation == "echo"
            else parapheur.dossiers.recuperer("ads-01", into=tmp_path)
        )
    assert list(tmp_path.iterdir()) == []


def test_plain_requests_sees_the_breakages_of_a_network(
    described: Any, platforms: SimulatedPlatforms
) -> None:
    access = described["s2low"]
    account = access["accounts"][0]

    def ask() -> requests.Response:
        return requests.get(
            access["url"] + "/api/test-connexion.php",
            cert=(account["cert"], account["key"]),
            verify=access["ca"],
            timeout=(5, 0.05),
        )

    add = platforms.simulator.faults.add
    for effet, seconds, seen in (
        ("couper", 0, requests.ConnectionError),
        ("tronquer", 0, requests.exceptions.ChunkedEncodingError),
        ("lenteur", 0.1, requests.ReadTimeout),
    ):
        add({"plateforme": "s2low", "effet": effet, "secondes": seconds})
        with pytest.raises(seen):
            ask()
    for effet, status in (("http_500", 500), ("http_502", 502), ("http_503", 503), ("html", 200)):
        add({"plateforme": "s2low", "effet": effet})
        assert ask().status_code == status
    assert ask().text == "OK"


def test_a_session_told_to_retry_on_a_status_sends_its_file_again(
    described: Any, platforms: SimulatedPlatforms
) -> None:
    access = described["iparapheur_soap"]
    envelope = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<echoRequest xmlns="http://www.adullact.org/spring-ws/iparapheur/1.0">deux fois</echoRequest>'
        "</s:Body></s:Envelope>"
    )
    platforms.simulator.faults.add({"plateforme": "iparapheur", "effet": "http_503", "fois": 2})
    with requests.Session() as session:
        session.mount(
            "http://",
            requests.adapters.HTTPAdapter(
                max_retries=Retry(2, status_forcelist=[503], allowed_methods=["POST"])
            ),
        )
        session.auth = (access["login"], access["password"])
        answer = session.post(access["url"], data=io.BytesIO(envelope.encode()), timeout=5)
    assert answer.status_code == 200
    assert "deux fois" in answer.text


def test_a_body_may_be_made_by_other_calls(described: Any, parapheur: IparapheurSoap) -> None:
    heard: list[str] = []

    def body() -> Iterator[bytes]:
        heard.append(parapheur.echo("en chemin"))
        yield b"{}"

    with s2low_session(described) as session:
        S2low(session).connexion.test()
    assert requests.post(described["admin"] + "/horloge", data=body(), timeout=5).status_code == 400
    assert "en chemin" in heard[0]


def test_a_body_that_fails_gives_its_own_error_and_creates_nothing(
    described: Any, platforms: SimulatedPlatforms
) -> None:
    def broken() -> Iterator[bytes]:
        yield b"a" * 1000
        raise InvalidInput("le disque a disparu")

    request = Request(
        "POST",
        "modules/actes/actes_transac_create.php",
        operation="actes_transac_create",
        kind=Kind.EFFECT,
        body=StreamBody("multipart/form-data; boundary=b", 2000, broken),
    )
    with s2low_session(described) as session, pytest.raises(InvalidInput, match="le disque a disparu"):
        session.exchange(request, lambda answer: answer.status)
    assert platforms.simulator.s2low.snapshot()["actes"] == []
    assert platforms.erreurs == []


def test_eight_threads_work_at_once(described: Any, platforms: SimulatedPlatforms, horloge: SimClock) -> None:
    together = threading.Barrier(8, timeout=20)

    def work(rank: int) -> int:
        with parapheur_session(described) as one, s2low_session(described) as other:
            together.wait()
            for turn in range(3):
                IparapheurSoap(one).dossiers.creer(new_dossier(f"ads-{rank}-{turn}"))
            return S2low(other).actes.transmettre(new_acte(f"A000{rank}", horloge.now()))

    with ThreadPoolExecutor(8) as pool:
        transactions = list(pool.map(work, range(8)))
    assert len(set(transactions)) == 8
    assert [one["cree_n"] for one in platforms.simulator.iparapheur.dossiers()] == [1] * 24


def test_a_whole_journey_runs_without_a_network(platforms: SimulatedPlatforms, tmp_path: Path) -> None:
    requests.post(
        str(platforms.describe()["admin"]) + "/rythme",
        json={"iparapheur": "immediat", "s2low": "immediat"},
        timeout=5,
    )
    settings = install(platforms.describe(), folder=tmp_path)
    with Journey(settings, clock=platforms.simulator.clock) as journey:
        lot = deposit(ARRETE.parent, root=settings.deposit.root)
        for _ in range(6):
            journey.run_pass()
            platforms.simulator.clock.advance(3600)
        assert journey.tree.returns(lot)[-1].name.endswith("TERMINE")


def test_nothing_of_what_went_by_is_kept(described: Any) -> None:
    answer = requests.get(described["admin"] + "/etat", timeout=5)
    kept = weakref.ref(answer)
    del answer
    gc.collect()
    assert kept() is None


def test_no_other_address_answers(platforms: SimulatedPlatforms) -> None:
    for url in ("http://127.0.0.1:9/", "https://example.org/", "http://s2low.simulateur.invalid/"):
        with pytest.raises(requests.ConnectionError, match="Aucune plateforme simulée"):
            requests.get(url, timeout=5)
    with pytest.raises(RuntimeError, match="déjà en service"), simulated_platforms():
        pass


def test_the_block_ends_with_everything_as_before() -> None:
    send = requests.adapters.HTTPAdapter.send
    with simulated_platforms() as platforms:
        folder = platforms.simulator.folder
        assert requests.adapters.HTTPAdapter.send is not send
        assert folder.is_dir()
    assert requests.adapters.HTTPAdapter.send is send
    assert not folder.exists()


FLAT = """
    import json, sys
    from pathlib import Path
    import requests
    from cdg62_connect import HttpSession, IparapheurSoap, Secret
    from cdg62_connect.iparapheur import Document, NewDossier
    from cdg62_connect.testing.mocks import simulated_platforms
    from cdg62_connect.transport import BasicAuth, Payload

    big, small, into = map(Path, sys.argv[1:])

    def peak():
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))

    with simulated_platforms() as platforms:
        access = platforms.describe()["iparapheur_soap"]
        auth = BasicAuth(access["login"], Secret(access["password"]))

        def there_and_back(key, path):
            with HttpSession(access["url"], platform="iparapheur", auth=auth) as session:
                dossiers = IparapheurSoap(session).dossiers
                dossiers.creer(NewDossier(dossier_id=key, titre=None, type_technique="URBANISME",
                                          sous_type="Courrier", document=Document("a.pdf", Payload.of(small)),
                                          annexes=(Document("b.pdf", Payload.of(path)),)))
                size = dossiers.recuperer(key, into=into).annexes[0].size
            with path.open("rb") as file:
                refused = requests.post(access["url"], data=file, auth=(access["login"], access["password"]))
            return [size, refused.status_code]

        there_and_back("petit", small)
        before = peak()
        print(json.dumps({"told": there_and_back("gros", big), "grown": peak() - before}))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="lit la mémoire dans /proc")
def test_150_megabytes_go_up_and_down_flat(tmp_path: Path) -> None:
    big = tmp_path / "gros.pdf"
    big.write_bytes(ARRETE.read_bytes())
    with big.open("r+b") as file:
        file.truncate(150 * 1024 * 1024)
    run = subprocess.run(
        [sys.executable, "-c", dedent(FLAT), big, ARRETE, tmp_path],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["told"] == [150 * 1024 * 1024, 500]
    assert told["grown"] < 12 * 1024  # kilobytes, of 153 600
