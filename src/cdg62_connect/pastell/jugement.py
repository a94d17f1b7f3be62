"""Where a document stands, and what to do next: read from its content first, from its state only then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from cdg62_connect.pastell.document import DocumentDetail
from cdg62_connect.pastell.etats import Etape, Etat, FluxConnu, Issue, Nature, Role

_DRAFT = frozenset({"creation", "modification", "importation"})


class Avancement(Enum):
    """How far a step has come."""

    NON_DEMANDE = "non demandé"
    EN_COURS = "en cours"
    ACCEPTE = "accepté"
    ACCEPTE_INCOMPLET = "accepté, mais ses pièces ne sont pas toutes revenues"
    REFUSE = "refusé"
    ERREUR = "en erreur"
    ANNULE = "annulé"


class Suite(Enum):
    """What to do next."""

    ATTENDRE = "attendre"
    COMPLETER = "compléter"
    AGIR = "agir"
    PERSONNE = "demander à une personne"
    RIEN = "rien"


@dataclass(frozen=True, slots=True)
class FichierResultat:
    """A file that a step left.

    Attributes:
        role: what it is.
        champ: the field it is in.
        rang: its rank there.
        nom: its name.
    """

    role: Role
    champ: str
    rang: int
    nom: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Where a document stands.

    Attributes:
        etat: its state.
        connu: the state is known; else nothing but waiting is advised.
        suite: what to do next.
        action: what to ask Pastell for, ``None`` when nothing.
        sans_modification: change nothing in the document before that action.
        en_retard: it has been there longer than it should; asking for the action tells why.
        age: since when, ``None`` without a date or a present moment.
        signature: the signature. A slip is no proof: a rejected document has one too.
        acte: the transmission of an act; accepted once ``date_ar`` is written, its files being there by then.
        pes: the transmission of a PES; only its acquit tells whether the treasury took it.
        fichiers: what the steps left, to be brought back.
        conseil: one sentence on what to do, ``""`` when there is nothing.
    """

    etat: Etat
    connu: bool
    suite: Suite
    action: str | None
    sans_modification: bool
    en_retard: bool
    age: timedelta | None
    signature: Avancement
    acte: Avancement
    pes: Avancement
    fichiers: tuple[FichierResultat, ...]
    conseil: str

    @property
    def fini(self) -> bool:
        """Nothing more will happen."""
        return self.suite is Suite.RIEN


def verdict(detail: DocumentDetail, flux: FluxConnu, *, maintenant: datetime | None = None) -> Verdict:
    """Where ``detail`` stands.

    Args:
        detail: the document; near a change, read it once more.
        flux: its type.
        maintenant: the present moment, to tell what is late; nothing is late without it.
    """
    known = flux.etats.get(detail.etat)
    etat = known or Etat(nom=detail.etat, libelle=detail.etat, nature=Nature.ATTENTE)
    age = None if maintenant is None or detail.etat_date is None else maintenant - detail.etat_date
    late = age is not None and etat.patience is not None and age >= etat.patience
    suite, action = _next(detail, etat, late=late)
    return Verdict(
        etat=etat,
        connu=known is not None,
        suite=suite,
        action=action,
        sans_modification=etat.sans_modification and action is not None,
        en_retard=late,
        age=age,
        signature=_worst([_signature(detail, flux, step) for step in flux.etape("signature")]),
        acte=_worst([_acte(detail, flux, step) for step in flux.etape("tdt_actes")]),
        pes=_worst([_pes(detail, flux, step) for step in flux.etape("tdt_helios")]),
        fichiers=_files(detail, flux),
        conseil=_advice(etat, suite, action, late=late),
    )


def _next(detail: DocumentDetail, etat: Etat, *, late: bool) -> tuple[Suite, str | None]:
    possible = next((action for action in etat.actions if action in detail.actions), None)
    match etat.nature:
        case Nature.FINAL:
            return Suite.RIEN, None
        case Nature.PERSONNE:
            return Suite.PERSONNE, possible
        case Nature.ERREUR:
            return (Suite.AGIR if possible else Suite.PERSONNE), possible
        case Nature.REPOS if possible:
            return Suite.AGIR, possible
        case Nature.REPOS:
            return (Suite.COMPLETER if etat.nom in _DRAFT else Suite.RIEN), None
        case _ if late:
            return (Suite.AGIR if possible else Suite.PERSONNE), possible
        case _:
            return Suite.ATTENDRE, None


