"""The journal of the simulated Pastell: lists, export, proofs, purge."""

from __future__ import annotations

import base64
import csv
import io
from hashlib import sha256
from typing import Any

import pytest
from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from cdg62_connect.simulator import Simulator
from support.pastell_http import URBANISME, PastellCaller


@pytest.fixture
def id_d(pastell: PastellCaller) -> str:
    """A document that was created, then changed by two patches."""
    made = str(pastell.post("entite/2/document", type=URBANISME)["id_d"])
    for titre in ("Arrêté PC 1", "Arrêté PC 2"):
        pastell.patch(f"entite/2/document/{made}", titre=titre)
    return made


def test_each_patch_leaves_a_row_the_newest_first(pastell: PastellCaller, id_d: str) -> None:
    rows = pastell.get("journal", id_e="2", id_d=id_d)
    assert [row["action"] for row in rows] == ["modification", "modification", "creation"]
    newest = rows[0]
    assert (newest["type"], newest["id_e"], newest["id_u"], newest["id_d"]) == ("1", "2", "2", id_d)
    assert newest["message_horodate"] == (
        f"1 - 2 - 2 - {id_d} - modification - Modification du document - {newest['date']} - {URBANISME}"
    )
    assert newest["titre"] == "Arrêté PC 2"
    assert newest["document_type_libelle"] == "Document d'autorisation d'urbanisme"
    assert newest["action_libelle"] == "En cours de rédaction"
    assert list(newest)[-3:] == ["siren", "document_type_libelle", "action_libelle"]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 3),
        ({"limit": "2"}, 2),
        ({"limit": "0"}, 0),
        ({"limit": "-1"}, 3),
        ({"offset": "2"}, 1),
        ({"offset": "999"}, 0),
        ({"id_j": "1"}, 3),
        ({"id_user": "0"}, 3),
        ({"id_user": "2"}, 3),
        ({"id_user": "1"}, 0),
        ({"type": URBANISME}, 3),
        ({"type": "actes-generique"}, 0),
        ({"recherche": "MODIFICATION du"}, 2),
        ({"recherche": "création"}, 1),
        ({"recherche": "creation"}, 1),
        ({"date_debut": "2025-03-14"}, 3),
        ({"date_debut": "2025-03-14 00:00:00"}, 0),
        ({"date_debut": "2025-03-15"}, 0),
        ({"date_fin": "2025-03-14"}, 3),
        ({"date_fin": "2025-03-13"}, 0),
    ],
)
def test_the_filters_of_the_list(
    pastell: PastellCaller, id_d: str, filters: dict[str, str], count: int
) -> None:
    assert len(pastell.get("journal", id_e="2", id_d=id_d, **filters)) == count


def test_the_right_is_asked_on_the_entity_and_no_entity_means_all(
    pastell: PastellCaller, pastell_admin: PastellCaller, id_d: str
) -> None:
    assert pastell.refused(403, "GET", "journal") == "Acces interdit id_e=0, droit=journal:lecture,id_u=2"
    assert (
        pastell.refused(403, "GET", "journal?id_e=3") == "Acces interdit id_e=3, droit=journal:lecture,id_u=2"
    )
    assert [row["id_d"] for row in pastell_admin.get("journal", limit="1")] == [id_d]


def test_a_negative_offset_shows_sql(pastell: PastellCaller) -> None:
    assert "near '-1,100'" in pastell.refused(400, "GET", "journal?id_e=2&offset=-1")


def test_a_row_that_does_not_exist(pastell: PastellCaller) -> None:
    assert pastell.refused(404, "GET", "journal/99999999") == "L'événement 99999999 n'a pas été trouvé"


