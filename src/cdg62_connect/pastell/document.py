"""A document of Pastell as frozen data: its detail, a row of a list, the mails it sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cdg62_connect.pastell.answers import payload, unusable
from cdg62_connect.pastell.fiche import Champs, Fiche, truth_of
from cdg62_connect.pastell.horaire import Horaire
from cdg62_connect.pastell.refusals import About
from cdg62_connect.transport import Answer

_DETAIL = frozenset(
    {
        "info",
        "data",
        "action_possible",
        "action-possible",
        "last_action",
        "email_info",
        "email_reponse",
        "id_d",
    }
)
_ENVELOPE = frozenset({"result"})
_MAIL = frozenset(
    {
        "id_de",
        "id_d",
        "email",
        "lu",
        "date_envoie",
        "date_lecture",
        "type_destinataire",
        "date_renvoi",
        "nb_renvoi",
        "reponse",
        "has_error",
        "last_error",
        "non_recu",
    }
)
_REPLY = frozenset({"id_de", "id_d_reponse", "is_lu", "titre", "date_reponse", "has_date_reponse"})
_ROW = frozenset(
    {
        "id_d",
        "id_e",
        "type",
        "titre",
        "creation",
        "modification",
        "last_action",
        "last_action_date",
        "last_action_display",
        "action",
        "date",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailEnvoye:
    """A mail that a document sent to one person.

    Attributes:
        id_de: of the mail.
        email: of the person.
        type_destinataire: ``to``, ``cc`` or ``bcc``.
        lu: it was opened.
        envoye_le: when it left.
        lu_le: when it was opened.
        renvoye_le: when it was last sent again.
        renvois: how many times it was sent again.
        reponse: the person's answer, as it came.
        en_erreur: it could not be delivered.
        derniere_erreur: why.
        non_recu: declared as not received.
        autres: the other fields, as they came.
    """

    id_de: str
    email: str
    type_destinataire: str
    lu: bool
    envoye_le: datetime | None
    lu_le: datetime | None
    renvoye_le: datetime | None
    renvois: int
    reponse: str
    en_erreur: bool
    derniere_erreur: str
    non_recu: bool
    autres: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReponseMail:
    """A person's answer to a mail, itself a document of Pastell.

    Attributes:
        id_de: of the mail answered.
        id_d: of the document that holds the answer.
        titre: its title.
        lue: it was read here.
        recue_le: when it came.
        autres: the other fields, as they came.
    """

    id_de: str
    id_d: str
    titre: str
    lue: bool
    recue_le: datetime | None
    autres: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDetail:
    """A document, all of it but the content of its files and its past (see the journal).

    Pastell reads the content, then the possible actions, then the state, while a worker may be changing them:
    near a change the state may be newer than the content.

    Attributes:
        id_d: its id; upper and lower case differ.
        flux: its type.
        titre: its title.
        creation: when it was created.
        modification: when a person or a program last changed it.
        champs: the fields that were ever written; files as a tuple of names. A flag is ``"1"`` or ``""``.
        rangs_de_fichiers: for the file fields with a gap only, the rank of each file.
        actions: what this account may do now. ``fatal-error`` is never listed and always possible.
        etat: the last state, ``""`` for a document of the root entity.
        etat_message: what was said then; ``None`` once the journal has been purged.
        etat_date: when it was reached.
        mails: the mails sent.
        reponses: the answers to them.
        autres: the other fields, as they came.
    """

    id_d: str
    flux: str
    titre: str
    creation: datetime
    modification: datetime
    champs: Champs = field(repr=False)
    rangs_de_fichiers: Mapping[str, tuple[int, ...]] = field(repr=False)
    actions: frozenset[str]
    etat: str
    etat_message: str | None
    etat_date: datetime | None
    mails: tuple[MailEnvoye, ...] = field(repr=False)
    reponses: tuple[ReponseMail, ...] = field(repr=False)
    autres: Mapping[str, object] = field(repr=False)

    def texte(self, champ: str) -> str:
        """The text of a field, ``""`` when it was never written or holds files."""
        held = self.champs.get(champ, "")
        return held if isinstance(held, str) else ""

    def fichiers(self, champ: str) -> tuple[str, ...]:
        """The names of the files of a field, in order."""
        held = self.champs.get(champ, ())
        return held if isinstance(held, tuple) else ()

    def rangs(self, champ: str) -> tuple[int, ...]:
        """The ranks of the files of a field, as the calls on files want them."""
        return self.rangs_de_fichiers.get(champ, tuple(range(len(self.fichiers(champ)))))

    def coche(self, champ: str) -> bool:
        """Whether a flag is set, however this version writes it."""
        return truth_of(self.texte(champ)) is True


@dataclass(frozen=True, slots=True, kw_only=True)
class Modified:
    """What became of a document that was changed.

    Attributes:
        detail: the document as it is now.
        complet: its form has everything it needs.
        message: the first thing that is missing or wrong, ``""`` when complete.
    """

    detail: DocumentDetail
    complet: bool
    message: str


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What an action answered. It is no proof that the state has changed: read the document again.

    Attributes:
        result: the action was done.
        message: what it says (``La transaction a comme statut : Transmis``).
    """

    result: bool
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A document in a list.

    Attributes:
        id_d: its id.
        entite: the entity it belongs to.
        flux: its type.
        titre: its title.
        creation: when it was created.
        modification: when it was last changed.
        etat: the last state.
        etat_libelle: the same, as people read it.
        etat_date: when it was reached.
        transit: the state that was searched for among those passed, ``""`` otherwise.
        transit_date: when it was passed.
        autres: the other columns, as they came.
    """

    id_d: str
    entite: str
    flux: str
    titre: str
    creation: datetime | None
    modification: datetime | None
    etat: str
    etat_libelle: str
    etat_date: datetime | None
    transit: str
    transit_date: datetime | None
    autres: Mapping[str, object] = field(repr=False)


def read_detail(answer: Answer, value: object, horaire: Horaire) -> DocumentDetail:
    """A document out of an answer.

    Raises:
        UnreadableAnswer, OutcomeUnknown: it is not one.
    """
    fiche = Fiche(answer, value, horaire, what="document")
    info = fiche.fiche("info")
    last = fiche.fiche("last_action")
    champs, rangs = fiche.champs("data")
    return DocumentDetail(
        id_d=info.identifiant("id_d"),
        flux=info.texte("type"),
        titre=info.texte("titre"),
        creation=info.moment_requis("creation"),
        modification=info.moment_requis("modification"),
        champs=champs,
        rangs_de_fichiers=rangs,
        actions=frozenset(fiche.textes("action_possible")),
        etat=last.texte("action"),
        etat_message=None if last.value("message") is None else last.texte("message"),
        etat_date=last.moment("date"),
        mails=tuple(_read_mail(mail) for mail in fiche.fiches("email_info")),
        reponses=tuple(_read_reply(reply) for reply in fiche.fiches("email_reponse")),
        autres=fiche.autres(_DETAIL | _ENVELOPE),
    )


def detail_of(answer: Answer, horaire: Horaire, *, about: About = About.DOCUMENT) -> DocumentDetail:
    """The document that a whole answer is."""
    return read_detail(answer, payload(answer, about=about), horaire)


def modified_of(answer: Answer, horaire: Horaire) -> Modified:
    """What a change answers.

    Raises:
        UnreadableAnswer, OutcomeUnknown: it does not say whether the form is complete.
    """
    fiche = Fiche(answer, payload(answer, about=About.EDITION), horaire, what="modification")
    complete = fiche.booleen("formulaire_ok")
    if complete is None:
        raise unusable(answer, "La réponse ne dit pas si le formulaire est complet.")
    return Modified(
        detail=read_detail(answer, fiche.value("content"), horaire),
        complet=complete,
        message=fiche.texte("message"),
    )


def read_row(fiche: Fiche) -> DocumentRow:
    """A row of a list."""
    return DocumentRow(
        id_d=fiche.identifiant("id_d"),
        entite=fiche.texte("id_e"),
        flux=fiche.texte("type"),
        titre=fiche.texte("titre"),
        creation=fiche.moment("creation"),
        modification=fiche.moment("modification"),
        etat=fiche.texte("last_action"),
        etat_libelle=fiche.texte("last_action_display"),
        etat_date=fiche.moment("last_action_date"),
        transit=fiche.texte("action"),
        transit_date=fiche.moment("date"),
        autres=fiche.autres(_ROW),
    )


def _read_mail(fiche: Fiche) -> MailEnvoye:
    return MailEnvoye(
        id_de=fiche.texte("id_de"),
        email=fiche.texte("email"),
        type_destinataire=fiche.texte("type_destinataire"),
        lu=fiche.booleen("lu") is True,
        envoye_le=fiche.moment("date_envoie"),
        lu_le=fiche.moment("date_lecture"),
        renvoye_le=fiche.moment("date_renvoi"),
        renvois=fiche.entier("nb_renvoi") or 0,
        reponse=fiche.texte("reponse"),
        en_erreur=fiche.booleen("has_error") is True,
        derniere_erreur=fiche.texte("last_error"),
        non_recu=fiche.booleen("non_recu") is True,
        autres=fiche.autres(_MAIL),
    )


def _read_reply(fiche: Fiche) -> ReponseMail:
    return ReponseMail(
        id_de=fiche.texte("id_de"),
        id_d=fiche.texte("id_d_reponse"),
        titre=fiche.texte("titre"),
        lue=fiche.booleen("is_lu") is True,
        recue_le=fiche.moment("date_reponse"),
        autres=fiche.autres(_REPLY),
    )