def _advice(etat: Etat, suite: Suite, action: str | None, *, late: bool) -> str:
    if not late or suite not in (Suite.AGIR, Suite.PERSONNE):
        return etat.conseil
    if action is None:
        return (
            "Le document n'avance plus et rien ne peut lui être demandé : faites regarder ses travaux par "
            "l'administrateur de Pastell."
        )
    told = f"Le document n'avance plus : demandez l'action « {action} », sa réponse dit pourquoi ou fait le travail."
    return f"{told} {etat.conseil}".strip()


def _asked(detail: DocumentDetail, step: Etape) -> bool:
    return not step.coche or any(detail.coche(flag) for flag in (step.coche, *step.demande))


def _signature(detail: DocumentDetail, flux: FluxConnu, step: Etape) -> Avancement:
    states = {etat.nom: etat for etat in step.etats}
    here = states.get(detail.etat)
    slip = any(detail.fichiers(field) for field in step.resultats.get(Role.BORDEREAU_SIGNATURE, ()))
    suffix = step.coche.removeprefix("envoi_signature")
    said = detail.texte(f"parapheur_last_message{suffix}").lower()
    if here is not None and here.nom.startswith("rejet-iparapheur"):
        return Avancement.REFUSE
    if not _asked(detail, step) and not slip and here is None:
        return Avancement.NON_DEMANDE
    if here is not None and here.nature is Nature.ERREUR:
        return Avancement.ERREUR
    if here is not None and not here.nom.startswith("recu-iparapheur"):
        return Avancement.EN_COURS
    if flux.studio and _before(detail.etat, flux, step):
        return Avancement.EN_COURS  # the chain starts again: what an earlier turn left does not count
    if not slip:
        return Avancement.EN_COURS if _asked(detail, step) else Avancement.NON_DEMANDE
    return Avancement.REFUSE if "[rejet" in said else Avancement.ACCEPTE


def _before(state: str, flux: FluxConnu, step: Etape) -> bool:
    """Whether ``state`` comes before ``step`` in the chain."""
    if state in _DRAFT:
        return True
    for one in flux.etapes:
        if one is step:
            return False
        if any(etat.nom == state for etat in one.etats):
            return True
    return False


def _acte(detail: DocumentDetail, flux: FluxConnu, step: Etape) -> Avancement:
    suffix = step.coche.removeprefix("envoi_tdt_actes") if flux.studio else ""
    here = {etat.nom: etat for etat in step.etats}.get(detail.etat)
    if (here is not None and here.issue is Issue.ANNULE) or detail.texte(f"date_ar_annulation{suffix}"):
        return Avancement.ANNULE
    if detail.texte(f"date_ar{suffix}"):
        return Avancement.ACCEPTE
    received = any(detail.fichiers(field) for field in step.resultats.get(Role.AR, ()))
    if not _asked(detail, step) and here is None and not received:
        return Avancement.NON_DEMANDE
    if here is not None and here.nature is Nature.ERREUR:
        return Avancement.ACCEPTE_INCOMPLET if received else Avancement.ERREUR
    if received and (here is None or not here.nom.startswith("acquiter-tdt")) and detail.etat not in _DRAFT:
        return Avancement.ACCEPTE_INCOMPLET
    return Avancement.EN_COURS


def _pes(detail: DocumentDetail, flux: FluxConnu, step: Etape) -> Avancement:
    suffix = step.coche.removeprefix("envoi_tdt_helios") if flux.studio else ""
    here = {etat.nom: etat for etat in step.etats}.get(detail.etat)
    answer = detail.texte(f"pes_etat_ack{suffix}" if flux.studio else "etat_ack")
    if answer == "1":
        return Avancement.ACCEPTE
    if answer == "2" or (here is not None and here.issue is Issue.REFUSE):
        return Avancement.REFUSE
    if here is not None and here.nature is Nature.ERREUR:
        return Avancement.ERREUR
    return Avancement.EN_COURS if here is not None or _asked(detail, step) else Avancement.NON_DEMANDE


_GRAVITY = (
    Avancement.REFUSE,
    Avancement.ERREUR,
    Avancement.EN_COURS,
    Avancement.ANNULE,
    Avancement.ACCEPTE_INCOMPLET,
    Avancement.ACCEPTE,
    Avancement.NON_DEMANDE,
)


def _worst(found: list[Avancement]) -> Avancement:
    """That of a step which comes several times: accepted once all of those asked for are."""
    return next((one for one in _GRAVITY if one in found), Avancement.NON_DEMANDE)


def _files(detail: DocumentDetail, flux: FluxConnu) -> tuple[FichierResultat, ...]:
    found: list[FichierResultat] = []
    for step in flux.etapes:
        for role, fields in step.resultats.items():
            for name in fields:
                ranked = zip(detail.rangs(name), detail.fichiers(name), strict=False)
                found += (FichierResultat(role, name, rank, file) for rank, file in ranked)
    return tuple(found)
