"""The ``iParapheur`` connector: a parapheur reached by its SOAP web service."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from cdg62_connect.simulator.pastell.peers.blank_pdf import blank_pdf
from cdg62_connect.simulator.pastell.peers.landing import landed
from cdg62_connect.simulator.pastell.peers.outbound_soap import Content, Rows, SoapPeer, document_of
from cdg62_connect.simulator.pastell.peers.ports import (
    Changes,
    Configuration,
    FolderRefused,
    Outcome,
    Params,
    PeerCrashed,
    PeerError,
    PeerFailed,
    PeerFile,
    SignatureRequest,
    SignatureResult,
    SignatureSent,
    SignatureStatus,
)
from cdg62_connect.soap import Node

PANGRAM = (
    "Dès Noël où un zéphyr haï me vêt de glaçons würmiens je dîne d’exquis rôtis de bœuf au kir à l’aÿ "
    "d’âge mûr & cætera"
)
"""What Pastell has the parapheur repeat to prove that accents pass (a French pangram)."""

_REJECTED = {"RejetVisa", "RejetSignataire", "RejetCachet", "RejetMailSecPastell"}
_NOT_FETCHED = "La signature n'a pas pu être récupérée : "
_BORDEREAU = "iParapheur_impression_dossier.pdf"
_PDF = "application/pdf"
_STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)")


class IParapheur:
    """The parapheur of one instance; everything it knows is in the configuration."""

    def iparapheur_type(self, c: Configuration) -> str:
        """The type chosen for the instance."""
        return c.text("iparapheur_type")

    def types(self, c: Configuration) -> list[str]:
        """The types the account may use."""
        return _texts(_peer(c).call("GetListeTypes", None), "TypeTechnique")

    def sous_types(self, c: Configuration) -> list[str]:
        """The sub-types of the type of the instance; Pastell crashes when the parapheur cannot be asked."""
        try:
            return self._sous_types(c)
        except PeerFailed as failed:
            raise PeerCrashed(str(failed)) from failed

    def _sous_types(self, c: Configuration) -> list[str]:
        return _texts(_peer(c).call("GetListeSousTypes", self.iparapheur_type(c)), "SousType")

    def send(self, c: Configuration, request: SignatureRequest, *, folder: Path) -> SignatureSent:  # noqa: ARG002 - signature of the port
        """CreerDossier, under an id made of the local time and of figures."""
        dossier_id = _new_id(c)
        answer = _peer(c).call("CreerDossier", _dossier(c, request, dossier_id))
        _accepted(answer)
        return SignatureSent(dossier_id)

    def status(self, c: Configuration, dossier_id: str) -> SignatureStatus:
        """GetHistoDossier; the last line decides."""
        try:
            answer = _peer(c).call("GetHistoDossier", dossier_id)
        except PeerFailed as failed:
            raise PeerFailed(f"La connexion avec le iParapheur a échoué : {failed}") from failed
        lines = list(answer.all("LogDossier"))
        if not lines:
            raise PeerFailed("La connexion avec le iParapheur a échoué : Le dossier n'a pas été trouvé")
        last = lines[-1]
        code = last.text_of("status")
        message = f"{_when(last.text_of('timestamp'))} : [{code}] {last.text_of('annotation')}"
        return SignatureStatus(_outcome(code), message, _history(answer))

    def collect(
        self, c: Configuration, dossier_id: str, *, rejected: bool, folder: Path, annexes_envoyees: int = 0
    ) -> SignatureResult:
        """GetDossier. The last annex is the slip; those after the ones that were sent come out."""
        try:
            answer = _peer(c).call("GetDossier", dossier_id)
        except PeerFailed as failed:
            raise PeerFailed(
                f"{_NOT_FETCHED}Erreur sur la récupération de la signature : {failed}"
            ) from failed
        retour = answer.first("MessageRetour")
        if retour is not None and retour.text_of("codeRetour") != "OK":
            raise PeerFailed(_NOT_FETCHED + _said(retour))
        annexes = _annexes(answer, folder)
        bordereau = annexes.pop() if annexes else None
        if rejected:
            return SignatureResult(None, None, bordereau, (), ())
        signed, detached = _signature(answer, folder)
        return SignatureResult(signed, detached, bordereau, tuple(annexes[annexes_envoyees:]), ())

    def release(self, c: Configuration, dossier_id: str, *, rejected: bool, is_acte: bool) -> None:
        """ArchiverDossier (EFFACER); of a rejected folder EffacerDossierRejete, after it for an act."""
        if not rejected or is_acte:
            demand: Mapping[str, Content] = {"DossierID": dossier_id, "ArchivageAction": "EFFACER"}
            answer = _peer(c).call("ArchiverDossier", demand)
            if not rejected:
                _confirmed(answer)
        if rejected:
            _confirmed(_peer(c).call("EffacerDossierRejete", dossier_id))


# -- actions of the instance ---------------------------------------------------------------------------------


def tested(c: Configuration, params: Params) -> Outcome:  # noqa: ARG001 - signature of the port
    """``test-iparapheur``: the parapheur repeats the pangram."""
    try:
        answer = _peer(c).call("echo", PANGRAM)
    except PeerError as failed:
        return Outcome(ok=False, message=str(failed))
    return Outcome(ok=True, message=f"La connexion est réussie : {answer.text.strip()}")


def test_sent(c: Configuration, params: Params) -> Outcome:  # noqa: ARG001 - signature of the port
    """``test-iparapheur-send``: a folder of test in the first sub-type."""
    connector = IParapheur()
    try:
        sous_types = _texts(_peer(c).call("GetListeSousTypes", c.text("iparapheur_type")), "SousType")
        if not sous_types:
            return Outcome(ok=False, message="Impossible de trouver un sous-type")
        titre = f"Test de dépôt pastell {_local(c).strftime('%Y-%m-%dT%H:%M:%S%z')}"
        with landed(c.world, "test.pdf", blank_pdf("SPECIMEN - depot de test"), _PDF) as sample:
            request = SignatureRequest(
                titre=titre,
                document=sample,
                annexes=(),
                type=c.text("iparapheur_type"),
                sous_type=sous_types[0],
                date_limite="",
                annotation_publique="",
                annotation_privee="",
                metadonnees={},
                is_pes=False,
                visuel=None,
            )
            sent = connector.send(c, request, folder=sample.path.parent)
    except PeerError as failed:
        return Outcome(ok=False, message=str(failed))
    return Outcome(
        ok=True,
        message=f"Envoi OK : Type : {c.text('iparapheur_type')} - Sous-type: {sous_types[0]} - "
        f"DossierID : {sent.dossier_id} - Titre : {titre}",
    )


def sous_types_shown(c: Configuration, params: Params) -> Outcome:  # noqa: ARG001 - signature of the port
    """``display-sous-type``."""
    type_technique = c.text("iparapheur_type")
    try:
        sous_types = _texts(_peer(c).call("GetListeSousTypes", type_technique), "SousType")
    except PeerError as failed:
        return Outcome(ok=False, message=str(failed))
    listed = ", ".join(sous_types)
    return Outcome(ok=True, message=f"Liste des sous-types pour le type {type_technique} : {listed}")


def cache_emptied(c: Configuration, params: Params) -> Outcome:  # noqa: ARG001 - signature of the port
    """``iparapheur-empty-cache``: there is none here, the WSDL is read at each call."""
    return Outcome(ok=True, message="Le cache WSDL a été vidé")


def types_offered(c: Configuration) -> object:
    """The choices of ``iparapheur_type``."""
    try:
        return IParapheur().types(c)
    except PeerFailed as failed:
        raise PeerCrashed(str(failed)) from failed


def type_chosen(c: Configuration, params: Params) -> Changes:  # noqa: ARG001 - signature of the port
    """Write the type, whatever it is."""
    return Changes({"iparapheur_type": str(params.get("iparapheur_type") or "")})


# -- reading and writing -------------------------------------------------------------------------------------


def _peer(c: Configuration) -> SoapPeer:
    wsdl = c.text("iparapheur_wsdl")
    if not wsdl:
        raise PeerFailed("Le WSDL n'a pas été fourni")
    return SoapPeer(
        c.world, wsdl=wsdl, login=c.text("iparapheur_login"), password=c.text("iparapheur_password")
    )


def _dossier(c: Configuration, request: SignatureRequest, dossier_id: str) -> Mapping[str, Content]:
    annexes = Rows("DocAnnexe", [_annexe(annexe) for annexe in request.annexes]) if request.annexes else None
    multi = c.on("iparapheur_multi_doc")
    metadonnees = _metadonnees(c, request)
    content: dict[str, Content] = {
        "TypeTechnique": request.type,
        "SousType": request.sous_type,
        "DossierID": dossier_id,
        "DossierTitre": request.titre,
        "DocumentPrincipal": request.document,
        "NomDocPrincipal": request.document.name,
        "VisuelPDF": request.visuel,
        "DocumentsSupplementaires": annexes if multi else None,
        "DocumentsAnnexes": None if multi else annexes,
        "MetaData": Rows(
            "MetaDonnee", [{"nom": nom, "valeur": valeur} for nom, valeur in metadonnees.items()]
        )
        if metadonnees
        else None,
        "AnnotationPublique": request.annotation_publique or None,
        "AnnotationPrivee": request.annotation_privee or None,
        "Visibilite": c.text("iparapheur_visibilite", "SERVICE"),
        "DateLimite": request.date_limite or None,
    }
    if request.is_pes:
        content["XPathPourSignatureXML"] = _signature_place(c)
    return content


def _annexe(annexe: PeerFile) -> Mapping[str, str | PeerFile]:
    return {
        "nom": annexe.name,
        "fichier": annexe,
        "mimetype": annexe.content_type,
        "encoding": "UTF-8",
    }


def _metadonnees(c: Configuration, request: SignatureRequest) -> Mapping[str, str]:
    """Those of the document, and those the instance takes from its fields (``champ:nom,champ:nom``)."""
    written = dict(request.metadonnees)
    for pair in filter(None, (part.strip() for part in c.text("iparapheur_metadata").split(","))):
        champ, _, nom = pair.partition(":")
        if nom:
            written[nom] = request.champs.get(champ, "")
    return written


def _signature_place(c: Configuration) -> str:
    return "." if c.text("XPathPourSignatureXML") == "3" else "//Bordereau"


def _accepted(answer: Node) -> None:
    retour = answer.first("MessageRetour")
    if retour is None or not retour.text_of("codeRetour"):
        raise PeerFailed("Le parapheur n'a pas retourné de code de retour")
    if retour.text_of("codeRetour") != "OK":
        raise FolderRefused(_said(retour))


def _confirmed(answer: Node) -> None:
    retour = answer.first("MessageRetour")
    if retour is None or retour.text_of("codeRetour") != "OK":
        raise PeerFailed(_said(retour) if retour is not None else "Réponse vide du parapheur")


def _said(retour: Node) -> str:
    return f"[{retour.text_of('severite')}] {retour.text_of('message')}"


def _texts(answer: Node, name: str) -> list[str]:
    return [child.text.strip() for child in answer.all(name)]


def _outcome(code: str) -> Literal["waiting", "signed", "rejected"]:
    if code == "Archive":
        return "signed"
    return "rejected" if code in _REJECTED else "waiting"


def _when(timestamp: str) -> str:
    read = _STAMP.match(timestamp)
    return f"{read[3]}/{read[2]}/{read[1]} {read[4]}" if read else timestamp


def _history(answer: Node) -> bytes:
    lines = "".join(
        f"<LogDossier id='{rank}'>"
        + "".join(f"<{child.name}>{escape(child.text)}</{child.name}>" for child in line.children)
        + "</LogDossier>"
        for rank, line in enumerate(answer.all("LogDossier"))
    )
    retour = answer.first("MessageRetour")
    said = "".join(
        f"<{child.name}>{escape(child.text)}</{child.name}>" for child in (retour.children if retour else ())
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<iparapheur_historique><LogDossier>{lines}</LogDossier><MessageRetour>{said}</MessageRetour>"
        "</iparapheur_historique>"
    ).encode()


def _annexes(answer: Node, folder: Path) -> list[PeerFile]:
    group = answer.first("DocumentsAnnexes")
    found: list[PeerFile] = []
    for rank, annexe in enumerate(group.all("DocAnnexe") if group else ()):
        content = document_of(annexe.first("fichier"))
        if content is not None:
            file = annexe.first("fichier")
            kind = (file.attribute("contentType") if file else "") or "application/octet-stream"
            found.append(_kept(folder, f"annexe-{rank}", annexe.text_of("nom") or _BORDEREAU, content, kind))
    return found


def _signature(answer: Node, folder: Path) -> tuple[PeerFile | None, PeerFile | None]:
    """The signed document, or the detached signature, which Pastell calls ``signature.zip`` whatever it is."""
    name = answer.text_of("NomDocPrincipal") or "document.pdf"
    detached = document_of(answer.first("SignatureDocPrincipal"))
    if detached is not None:
        return None, _kept(folder, "signature", "signature.zip", detached, "application/zip")
    pes = document_of(answer.first("FichierPES"))
    if pes is not None:
        return _kept(folder, "signe", name, pes, "text/xml"), None
    signed = document_of(answer.first("DocPrincipal"))
    return (_kept(folder, "signe", name, signed, _PDF) if signed is not None else None), None


def _kept(folder: Path, stem: str, name: str, content: bytes, kind: str) -> PeerFile:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / stem
    path.write_bytes(content)
    return PeerFile(name, path, kind)


def _new_id(c: Configuration) -> str:
    return _local(c).strftime("%Y%m%d%H%M%S") + str(_figures(c.world.chance))


def _figures(chance: random.Random) -> int:
    return chance.randrange(2**31)


def _local(c: Configuration) -> datetime:
    return c.world.clock.now().astimezone(ZoneInfo(c.world.fuseau))
