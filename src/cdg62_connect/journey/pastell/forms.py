"""Which field of which flux takes what we have: the names that each flux gives to the same few things."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class FluxForm:
    """How a dossier is written into a flux.

    Attributes:
        title: field of the objet.
        document: file field of the document to sign or transmit.
        annexes: file field of the annexes, ``""`` when the flux takes none.
        key: indexed field that holds the deposit's name, ``""`` when the flux has none.
        signature: flag that asks for the signature, ``""`` when the flux always signs.
        legality: flag that asks for @ctes, ``""`` when the flux cannot transmit an acte.
        helios: flag that asks for Hélios, ``""`` when the flux is not one of PES.
        transaction: field of the number that S2LOW gave.
        acquit: file field of the acquit of a PES.
        visuel: file field of the PDF that shows a PES, ``""`` when the flux has none.
        start: action that sends a document to be signed on its way.
        start_unsigned: the same for a document that is only to be transmitted.
        stops_when_signed: the flux rests once signed, and waits for us to ask for the transmission.
        dated_by_signature: the flux itself dates the acte by its signature.
        slip: file field of the parapheur's slip.
        signed: file field of the signed document.
    """

    title: str
    document: str
    annexes: str = "annexe"
    key: str = ""
    signature: str = "envoi_signature"
    legality: str = ""
    helios: str = ""
    transaction: str = "tedetis_transaction_id"
    acquit: str = ""
    visuel: str = ""
    start: str = "orientation"
    start_unsigned: str = "orientation"
    stops_when_signed: bool = False
    dated_by_signature: bool = False
    slip: str = "bordereau_signature"
    signed: str = "document"


_ACTES = FluxForm(
    title="objet",
    document="arrete",
    annexes="autre_document_attache",
    legality="envoi_tdt",
    start="send-iparapheur",
    start_unsigned="send-tdt",
    slip="document_signe",
    signed="signature",
)

_HELIOS = FluxForm(
    title="objet",
    document="fichier_pes",
    annexes="",
    helios="envoi_tdt",
    acquit="fichier_reponse",
    visuel="visuel_pdf",
    start="send-iparapheur",
    start_unsigned="send-tdt",
    slip="document_signe",
    signed="fichier_pes_signe",
)

FORMS: dict[str, FluxForm] = {
    "document-autorisation-urbanisme": FluxForm(
        title="titre", document="document", key="id_document_externe", legality="envoi_tdt_actes"
    ),
    "ls-actes": FluxForm(
        title="objet",
        document="arrete",
        annexes="autre_document_attache",
        legality="envoi_tdt_actes",
        dated_by_signature=True,
        signed="arrete",
    ),
    "ls-document-pdf": FluxForm(title="libelle", document="document"),
    "ls-document": FluxForm(title="libelle", document="document"),
    "actes-generique": replace(_ACTES, stops_when_signed=True),
    "actes-automatique": _ACTES,
    "document-a-signer": FluxForm(
        title="libelle",
        document="document",
        annexes="autre_document_attache",
        signature="",
        start="send-iparapheur",
        slip="bordereau",
    ),
    "ls-helios": FluxForm(
        title="objet",
        document="fichier_pes",
        annexes="",
        helios="envoi_tdt_helios",
        transaction="pes_tedetis_transaction_id",
        acquit="pes_acquit",
        signed="fichier_pes",
    ),
    "helios-generique": replace(_HELIOS, stops_when_signed=True),
    "helios-automatique": _HELIOS,
    "pdf-generique": FluxForm(title="libelle", document="document", slip="bordereau"),
}
"""The flux of documents that this route knows how to fill (Pastell 2.0 to 5.0, seen in their definitions)."""