def test_a_row_comes_with_its_proof(pastell: PastellCaller, simulator: Simulator, id_d: str) -> None:
    id_j = pastell.get("journal", id_e="2", id_d=id_d)[0]["id_j"]
    row = pastell.get(f"journal/{id_j}")
    assert list(row).index("preuve") == list(row).index("date") + 1
    assert "siren" not in row
    token = pastell.call("GET", f"journal/{id_j}/jeton")
    assert token.headers["Content-Type"] == "application/timestamp-reply"
    assert token.headers["Content-disposition"] == f"attachment; filename=pastell-journal-preuve-{id_j}.tsr"
    assert base64.b64decode(row["preuve"]) == token.content
    _check_proof(token.content, row["message_horodate"], simulator)
    assert pastell.refused(404, "GET", f"journal/{id_j}/autre") == "Ressource autre non trouvée"


def _check_proof(reply: bytes, message: str, simulator: Simulator) -> None:
    """The reply is a granted RFC 3161 one, about this message, signed by a time-stamper of the authority."""
    opened: Any = tsp.TimeStampResp.load(reply)
    assert opened["status"]["status"].native == "granted"
    signed: Any = opened["time_stamp_token"]["content"]
    content = signed["encap_content_info"]["content"].contents
    info: Any = tsp.TSTInfo.load(content)
    assert info["message_imprint"]["hashed_message"].native == sha256(message.encode()).digest()
    assert info["gen_time"].native == simulator.clock.now().replace(microsecond=0)
    certificate = x509.load_der_x509_certificate(signed["certificates"][0].dump())
    root = x509.load_pem_x509_certificate(simulator.authority.ca.read_bytes())
    certificate.verify_directly_issued_by(root)
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert usage.critical
    assert x509.oid.ExtendedKeyUsageOID.TIME_STAMPING in usage.value
    signer: Any = signed["signer_infos"][0]
    attributes: Any = {one["type"].native: one["values"][0].native for one in signer["signed_attrs"]}
    assert attributes["message_digest"] == sha256(content).digest()
    key: Any = certificate.public_key()
    covered = cms.CMSAttributes(list(signer["signed_attrs"])).dump()
    key.verify(signer["signature"].native, covered, ec.ECDSA(hashes.SHA256()))


def test_the_export_is_a_csv_the_oldest_first(pastell: PastellCaller, id_d: str) -> None:
    answer = pastell.call("GET", f"journal?id_e=2&id_d={id_d}&format=csv&csv_entete_colonne=1")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert (
        answer.headers["Content-disposition"] == f"attachment; filename=pastell-export-journal-2--{id_d}.csv"
    )
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["action"] for row in rows] == ["creation", "modification", "modification"]
    assert "preuve" not in rows[0]
    assert f'"Création du document","{rows[0]["date"]}"' in answer.content.decode()


def test_a_purge_takes_the_message_away_from_the_state(pastell: PastellCaller, admin: Any, id_d: str) -> None:
    assert pastell.get(f"entite/2/document/{id_d}")["last_action"]["message"] == "Modification du document"
    assert admin.post("/pastell/journal/purger", {"avant": "2000-01-01 00:00:00"}) == {"lignes": 0}
    assert admin.post("/pastell/journal/purger")["lignes"] >= 3
    last = pastell.get(f"entite/2/document/{id_d}")["last_action"]
    assert (last["action"], last["message"]) == ("modification", None)
    assert pastell.get("journal", id_e="2", id_d=id_d) == []


def test_dates_are_local_and_say_no_zone(pastell: PastellCaller, id_d: str) -> None:
    # 08:00 UTC in March is 09:00 in Paris.
    assert pastell.get("journal", id_e="2", id_d=id_d)[0]["date"] == "2025-03-14 09:00:00"


def test_accounts_and_entities_leave_rows(pastell_admin: PastellCaller) -> None:
    pastell_admin.post("entite", type="collectivite", denomination="Commune d'essai")
    row = pastell_admin.get("journal", limit="1")[0]
    assert (row["type"], row["action"]) == ("3", "Créé")
    assert row["message"] == "Création de l'entité Commune d'essai - "
    assert (row["titre"], row["document_type_libelle"], row["id_d"]) == (None, "", "0")
