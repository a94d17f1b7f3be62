"""What a state of a document means to whoever waits for it: pass on, wait, act, call a person, or it is over.

To Pastell a state is only the name of the last action that was recorded. Chains move on by themselves within
seconds, so most states may never be seen, and a success is read from the content rather than from the state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum

from cdg62_connect.pastell.version import Number

PASSAGE = timedelta(minutes=20)
"""Two usual retry periods: a state that should only be passed through, and is older, is a silent failure."""


class Nature(Enum):
    """What kind of state it is."""

    TRANSITOIRE = "transitoire"
    """The platform leaves it by itself within seconds; if it stays, ask for the action to learn why."""
    ATTENTE = "attente"
    """Something or someone outside is awaited, with a limit of age."""
    REPOS = "repos"
    """Nothing happens until the client acts."""
    FINAL = "final"
    """It is over."""
    ERREUR = "erreur"
    """Something failed and will not be tried again by itself."""
    PERSONNE = "personne"
    """A person must act, elsewhere than here."""


class Issue(Enum):
    """How it ended."""

    ABOUTI = "abouti"
    REFUSE = "refusé"
    ANNULE = "annulé"
    ABANDONNE = "abandonné"


@dataclass(frozen=True, slots=True, kw_only=True)
class Etat:
    """A state.

    Attributes:
        nom: its id.
        libelle: as people read it.
        nature: what kind of state it is.
        actions: what leaves it, in order of preference. For a state that is passed through or waited in: what
            to call by hand once it is too old, to learn the reason or to do the work.
        sans_modification: change nothing in the document before that action, or the chain starts again.
        patience: the age from which something is wrong, ``None`` when it may last.
        qui: who must act, when it is a person.
        issue: how it ended, when it did.
        conseil: one sentence on what to do, ``""`` when there is nothing.
    """

    nom: str
    libelle: str
    nature: Nature
    actions: tuple[str, ...] = ()
    sans_modification: bool = False
    patience: timedelta | None = None
    qui: str = ""
    issue: Issue | None = None
    conseil: str = ""

    def suffixed(self, suffix: str, own: frozenset[str]) -> Etat:
        """The same for a step that comes twice, whose states and actions (``own``) bear a suffix."""
        actions = tuple(f"{one}{suffix}" if one in own else one for one in self.actions)
        return replace(self, nom=f"{self.nom}{suffix}", actions=actions)


def passage(nom: str, libelle: str, *actions: str) -> Etat:
    """A state that the platform leaves by itself."""
    return Etat(nom=nom, libelle=libelle, nature=Nature.TRANSITOIRE, actions=actions, patience=PASSAGE)


def attente(nom: str, libelle: str, *actions: str, patience: timedelta, conseil: str = "") -> Etat:
    """A state where something outside is awaited."""
    return Etat(
        nom=nom, libelle=libelle, nature=Nature.ATTENTE, actions=actions, patience=patience, conseil=conseil
    )


def repos(nom: str, libelle: str, *actions: str, conseil: str = "") -> Etat:
    """A state where nothing happens until the client acts."""
    return Etat(nom=nom, libelle=libelle, nature=Nature.REPOS, actions=actions, conseil=conseil)


def erreur(nom: str, libelle: str, *actions: str, sans_modification: bool = False, conseil: str = "") -> Etat:
    """A state of failure."""
    return Etat(
        nom=nom,
        libelle=libelle,
        nature=Nature.ERREUR,
        actions=actions,
        sans_modification=sans_modification,
        conseil=conseil,
    )


def fin(nom: str, libelle: str, issue: Issue, *, conseil: str = "") -> Etat:
    """A state where it is over."""
    return Etat(nom=nom, libelle=libelle, nature=Nature.FINAL, issue=issue, conseil=conseil)


def personne(nom: str, libelle: str, *actions: str, qui: str, conseil: str) -> Etat:
    """A state where a person must act."""
    return Etat(nom=nom, libelle=libelle, nature=Nature.PERSONNE, actions=actions, qui=qui, conseil=conseil)


class Role(Enum):
    """What a field of a document holds, for whoever brings the results back."""

    BORDEREAU_SIGNATURE = "bordereau de signature"
    SIGNATURE = "signature détachée"
    DOCUMENT_SIGNE = "document signé"
    ORIGINAL = "document avant signature"
    HISTORIQUE = "historique du parapheur"
    ANNEXE_SORTIE = "annexe de sortie du parapheur"
    BORDEREAU_TDT = "bordereau d'acquittement"
    AR = "accusé de réception de l'acte"
    ACTE_TAMPONNE = "acte tamponné"
    ANNEXE_TAMPONNEE = "annexe tamponnée"
    AR_ANNULATION = "accusé de réception de l'annulation sur S2LOW"
    ACQUIT_PES = "acquit du PES"
    PREUVE_MAIL = "preuve du mail sécurisé"
    PREUVE_SAE = "preuve de l'archivage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Etape:
    """A step of a chain.

    Attributes:
        nom: ``transformation``, ``signature``, ``tdt_actes``…
        coche: the field that asks for it, ``""`` when it is always done.
        etats: its states.
        demande: further flags that tell it is asked for.
        champs_requis: fields without which it cannot be done, shown only when it is asked for.
        resultats: the fields where it leaves its files.
        avant_signature: the states in which the signature is still to come, whatever an earlier one left.
    """

    nom: str
    coche: str
    etats: tuple[Etat, ...]
    demande: tuple[str, ...] = ()
    champs_requis: tuple[str, ...] = ()
    resultats: Mapping[Role, tuple[str, ...]] = field(default_factory=dict[Role, tuple[str, ...]])
    autres_actions: tuple[str, ...] = ()

    def suffixed(self, suffix: str) -> Etape:
        """The same when the type goes through it twice: fields, states and actions bear a suffix."""
        own = frozenset(etat.nom for etat in self.etats) | frozenset(self.autres_actions)
        return replace(
            self,
            coche=self.coche and f"{self.coche}{suffix}",
            etats=tuple(etat.suffixed(suffix, own) for etat in self.etats),
            demande=tuple(f"{one}{suffix}" for one in self.demande),
            champs_requis=tuple(f"{one}{suffix}" for one in self.champs_requis),
            resultats={
                role: tuple(f"{one}{suffix}" for one in fields) for role, fields in self.resultats.items()
            },
            autres_actions=tuple(f"{one}{suffix}" for one in self.autres_actions),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FluxConnu:
    """A type of documents whose states are understood.

    Attributes:
        flux: its id.
        nom: its name for people.
        studio: made of the common steps, that chain by themselves; else one of the older types.
        enchaine: one step follows the other by itself.
        departs: the actions that send a complete draft, in order of preference.
        etapes: its steps, in order.
        etats: its states, by id.
        document: the field of the main file, ``""`` for none.
        annexes: the field of the annexes, ``""`` for none.
        titre: the field of the title.
        cle: the indexed field made for the id of another software, ``""`` for none.
        depuis: the first version that has it.
        appris: understood from the platform's own definition, not known beforehand.
    """

    flux: str
    nom: str
    studio: bool
    enchaine: bool
    departs: tuple[str, ...]
    etapes: tuple[Etape, ...]
    etats: Mapping[str, Etat]
    document: str = ""
    annexes: str = ""
    titre: str = ""
    cle: str = ""
    depuis: Number = (2, 0, 0)
    appris: bool = False

    def etape(self, nom: str) -> tuple[Etape, ...]:
        """Its steps of one kind: none, one, or several."""
        return tuple(etape for etape in self.etapes if etape.nom == nom)

    def resultats(self, role: Role) -> tuple[str, ...]:
        """The fields where files of this role are left."""
        return tuple(one for etape in self.etapes for one in etape.resultats.get(role, ()))
