"""The answer of ``GetDossier`` once read: which document is which.

Elements are found by name wherever they stand: versions disagree on the order, and the name of a document
may come after its content.
"""

from __future__ import annotations

from dataclasses import replace

from cdg62_connect.iparapheur.soap_v4.exchange import Reply
from cdg62_connect.iparapheur.soap_v4.harvest import GatheredDocument
from cdg62_connect.iparapheur.soap_v4.leftovers import leftovers
from cdg62_connect.iparapheur.soap_v4.models import RetrievedDossier, RetrievedFile
from cdg62_connect.soap import Node

_BORDEREAU = "iParapheur_impression_dossier.pdf"
_ONCE = ("DossierID", "DocPrincipal", "NomDocPrincipal", "SignatureDocPrincipal", "FichierPES", "VisuelPDF")
_GROUPS = ("DocumentsSupplementaires", "DocumentsAnnexes")
_TOLD = {
    *((name,) for name in (*_ONCE, "TypeTechnique", "SousType", "MetaDonnees", "MessageRetour", *_GROUPS)),
    *(("MessageRetour", name) for name in ("codeRetour", "message", "severite")),
    *((group, "DocAnnexe") for group in _GROUPS),
    *(
        (group, "DocAnnexe", name)
        for group in _GROUPS
        for name in ("nom", "fichier", "mimetype", "encoding", "signature")
    ),
    ("MetaDonnees", "MetaDonnee"),
    *(("MetaDonnees", "MetaDonnee", name) for name in ("nom", "valeur")),
}


def retrieved_dossier(reply: Reply, *, asked: str) -> RetrievedDossier:
    """Read the reply, whose documents are already files.

    Raises:
        Refused: the parapheur said no.
        UnreadableAnswer: it is not the dossier asked for, or it holds something twice.
    """
    reply.require_ok(dossier_id=asked)
    node = reply.node
    answered = " ".join(node.text_of("DossierID").split())
    if answered != asked:
        raise reply.unusable(f"le parapheur a donné le dossier « {answered[:80]} » au lieu de « {asked} »")
    for name in _ONCE:
        if len(list(node.all(name))) > 1:
            raise reply.unusable(f"la réponse contient plusieurs fois {name}")
    annexes = _annexes(reply, "DocumentsAnnexes")
    bordereau = _bordereau(annexes)
    return RetrievedDossier(
        dossier_id=answered,
        type_technique=node.text_of("TypeTechnique"),
        sous_type=node.text_of("SousType"),
        document=_main(node, "DocPrincipal", nom=_name(node.text_of("NomDocPrincipal"))),
        signature=_main(node, "SignatureDocPrincipal"),
        supplementaires=_annexes(reply, "DocumentsSupplementaires"),
        annexes=tuple(annexe for annexe in annexes if annexe is not bordereau),
        bordereau=bordereau,
        fichier_pes=_main(node, "FichierPES"),
        visuel=_main(node, "VisuelPDF"),
        metadonnees={
            entry.text_of("nom"): entry.text_of("valeur")
            for group in node.all("MetaDonnees")
            for entry in group.all("MetaDonnee")
        },
        champs=leftovers(node, told=_TOLD),
    )


def only_document(reply: Reply, name: str, *, nom: str) -> RetrievedFile:
    """The one document of an answer that is made of it.

    Raises:
        UnreadableAnswer: there is none, or an empty one, or several.
    """
    found = _main(reply.node, name, nom=nom) if len(list(reply.node.all(name))) == 1 else None
    if found is None:
        raise reply.unusable(f"la réponse ne contient pas un seul {name}")
    return found


def _main(node: Node, name: str, *, nom: str = "") -> RetrievedFile | None:
    """A document that the answer holds at most once; an empty element is no document."""
    found = node.first(name)
    document = _file(found, nom=nom) if found else None
    return document if document and document.size else None


def _annexes(reply: Reply, name: str) -> tuple[RetrievedFile, ...]:
    annexes: list[RetrievedFile] = []
    for group in reply.node.all(name):
        for entry in group.all("DocAnnexe"):
            for once in ("nom", "fichier", "signature"):
                if len(list(entry.all(once))) > 1:
                    raise reply.unusable(f"un document de {name} contient plusieurs fois {once}")
            nom = _name(entry.text_of("nom"))
            content, signature = entry.first("fichier"), entry.first("signature")
            annexe = _file(content, nom=nom, media_type=entry.text_of("mimetype")) if content else None
            if annexe:
                annexes.append(replace(annexe, signature=_main(entry, "signature") if signature else None))
    return tuple(annexes)


def _bordereau(annexes: tuple[RetrievedFile, ...]) -> RetrievedFile | None:
    named = [annexe for annexe in annexes if annexe.nom == _BORDEREAU]
    return (named or list(annexes) or [None])[-1]


def _file(node: Node, *, nom: str, media_type: str = "") -> RetrievedFile | None:
    document = node.sink
    if not isinstance(document, GatheredDocument):
        return None
    return RetrievedFile(
        nom=nom,
        path=document.path,
        size=document.size,
        sha256=document.sha256,
        content_type=node.attribute("contentType") or media_type or "application/octet-stream",
    )


def _name(text: str) -> str:
    """A document's name; some versions wrap it in double quotes."""
    return text.strip().strip('"')
