"""The requests that create a dossier, with their documents streamed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from cdg62_connect.errors import InvalidFile
from cdg62_connect.iparapheur.documents import Document, Visibilite
from cdg62_connect.iparapheur.parapheur import CircuitStep
from cdg62_connect.iparapheur.soap_v4.contract import bind
from cdg62_connect.iparapheur.soap_v4.models import MetadonneesActes, NewDossier, NewDossierPES
from cdg62_connect.iparapheur.soap_v4.texts import free_text, label, new_key, title
from cdg62_connect.soap import FilledEnvelope, fill, new_token
from cdg62_connect.transport import Payload

Fields = dict[str, object]


def deposit(dossier: NewDossier) -> FilledEnvelope:
    """The envelope of ``CreerDossier``.

    Raises:
        InvalidInput: a field cannot be sent as it is.
    """
    files = _Files()
    fields = _common(
        dossier.dossier_id,
        dossier.type_technique,
        dossier.sous_type,
        dossier.visibilite,
        publique=dossier.annotation_publique,
        privee=dossier.annotation_privee,
        limite=dossier.date_limite,
    )
    fields |= {
        "DocumentPrincipal": files.typed(dossier.document),
        "NomDocPrincipal": label(dossier.document.nom, what="Le nom du document"),
    }
    if dossier.titre is not None:
        fields["DossierTitre"] = title(dossier.titre)
    if dossier.email_emetteur is not None:
        fields["EmailEmetteur"] = label(dossier.email_emetteur, what="L'adresse de l'émetteur")
    if dossier.document.signature is not None:
        fields["SignatureDocPrincipal"] = files.typed(dossier.document.signature)
    if dossier.visuel is not None:
        fields["VisuelPDF"] = files.typed(dossier.visuel)
    if dossier.supplementaires:
        fields["DocumentsSupplementaires"] = files.group(dossier.supplementaires, what="un document")
    if dossier.annexes:
        fields["DocumentsAnnexes"] = files.group(dossier.annexes, what="une annexe")
    if dossier.metadonnees:
        fields["MetaData"] = _metadonnees(dossier.metadonnees)
    if dossier.xpath_signature is not None:
        fields["XPathPourSignatureXML"] = label(dossier.xpath_signature, what="Le chemin de la signature")
    if dossier.metadonnees_actes is not None:
        fields["MetaDataTdtACTES"] = _actes(dossier.metadonnees_actes)
    if dossier.circuit:
        fields["CircuitObligatoire"] = {"EtapeCircuit": [_etape(step) for step in dossier.circuit]}
    return fill(bind("CreerDossier", **fields), files.contents)


def deposit_pes(dossier: NewDossierPES) -> FilledEnvelope:
    """The envelope of ``CreerDossierPES``.

    Raises:
        InvalidInput: a field cannot be sent as it is.
    """
    files = _Files()
    fields = _common(
        dossier.dossier_id,
        dossier.type_technique,
        dossier.sous_type,
        dossier.visibilite,
        publique=dossier.annotation_publique,
        privee=dossier.annotation_privee,
        limite=dossier.date_limite,
    )
    fields |= {
        "EmailEmetteur": label(dossier.email_emetteur, what="L'adresse de l'émetteur"),
        "FichierPES": files.typed(dossier.pes),
        "VisuelPDF": files.typed(dossier.visuel),
        "XPathPourSignaturePES": label(dossier.xpath_signature, what="Le chemin de la signature"),
    }
    return fill(bind("CreerDossierPES", **fields), files.contents)


class _Files:
    """The documents of one request, each behind the token that stands for it."""

    def __init__(self) -> None:
        self.contents: dict[str, Payload] = {}

    def typed(self, document: Document) -> dict[str, str]:
        if document.content.size == 0:
            raise InvalidFile(
                "FICHIER_VIDE", f"Le document « {document.nom} » est vide. Joignez le bon fichier."
            )
        token = new_token()
        self.contents[token] = document.content
        return {"_value_1": token, "contentType": label(document.content_type, what="Le type d'un document")}

    def group(self, documents: Iterable[Document], *, what: str) -> dict[str, object]:
        return {"DocAnnexe": [self._annexe(document, what=what) for document in documents]}

    def _annexe(self, document: Document, *, what: str) -> dict[str, object]:
        entry: dict[str, object] = {
            "nom": label(document.nom, what=f"Le nom d'{what}"),
            "fichier": self.typed(document),
            "mimetype": document.content_type,
            "encoding": "UTF-8",
        }
        if document.signature is not None:
            entry["signature"] = self.typed(document.signature)
        return entry


def _common(
    dossier_id: str,
    type_technique: str,
    sous_type: str,
    visibilite: Visibilite,
    *,
    publique: str | None,
    privee: str | None,
    limite: date | None,
) -> Fields:
    fields: Fields = {
        "TypeTechnique": label(type_technique, what="Le type du dossier"),
        "SousType": label(sous_type, what="Le sous-type du dossier"),
        "DossierID": new_key(dossier_id),
        "Visibilite": visibilite.value,
    }
    if publique is not None:
        fields["AnnotationPublique"] = free_text(publique)
    if privee is not None:
        fields["AnnotationPrivee"] = free_text(privee)
    if limite is not None:
        fields["DateLimite"] = limite.isoformat()
    return fields


def _metadonnees(values: Mapping[str, str]) -> dict[str, object]:
    return {
        "MetaDonnee": [
            {"nom": label(nom, what="Le nom d'une métadonnée"), "valeur": free_text(valeur)}
            for nom, valeur in values.items()
        ]
    }


def _actes(acte: MetadonneesActes) -> dict[str, str]:
    return {
        "nature": label(acte.nature, what="La nature de l'acte"),
        "classification": label(acte.classification, what="La matière de l'acte"),
        "date": acte.date.isoformat(),
        "objet": title(acte.objet),
    }


def _etape(step: CircuitStep) -> dict[str, str]:
    return {
        "Parapheur": label(step.bureau, what="Le bureau d'une étape"),
        "Prenom": free_text(step.prenom),
        "Nom": free_text(step.nom),
        "Role": label(step.role, what="Le rôle d'une étape"),
    }
