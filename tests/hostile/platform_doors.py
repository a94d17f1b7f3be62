"""The doors of the platforms' clients: each method that reads an answer."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from urllib3.response import HTTPResponse

from cdg62_connect.clock import Clock
from cdg62_connect.errors import OutcomeUnknown, PlatformError
from cdg62_connect.iparapheur import (
    CodeTransition,
    Document,
    IparapheurSoap,
    NewDossier,
    NewDossierPES,
    progress,
)
from cdg62_connect.s2low import ActeFile, NewActe, S2low
from cdg62_connect.transport import Answer, Payload, Request, Timeouts
from cdg62_connect.transport.timeouts import Deadline
from cdg62_connect.transport.wire import Wire
from hostile import answers
from hostile.door import LIMIT, Door, Room


class Patient:
    """Waiting takes no time, and time passes."""

    def __init__(self) -> None:
        self._now = answers.MOMENT

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Canned:
    """A session whose every answer is the same, without a network; the answer itself is the real one."""

    body: bytes
    content_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    base_url: str = "https://plateforme.exemple"
    platform: str = "essai"
    presents_certificate: bool = False
    clock: Clock = field(default_factory=Patient)

    def exchange(self, request: Request, read: Callable[[Answer], object]) -> object:
        headers = {"Content-Type": self.content_type, **self.headers}
        raw = HTTPResponse(io.BytesIO(self.body), headers=headers, status=self.status, preload_content=False)
        wire = Wire(operation=request.operation, timeouts=Timeouts(), deadline=Deadline(3600))
        return read(
            Answer(raw, status=self.status, headers=raw.headers, request=request, platform="essai", wire=wire)
        )


Session = Any
"""A real session or a canned one."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One method of a platform's client."""

    name: str
    method: str
    language: str
    valid: tuple[bytes, ...]
    call: Callable[[Session, Path], object]
    content_type: str = "text/xml; charset=utf-8"
    effect: bool = False
    accepted: bool = True
    slow: int = 1
    refusals: tuple[type[Exception], ...] = (PlatformError,)

    def door(self) -> Door:
        def push(data: bytes, room: Room) -> object:
            return self.call(Canned(data, self.content_type), room.into)

        return Door(
            name=self.name,
            through=(self.method,),
            language=self.language,
            valid=self.valid,
            push=push,
            refusals=self.refusals,
            never=() if self.effect else (OutcomeUnknown,),
            accepted=self.accepted,
            slow=self.slow,
        )


def _soap(
    name: str,
    method: str,
    call: Callable[[IparapheurSoap, Path], object],
    *valid: bytes,
    effect: bool = False,
    content_type: str = "text/xml; charset=utf-8",
) -> Call:
    return Call(
        name=f"iparapheur {name}",
        method=f"cdg62_connect.iparapheur.soap_v4.{method}",
        language="xml",
        valid=(*valid, answers.FAULT) if content_type.startswith("text") else valid,
        call=lambda session, into: call(IparapheurSoap(session), into),
        content_type=content_type,
        effect=effect,
    )


def _s2low(
    name: str,
    method: str,
    call: Callable[[S2low, Path], object],
    *valid: bytes,
    language: str = "text",
    effect: bool = False,
    content_type: str = "text/html",
) -> Call:
    return Call(
        name=f"s2low {name}",
        method=f"cdg62_connect.s2low.{method}",
        language=language,
        valid=(*valid, answers.KO),
        call=lambda session, into: call(S2low(session), into),
        content_type=content_type,
        effect=effect,
    )


DOSSIER = NewDossier(
    dossier_id="D-1",
    titre="Titre",
    type_technique="T",
    sous_type="S",
    document=Document("a.pdf", Payload.of(answers.PDF)),
)
ACTE = NewActe(
    nature=3,
    numero="A1",
    objet="Objet",
    date=date(2026, 3, 2),
    matiere=(2, 2),
    type_acte="99_AI",
    document=ActeFile("a.pdf", Payload.of(answers.PDF)),
)


PES = NewDossierPES(
    dossier_id="D-1",
    type_technique="T",
    sous_type="S",
    email_emetteur="a@b.fr",
    pes=Document("a.xml", Payload.of(b"<a/>"), "application/xml"),
    visuel=Document("a.pdf", Payload.of(answers.PDF)),
    xpath_signature=".",
)


def _history(soap: IparapheurSoap, _into: Path) -> object:
    history = soap.dossiers.historique("D-1")
    return progress(history)


