"""The answer of ``GetDossier``."""

from __future__ import annotations

from cdg62_connect.simulator.iparapheur.dossier import Piece, Principal
from cdg62_connect.simulator.iparapheur.services import Contenu
from cdg62_connect.simulator.iparapheur.signatures import PDF, together
from cdg62_connect.simulator.iparapheur.variantes import Generation, Variantes
from cdg62_connect.simulator.iparapheur.writing import (
    Part,
    doc_annexe,
    document,
    element,
    message_retour,
    nil,
)

BORDEREAU = "iParapheur_impression_dossier.pdf"
"""Name of the slip, always the last annexe."""


def rendu(contenu: Contenu, *, variantes: Variantes) -> list[Part]:
    """The dossier as its emitter gets it."""
    demande = contenu.demande
    v5 = variantes.generation is Generation.V5
    main, *others = _ordered(contenu.principaux, swapped=variantes.documents_permutes)
    supplementaires = _supplementaires(others, variantes=variantes)
    annexes = _annexes(contenu, variantes=variantes)
    groups = (annexes, supplementaires) if variantes.supplementaires_apres else (supplementaires, annexes)
    pes = contenu.dossier.est_pes
    return [
        element("TypeTechnique", demande.type),
        element("SousType", demande.sous_type),
        *_given("EmailEmetteur", "" if v5 else demande.email_emetteur),
        element("DossierID", contenu.dossier_id),
        *(document("FichierPES", main.piece.path, main.piece.content_type) if pes else []),
        *(document("VisuelPDF", demande.visuel.path, PDF) if demande.visuel else []),
        *_given("XPathPourSignaturePES", demande.xpath),
        *_given("AnnotationPublique", demande.annotation_publique),
        *_given("AnnotationPrivee", demande.annotation_privee),
        element("Visibilite", demande.visibilite),
        element("DateLimite", demande.date_limite) if demande.date_limite else nil("DateLimite"),
        *([] if pes else document("DocPrincipal", main.piece.path, main.piece.content_type)),
        element("NomDocPrincipal", main.piece.nom),
        *_signature("SignatureDocPrincipal", main),
        *groups[0],
        *groups[1],
        "<MetaDonnees>",
        *(
            f"<MetaDonnee>{element('nom', nom)}{element('valeur', valeur)}</MetaDonnee>"
            for nom, valeur in _metadonnees(contenu, v5=v5)
        ),
        "</MetaDonnees>",
        message_retour(ok=True),
    ]


def _ordered(principaux: tuple[Principal, ...], *, swapped: bool) -> list[Principal]:
    found = list(principaux)
    if swapped and len(found) > 1:
        found[:2] = found[1], found[0]
    return found


def _supplementaires(others: list[Principal], *, variantes: Variantes) -> list[Part]:
    if not others:
        return []
    return [
        "<DocumentsSupplementaires>",
        *(
            part
            for one in others
            for part in doc_annexe(
                _named(one.piece.nom, variantes),
                one.piece.path,
                one.piece.content_type,
                signature=_signature("signature", one),
            )
        ),
        "</DocumentsSupplementaires>",
    ]


def _annexes(contenu: Contenu, *, variantes: Variantes) -> list[Part]:
    return [
        "<DocumentsAnnexes>",
        *(part for annexe in contenu.annexes for part in _annexe(annexe, variantes)),
        *doc_annexe(_named(BORDEREAU, variantes), contenu.bordereau, PDF),
        "</DocumentsAnnexes>",
    ]


def _annexe(annexe: Piece, variantes: Variantes) -> list[Part]:
    return doc_annexe(_named(annexe.nom, variantes), annexe.path, annexe.content_type)


def _signature(name: str, principal: Principal) -> list[Part]:
    one = together(principal.signatures)
    if one is None:
        return []
    piece, zipped = one
    return document(name, piece.path if zipped is None else zipped, piece.content_type)


def _metadonnees(contenu: Contenu, *, v5: bool) -> list[tuple[str, str]]:
    technical = [("ph:dossierTitre", contenu.titre)]
    if v5:
        cree = contenu.dossier.cree.strftime("%Y-%m-%dT%H:%M:%S%z")
        technical.append(("i_Parapheur_internal_creation_date", cree))
    return [*technical, *contenu.demande.metadonnees]


def _named(nom: str, variantes: Variantes) -> str:
    return f'"{nom}"' if variantes.noms_entre_guillemets else nom


def _given(name: str, text: str) -> list[Part]:
    return [element(name, text)] if text else []
