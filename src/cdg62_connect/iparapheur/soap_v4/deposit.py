"""The request that creates a dossier, with its documents streamed in."""

from __future__ import annotations

from cdg62_connect.errors import InvalidFile
from cdg62_connect.iparapheur.soap_v4.contract import bind
from cdg62_connect.iparapheur.soap_v4.models import Document, NewDossier
from cdg62_connect.iparapheur.soap_v4.texts import free_text, label, new_key, title
from cdg62_connect.soap import FilledEnvelope, fill, new_token
from cdg62_connect.transport import Payload


def deposit(dossier: NewDossier) -> FilledEnvelope:
    """The envelope of ``CreerDossier``.

    Raises:
        InvalidInput: a field cannot be sent as it is.
    """
    documents: dict[str, Payload] = {}

    def typed(document: Document) -> dict[str, str]:
        if document.content.size == 0:
            raise InvalidFile(
                "FICHIER_VIDE", f"Le document « {document.nom} » est vide. Joignez le bon fichier."
            )
        token = new_token()
        documents[token] = document.content
        return {"_value_1": token, "contentType": label(document.content_type, what="Le type d'un document")}

    fields: dict[str, object] = {
        "TypeTechnique": label(dossier.type_technique, what="Le type du dossier"),
        "SousType": label(dossier.sous_type, what="Le sous-type du dossier"),
        "DossierID": new_key(dossier.dossier_id),
        "DocumentPrincipal": typed(dossier.document),
        "NomDocPrincipal": label(dossier.document.nom, what="Le nom du document"),
        "Visibilite": dossier.visibilite.value,
    }
    if dossier.titre is not None:
        fields["DossierTitre"] = title(dossier.titre)
    if dossier.email_emetteur is not None:
        fields["EmailEmetteur"] = label(dossier.email_emetteur, what="L'adresse de l'émetteur")
    if dossier.annotation_publique is not None:
        fields["AnnotationPublique"] = free_text(dossier.annotation_publique)
    if dossier.annotation_privee is not None:
        fields["AnnotationPrivee"] = free_text(dossier.annotation_privee)
    if dossier.date_limite is not None:
        fields["DateLimite"] = dossier.date_limite.isoformat()
    if dossier.annexes:
        fields["DocumentsAnnexes"] = {
            "DocAnnexe": [
                {
                    "nom": label(annexe.nom, what="Le nom d'une annexe"),
                    "fichier": typed(annexe),
                    "mimetype": annexe.content_type,
                    "encoding": "UTF-8",
                }
                for annexe in dossier.annexes
            ]
        }
    if dossier.metadonnees:
        fields["MetaData"] = {
            "MetaDonnee": [
                {"nom": label(nom, what="Le nom d'une métadonnée"), "valeur": free_text(valeur)}
                for nom, valeur in dossier.metadonnees.items()
            ]
        }
    return fill(bind("CreerDossier", **fields), documents)
