"""The envelope of @ctes: who sends, where to answer, which messages are inside (@ctes 1.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdg62_connect.errors import InvalidFile, InvalidInput
from cdg62_connect.formats.actes_codes import ACTES_NAMESPACE, INSEE_NAMESPACE
from cdg62_connect.formats.hardened_xml import (
    attribute,
    child_text,
    children,
    local_name,
    read_returned_xml,
)
from cdg62_connect.formats.written_xml import text_of, written

if TYPE_CHECKING:
    from cdg62_connect.formats.hardened_xml import Element

_WHAT = "L'enveloppe"
_A, _I = f"{{{ACTES_NAMESPACE}}}", f"{{{INSEE_NAMESPACE}}}"
_EMAIL = re.compile(r"[_A-Za-z0-9-]+(?:\.[_A-Za-z0-9-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,6}")
_DEPARTEMENT = re.compile(r"[09][0-9][0-9AB]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Referent:
    """Whom to call; what is absent is ``""``."""

    nom: str = ""
    telephone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnveloppeAller:
    """What a collectivité sends to the ministry (EnveloppeCLMISILL).

    Attributes:
        arrondissement: one digit.
        nature: two digits: the kind of authority, as its TdT registered it.
        retours: the addresses to answer to, one at least.
        formulaires: the names of the messages inside, one at least.
    """

    siren: str
    departement: str
    arrondissement: str
    nature: str
    retours: tuple[str, ...]
    formulaires: tuple[str, ...]
    referent: Referent | None = None

    def build(self) -> bytes:
        """The envelope in ISO-8859-1.

        Raises:
            InvalidInput: a value that the ministry refuses (its pattern of addresses allows six letters at
                most after the last dot).
        """
        from lxml import etree

        self._check()
        root = etree.Element(
            f"{_A}EnveloppeCLMISILL", nsmap={"actes": ACTES_NAMESPACE, "insee": INSEE_NAMESPACE}
        )
        emetteur = etree.SubElement(root, f"{_A}Emetteur")
        idcl = etree.SubElement(emetteur, f"{_A}IDCL")
        idcl.set(f"{_I}SIREN", self.siren)
        idcl.set(f"{_A}Departement", self.departement)
        idcl.set(f"{_A}Arrondissement", self.arrondissement)
        idcl.set(f"{_A}Nature", self.nature)
        if self.referent is not None:
            referent = etree.SubElement(emetteur, f"{_A}Referent")
            for name, text in (
                ("Nom", self.referent.nom),
                ("Telephone", self.referent.telephone),
                ("Email", self.referent.email),
            ):
                if text:
                    etree.SubElement(referent, f"{_A}{name}").text = text_of(text)
        retours = etree.SubElement(root, f"{_A}AdressesRetour")
        for email in self.retours:
            etree.SubElement(retours, f"{_A}Email").text = email
        formulaires = etree.SubElement(root, f"{_A}FormulairesEnvoyes")
        for name in self.formulaires:
            formulaire = etree.SubElement(formulaires, f"{_A}Formulaire")
            etree.SubElement(formulaire, f"{_A}NomFichier").text = text_of(name)
        return written(root)

    def _check(self) -> None:
        for wrong, message in (
            (
                not re.fullmatch(r"[0-9]{9}", self.siren),
                f"le SIREN « {self.siren[:20]} » n'a pas neuf chiffres",
            ),
            (not _DEPARTEMENT.fullmatch(self.departement), f"le département « {self.departement[:20]} »"),
            (not re.fullmatch(r"[0-9]", self.arrondissement), "l'arrondissement a un chiffre"),
            (not re.fullmatch(r"[0-9]{2}", self.nature), "la nature de la collectivité a deux chiffres"),
            (not self.retours, "donnez une adresse de retour au moins"),
            (not self.formulaires, "donnez un message au moins"),
        ):
            if wrong:
                raise InvalidInput(f"Enveloppe : {message}.")
        emails = [*self.retours, *([self.referent.email] if self.referent and self.referent.email else ())]
        for email in emails:
            if not _EMAIL.fullmatch(email):
                raise InvalidInput(
                    f"Enveloppe : l'adresse « {email[:80]} » est refusée par le ministère (ni accent, ni plus de "
                    "six lettres après le dernier point)."
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class EnveloppeRetour:
    """What the ministry sends back (EnveloppeMISILLCL); ``service`` is SGAR, Pref or SousPref."""

    service: str
    departement: str
    arrondissement: str
    siren: str
    formulaires: tuple[str, ...]
    referent: Referent | None = None


def read_enveloppe(data: bytes) -> EnveloppeAller | EnveloppeRetour:
    """Read an envelope of either direction, whatever its prefixes and its real encoding.

    The refusal of an envelope is another document: :class:`~cdg62_connect.formats.AnomalieActe`.

    Raises:
        InvalidFile: ``ENVELOPPE_ILLISIBLE``.
        HostileInput: a DTD, or elements nested beyond reason.
    """
    try:
        root = read_returned_xml(data, what=_WHAT)
    except InvalidFile as error:
        raise InvalidFile("ENVELOPPE_ILLISIBLE", str(error)) from None
    name = local_name(root)
    emetteurs = list(children(root, "Emetteur"))
    identities = [one for emetteur in emetteurs for one in emetteur]
    formulaires = tuple(
        child_text(one, "NomFichier")
        for group in children(root, "FormulairesEnvoyes")
        for one in children(group, "Formulaire")
    )
    if not formulaires or name not in ("EnveloppeCLMISILL", "EnveloppeMISILLCL"):
        raise InvalidFile(
            "ENVELOPPE_ILLISIBLE",
            f"{_WHAT} n'est pas celle d'@ctes : élément « {name[:60]} », ou aucun message.",
        )
    referent = next((_referent(one) for one in identities if local_name(one) == "Referent"), None)
    if name == "EnveloppeCLMISILL":
        idcl = next((one for one in identities if local_name(one) == "IDCL"), root)
        return EnveloppeAller(
            siren=attribute(idcl, "SIREN"),
            departement=attribute(idcl, "Departement"),
            arrondissement=attribute(idcl, "Arrondissement"),
            nature=attribute(idcl, "Nature"),
            retours=tuple(
                " ".join((one.text or "").split())
                for group in children(root, "AdressesRetour")
                for one in children(group, "Email")
            ),
            formulaires=formulaires,
            referent=referent,
        )
    service = next((one for one in identities if local_name(one) in ("IDSGAR", "IDPref", "IDSousPref")), root)
    return EnveloppeRetour(
        service=local_name(service).removeprefix("ID") if service is not root else "",
        departement=attribute(service, "Departement"),
        arrondissement=attribute(service, "Arrondissement"),
        siren=next((attribute(one, "SIREN") for one in children(root, "Destinataire")), ""),
        formulaires=formulaires,
        referent=referent,
    )


def _referent(element: Element) -> Referent:
    return Referent(
        nom=child_text(element, "Nom"),
        telephone=child_text(element, "Telephone"),
        email=child_text(element, "Email"),
    )
