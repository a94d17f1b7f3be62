"""Whatever a manifest holds, a lot is either good or refused with a report; nothing else happens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdg62_connect.operis import DepositRefused, read_lot

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=40)
    | st.sampled_from(
        ["2026-09-14", "../x", "PC 062 991 26 00012", "cdg62-depot/1.4", "9999-12-31T23:59:59-23:59"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=6,
)


def _paths(node, path=()):
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in items:
        yield from _paths(child, (*path, key))


def _mutated(node, path, change):
    if not path:
        return change
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = _mutated(copy[path[0]], path[1:], change)
    return copy


def _outcome(world, folder: Path):
    try:
        read_lot(folder, lot=world.lot_name, settings=world.settings(world.valmont), now=world.now)
    except DepositRefused as refused:
        found = json.loads(refused.report.to_json().encode())
        if not found["erreurs"]:
            pytest.fail("a refusal without any error")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_anywhere_in_the_manifest(world, tmp_path, data):
    lot = world.lot(tmp_path / "lot")
    lot.write()
    changed = lot.manifest
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(_paths(changed))))
        changed = _mutated(changed, path, data.draw(VALUES))
    lot.write_manifest(json.dumps(changed).encode())
    _outcome(world, lot.folder)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_to_the_bytes_of_the_manifest(world, tmp_path, data):
    lot = world.lot(tmp_path / "lot")
    lot.write()
    good = json.dumps(lot.manifest).encode()
    at = data.draw(st.integers(0, len(good)))
    to = data.draw(st.integers(at, min(len(good), at + 20)))
    lot.write_manifest(good[:at] + data.draw(st.binary(max_size=8)) + good[to:])
    _outcome(world, lot.folder)
