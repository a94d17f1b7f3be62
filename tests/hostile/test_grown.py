"""Answers that nobody ever wrote, grown from the words of the parapheur: its elements and fields, anywhere, holding
anything. ``CDG62_MUTATIONS=10000`` makes as many of them per operation; mutation starts from valid answers instead.
"""

from __future__ import annotations

import json
import os
import re
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdg62_connect.iparapheur import OPERATIONS
from hostile.doors import DOORS, Door, Room, judged

COUNT = int(os.environ.get("CDG62_MUTATIONS", "20"))
SOAP = [
    door
    for door in DOORS
    if door.name.startswith("iparapheur ") and " v5 " not in door.name and "MTOM" not in door.name
    if door.language == "xml"
]
REST = [door for door in DOORS if door.name.startswith(("iparapheur rest", "iparapheur v5"))]
JSON = [door for door in REST if door.language == "json"]
PREMIS = [door for door in REST if door.language == "xml"]

NAMESPACE = "http://www.adullact.org/spring-ws/iparapheur/1.0"
_ELEMENT = re.compile(rb"<([A-Za-z]\w*)")
_FIELD = re.compile(rb'"(\w+)"\s*:')
_WORD = re.compile(rb">([^<>]{1,40})<")


def _words(pattern: re.Pattern[bytes], texts: list[bytes]) -> list[str]:
    return sorted({word.decode("utf-8", "replace") for text in texts for word in pattern.findall(text)})


def _seeds(doors: list[Door]) -> list[bytes]:
    return [seed for door in doors for seed in door.seeds()]


def _xml(doors: list[Door]) -> st.SearchStrategy[str]:
    seeds = _seeds(doors)
    names = st.sampled_from([name for name in _words(_ELEMENT, seeds) if name != "Envelope"])
    texts = st.one_of(st.sampled_from(_words(_WORD, seeds)), st.text(max_size=12)).map(
        lambda text: escape("".join(one for one in text if one.isprintable()))
    )
    nils = st.sampled_from(
        ["", "", "", ' xsi:nil="true"', ' xmime:contentType="application/pdf"', ' a="&#x9;"']
    )
    return st.recursive(
        texts,
        lambda inside: st.lists(
            st.tuples(names, nils, inside).map(lambda made: f"<{made[0]}{made[1]}>{made[2]}</{made[0]}>"),
            max_size=6,
        ).map("".join),
        max_leaves=25,
    )


def _json(doors: list[Door]) -> st.SearchStrategy[object]:
    names = st.sampled_from(_words(_FIELD, _seeds(doors)))
    leaves = st.one_of(
        st.none(), st.booleans(), st.integers(-3, 2**70), st.floats(), st.text(max_size=12),
        st.sampled_from(["2026-03-02T09:00:00.000+0000", "PENDING", "SIGNATURE", "a.pdf", "1"]),
    )  # fmt: skip
    return st.recursive(
        leaves,
        lambda inside: st.lists(inside, max_size=4) | st.dictionaries(names, inside, max_size=8),
        max_leaves=30,
    )


GROWN = settings(
    max_examples=COUNT,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


def _pushed(door: Door, data: bytes, room: Room) -> None:
    _, refused = judged(door, data, room)
    assert refused is None or not any(room.into.iterdir()), "un refus laisse un fichier derrière lui"
    for path in room.into.iterdir():
        path.unlink()


def _operation(door: Door) -> str:
    return door.seeds()[0].partition(b"Response")[0].rpartition(b"<")[2].decode().rpartition(":")[2]


def test_an_answer_grown_from_the_elements_of_the_service_is_read_or_refused(room: Room) -> None:
    operations = {door: _operation(door) for door in SOAP}
    assert set(operations.values()) == {one.name for one in OPERATIONS.values() if one.method}

    @GROWN
    @given(_xml(SOAP))
    def grown(content: str) -> None:
        for door, operation in operations.items():
            message = (
                '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/" '
                'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                f'xmlns:xmime="http://www.w3.org/2005/05/xmlmime"><S:Body><{operation}Response '
                f'xmlns="{NAMESPACE}">{content}</{operation}Response></S:Body></S:Envelope>'
            )
            _pushed(door, message.encode(), room)

    grown()


def test_an_answer_grown_from_the_fields_of_the_api_is_read_or_refused(room: Room) -> None:
    assert len(JSON) > 20

    @GROWN
    @given(_json(JSON))
    def grown(value: object) -> None:
        for door in JSON:
            _pushed(door, json.dumps(value).encode(), room)

    grown()


def test_a_premis_grown_from_its_elements_is_read_or_refused(room: Room) -> None:
    assert "iparapheur v5 read_premis" in {door.name for door in PREMIS}

    @GROWN
    @given(_xml(PREMIS))
    def grown(content: str) -> None:
        message = (
            '<premis xmlns="http://www.loc.gov/premis/v3" xmlns:xmime="urn:x" '
            f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0">{content}</premis>'
        )
        for door in PREMIS:
            _pushed(door, message.encode(), room)

    grown()
