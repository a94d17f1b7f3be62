"""The letters of the préfecture about an acte, and what is answered to them."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from cdg62_connect.errors import NotReady
from cdg62_connect.simulator import Pas, Simulator
from cdg62_connect.simulator.s2low import Rythme

ACTES = "/modules/actes"
NS = "{http://www.interieur.gouv.fr/ACTES#v1.1-20040216}"
UNIQUE = "062-216209916-20250310-PC62991_25A0012-AI"
KINDS = {"courrier_simple": "2", "demande_pieces": "3", "lettre_observations": "4", "defere": "5"}


class Desk:
    """The correspondence of a commune, as a program of its own sees it."""

    def __init__(self, s2low: Any) -> None:
        self.s2low = s2low

    def unread(self) -> Any:
        return self.s2low.get(f"{ACTES}/api/list_document_prefecture.php").json()

    def lines(self, acte: object, **query: str) -> str:
        given = query or {"id": str(acte)}
        return str(self.s2low.get(f"{ACTES}/actes_transac_get_document.php", **given).text)

    def archive(self, transaction: object) -> dict[str, bytes]:
        moved = self.s2low.get(f"{ACTES}/actes_transac_get_document.php", id=transaction)
        assert moved.status_code == 302
        answer = self.s2low.get(f"{ACTES}/{moved.headers['Location']}")
        with tarfile.open(fileobj=io.BytesIO(answer.content), mode="r:gz") as tar:
            return {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]

    def read(self, transaction: object) -> Any:
        path = f"{ACTES}/api/document_prefecture_mark_as_read.php"
        return self.s2low.get(path, transaction_id=transaction).json()

    def reply(self, letter: object, *, query: str = "", annexes: Any = (), **fields: str) -> Any:
        given = {"api": "1", "id": str(letter), "type_envoie": "4", "type_acte": "99_AI", **fields}
        pairs = [(name, value) for name, value in given.items() if value]
        pairs += [("type_pj[]", code) for _, code in annexes]
        files = [("acte_pdf_file", "reponse.pdf", self.s2low.document)]
        files += [("acte_attachments[]", name, self.s2low.document) for name, _ in annexes]
        return self.s2low.post(f"{ACTES}/actes_transac_reponse_create.php", pairs, files, query=query)

    def replied(self, letter: object, **changes: Any) -> int:
        answer = self.reply(letter, **changes).text
        assert answer.startswith("OK\n"), answer
        return int(answer.split()[1])


@pytest.fixture
def desk(s2low: Any) -> Desk:
    return Desk(s2low)


@pytest.fixture
def acte(s2low: Any) -> int:
    return int(s2low.acknowledged())


@pytest.mark.parametrize(("sorte", "kind"), KINDS.items())
def test_a_letter_is_a_transaction_about_the_acte(
    admin: Any, desk: Desk, acte: int, sorte: str, kind: str
) -> None:
    assert desk.unread() == []
    letter = admin.post(f"/s2low/{acte}/courrier", {"sorte": sorte})["id"]
    statut = 8 if kind in "34" else 21
    assert desk.unread() == [
        {
            "id": letter,
            "type": kind,
            "related_transaction_id": acte,
            "number": "PC62991_25A0012",
            "unique_id": UNIQUE,
            "last_status_id": statut,
        }
    ]
    assert desk.lines(acte) == desk.lines(acte, unique_id=UNIQUE) == f"{kind}-{statut}-{letter}\n"


@pytest.mark.parametrize(
    ("sorte", "root", "words"),
    [
        ("courrier_simple", "CourrierSimple", None),
        ("demande_pieces", "DemandePieceComplementaire", "DescriptionPieces"),
        ("lettre_observations", "LettreObservations", "Motif"),
        ("defere", "DefereTA", "NatureIllegalite"),
    ],
)
def test_its_archive_holds_the_envelope_the_message_and_the_letter(
    admin: Any, desk: Desk, acte: int, sorte: str, root: str, words: str | None
) -> None:
    body = {"sorte": sorte, "texte": "Le plan de masse manque"}
    letter = admin.post(f"/s2low/{acte}/courrier", body)["id"]
    kind = KINDS[sorte]
    archive = desk.archive(letter)
    assert list(archive) == [
        "TACT--SPREF0621-216209916-20250314-1.xml",
        f"{UNIQUE}-{kind}-1_0.xml",
        f"{UNIQUE}-{kind}-1_1.pdf",
    ]
    envelope, message, document = map(archive.get, archive)
    assert f"{UNIQUE}-{kind}-1_0.xml".encode() in (envelope or b"")
    told = etree.fromstring(message or b"")
    assert (told.tag, told.get(f"{NS}IDActe")) == (f"{NS}{root}", UNIQUE)
    if words:
        assert told.findtext(f"{NS}{words}") == "Le plan de masse manque"
    assert (document or b"").startswith(b"%PDF-")


def test_s2low_acknowledges_by_itself_what_must_be(
    simulator: Simulator, admin: Any, desk: Desk, acte: int
) -> None:
    simulator.s2low.rythme = Rythme(accuse=Pas.delai(3600))
    letter = admin.post(f"/s2low/{acte}/courrier", {"sorte": "demande_pieces"})["id"]
    assert desk.unread()[0]["last_status_id"] == 7
    simulator.clock.advance(3600)
    assert desk.unread()[0]["last_status_id"] == 8
    code, flux = desk.s2low.status(letter)
    assert (code, etree.fromstring(flux).tag) == (8, f"{NS}ARDemandePieceComplementaire")


def test_a_letter_marked_as_read_is_no_longer_listed_and_any_id_is_well(
    admin: Any, desk: Desk, acte: int, caller: Callable[..., Any]
) -> None:
    letter = admin.post(f"/s2low/{acte}/courrier", {"sorte": "courrier_simple"})["id"]
    assert Desk(caller(1)).unread() == []
    for program in (Desk(caller(1)), desk):
        assert program.read(letter) == program.read(1) == {"result": "ok"}
        expected = [] if program is desk else [letter]
        assert [one["id"] for one in desk.unread()] == expected


@pytest.mark.parametrize(
    ("sorte", "kind", "code"),
    [
        ("demande_pieces", "4", "3-4"),
        ("demande_pieces", "3", "3-3"),
        ("lettre_observations", "4", "4-4"),
        ("lettre_observations", "3", "4-3"),
    ],
)
def test_a_reply_takes_the_place_of_the_letter_and_is_acknowledged(
    admin: Any, desk: Desk, acte: int, sorte: str, kind: str, code: str
) -> None:
    letter = admin.post(f"/s2low/{acte}/courrier", {"sorte": sorte})["id"]
    reply = desk.replied(letter, type_envoie=kind, annexes=[("plan.pdf", "22_PN")])
    assert desk.lines(acte) == f"{code[0]}-1-{reply}\n"
    seen = [desk.s2low.status(reply) for _ in range(4)]
    assert [one[0] for one in seen] == [1, 2, 3, 4]
    about = etree.fromstring(seen[3][1]).find(f"{NS}InfosCourrierPref")
    assert about.get(f"{NS}IDActe") == UNIQUE
    names = [file["name"] for file in desk.s2low.files(reply)]
    assert names[:2] == [f"{UNIQUE}-{code}_0.xml", f"99_AI-{UNIQUE}-{code}_1.pdf"]
    assert len(names) == (3 if code == "3-4" else 2), "only complementary pieces may be several"


def test_a_reply_to_a_simple_letter_is_never_acknowledged(admin: Any, desk: Desk, acte: int) -> None:
    letter = admin.post(f"/s2low/{acte}/courrier", {"sorte": "courrier_simple"})["id"]
    reply = desk.replied(letter, type_envoie="")
    assert [desk.s2low.status(reply)[0] for _ in range(6)] == [1, 2, 3, 3, 3, 3]
    assert "409" not in str(admin.post(f"/s2low/{reply}/acquitter", status=409))


def test_a_v4_platform_ends_replies_elsewhere(
    simulator: Simulator, admin: Any, desk: Desk, acte: int
) -> None:
    simulator.s2low.profile = "v4"
    letter = admin.post(f"/s2low/{acte}/courrier", {"sorte": "demande_pieces"})["id"]
    reply = desk.replied(letter)
    assert [desk.s2low.status(reply)[0] for _ in range(4)] == [1, 2, 3, 11]


def test_asked_in_the_address_a_reply_speaks_otherwise(admin: Any, desk: Desk, acte: int) -> None:
    letter = admin.post(f"/s2low/{acte}/courrier", {"sorte": "demande_pieces"})["id"]
    answer = desk.reply(letter, query="?api=1", api="")
    assert answer.content == f"OK : id généré : {letter + 1}\n".encode("latin-1")
    refused = desk.reply(letter, query="?api=1", api="", type_envoie="")
    assert refused.content == "KO : Vous devez choisir un type de réponse\n".encode("latin-1")


def test_the_prefecture_writes_only_about_what_it_received(simulator: Simulator, s2low: Any) -> None:
    with pytest.raises(NotReady):
        simulator.s2low.ecrire(s2low.created(), "defere")


def test_the_prefecture_may_be_told_to_write_some_days_after_its_acknowledgement(
    simulator: Simulator, admin: Any, desk: Desk
) -> None:
    scenario = {"contient": "PC62991", "issue": "lettre_observations", "motif": "Surface", "apres_s": 86400}
    admin.post("/s2low/scenarios", scenario)
    acte = desk.s2low.acknowledged()
    assert desk.unread() == []
    simulator.clock.advance(86400)
    (letter,) = desk.unread()
    assert (letter["type"], letter["related_transaction_id"]) == ("4", acte)
    simulator.clock.advance(86400)
    assert len(desk.unread()) == 1, "once"
    message = next(content for name, content in desk.archive(letter["id"]).items() if name.endswith("_0.xml"))
    assert etree.fromstring(message).get(f"{NS}DateCourrierPref") == "2025-03-15"


@pytest.mark.parametrize("apres", [-1, "demain", True])
def test_a_delay_that_is_not_one_is_refused(admin: Any, apres: object) -> None:
    scenario = {"contient": "A", "issue": "defere", "apres_s": apres}
    assert "apres_s" in admin.post("/s2low/scenarios", scenario, status=400)["erreur"]


def test_a_kind_of_letter_that_nobody_writes_is_refused(admin: Any, acte: int) -> None:
    assert "sorte" in admin.post(f"/s2low/{acte}/courrier", {"sorte": "carte"}, status=400)["erreur"]


def test_an_archive_is_the_same_bytes_each_time(desk: Desk, acte: int, admin: Any) -> None:
    envelope = admin.get("/etat")["s2low"]["actes"][0]["enveloppe"]
    path = f"{ACTES}/actes_download_file.php"
    first, second = (desk.s2low.get(path, env=envelope) for _ in range(2))
    assert first.content == second.content
    assert "TACT--216209916--20250314-1.tar.gz" in first.headers["Content-Disposition"]
    assert gzip.decompress(first.content)


def test_the_cancellation_is_among_what_there_is_about_an_acte(desk: Desk, acte: int) -> None:
    desk.s2low.post(f"{ACTES}/actes_transac_cancel.php", [("api", "1"), ("id", str(acte))])
    assert desk.lines(acte) == f"6-1-{acte + 1}\n"
    assert f"{UNIQUE}-6-1_0.xml" in desk.archive(acte + 1)
