"""The secure mails of S2LOW: sent, listed, read by whom, deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cdg62_connect.simulator import Simulator

MAIL = "/modules/mail/api"
SIREN = "216209916"


class Sender:
    """A program that sends mails."""

    def __init__(self, s2low: Any) -> None:
        self.s2low = s2low

    def send(self, *, files: Any = (), **changes: str) -> str:
        fields = {"mailto": "a@exemple.fr", "objet": "Été", "message": "Voici l'arrêté.", **changes}
        answer = self.s2low.post(f"{MAIL}/send-mail.php", list(fields.items()), files)
        return str(answer.content.decode())

    def sent(self, **changes: Any) -> int:
        return int(self.send(**changes).removeprefix("OK:"))

    def get(self, page: str, **params: object) -> str:
        return str(self.s2low.get(f"{MAIL}/{page}.php", **params).content.decode())


@pytest.fixture
def sender(s2low: Any) -> Sender:
    return Sender(s2low)


def test_a_mail_is_sent_and_its_detail_tells_what_it_holds(sender: Sender) -> None:
    files = [("uploadFile1", "plan.pdf", sender.s2low.document), ("uploadFile3", "perdu.pdf", b"%PDF-1.4")]
    identifier = sender.sent(
        mailcc="[b@exemple.fr]", mailcci="Nom [c@exemple.fr]", files=files, password="clé"
    )
    assert sender.get("detail-mail", id=identifier).split("\n") == [
        f"id:{identifier}",
        "date_envoi:2025-03-14 09:00:00",
        "password:clé",
        f"fn_download:specimen{identifier:08}",
        "status:Envoyé",
        "objet:Été",
        f"file:{len(sender.s2low.document)}:application/pdf:plan.pdf",
        "emis:a@exemple.fr:mailTo:f:",
        "emis:b@exemple.fr:mailCC:f:",
        "emis:c@exemple.fr:mailBCC:f:",
        "",
        "",
        "==message==",
        "",
        "Voici l'arrêté.",
    ]


def test_who_has_read_it_is_told(sender: Sender, simulator: Simulator, admin: Any) -> None:
    identifier = sender.sent(mailto="a@exemple.fr, b@exemple.fr")
    simulator.clock.advance(3600)
    admin.post(f"/mail/{identifier}/lire", {"email": "b@exemple.fr"})
    detail = sender.get("detail-mail", id=identifier)
    assert "status:Lu partiellement" in detail
    assert "emis:b@exemple.fr:mailTo:t:2025-03-14 10:00:00" in detail
    admin.post(f"/mail/{identifier}/lire", {"email": "a@exemple.fr"})
    assert sender.get("list-mail") == f"{identifier}:2025-03-14 09:00:00:Lu:Été\n"
    admin.post(f"/mail/{identifier}/lire", {"email": "inconnu@exemple.fr"}, status=404)


def test_a_list_is_of_ones_own_mails_by_pages_newest_first(
    sender: Sender, caller: Callable[..., Any]
) -> None:
    identifiers = [sender.sent(objet=f"N{n}") for n in range(4)]
    page = sender.get("list-mail", offset=1, limit=2)
    assert [int(line.split(":")[0]) for line in page.splitlines()] == [identifiers[2], identifiers[1]]
    assert Sender(caller(1)).get("list-mail") == ""


def test_a_deleted_mail_does_not_exist_any_more(sender: Sender, caller: Callable[..., Any]) -> None:
    identifier = sender.sent()
    assert Sender(caller(1)).get("delete-mail", id=identifier) == "ERROR: cette transaction n'existe pas\n"
    assert sender.get("delete-mail", id=identifier) == f"OK: Transaction {identifier} supprimé\n"
    assert sender.get("delete-mail", id=identifier) == "ERROR: cette transaction n'existe pas\n"
    assert sender.get("detail-mail", id="abc") == "ERROR: cette transaction n'existe pas\n"


def test_a_group_of_the_directory_stands_for_its_addresses(sender: Sender, admin: Any) -> None:
    assert sender.send(mailto="voirie (groupe)").startswith("ERROR:L'adresse email est incorrecte")
    admin.post(
        "/mail/groupes", {"siren": SIREN, "nom": "voirie", "adresses": ["x@exemple.fr", "y@exemple.fr"]}
    )
    detail = sender.get("detail-mail", id=sender.sent(mailto="voirie (groupe)"))
    assert detail.count("emis:") == 2
    admin.post("/mail/groupes", {"siren": SIREN, "nom": "vide", "adresses": "x"}, status=400)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"mailto": ""}, "Le destinataire est obligatoire"),
        ({"mailto": "pas une adresse"}, "L'adresse email est incorrecte ! mailto=pas une adresse"),
        ({"mailcc": "x"}, "mailCC: Adresse email incorrecte !"),
        ({"mailcci": "x"}, "mailBCC: Adresse email incorrecte !"),
        ({"objet": ""}, "L'objet du mail est obligatoire"),
        ({"message": ""}, "Le corps du message ne peut pas être vide"),
        ({"message": "x" * 2001}, "Le corps du message ne peut dépasser les 2000 caractères : 2001"),
    ],
)
def test_a_mail_that_lacks_something_is_refused_with_the_reason(
    sender: Sender, changes: dict[str, str], says: str
) -> None:
    assert sender.send(**changes) == f"ERROR:{says}\n"


def test_files_too_big_together_are_refused(sender: Sender, simulator: Simulator) -> None:
    from dataclasses import replace

    simulator.s2low.limites = replace(simulator.s2low.limites, mail=10)
    files = [("uploadFile1", "a.pdf", sender.s2low.document)]
    assert sender.send(files=files) == "ERROR:Les pièces jointes sont trop volumineuses (0 Mo maximum)\n"


def test_the_module_may_be_closed(sender: Sender, simulator: Simulator) -> None:
    simulator.s2low.accounts.authority(SIREN).module_mail = False
    assert sender.send() == "ERROR:Accès refusé\n"


def test_the_oldest_platforms_answer_in_iso_8859_1(sender: Sender, simulator: Simulator) -> None:
    simulator.s2low.profile = "v4"
    sender.s2low.post(f"{MAIL}/send-mail.php", [("mailto", "a@b.fr"), ("objet", "Été"), ("message", "x")])
    assert "Été".encode("latin-1") in sender.s2low.get(f"{MAIL}/list-mail.php").content
