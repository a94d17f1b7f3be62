"""Which Pastell answers, and what it is able to do: read once, decides every difference between versions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from cdg62_connect.errors import UnreadableAnswer
from cdg62_connect.pastell.answers import payload, quote
from cdg62_connect.pastell.api import Api
from cdg62_connect.pastell.fiche import Fiche
from cdg62_connect.pastell.refusals import NotInThisVersion
from cdg62_connect.transport import Answer

Number = tuple[int, int, int]

_NUMBER = re.compile(r"\s*v?([0-9]{1,4})\.([0-9]{1,4})(?:\.([0-9]{1,4}))?(?![0-9])")
_KNOWN = frozenset(
    {"version", "revision", "last_changed_date", "version_complete", "extensions_versions_accepted"}
)

MIB = 1024 * 1024
USUAL_UPLOAD = 199 * MIB
"""The usual server admits forms of 200 MiB, and silently drops the fields of a bigger one."""


class CertificatClient(Enum):
    """What the platform does with a client certificate."""

    ACTIF = "actif"
    EN_OPTION = "en option"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacites:
    """What a version can do (from Pastell's own change log).

    Attributes:
        certificat_client: login by certificate: always up to 3.x, a switch of 4.x, gone since 5.0.
        jetons: Bearer tokens, own ones, by API.
        jetons_utilisateurs_api: tokens of the API-only users (4.1.17, 5.0.3).
        jetons_utilisateurs_api_renouvelables: they may be renewed and deleted (4.1.18, 5.0.4).
        utilisateur_api: a user without e-mail nor password may be created.
        mot_de_passe_facultatif: a user may be created without a password, by mail.
        activation: entities and users may be activated and deactivated.
        type_service: entities of type ``service`` exist.
        siren_facultatif: an entity may have no SIREN.
        suppression_document: DELETE of a document; else by its action ``supression``.
        suppression_fichier: DELETE of a file of a document.
        suppression_fichier_connecteur: DELETE of a file of a connector.
        depot_par_morceaux: upload in chunks.
        depot_maximal: biggest upload in one piece, in bytes; ``None`` when it depends on the machine.
        onchange_au_depot: an upload runs the « onchange » of its field.
        champs_figes_ignores: a field that cannot be edited is silently skipped; before, it was overwritten.
        mails_dans_le_detail: the detail lists the mails sent.
        jamais_passe: lists may be filtered by « never passed through a state ».
        numero_de_meme_type: associations bear a rank among those of one type.
        connecteur_global: a connector may be declared global at its creation.
        type_piece_obligatoire: an acte needs its typology.
        sous_type_verifie: the sub-type is checked against the list.
        textes_booleens: any text that reads as yes or no becomes a flag.
        lecture_suffit: reading a document only needs the right to read.
        document_inconnu_interdit: an unknown document is answered 403.
        certificat_efface: changing a user without its certificate erases the one it has.
        transformation_sautee: a transformation without connector is skipped; before, the document is stuck.
        descendance: users may be listed with those of the daughter entities.
    """

    certificat_client: CertificatClient
    jetons: bool
    jetons_utilisateurs_api: bool
    jetons_utilisateurs_api_renouvelables: bool
    utilisateur_api: bool
    mot_de_passe_facultatif: bool
    activation: bool
    type_service: bool
    siren_facultatif: bool
    suppression_document: bool
    suppression_fichier: bool
    suppression_fichier_connecteur: bool
    depot_par_morceaux: bool
    depot_maximal: int | None
    onchange_au_depot: bool
    champs_figes_ignores: bool
    mails_dans_le_detail: bool
    jamais_passe: bool
    numero_de_meme_type: bool
    connecteur_global: bool
    type_piece_obligatoire: bool
    sous_type_verifie: bool
    textes_booleens: bool
    lecture_suffit: bool
    document_inconnu_interdit: bool
    certificat_efface: bool
    transformation_sautee: bool
    descendance: bool

    @classmethod
    def of(cls, number: Number) -> Capacites:
        """Those of a version; a later one than all known has those of the last known."""
        three, four, five = number >= (3, 0, 0), number >= (4, 0, 0), number >= (5, 0, 0)
        return cls(
            certificat_client=(
                CertificatClient.ABSENT
                if five
                else CertificatClient.EN_OPTION
                if four
                else CertificatClient.ACTIF
            ),
            jetons=four,
            jetons_utilisateurs_api=_since(number, (4, 1, 17), (5, 0, 3)),
            jetons_utilisateurs_api_renouvelables=_since(number, (4, 1, 18), (5, 0, 4)),
            utilisateur_api=_since(number, (4, 1, 17), (5, 0, 3)),
            mot_de_passe_facultatif=five,
            activation=four,
            type_service=not four,
            siren_facultatif=four,
            suppression_document=four,
            suppression_fichier=three,
            suppression_fichier_connecteur=number >= (4, 0, 8),
            depot_par_morceaux=number >= (4, 1, 0),
            depot_maximal=None if number >= (4, 0, 14) else USUAL_UPLOAD,
            onchange_au_depot=three,
            champs_figes_ignores=three,
            mails_dans_le_detail=number >= (3, 1, 0),
            jamais_passe=three,
            numero_de_meme_type=three,
            connecteur_global=five,
            type_piece_obligatoire=three,
            sous_type_verifie=four,
            textes_booleens=not four,
            lecture_suffit=_since(number, (4, 0, 29), (4, 1, 16), (5, 0, 2)),
            document_inconnu_interdit=not four,
            certificat_efface=not four,
            transformation_sautee=number >= (4, 1, 0),
            descendance=number >= (6, 0, 0),
        )


@dataclass(frozen=True, slots=True)
class Version:
    """The version of the platform.

    Attributes:
        texte: as it is announced (``"4.0.14-rc.1"``).
        numero: major, minor and patch; compare these.
        revision: of the sources.
        date: of the last change, as it is announced.
        complete: the whole sentence.
        autres: the other fields, as they came.
    """

    texte: str
    numero: Number
    revision: str
    date: str
    complete: str
    autres: Mapping[str, object] = field(repr=False)

    @property
    def capacites(self) -> Capacites:
        """What it can do."""
        return Capacites.of(self.numero)


def read_version(api: Api) -> Version:
    """Ask the platform (GET version).

    Raises:
        AuthenticationRefused: the account is not recognised.
        UnreadableAnswer: no version is announced, or not as a number.
        PlatformError: the exchange failed.
    """

    def read(answer: Answer) -> Version:
        fiche = Fiche(answer, payload(answer), api.horaire, what="version")
        text = fiche.texte("version").strip()
        number = _NUMBER.match(text)
        if number is None:
            raise UnreadableAnswer(
                "La plateforme n'annonce pas sa version comme Pastell le fait.",
                platform=answer.platform,
                operation=answer.operation,
                said=quote(text),
            )
        return Version(
            texte=text,
            numero=(int(number[1]), int(number[2]), int(number[3] or 0)),
            revision=fiche.texte("revision"),
            date=fiche.texte("last_changed_date"),
            complete=fiche.texte("version_complete"),
            autres=fiche.autres(_KNOWN),
        )

    return api.get(["version"], read, operation="version")


def require(able: bool, what: str, version: Version) -> None:
    """Pass when the version is ``able``.

    Raises:
        NotInThisVersion: it is not.
    """
    if not able:
        raise NotInThisVersion(
            f"Pastell {version.texte} ne sait pas {what} : faites-le par l'interface, ou changez de version."
        )


def _since(number: Number, *first: Number) -> bool:
    """Whether ``number`` has what was added to several maintained branches, each from its own ``first``."""
    own = [one for one in first if one[:2] == number[:2]]
    return number >= (own[0] if own else max(first))
