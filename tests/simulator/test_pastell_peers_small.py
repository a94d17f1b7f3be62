"""The smaller connectors of the simulated Pastell: extraction rules, secure mail, GED, SAE."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cdg62_connect.simulator import SimClock
from cdg62_connect.simulator.pastell.peers.expressions import Incorrect, Scope, evaluated
from cdg62_connect.simulator.pastell.peers.ports import (
    Configuration,
    MailMessage,
    PeerCrashed,
    PeerFailed,
    PeerFile,
    TransformationSource,
    World,
)
from cdg62_connect.simulator.pastell.peers.types import TYPES

JSON = json.dumps({"numero": "PC-12", "maire": {"nom": "Durand"}, "lots": [{"id": 7}], "oui": True}).encode()
XML = b"<dossier xmlns:a='urn:a'><numero>DP-3</numero><piece type='plan'>p.pdf</piece></dossier>"


def scope() -> Scope:
    held = {"metadonnees": JSON, "xml": XML, "abime": b"{"}
    return Scope({"titre": "  Permis  ", "vide": ""}, held.get)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("{{ jsonpath('metadonnees','$.numero') }}", "PC-12"),
        ("{{ jsonpath('metadonnees', '$.maire.nom')|upper }}", "DURAND"),
        ("{{ jsonpath('metadonnees', '$.lots[0].id') }}", "7"),
        ("{{ jsonpath('metadonnees', '$[\"numero\"]') }}", "PC-12"),
        ("{{ jsonpath('metadonnees', '$.oui') }}", "1"),
        ("{{ jsonpath('metadonnees', '$.absent') }}", ""),
        ("{{ jsonpath('absent', '$.numero') }}", ""),
        ("{{ jsonpath('abime', '$.numero') }}", ""),
        ("{{ xpath('xml', '//numero') }}", "DP-3"),
        ("{{ xpath('xml', '//piece/@type') }}", "plan"),
        ("n° {{ titre|trim }} !", "n° Permis !"),
        ("{{ titre|trim|slice(0, 3) ~ '-' ~ jsonpath('metadonnees','$.numero')|lower }}", "Per-pc-12"),
        ("{{ vide|default('rien') }}", "rien"),
        ("{{ 'a|b~c' }}", "a|b~c"),
        ("sans trou", "sans trou"),
        ("", ""),
    ],
)
def test_a_rule_gives_its_text(expression: str, text: str) -> None:
    assert evaluated(expression, scope()) == text


@pytest.mark.parametrize(
    "expression",
    [
        "{{ 1 + }}",
        "{{ jsonpath('metadonnees','numero') }}",
        "{{ titre|inconnu }}",
        "{{ xpath('xml', '//[') }}",
    ],
)
def test_an_incorrect_rule_is_said(expression: str) -> None:
    with pytest.raises(Incorrect):
        evaluated(expression, scope())


def test_xml_with_entities_is_not_read() -> None:
    hostile = b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><d><numero>&e;</numero></d>'
    held = {"xml": hostile}
    assert evaluated("{{ xpath('xml', '//numero') }}", Scope({}, held.get)) == ""


def configuration(tmp_path: Path, **values: str) -> Configuration:
    clock = SimClock(datetime(2025, 3, 14, 8, tzinfo=UTC))
    return Configuration(
        values=values,
        files={},
        id_ce="9",
        world=World(clock=clock, chance=random.Random(0), folder=tmp_path / "monde"),
    )


def kept(tmp_path: Path, name: str, content: bytes) -> PeerFile:
    path = tmp_path / name.replace("/", "_")
    path.write_bytes(content)
    return PeerFile(name, path, "application/octet-stream")


def test_rules_are_written_field_by_field_and_replace_any_field(tmp_path: Path) -> None:
    kind = TYPES["transformation-generique"]
    c = configuration(tmp_path)
    changes = kind.external_data["fill-data"].choose(
        c,
        {
            "id_element": ["id_document_externe", "", "titre"],
            "definition": ["{{ jsonpath('metadonnees','$.numero') }}", "ignorée", "Dossier {{ absent }}"],
        },
    )
    name, content = changes.files["definition"][0]
    assert name == "definition.json"
    written = Configuration(c.values, {"definition": (kept(tmp_path, name, content),)}, c.id_ce, c.world)
    source = TransformationSource(
        "1", "abc", {"id_document_externe": "OP-1"}, {"metadonnees": (kept(tmp_path, "m.json", JSON),)}
    )
    assert kind.transformation is not None
    assert kind.transformation.transform(written, source) == {
        "id_document_externe": "PC-12",
        "titre": "Dossier ",
    }


def test_no_rule_changes_nothing(tmp_path: Path) -> None:
    kind = TYPES["transformation-generique"]
    assert kind.transformation is not None
    assert (
        kind.transformation.transform(configuration(tmp_path), TransformationSource("1", "d", {}, {})) == {}
    )


def test_rules_have_no_list_to_choose_from(tmp_path: Path) -> None:
    with pytest.raises(PeerCrashed):
        TYPES["transformation-generique"].external_data["fill-data"].choices(configuration(tmp_path))


def test_mails_are_kept_and_some_addresses_bounce(tmp_path: Path) -> None:
    connector = TYPES["mailsec"].mailsec
    assert connector is not None
    c = configuration(tmp_path, mailsec_subject="Sujet")
    connector.send(c, MailMessage("a@exemple.invalid", "", "corps", "https://lien"))
    assert [(mail.to, mail.subject) for mail in c.world.courrier] == [("a@exemple.invalid", "Sujet")]
    with pytest.raises(PeerFailed):
        connector.send(c, MailMessage("rejet@exemple.invalid", "s", "", ""))


def test_the_ged_stays_in_the_folder_of_the_simulator(tmp_path: Path) -> None:
    connector = TYPES["depot-local"].depot
    assert connector is not None
    c = configuration(tmp_path, depot_local_directory="/etc/../../tmp/ailleurs")
    files = [("document", kept(tmp_path, "../a.pdf", b"A")), ("annexe", kept(tmp_path, "a.pdf", b"B"))]
    connector.deposit(c, "../titre", files, b"<m/>")
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("depot/**/*.pdf"))
    assert written == ["monde/depot/ailleurs/titre/a.pdf", "monde/depot/ailleurs/titre/annexe_a.pdf"]
    with pytest.raises(PeerFailed, match="existe déjà"):
        connector.deposit(c, "../titre", files, b"")


def test_the_sae_accepts_or_fails_as_it_is_told(tmp_path: Path) -> None:
    connector = TYPES["fakeSAE"].sae
    assert connector is not None
    slip, archive = kept(tmp_path, "b.xml", b"<b/>"), kept(tmp_path, "a.zip", b"PK")
    transfer = connector.send(configuration(tmp_path), slip, archive)
    assert transfer.encode() in connector.acknowledgement(configuration(tmp_path), transfer)
    assert connector.reply(configuration(tmp_path), transfer)[0]
    with pytest.raises(PeerFailed):
        connector.send(configuration(tmp_path, result_send="2"), slip, archive)
