"""The ``s2low`` connector: the TdT S2LOW reached with a client certificate, a login, or both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import ArActe, Classification, read_xml
from cdg62_connect.formats.hardened_xml import child_text
from cdg62_connect.simulator.pastell.peers.outbound_s2low import S2lowPeer, Upload, compared_name, sent_name
from cdg62_connect.simulator.pastell.peers.ports import (
    ActeRequest,
    ActeReturn,
    Changes,
    Configuration,
    NeedsCertificate,
    Outcome,
    Params,
    PeerError,
    PeerFailed,
    PeerFile,
    TdtStatus,
)

_CREATE = "/modules/actes/actes_transac_create.php"
_CANCEL = "/modules/actes/actes_transac_cancel.php"
_STATUS = "/modules/actes/actes_transac_get_status.php?transaction="
_BORDEREAU = "/modules/actes/actes_create_pdf.php?trans_id="
_FILES = "/modules/actes/actes_transac_get_files_list.php?transaction="
_DOWNLOAD = "/modules/actes/actes_download_file.php?file={}&tampon=true"
_CLASSIFICATION = "/modules/actes/actes_classification_fetch.php?api=1"
_ASK_CLASSIFICATION = "/modules/actes/actes_classification_request.php?api=1"
_PREFECTURE = "/modules/actes/api/list_document_prefecture.php"
_TEST = "/api/test-connexion.php"
_PES_IMPORT = "/modules/helios/api/helios_importer_fichier.php"
_PES_STATUS = "/modules/helios/api/helios_transac_get_status.php?transaction="
_PES_ACQUIT = "/modules/helios/helios_download_acquit.php?id="
_PES_LIST = "/modules/helios/api/helios_get_list.php"

_PDF = "application/pdf"
_XML_LIMIT = 64 * 1024 * 1024
_UNKNOWN = "Echec de la récupération des informations : "


class S2low:
    """The TdT of one instance; everything it knows is in the configuration."""

    def classification(self, c: Configuration) -> bytes | None:
        """The file of the instance."""
        held = c.file("classification_file")
        return held.path.read_bytes() if held else None

    def send_acte(self, c: Configuration, request: ActeRequest, *, folder: Path) -> str:  # noqa: ARG002 - signature of the port
        """Post the act, once the classification has been fetched and found the same, byte for byte."""
        peer = S2lowPeer(c)
        used = self.classification(c)
        if used is None:
            raise PeerFailed("Il n'y a pas de fichier de classification Actes")
        current = peer.get(_CLASSIFICATION)
        if current.startswith(b"KO"):
            raise PeerFailed(f"S²low a répondu : {_latin1(current)}")
        if current != used:
            raise PeerFailed("La classification utilisée n'est plus à jour")
        with_certificate = c.on("authentication_for_teletransmisson")
        waits = with_certificate or c.on("envoi_en_attente")
        answer = peer.post(_CREATE, _fields(request, waits=waits), _uploads(request))
        transaction = _transaction(answer, c)
        if with_certificate:
            raise NeedsCertificate(transaction)
        return transaction

    def send_pes(self, c: Configuration, pes: PeerFile) -> str:
        """Import a PES."""
        answer = S2lowPeer(c).post(_PES_IMPORT, (), [Upload("enveloppe", pes.name.replace('"', "_"), pes)])
        try:
            root = read_xml(answer, what="La réponse", limit=_XML_LIMIT)
        except InvalidInput as unreadable:
            raise PeerFailed(
                f"La réponse de S²low n'a pas pu être analysée : {_latin1(answer)}"
            ) from unreadable
        if child_text(root, "resultat") != "OK":
            # Pastell converts to UTF-8 a text that is UTF-8 already
            twice = child_text(root, "message").encode().decode("iso-8859-1")
            raise PeerFailed(f"Erreur lors de l'envoi du PES : {twice}")
        return child_text(root, "id")

    def acte_status(self, c: Configuration, transaction: str) -> TdtStatus:
        """The status, and the ARActe of status 4."""
        body = S2lowPeer(c).get(_STATUS + quote(transaction))
        first, _, rest = body.partition(b"\n")
        code, _, tail = rest.partition(b"\n")
        if first.strip() != b"OK":
            raise PeerFailed(_UNKNOWN + _latin1(code).strip())
        try:
            number = int(code.strip())
        except ValueError as unreadable:
            raise PeerFailed(_UNKNOWN + _latin1(code)) from unreadable
        if number == 4:
            return TdtStatus(number, "", tail)
        return TdtStatus(number, _latin1(tail), b"")

    def pes_status(self, c: Configuration, transaction: str) -> TdtStatus:
        """The status of a PES."""
        answer = S2lowPeer(c).get(_PES_STATUS + quote(transaction))
        try:
            root = read_xml(answer, what="La réponse", limit=_XML_LIMIT)
            number = int(child_text(root, "status") or "0")
        except (InvalidInput, ValueError) as unreadable:
            raise PeerFailed(
                f"La réponse de S²low n'a pas pu être analysée : ({_latin1(answer)})"
            ) from unreadable
        if child_text(root, "resultat") == "KO":
            raise PeerFailed(child_text(root, "message"))
        return TdtStatus(number, child_text(root, "message"), b"")

    def acte_files(
        self, c: Configuration, transaction: str, *, folder: Path, retour: bytes = b""
    ) -> Iterator[ActeReturn]:
        """The slip, the acknowledgement, the stamped act, the stamped annexes, then the date, asked once more."""
        peer = S2lowPeer(c)
        folder.mkdir(parents=True, exist_ok=True)
        slip = peer.get(_BORDEREAU + quote(transaction))
        yield ActeReturn(bordereau=_kept(folder, "bordereau", "bordereau.pdf", slip, _PDF))
        acknowledged = retour or self.acte_status(c, transaction).retour
        if acknowledged:
            yield ActeReturn(
                aractes=_kept(folder, "aractes", "aractes.xml", acknowledged, "text/xml"),
                acte_unique_id=_unique_id(acknowledged),
            )
        main = _listed(peer, transaction)[1:2]
        for line in main:
            stamped = peer.get(_DOWNLOAD.format(quote(_text(line, "id"))))
            yield ActeReturn(
                acte_tamponne=_kept(folder, "tampon", _text(line, "posted_filename"), stamped, _PDF)
            )
        annexes: list[tuple[str, PeerFile]] = []
        for rank, line in enumerate(_listed(peer, transaction)[2:]):
            name = _text(line, "posted_filename")
            stamped = peer.get(_DOWNLOAD.format(quote(_text(line, "id"))))
            annexes.append((name, _kept(folder, f"tampon-{rank}", name, stamped, _PDF)))
        if annexes:
            yield ActeReturn(annexes_tamponnees=tuple(annexes))
        again = self.acte_status(c, transaction).retour
        yield ActeReturn(date_ar=_reception(again))

    def pes_acquit(self, c: Configuration, transaction: str, *, folder: Path) -> PeerFile:
        """The acquit, as it came; whether it is XML is for who reads it."""
        acquit = S2lowPeer(c).get(_PES_ACQUIT + quote(transaction))
        folder.mkdir(parents=True, exist_ok=True)
        return _kept(folder, "acquit", "acquit.xml", acquit, "text/xml")

    def cancel(self, c: Configuration, transaction: str) -> str:
        """Ask for the cancellation: a transaction of its own."""
        return _transaction(S2lowPeer(c).post(_CANCEL, [("api", "1"), ("id", transaction)]), c)


# -- actions of the instance ---------------------------------------------------------------------------------


def tested(c: Configuration, params: Params) -> Outcome:  # noqa: ARG001 - signature of the port
    """``test-tedetis``."""
    try:
        answer = _latin1(S2lowPeer(c).get(_TEST))
    except PeerError as failed:
        return Outcome(ok=False, message=str(failed))
    if not answer.startswith("OK"):
        said = f"Erreur lors de la tentative de connexion, S²low a répondu : {answer}"
        return Outcome(ok=False, message=said)
    return Outcome(ok=True, message="La connexion est réussie")


def rgs_tested(c: Configuration, params: Params) -> Outcome:  # noqa: ARG001 - signature of the port
    """``test-rgs-connexion``: a redirect for a browser, which an API call has no use for."""
    return Outcome(ok=True, message=f"Redirection vers {c.text('url')}")


def classification_asked(c: Configuration, params: Params) -> Outcome:  # noqa: ARG001 - signature of the port
    """``demande-classification``."""
    try:
        answer = _latin1(S2lowPeer(c).get(_ASK_CLASSIFICATION))
    except PeerError as failed:
        return Outcome(ok=False, message=str(failed))
    return Outcome(ok=answer.startswith("OK"), message=f"S²low a répondu : {answer}")


def classification_fetched(c: Configuration, params: Params) -> Outcome:  # noqa: ARG001 - signature of the port
    """``recup-classification``: keeps the file and its date."""
    try:
        answer = S2lowPeer(c).get(_CLASSIFICATION)
    except PeerError as failed:
        return Outcome(ok=False, message=str(failed))
    if answer.startswith(b"KO"):
        return Outcome(ok=False, message=f"S²low a répondu : {_latin1(answer)}")
    try:
        version = Classification.read(answer).date.isoformat()
    except InvalidInput:
        version = ""
    changes = Changes(
        {"classification_date": version}, {"classification_file": (("classification.xml", answer),)}
    )
    return Outcome(ok=True, message="La classification a été mise à jour", changes=changes)


def pes_retours_fetched(c: Configuration, params: Params) -> Outcome:  # noqa: ARG001 - signature of the port
    """``recup-pes-retour``: the simulated S2LOW has none, which Pastell takes for a failure."""
    try:
        root = read_xml(S2lowPeer(c).get(_PES_LIST), what="La liste", limit=_XML_LIMIT)
    except PeerError as failed:
        return Outcome(ok=False, message=str(failed))
    except InvalidInput as unreadable:
        return Outcome(ok=False, message=f"La réponse de S²low n'a pas pu être analysée : {unreadable}")
    waiting = [child for child in root if str(child.tag).endswith("pes_retour")]
    if not waiting:
        return Outcome(ok=False, message="S2low ne retourne pas de PES Retour")
    return Outcome(ok=True, message=f"{len(waiting)} PES retour disponible(s)")


def prefecture_fetched(c: Configuration, params: Params) -> Outcome:  # noqa: ARG001 - signature of the port
    """``recup-reponse-prefecture``."""
    try:
        answer = S2lowPeer(c).get(_PREFECTURE)
        listed: object = json.loads(answer)
    except PeerError as failed:
        return Outcome(ok=False, message=str(failed))
    except ValueError:
        listed = None
    if not isinstance(listed, list):
        return Outcome(ok=False, message="S2low ne retourne pas de Réponse de la préfecture")
    count = len(listed)  # pyright: ignore[reportUnknownArgumentType] - untyped JSON
    said = (
        f"{count} réponse de la préfecture a été récupérée."
        if count < 2
        else f"{count} réponses de la préfecture ont été récupérées."
    )
    return Outcome(ok=True, message=said)


# -- reading and writing -------------------------------------------------------------------------------------


def _fields(request: ActeRequest, *, waits: bool) -> list[tuple[str, str]]:
    code = request.classification.split(" ")[0]
    return [
        ("api", "1"),
        ("nature_code", str(request.nature)),
        ("number", request.numero),
        ("subject", request.objet),
        ("decision_date", request.date),
        ("en_attente", "1" if waits else "0"),
        ("document_papier", "1" if request.document_papier else "0"),
        ("type_acte", request.type_acte),
        *(("type_pj[]", kind) for _, kind in request.annexes),
        *((f"classif{rank}", part) for rank, part in enumerate(code.split("."), start=1)),
    ]


def _uploads(request: ActeRequest) -> list[Upload]:
    return [
        Upload("acte_pdf_file", sent_name(request.acte.name), request.acte),
        *(Upload("acte_attachments[]", compared_name(annexe.name), annexe) for annexe, _ in request.annexes),
    ]


def _transaction(answer: bytes, c: Configuration) -> str:
    text = _latin1(answer)
    if not text:
        raise PeerFailed(f"Erreur lors de la connexion à S²low ({c.text('url')})")
    if not text.startswith("OK"):
        raise PeerFailed(f"Erreur lors de la transmission, S²low a répondu : {text}")
    lines = text.split("\n")
    return lines[1].strip() if len(lines) > 1 else ""


def _listed(peer: S2lowPeer, transaction: str) -> list[dict[str, object]]:
    answer = peer.get(_FILES + quote(transaction))
    try:
        read: object = json.loads(answer)
    except ValueError as unreadable:
        raise PeerFailed(f"La réponse de S²low n'a pas pu être analysée : {_latin1(answer)}") from unreadable
    if not isinstance(read, list):
        raise PeerFailed(f"La réponse de S²low n'a pas pu être analysée : {_latin1(answer)}")
    lines: list[dict[str, object]] = [line for line in read if isinstance(line, dict)]  # pyright: ignore[reportUnknownVariableType]
    return lines


def _text(line: dict[str, object], key: str) -> str:
    return str(line.get(key) or "")


def _kept(folder: Path, stem: str, name: str, content: bytes, kind: str) -> PeerFile:
    path = folder / stem
    path.write_bytes(content)
    return PeerFile(name, path, kind)


def _latin1(content: bytes) -> str:
    return content.decode("iso-8859-1")


def _unique_id(acknowledged: bytes) -> str:
    try:
        return ArActe.read(acknowledged).acte_id
    except InvalidInput:
        return ""


def _reception(acknowledged: bytes) -> str:
    try:
        return ArActe.read(acknowledged).date_reception.isoformat()
    except InvalidInput:
        return ""
