"""A parser that nobody pushes hostile input through does not stay unnoticed."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType

import pytest

import cdg62_connect
from cdg62_connect.transport import Answer, Request
from hostile.doors import DOORS, Room, judged
from hostile.found_doors import FOUND
from hostile.platform_doors import Call, Canned

OURS = re.compile(
    r"cdg62_connect\.(formats|soap|transport|settings|operis|iparapheur|s2low|pastell|helios|pes)\b"
)
PLATFORM = re.compile(r"cdg62_connect\.(iparapheur|s2low|pastell)\b")
READS = re.compile(r"(read|parse|check|load|verify|cut|split)(_|$)|of_abrege$")
CLIENT = re.compile(r"\b(HttpSession|Api)\b")

ELSEWHERE = {
    # What a listed door calls with what it has just read, and that reads nothing by itself.
    r"cdg62_connect\.operis\.rules:check_.*": "operis.read_lot",
    r"cdg62_connect\.operis\.pes_lot:check_pes_lot": "operis.read_lot",
    r"cdg62_connect\.formats\.pes_open:Open\w+\.read": "formats.read_pes",
    r"cdg62_connect\.operis\.lot_files:LotFiles\.check": "operis.read_lot",
    r"cdg62_connect\.(pastell|s2low|iparapheur\.rest_v5)\.api:Api\.\w+": "pastell documents.detail",
    r"cdg62_connect\.iparapheur\.rest_v5\.jetons:Jetons\.\w+": "iparapheur rest tenants.lister",
    # What reads no answer, and what we wrote ourselves.
    r"cdg62_connect\.pastell\.\w+:\w+\.(patienter|oublier|exclusif)": "",
    r"cdg62_connect\.iparapheur\.rest_v5\.client:IparapheurRest\.(close|patienter)": "",
    r"cdg62_connect\.operis\.returns:check_event": "",
    r"cdg62_connect\.iparapheur\.(parapheur:Parapheur|soap_v4\.port:SoapParapheur)\.check": "",
}
"""Readers that have no door of their own: the door that goes through them, or ``""`` when none is needed."""


def modules() -> Iterator[ModuleType]:
    """The modules of the rooms that read what others write, once the room has opened its door (``__all__``)."""
    for found in pkgutil.walk_packages(cdg62_connect.__path__, "cdg62_connect."):
        room = OURS.match(found.name)
        if room and getattr(importlib.import_module(room.group()), "__all__", ()):
            yield importlib.import_module(found.name)


def readers() -> set[str]:
    """Public functions and methods named for reading, and every public method of a platform's client."""
    found: set[str] = set()
    for module in modules():
        for name, thing in vars(module).items():
            if name.startswith("_") or getattr(thing, "__module__", "") != module.__name__:
                continue
            where = f"{module.__name__}:{name}"
            if inspect.isfunction(thing) and READS.match(name):
                # In a platform's room, what its door does not show is reached through the client.
                if not PLATFORM.match(module.__name__) or name in _shown(module.__name__):
                    found.add(where)
            elif inspect.isclass(thing):
                found |= {f"{where}.{method}" for method in _reading_methods(thing)}
    return found


def _shown(module: str) -> Sequence[str]:
    return importlib.import_module(".".join(module.split(".")[:2])).__all__


def _reading_methods(cls: type) -> Iterator[str]:
    takes = getattr(cls.__init__, "__annotations__", {})
    client = bool(CLIENT.search(f"{takes.get('session')} {takes.get('api')}"))
    for name, thing in vars(cls).items():
        function = getattr(thing, "__func__", thing)
        if inspect.isfunction(function) and not name.startswith("_") and (client or READS.match(name)):
            yield name


def listed() -> set[str]:
    return {through for door in DOORS for through in door.through}


def test_every_public_reader_is_a_door_or_says_which_door_goes_through_it() -> None:
    forgotten = {
        reader
        for reader in readers() - listed()
        if not any(re.fullmatch(pattern, reader) for pattern in ELSEWHERE)
    }
    assert not forgotten, (
        "ajoutez une entrée à tests/hostile/platform_doors.py ou reader_doors.py pour : "
        + ", ".join(sorted(forgotten))
    )


def test_no_door_goes_through_what_does_not_exist() -> None:
    for through in listed():
        module, _, qualified = through.partition(":")
        thing: object = importlib.import_module(module)
        for name in qualified.split("."):
            thing = getattr(thing, name)


def test_every_exemption_is_still_needed_and_names_a_door() -> None:
    names = {door.name for door in DOORS}
    for pattern, door in ELSEWHERE.items():
        assert door in names or not door
        assert any(re.fullmatch(pattern, reader) for reader in readers()), pattern


def test_two_doors_never_bear_the_same_name() -> None:
    assert len({door.name for door in DOORS}) == len(DOORS)


ASKS_NOTHING = {"pastell connecteurs.frequences.modifier"}
"""Refuses what it is given before it asks: its reader is that of ``lister``."""


@pytest.mark.parametrize("call", FOUND, ids=lambda call: call.name)
def test_a_door_that_is_found_is_really_gone_through(
    call: Call, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    exchange = Canned.exchange

    def noted(session: Canned, request: Request, read: Callable[[Answer], object]) -> object:
        asked.append(request.operation)
        return exchange(session, request, read)

    monkeypatch.setattr(Canned, "exchange", noted)
    judged(call.door(), call.valid[0], room)
    assert asked or call.name in ASKS_NOTHING, "donnez-lui de meilleurs arguments dans found_doors.py"
