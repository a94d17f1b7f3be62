"""Folders: created as drafts, listed, read, downloaded, deleted."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from cdg62_connect.errors import HostileInput, InvalidFile, InvalidInput
from cdg62_connect.iparapheur.documents import Document
from cdg62_connect.iparapheur.rest_v5.answers import LIMIT, check_success, done, unusable
from cdg62_connect.iparapheur.rest_v5.api import JSON, Api
from cdg62_connect.iparapheur.rest_v5.models import (
    Dossier,
    Etat,
    NouveauDossier,
    Page,
    SignataireExterne,
)
from cdg62_connect.iparapheur.rest_v5.noms import noms_transmis
from cdg62_connect.iparapheur.rest_v5.pages import PAGE_SIZE, all_of, page_of
from cdg62_connect.iparapheur.rest_v5.premis import RESERVED, Premis, PremisDocument, SignatureJointe
from cdg62_connect.iparapheur.rest_v5.premis_reading import read_premis
from cdg62_connect.iparapheur.rest_v5.premis_writing import premis_bytes
from cdg62_connect.iparapheur.rest_v5.records import (
    Fields,
    identifier,
    moment,
    others,
    record_of,
    text,
    texts,
)
from cdg62_connect.iparapheur.rest_v5.retrieval import RetrievedFolder, retrieved_folder
from cdg62_connect.transport import Answer, FilePart, Multipart, Payload

ARCHIVE_LIMIT = 2 * 1024 * 1024 * 1024
"""Bytes of documents that one folder may bring back."""

_LONGEST_SIGNATURE = 1024 * 1024  # bytes
_SORT = "CREATION_DATE"  # known to every version


class Dossiers:
    """The folders of a desk.

    ``tenant``, ``bureau`` and ``dossier`` are ids. Every method may raise any
    :class:`~cdg62_connect.errors.PlatformError` of its kind of call.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    def creer(self, tenant: str, bureau: str, dossier: NouveauDossier, *, demarrer: bool = False) -> Dossier:
        """``POST folder``: create a folder on the desk. An effect; documents are streamed.

        A draft harms nobody: start it in a second call, once its id is safe. ``demarrer`` starts it in the same
        call, and a lost answer then leaves a folder in its circuit.

        Raises:
            InvalidInput: what cannot be sent; nothing was.
            InvalidRequest: the parapheur refuses (unknown type, missing métadonnée…).
            OutcomeUnknown: the answer is lost or unreadable.
        """
        form = _form(dossier)
        return self._api.post(
            ["tenant", tenant, "desk", bureau, "folder"],
            _created,
            operation="folder",
            params=[("autoStart", "true" if demarrer else "false")],
            form=form,
        )

    def page(
        self,
        tenant: str,
        bureau: str,
        etat: Etat,
        numero: int,
        *,
        type_id: str | None = None,
        sous_type_id: str | None = None,
        taille: int = PAGE_SIZE,
    ) -> Page[Dossier]:
        """``GET desk/{d}/{state}``: one page of a list of the desk. A read."""
        return page_of(
            self._api,
            ["tenant", tenant, "desk", bureau, etat.value],
            _dossier,
            operation="folders",
            params=_filters(type_id, sous_type_id),
            sort=_SORT,
            page=numero,
            size=taille,
        )

    def lister(
        self,
        tenant: str,
        bureau: str,
        etat: Etat,
        *,
        type_id: str | None = None,
        sous_type_id: str | None = None,
    ) -> tuple[Dossier, ...]:
        """The same, every page. Collected before it is given: deleting meanwhile moves what comes next."""
        return all_of(
            self._api,
            ["tenant", tenant, "desk", bureau, etat.value],
            _dossier,
            operation="folders",
            params=_filters(type_id, sous_type_id),
            sort=_SORT,
        )

    def premis(self, tenant: str, bureau: str, dossier: str) -> Premis:
        """``GET folder/{f}/premis``: the folder, its documents, its history. A read.

        Right after the creation it may hold no event at all: the workflow engine comes later.

        Raises:
            NotFound: deleted, or never there.
        """
        return self._api.get(
            ["tenant", tenant, "desk", bureau, "folder", dossier, "premis"],
            _premis,
            operation="folder/premis",
            accept=f"application/xml, {JSON}",
        )

    def telecharger(
        self, tenant: str, bureau: str, dossier: str, *, into: Path, limit: int = ARCHIVE_LIMIT
    ) -> RetrievedFolder:
        """``GET folder/{f}/zip``: the documents, as files of ``into``. A read, which consumes nothing.

        Args:
            tenant: id of the tenant.
            bureau: id of the desk that sent it.
            dossier: id of the folder.
            into: an existing folder; everything appears in it, or nothing.
            limit: in bytes, of all documents together.

        Raises:
            NotFound: deleted, or never there.
            UnreadableAnswer: too large, or an archive that no parapheur makes.
            ConfigurationError: ``into`` cannot be written.
        """
        return self._api.get(
            ["tenant", tenant, "desk", bureau, "folder", dossier, "zip"],
            lambda answer: retrieved_folder(answer, into=into, limit=limit),
            operation="folder/zip",
            accept=f"application/octet-stream, {JSON}",
        )

    def supprimer(self, tenant: str, bureau: str, dossier: str) -> None:
        """``DELETE folder/{f}``: a draft, a rejected or a finished folder, at once and for good. An effect.

        Raises:
            NotFound: it is not there any more.
            NotReady: it is in its circuit.
        """
        self._api.delete(["tenant", tenant, "desk", bureau, "folder", dossier], done, operation="folder")