CALLS = (
    _soap("echo", "client:IparapheurSoap.echo", lambda p, _: p.echo("bonjour"), answers.ECHO),
    _soap(
        "CreerDossier",
        "dossiers:Dossiers.creer",
        lambda p, _: p.dossiers.creer(DOSSIER),
        answers.CREER,
        answers.CREER_KO,
        effect=True,
    ),
    _soap("GetHistoDossier", "dossiers:Dossiers.historique", _history, answers.HISTORIQUE),
    _soap(
        "GetDossier",
        "dossiers:Dossiers.recuperer",
        lambda p, into: p.dossiers.recuperer("D-1", into=into, limit=LIMIT),
        answers.GET_DOSSIER,
    ),
    _soap(
        "GetDossier MTOM",
        "dossiers:Dossiers.recuperer",
        lambda p, into: p.dossiers.recuperer("D-1", into=into, limit=LIMIT),
        answers.GET_DOSSIER_MTOM,
        content_type=answers.MULTIPART,
    ),
    _soap(
        "ArchiverDossier",
        "dossiers:Dossiers.archiver",
        lambda p, _: p.dossiers.archiver("D-1"),
        answers.ARCHIVER,
        effect=True,
    ),
    _soap(
        "EffacerDossierRejete",
        "dossiers:Dossiers.effacer_rejete",
        lambda p, _: p.dossiers.effacer_rejete("D-1"),
        answers.EFFACER,
        effect=True,
    ),
    _soap("GetListeTypes", "typologie:Typologie.types", lambda p, _: p.typologie.types(), answers.TYPES),
    _soap(
        "GetListeSousTypes",
        "typologie:Typologie.sous_types",
        lambda p, _: p.typologie.sous_types("T"),
        answers.SOUS_TYPES,
    ),
    _soap(
        "GetCircuit",
        "typologie:Typologie.circuit",
        lambda p, _: p.typologie.circuit("T", "S"),
        answers.CIRCUIT,
    ),
    _soap(
        "GetListeMetaDonnees",
        "typologie:Typologie.metadonnees",
        lambda p, _: p.typologie.metadonnees(),
        answers.METADONNEES,
    ),
    _soap(
        "GetMetaDonneesRequisesPourTypeSoustype",
        "typologie:Typologie.metadonnees_requises",
        lambda p, _: p.typologie.metadonnees_requises("T", "S"),
        answers.METADONNEES_REQUISES,
    ),
    _soap(
        "RechercherDossiers",
        "dossiers:Dossiers.rechercher",
        lambda p, _: p.dossiers.rechercher(status="Archive"),
        answers.RECHERCHE,
    ),
    _soap(
        "ExercerDroitRemordDossier",
        "dossiers:Dossiers.exercer_droit_de_remords",
        lambda p, _: p.dossiers.exercer_droit_de_remords("D-1"),
        answers.REMORD,
        answers.REMORD_KO,
        effect=True,
    ),
    _soap(
        "ForcerEtape",
        "dossiers:Dossiers.forcer_etape",
        lambda p, _: p.dossiers.forcer_etape("D-1", CodeTransition.OK),
        answers.FORCER,
        effect=True,
    ),
    _soap(
        "EnvoyerDossierTdT",
        "tdt:Tdt.envoyer",
        lambda p, _: p.tdt.envoyer("D-1"),
        answers.ENVOYER_TDT,
        effect=True,
    ),
    _soap(
        "EnvoyerDossierPES",
        "tdt:Tdt.envoyer_pes",
        lambda p, _: p.tdt.envoyer_pes("D-1"),
        answers.ENVOYER_PES,
        effect=True,
    ),
    _soap("GetStatutTdT", "tdt:Tdt.statut", lambda p, _: p.tdt.statut("D-1"), answers.STATUT_TDT),
    _soap(
        "GetClassificationActesTdt",
        "tdt:Tdt.classification",
        lambda p, into: p.tdt.classification("T", into=into),
        answers.CLASSIFICATION_TDT,
    ),
    _soap(
        "CreerDossierPES",
        "tdt:Tdt.creer_pes",
        lambda p, _: p.tdt.creer_pes(PES),
        answers.CREER_PES,
        effect=True,
    ),
    _soap(
        "EnvoyerDossierMailSecurise",
        "mail_securise:MailSecurise.envoyer",
        lambda p, _: p.mail_securise.envoyer("D-1", destinataire="a@b.fr", objet="o", message="m"),
        answers.MAIL,
        effect=True,
    ),
    _s2low(
        "actes_transac_create",
        "actes:Actes.transmettre",
        lambda s, _: s.actes.transmettre(ACTE),
        answers.DEPOSITED,
        effect=True,
    ),
    _s2low(
        "actes_transac_get_status",
        "actes:Actes.statut",
        lambda s, _: s.actes.statut(1),
        answers.STATUT,
        answers.STATUT_KO,
    ),
    _s2low(
        "actes_transac_get_ARActe",
        "acte_files:ActeFiles.ar",
        lambda s, _: s.actes.ar(1),
        answers.AR,
        language="xml",
    ),
    _s2low(
        "actes_transac_get_files_list",
        "acte_files:ActeFiles.fichiers",
        lambda s, _: s.actes.fichiers(1),
        answers.FICHIERS,
        language="json",
    ),
    _s2low("list_actes", "actes:Actes.lister", lambda s, _: s.actes.lister(1), answers.PAGE, language="json"),
    _s2low(
        "actes_download_file",
        "acte_files:ActeFiles.telecharger",
        lambda s, into: s.actes.telecharger(1, into=into, limit=LIMIT),
        answers.PDF,
        answers.AR,
        language="pdf",
        content_type="application/pdf",
    ),
    _s2low(
        "actes_create_pdf",
        "acte_files:ActeFiles.bordereau",
        lambda s, into: s.actes.bordereau(1, into=into, limit=LIMIT),
        answers.PDF,
        language="pdf",
        content_type="application/pdf",
    ),
    _s2low(
        "actes_classification_fetch",
        "classification:ClassificationResource.lire",
        lambda s, _: s.classification.lire(),
        answers.CLASSIFICATION,
        language="xml",
    ),
    _s2low(
        "test-connexion", "connexion:Connexion.test", lambda s, _: s.connexion.test(), b"OK\n", b"OK connu\n"
    ),
    _s2low("test-rgs", "connexion:Connexion.test_rgs", lambda s, _: s.connexion.test_rgs(), b"OK\n", b"KO\n"),
    _s2low(
        "info-connexion",
        "connexion:Connexion.infos",
        lambda s, _: s.connexion.infos(),
        answers.INFOS,
        language="json",
    ),
)
