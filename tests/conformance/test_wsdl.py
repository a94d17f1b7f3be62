"""Our two contracts, that of the client and that which the simulator serves, against those of the platform."""

from __future__ import annotations

import io
from importlib import resources
from typing import Any

import pytest
import requests
from zeep import Client
from zeep.transports import Transport

from cdg62_connect.iparapheur import OPERATIONS
from cdg62_connect.simulator.iparapheur.contract import wsdl
from conformance.contracts import ABSENT, Contract, read_contract, references, told

OURS: dict[str, bytes] = {
    "client": resources.files("cdg62_connect.iparapheur.soap_v4").joinpath("iparapheur.wsdl").read_bytes(),
    "simulateur": wsdl("http://a/mtom", mtom="http://a/mtom", without_mtom="http://a/sans"),
}
REFERENCES = references()

# What a reference says otherwise than what has been seen on the wire; ours says what has been seen.
LATER = (
    # Added by 3.4 and 4.3.
    ("CreerDossierRequest : all", ""),
    ("CreerDossierRequest/DossierTitre", ""),
    ("CreerDossierRequest/DocumentsSupplementaires", ""),
    ("CreerDossierResponse : sequence", ""),
    ("CreerDossierResponse/DossierID", ""),
    ("GetDossierResponse : sequence", ""),
    ("GetDossierResponse/DocumentsSupplementaires", ""),
    # Absent from real answers.
    ("", "LogDossier/annotation × "),
    ("", "LogDossier/accessible × "),
    ("GetDossierResponse/DateLimite × ", ""),
    # Other values than those of 2012 come.
    ("GetListeMetaDonneesResponse/MetaDonnee/nature = ", ""),
)
REDUCED = (
    # A contract cut down for one caller, whose annexes are a text that is always empty.
    ("CreerDossierRequest : all", ""),
    ("CreerDossierRequest/DocumentsAnnexes", ""),
    ("CreerDossierRequest/DossierTitre", ""),
    ("CreerDossierRequest/DocumentsSupplementaires", ""),
    ("CreerDossierRequest/NomDocPrincipal", ""),
    ("CreerDossierRequest/SignatureDocPrincipal", ""),
    ("CreerDossierRequest/MetaData ×", ""),
    ("CreerDossierRequest/MetaData :", ""),
    ("CreerDossierRequest/MetaData/", ""),
    ("CreerDossierRequest/CircuitObligatoire", ""),
)
KNOWN = {
    "iparapheur-v3.1-cg29-2012.wsdl": LATER,
    "iparapheur-v3.1-nuxeo-2013.wsdl": LATER,
    "iparapheur-v4.3-minimum-telino.wsdl": REDUCED,
    "iparapheur-v4-reconstructed.wsdl": (),
}


def pairs() -> list[Any]:
    if not REFERENCES:
        return [pytest.param("", "", marks=pytest.mark.skip(reason=ABSENT))]
    return [pytest.param(ours, name, id=f"{ours}-{name}") for ours in OURS for name in REFERENCES]


@pytest.mark.parametrize(("ours", "name"), pairs())
def test_every_message_that_a_reference_declares_has_the_same_structure_in_ours(ours: str, name: str) -> None:
    reference, mine = read_contract(REFERENCES[name].read_bytes()), read_contract(OURS[ours])
    assert set(reference.operations) <= set(mine.operations)
    differences = {
        line
        for message, shape in reference.messages.items()
        if message.removesuffix("Request").removesuffix("Response") in reference.operations
        for line in set(told(shape, message)) ^ set(told(mine.messages[message], message))
    }
    known = KNOWN[name]
    unexplained = sorted(
        line
        for line in differences
        if not any(line.startswith(start) and middle in line for start, middle in known)
    )
    assert unexplained == []


@pytest.mark.parametrize(("ours", "name"), pairs())
def test_the_elements_that_a_reference_declares_come_in_its_order(ours: str, name: str) -> None:
    reference, mine = read_contract(REFERENCES[name].read_bytes()), read_contract(OURS[ours])
    for message, shape in reference.messages.items():
        if shape.order == "sequence" and message in mine.messages:
            declared = [child.name for child in shape.children]
            kept = [child.name for child in mine.messages[message].children if child.name in declared]
            assert kept == declared, message


@pytest.mark.parametrize(("ours", "name"), pairs())
def test_the_binding_is_that_of_a_reference(ours: str, name: str) -> None:
    reference, mine = read_contract(REFERENCES[name].read_bytes()), read_contract(OURS[ours])
    assert mine.actions == reference.actions == {""}
    assert mine.styles == reference.styles
    assert reference.nillable <= mine.nillable


@pytest.mark.skipif(not REFERENCES, reason=ABSENT)
def test_every_reference_is_known_here_and_its_list_of_differences_is_needed() -> None:
    assert set(REFERENCES) == set(KNOWN)
    mine = read_contract(OURS["client"])
    for name, known in KNOWN.items():
        reference = read_contract(REFERENCES[name].read_bytes())
        differences = differing(reference, mine)
        for start, middle in known:
            assert any(line.startswith(start) and middle in line for line in differences), (
                name,
                start,
                middle,
            )


def differing(reference: Contract, mine: Contract) -> set[str]:
    return {
        line
        for message, shape in reference.messages.items()
        if message in mine.messages
        for line in set(told(shape, message)) ^ set(told(mine.messages[message], message))
    }


def test_the_contracts_of_the_client_and_of_the_simulator_say_the_same() -> None:
    client, simulator = (read_contract(one) for one in OURS.values())
    assert differing(client, simulator) == set()
    assert set(client.messages) == set(simulator.messages)
    assert client.nillable == simulator.nillable
    called = {name for name, operation in OPERATIONS.items() if operation.method}
    assert set(client.operations) == set(simulator.operations) == called


class Closed(requests.Session):
    """A session that goes nowhere."""

    def request(self, *args: object, **_: object) -> requests.Response:  # type: ignore[override]
        raise AssertionError(f"le contrat demande {args}")


def test_zeep_loads_the_contract_that_is_served_without_any_network() -> None:
    client = Client(io.BytesIO(OURS["simulateur"]), transport=Transport(session=Closed()))
    assert set(client.service._operations) == set(read_contract(OURS["simulateur"]).operations)
    assert read_contract(OURS["simulateur"]).addresses == ("http://a/mtom", "http://a/sans")


def test_a_contract_that_imports_from_the_web_cannot_be_loaded_without_a_network() -> None:
    distant = wsdl("http://a/m", mtom="http://a/m", without_mtom="http://a/s", distant=True)
    with pytest.raises(AssertionError, match="xmlmime"):
        Client(io.BytesIO(distant), transport=Transport(session=Closed()))