class Corbeille:
    """The trash bin of a tenant; the account must be its administrator. It empties itself: store nothing there."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def lister(self, tenant: str) -> tuple[Dossier, ...]:
        """``GET admin/…/trash-bin``: what it holds. A read."""
        path = ["admin", "tenant", tenant, "trash-bin"]
        return all_of(self._api, path, _dossier, operation="trash-bin", sort=_SORT)

    def telecharger(
        self, tenant: str, dossier: str, *, into: Path, limit: int = ARCHIVE_LIMIT
    ) -> RetrievedFolder:
        """``GET admin/…/trash-bin/{f}/zip``: as :meth:`Dossiers.telecharger`. A read."""
        return self._api.get(
            ["admin", "tenant", tenant, "trash-bin", dossier, "zip"],
            lambda answer: retrieved_folder(answer, into=into, limit=limit),
            operation="trash-bin/zip",
            accept=f"application/octet-stream, {JSON}",
        )

    def supprimer(self, tenant: str, dossier: str) -> None:
        """``DELETE admin/…/trash-bin/{f}``: for good. An effect."""
        self._api.delete(["admin", "tenant", tenant, "trash-bin", dossier], done, operation="trash-bin")


def premis_du(dossier: NouveauDossier) -> Premis:
    """The PREMIS that describes a folder to create.

    Raises:
        InvalidInput: it has no main document, or a document has no usable name.
    """
    if not dossier.principaux:
        raise InvalidInput("Un dossier du parapheur contient au moins un document à signer.")
    documents = (*dossier.principaux, *dossier.annexes)
    names = noms_transmis(one.nom for one in documents)
    return Premis(
        nom=dossier.nom,
        type=dossier.type,
        sous_type=dossier.sous_type,
        date_limite=dossier.date_limite.isoformat() if dossier.date_limite else "",
        metadonnees=dict(dossier.metadonnees),
        reserves=dict(_signatory(dossier.signataire)) if dossier.signataire else {},
        documents=tuple(
            PremisDocument(
                nom=name,
                principal=rank < len(dossier.principaux),
                signatures=_detached(document),
            )
            for rank, (name, document) in enumerate(zip(names, documents, strict=True))
        ),
    )


def _form(dossier: NouveauDossier) -> Multipart:
    premis = premis_du(dossier)
    described = Payload.of(premis_bytes(premis))
    files = [FilePart("folder", "premis.xml", described, "application/xml")]
    documents = (*dossier.principaux, *dossier.annexes)
    for described_document, document in zip(premis.documents, documents, strict=True):
        if not document.content.size:
            raise InvalidFile("FICHIER_VIDE", f"« {document.nom} » est vide.")
        files.append(FilePart("documents", described_document.nom, document.content, document.content_type))
    return Multipart(fields=(), files=files)


def _signatory(signataire: SignataireExterne) -> Iterator[tuple[str, str]]:
    values = (
        ("firstname", signataire.prenom),
        ("lastname", signataire.nom),
        ("mail", signataire.mail),
        ("phone", signataire.telephone),
    )
    return ((f"{RESERVED}ext_sig_{name}", value) for name, value in values if value)


def _detached(document: Document) -> tuple[SignatureJointe, ...]:
    """The signature that a document bears already: a text (PEM) as it is, anything else in base64."""
    if document.signature is None:
        return ()
    content = document.signature.content
    if content.size > _LONGEST_SIGNATURE:
        raise InvalidInput(f"La signature de « {document.nom} » dépasse {_LONGEST_SIGNATURE} octets.")
    data = b"".join(content.blocks())
    text = data.isascii() and not any(byte < 32 and byte not in b"\t\r\n" for byte in data)
    value = (data if text else base64.b64encode(data)).decode("ascii")
    return (SignatureJointe("CAdES_BASELINE_B", value, "UTF-8"),)


def _created(answer: Answer) -> Dossier:
    fields = record_of(answer)
    created = _dossier(fields)
    if created is None:
        raise unusable(answer, "Le parapheur ne dit pas l'identifiant du dossier créé.")
    return created


def _premis(answer: Answer) -> Premis:
    check_success(answer)
    try:
        return read_premis(answer.body(LIMIT))
    except (InvalidFile, HostileInput) as problem:
        raise unusable(answer, str(problem)) from None


def _filters(type_id: str | None, sous_type_id: str | None) -> list[tuple[str, str]]:
    asked = (("typeId", type_id), ("subtypeId", sous_type_id))
    return [(name, value) for name, value in asked if value is not None]


def _dossier(fields: Fields) -> Dossier | None:
    found = identifier(fields)
    if found is None:
        return None
    limit: datetime | None = moment(text(fields, "dueDate"))
    rest = others(fields, "id", "name", "dueDate", "metadata")
    return Dossier(found, text(fields, "name"), limit, texts(fields, "metadata"), rest)
