"""What is done with actes already deposited, and with the classification (S2LOW)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from cdg62_connect.errors import InvalidInput
from cdg62_connect.simulator import Scenario, Simulator
from cdg62_connect.simulator.s2low import Classification

ACTES = "/modules/actes"
CONFIRM = f"{ACTES}/actes_transac_post_confirm_api.php"
SEVERAL = f"{ACTES}/actes_transac_post_confirm_api_multi.php"
BACK = "https://epci.example/retour?erreur=%%ERROR%%&message=%%MESSAGE%%"
NS = "{http://www.interieur.gouv.fr/ACTES#v1.1-20040216}"
SIREN = "216209916"


def text(answer: Any) -> str:
    return str(answer.content.decode("latin-1"))


def back(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 302
    return parse_qs(urlsplit(answer.headers["Location"]).query, keep_blank_values=True)


# Confirmation by a person.


def test_who_may_teletransmit_confirms_a_waiting_acte(s2low: Any) -> None:
    transaction = s2low.created(en_attente="1")
    answer = s2low.get(CONFIRM, id=transaction, url_return=BACK)
    assert answer.headers["Location"] == "https://epci.example/retour?erreur=0&message="
    assert [s2low.status(transaction)[0] for _ in range(4)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("", "Pas d'identifiant de transaction"),
        ("1", "Erreur d'initialisation"),
        ("posted", "En attente d'être posté"),
    ],
)
def test_what_cannot_be_confirmed_is_said_in_the_address_of_return(s2low: Any, asked: str, says: str) -> None:
    posted = s2low.created()
    answer = s2low.get(CONFIRM, id=posted if asked == "posted" else asked, url_return=BACK)
    query = answer.headers["Location"].encode("latin-1").decode()
    assert "erreur=1&message=" in query
    assert says in query


def test_without_an_address_of_return_the_page_answers_itself(s2low: Any) -> None:
    answer = s2low.get(CONFIRM, id="1", api="1")
    assert text(answer) == "KO\nErreur d&#039;initialisation de la transaction.\n"
    assert s2low.get(CONFIRM, id=s2low.created(en_attente="1")).headers["Location"].startswith(ACTES)


def test_several_are_confirmed_at_once_and_the_others_left_without_a_word(s2low: Any) -> None:
    first, second = (s2low.created(number=f"N{n}", en_attente="1") for n in range(2))
    posted = s2low.created(number="POSTE")
    query = f"?id[]={first}&id[]={posted}&id[]={second}&id[]=1&url_return={BACK.partition('?')[0]}"
    answer = s2low.session.get(s2low.url + SEVERAL + query, allow_redirects=False, timeout=20)
    assert answer.headers["Location"] == "https://epci.example/retour"
    assert [s2low.status(one)[0] for one in (first, second, posted)] == [1, 1, 1]


class Person:
    """A program with its login, and a person of the same authority with another certificate."""

    def __init__(self, simulator: Simulator, caller: Callable[..., Any], name: str) -> None:
        accounts, authority = simulator.s2low.accounts, simulator.authority
        machine = authority.client_certificate(f"machine {name}")
        human = authority.client_certificate(f"agent {name}")
        for login in ("service", "autre"):
            accounts.add_account(SIREN, machine[0], login=login, password=f"clé {login}", droits=["CS"])
        accounts.add_account(SIREN, human[0], nom="Agent Durand")
        self.machine, self.human = caller(certificate=machine), caller(certificate=human)
        self.machine.session.auth = (b"service", "clé service".encode())

    def link(self, password: str = "clé service") -> dict[str, str]:
        nounce = self.machine.get("/api/get-nounce.php").json()["nounce"]
        digest = hashlib.sha256(f"{password}:{nounce}".encode()).hexdigest()
        return {"nounce": nounce, "login": "service", "hash": digest}


@pytest.fixture
def person(simulator: Simulator, caller: Callable[..., Any], request: pytest.FixtureRequest) -> Person:
    return Person(simulator, caller, request.node.name)


def test_a_link_lets_a_person_confirm_for_the_authority_of_the_program(person: Person, admin: Any) -> None:
    transaction = person.machine.created()
    assert person.machine.status(transaction)[0] == 17, "it may only deposit"
    answer = person.human.get(CONFIRM, id=transaction, url_return=BACK, **person.link())
    assert back(answer) == {"erreur": ["0"], "message": [""]}
    assert "Agent Durand" in admin.get("/etat")["s2low"]["actes"][0]["historique"][1]["message"]


def test_a_link_lasts_five_minutes_and_may_be_used_again(person: Person, simulator: Simulator) -> None:
    link = person.link()
    for wait, expected in ((0, "0"), (299, "0"), (2, "1")):
        simulator.clock.advance(wait)
        transaction = person.machine.created(number=f"ATTEND_{wait}")
        answer = person.human.get(CONFIRM, id=transaction, url_return=BACK, **link)
        assert back(answer)["erreur"] == [expected]


def test_a_link_of_another_password_opens_nothing(person: Person) -> None:
    transaction = person.machine.created()
    refused = person.human.get(CONFIRM, id=transaction, api="1", **person.link("faux"))
    assert text(refused).startswith("KO\nLa connexion")


def test_a_link_is_for_who_says_login_and_password(s2low: Any, person: Person) -> None:
    answer = s2low.get("/api/get-nounce.php")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="API S2low"')
    person.machine.session.auth = ("service", "faux")
    assert person.machine.get("/api/get-nounce.php", api="1").text.startswith("KO\n")


def test_a_certificate_tells_the_logins_of_its_accounts_without_a_password(
    s2low: Any, person: Person
) -> None:
    person.machine.session.auth = None
    assert person.machine.get("/admin/users/api-list-login.php").text == "service\nautre\n"
    assert s2low.get("/admin/users/api-list-login.php").text == "\n"


# Closing, archiving, cancelling.


@pytest.mark.parametrize(("status", "code"), [("valid", 5), ("invalid", 6), ("sae", 19)])
def test_an_acknowledged_acte_is_closed(s2low: Any, status: str, code: int) -> None:
    transaction = s2low.acknowledged()
    fields = [("api", "1"), ("id", str(transaction)), ("status", status)]
    assert text(s2low.post(f"{ACTES}/actes_transac_close.php", fields)).startswith("OK\n")
    assert s2low.status(transaction)[0] == code


def test_several_are_closed_or_none(s2low: Any) -> None:
    first, waiting = s2low.acknowledged(), s2low.created(number="ATTEND")
    fields = [("api", "1"), ("liste_id[]", str(first)), ("liste_id[]", str(waiting)), ("status", "valid")]
    assert text(s2low.post(f"{ACTES}/actes_transac_close.php", fields)) == "KO\nÉtat incorrect.\n"
    assert s2low.status(first)[0] == 4


def test_an_archivist_says_where_the_acte_is(
    simulator: Simulator, s2low: Any, caller: Callable[..., Any], request: pytest.FixtureRequest
) -> None:
    transaction = s2low.acknowledged()
    path, fields = (
        f"{ACTES}/api/actes_sae_status.php",
        [("transaction_id", str(transaction)), ("status_id", "13")],
    )
    refused = s2low.post(path, fields)
    assert (refused.status_code, refused.json()) == (400, {"error": "Accès refusé"})
    pair = simulator.authority.client_certificate(f"archiviste {request.node.name}")
    simulator.s2low.accounts.add_account(SIREN, pair[0], role="ARCH")
    assert caller(certificate=pair).post(path, fields).json() == {"status": "ok"}
    assert s2low.status(transaction)[0] == 13


def test_the_ministry_may_refuse_to_cancel(simulator: Simulator, s2low: Any) -> None:
    simulator.s2low.prevoir(Scenario(contient="PC62991", issue="refus_annulation", motif="contrôle engagé"))
    transaction = s2low.acknowledged()
    s2low.post(f"{ACTES}/actes_transac_cancel.php", [("api", "1"), ("id", str(transaction))])
    assert [s2low.status(transaction + 1)[0] for _ in range(4)] == [1, 2, 3, -1]
    assert s2low.status(transaction)[0] == 4


# Stamp, batch, broadcast.


def test_the_old_page_of_the_stamp_sends_to_the_first_pdf(s2low: Any) -> None:
    path = f"{ACTES}/actes_transac_get_tampon.php"
    waiting = s2low.created(number="ATTEND")
    assert s2low.get(path, transaction=waiting).text == "KO\nPas d'acquittement recu\n"
    transaction = s2low.acknowledged()
    answer = s2low.get(path, transaction=transaction)
    file = s2low.files(transaction)[1]["id"]
    assert answer.headers["Location"] == f"actes_download_file.php?file={file}&tampon=true"


def test_a_batch_takes_as_many_actes_as_announced(s2low: Any, admin: Any) -> None:
    lot = admin.post("/s2low/lots", {"nombre": 1})["id"]
    assert s2low.created(batchfile=str(lot))
    assert (
        text(s2low.create(number="UN_DE_TROP", batchfile=str(lot)))
        == "KO\nÉchec de la transaction en mode lot.\n"
    )


def test_who_is_to_be_told_is_told_once_the_acte_is_acknowledged(s2low: Any, admin: Any) -> None:
    fields = {"show_broadcast_email": "on", "broadcast_email[]": "a@exemple.fr,b@exemple.fr"}
    transaction = s2low.created(**fields)
    assert admin.get("/etat")["s2low"]["actes"][0]["diffusion"] == []
    admin.post(f"/s2low/{transaction}/acquitter")
    assert admin.get("/etat")["s2low"]["actes"][0]["diffusion"] == ["a@exemple.fr", "b@exemple.fr"]


# The classification.


def fetched(s2low: Any) -> str:
    content = s2low.get(f"{ACTES}/actes_classification_fetch.php", api=1).content
    return str(etree.fromstring(content).findtext(f"{NS}DateClassification"))


def test_the_classification_changes_overnight_and_actes_posted_the_day_before_are_refused(
    simulator: Simulator, s2low: Any, admin: Any
) -> None:
    admin.post("/rythme", {"s2low": {"acquittement": {"apres_s": 24 * 3600}}})
    night = {"siren": SIREN, "version": "2025-03-15", "le": "2025-03-15T00:00:00+01:00"}
    admin.post("/s2low/classification", night)
    transaction = s2low.created()
    for _ in range(3):
        s2low.status(transaction)
    assert fetched(s2low) == "2017-12-08"
    simulator.clock.advance(timedelta(days=1))
    assert fetched(s2low) == "2025-03-15"
    code, rest = s2low.status(transaction)
    assert code == -1
    assert b"ODT-VERIF-01" in rest


def test_an_acte_acknowledged_before_midnight_is_not_judged_by_the_new_file(
    simulator: Simulator, s2low: Any, admin: Any
) -> None:
    admin.post(
        "/rythme",
        {"s2low": {"analyse": "immediat", "transmission": "immediat", "acquittement": {"apres_s": 60}}},
    )
    later = simulator.clock.now() + timedelta(hours=1)
    simulator.s2low.publier_classification(SIREN, Classification(date(2025, 3, 15)), at=later)
    transaction = s2low.created()
    simulator.clock.advance(timedelta(days=2))
    assert s2low.status(transaction)[0] == 4


def test_a_file_that_s2low_does_not_have_yet_is_asked_for_and_comes_with_the_answer(
    s2low: Any, admin: Any
) -> None:
    published = {"siren": SIREN, "version": "2025-03-14", "recue": False, "niveau3": {"2.2.7": "Nouveau"}}
    admin.post("/s2low/classification", published)
    assert fetched(s2low) == "2017-12-08"
    answer = text(s2low.get(f"{ACTES}/actes_classification_request.php", api=1))
    assert answer.startswith("OK\n")
    request = int(answer.split()[1])
    seen = [s2low.status(request) for _ in range(4)]
    assert [one[0] for one in seen] == [1, 2, 3, 4]
    assert etree.fromstring(seen[3][1]).tag == f"{NS}RetourClassification"
    assert fetched(s2low) == "2025-03-14"
    assert [one["name"] for one in s2low.files(request)] == ["062-216209916----7-1_0.xml"]


def test_a_file_that_has_not_changed_is_said_so_and_asked_for_once_a_day(
    simulator: Simulator, s2low: Any
) -> None:
    path = f"{ACTES}/actes_classification_request.php"
    request = int(text(s2low.get(path, api=1)).split()[1])
    simulator.s2low.acquitter(request)
    assert etree.fromstring(s2low.status(request)[1]).tag == f"{NS}ReponseClassificationSansChangement"
    assert "moins d&#039;un jour" in text(s2low.get(path, api=1))
    simulator.clock.advance(timedelta(days=1))
    assert text(s2low.get(path, api=1)).startswith("OK\n")


@pytest.mark.parametrize(
    "body",
    [
        {"siren": SIREN, "version": "demain"},
        {"siren": SIREN, "version": "2026-01-01", "niveau3": ["2.2.3"]},
        {"siren": SIREN, "version": "2026-01-01", "niveau3": {"2.2": "national"}},
        {"siren": SIREN, "version": "2026-01-01", "le": "2020-01-01T00:00:00+01:00"},
        {"siren": SIREN, "version": "2026-01-01", "le": "2026-01-01"},
    ],
)
def test_a_publication_that_is_not_understood_is_refused(admin: Any, body: object) -> None:
    assert admin.post("/s2low/classification", body, status=400)["erreur"]


def test_nothing_is_published_in_the_past(simulator: Simulator) -> None:
    before = simulator.clock.now() - timedelta(seconds=1)
    with pytest.raises(InvalidInput):
        simulator.s2low.publier_classification(SIREN, None, at=before)


# Counters.


def test_the_counters_by_authority_are_for_who_manages_a_group(
    simulator: Simulator, s2low: Any, caller: Callable[..., Any], request: pytest.FixtureRequest
) -> None:
    path = f"{ACTES}/api/nb_actes_by_authorities_and_date.php"
    s2low.created()
    caller(1).created()
    simulator.clock.advance(timedelta(days=31))
    assert s2low.get(path).json() == {"result": "ko", "message": "Accès refusé"}
    pair = simulator.authority.client_certificate(f"groupe {request.node.name}")
    simulator.s2low.accounts.add_account(SIREN, pair[0], role="GADM")
    told = caller(certificate=pair).get(path).json()
    assert (told["min_date"], told["max_date"]) == ("2025-03-01", "2025-03-31")
    assert [one["nb_transactions"] for one in told["nbTransactionPerAuthorities"]] == [1, 1]
    assert caller(certificate=pair).get(path, month=2).json()["nbTransactionPerAuthorities"] == []
