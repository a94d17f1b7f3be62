"""A document that is signed beside it, as the type of the parapheur may want, is a signed document."""

from __future__ import annotations

from collections.abc import Callable

from cdg62_connect.journey import Journey
from cdg62_connect.settings import Settings
from support.lives import Platforms, live


def test_a_pdf_whose_signature_lies_beside_it_is_verified_then_transmitted(
    platforms: Platforms, settings: Settings, drop: Callable[[str], str]
) -> None:
    circuit = [{"acte": "signature", "bureau": "Le Maire"}]
    beside = {"nom": "URBANISME", "format": "PKCS7", "sous_types": [{"nom": "Arrete", "circuit": circuit}]}
    platforms.tell("/parapheur/types", beside)
    lot = drop("ARR_ACCORD")
    live(settings, platforms.now())
    with Journey(settings) as journey:
        dossier = journey.dossier(lot)
    assert dossier.acknowledged is not None
    assert dossier.signed is not None
    assert [(one.signer, one.trusted) for one in dossier.signed.signatures] == [("Le Maire", True)]
    assert [one.nature for one in dossier.signed.files] == [
        "pdf_signe",
        "bordereau_signature",
        "historique_circuit",
        "signature_detachee",
    ]
    assert dossier.accepted is not None
    assert dossier.signed.files[0].sha256 == dossier.accepted.document.sha256
    assert dossier.released
