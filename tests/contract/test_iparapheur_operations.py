"""Every operation of the parapheur through our client, on both addresses, against real state."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from lxml import etree
from pyhanko.keys import load_cert_from_pemder
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext

from cdg62_connect import HttpSession, IparapheurSoap, Secret
from cdg62_connect.errors import AccessRefused, InvalidRequest, NotFound, NotReady, Refused
from cdg62_connect.iparapheur import (
    OPERATIONS,
    Acte,
    CircuitStep,
    CodeTransition,
    Document,
    Meaning,
    MetadonneesActes,
    NewDossier,
    NewDossierPES,
    NoSuchOperation,
    NotEmitted,
    Progress,
    Version,
    progress,
)
from cdg62_connect.simulator import SimClock, Simulator
from cdg62_connect.simulator.iparapheur import Acte as Geste
from cdg62_connect.simulator.iparapheur import (
    Etape,
    Format,
    Generation,
    Metadonnee,
    Piece,
    Protocole,
    SousType,
    Type,
    Variantes,
)
from cdg62_connect.transport import BasicAuth, Payload

Make = Callable[..., NewDossier]
OpenSession = Callable[..., HttpSession]

PES = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller" Id="PES1">
<PES_DepenseAller><Bordereau Id="B1"><Lib V="D\xe9pense"/></Bordereau><Bordereau Id="B2"/></PES_DepenseAller>
</n:PES_Aller>
"""
MAIRE = Etape(Geste.SIGNATURE, "Le Maire")
CHEF = Etape(Geste.VISA, "Chef de service")
TYPES = (
    Type.of(
        "URBANISME", ("Arrete", "Courrier", "Avis", "Cachet", "Convention", "Notification", "Teletransmis")
    ),
    Type(
        "Délibération annexée",
        {
            "Plusieurs documents": SousType(
                "Plusieurs documents",
                (CHEF, MAIRE),
                metadonnees=(
                    Metadonnee("ma_meta", "Ma métadonnée", "BOOLEAN", obligatoire=True),
                    Metadonnee("note", "Une note"),
                ),
                multidoc=True,
            )
        },
    ),
    Type("Détaché", {"Simple": SousType("Simple", (MAIRE,), multidoc=True)}, format=Format.CADES),
    Type("PES", {"Mandats": SousType("Mandats", (MAIRE,))}, format=Format.AUTO, protocole=Protocole.HELIOS),
)


@pytest.fixture(params=["url", "url_mtom"])
def parapheur(
    request: pytest.FixtureRequest, described: Any, simulator: Simulator, parapheur_session: OpenSession
) -> IparapheurSoap:
    """A client of an account that may use many types, without MTOM, then with it."""
    simulator.iparapheur.add_account("ads@demo", "secret", types=TYPES, nom="Service ADS")
    auth = BasicAuth("ads@demo", Secret("secret"))
    return IparapheurSoap(parapheur_session(url=described["iparapheur_soap"][request.param], auth=auth))


@pytest.fixture
def chef(described: Any, simulator: Simulator, parapheur_session: OpenSession) -> IparapheurSoap:
    """The account of the person who holds the desk of the visa."""
    simulator.iparapheur.add_account(
        "chef@demo", "secret", bureaux=("Chef du service ADS", "Télétransmission")
    )
    return IparapheurSoap(parapheur_session(auth=BasicAuth("chef@demo", Secret("secret"))))


def text(nom: str, content: bytes = b"texte", **more: Any) -> Document:
    return Document(nom, Payload.of(content), "text/plain", **more)


def test_a_dossier_of_several_documents_comes_back_whole_each_signed(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make, arrete: Path, into: Path
) -> None:
    plan = Document("plan.pdf", Payload.of(arrete))
    parapheur.dossiers.creer(
        new_dossier(
            type_technique="Délibération annexée",
            sous_type="Plusieurs documents",
            supplementaires=(plan,),
            annexes=(text("note.txt"),),
            visuel=Document("visuel.pdf", Payload.of(arrete)),
            metadonnees={"ma_meta": "true", "note": "<& é"},
            metadonnees_actes=MetadonneesActes(
                nature="3", classification="2.1", date=date(2026, 3, 2), objet="Arrêté"
            ),
        )
    )
    state = simulator.iparapheur
    ajout = state.reception / "ajout"
    ajout.write_bytes(b"avis")
    state.joindre("contrat-01", Piece("avis.txt", ajout, "text/plain"))
    state.viser("contrat-01")
    state.signer("contrat-01", by="Léa Moreau, maire")

    back = parapheur.dossiers.recuperer("contrat-01", into=into)

    assert back.document is not None
    assert [one.nom for one in back.supplementaires] == ["plan.pdf"]
    for one in (back.document, *back.supplementaires):
        content = one.path.read_bytes()
        assert content.startswith(arrete.read_bytes())
        assert b"/ETSI.CAdES.detached" in content
    assert [one.nom for one in back.annexes] == ["note.txt", "avis.txt"]
    assert back.bordereau is not None
    assert back.visuel is not None
    assert back.metadonnees["note"] == "<& é"


@pytest.mark.parametrize(
    "variantes",
    [
        Variantes(noms_entre_guillemets=True),
        Variantes(documents_permutes=True),
        Variantes(supplementaires_apres=True),
        Variantes(generation=Generation.V5, prefixe="SOAP-ENV"),
    ],
    ids=["guillemets", "permutés", "ordre", "v5"],
)
def test_what_versions_change_in_a_dossier_does_not_change_what_is_read(
    parapheur: IparapheurSoap,
    simulator: Simulator,
    new_dossier: Make,
    arrete: Path,
    into: Path,
    variantes: Variantes,
) -> None:
    simulator.iparapheur.variantes = variantes
    parapheur.dossiers.creer(
        new_dossier(
            type_technique="Délibération annexée",
            sous_type="Plusieurs documents",
            supplementaires=(Document("plan.pdf", Payload.of(arrete)),),
            annexes=(text("note.txt"),),
            metadonnees={"ma_meta": "true"},
        )
    )

    back = parapheur.dossiers.recuperer("contrat-01", into=into)

    assert back.document is not None
    assert {back.document.nom, *(one.nom for one in back.supplementaires)} == {"arrêté.pdf", "plan.pdf"}
    assert [one.nom for one in back.annexes] == ["note.txt"]
    assert back.bordereau is not None
    assert back.bordereau.nom == "iParapheur_impression_dossier.pdf"


def test_what_cannot_hold_its_signature_has_one_beside_it_that_verifies(
    parapheur: IparapheurSoap, simulator: Simulator, horloge: SimClock, new_dossier: Make, into: Path
) -> None:
    simulator.iparapheur.rythme = simulator.iparapheur.rythme.of("immediat")
    parapheur.dossiers.creer(
        new_dossier(
            type_technique="Détaché",
            sous_type="Simple",
            document=text("arrêté.txt"),
            supplementaires=(text("plan.txt", b"plan"),),
        )
    )

    back = parapheur.dossiers.recuperer("contrat-01", into=into)

    root = load_cert_from_pemder(str(simulator.authority.ca))
    assert back.document is not None
    (other,) = back.supplementaires
    for document, signature in ((back.document, back.signature), (other, other.signature)):
        assert signature is not None
        signed = cms.ContentInfo.load(signature.path.read_bytes())
        context = ValidationContext(trust_roots=[root], moment=horloge.now(), allow_fetching=False)
        with document.path.open("rb") as content:
            status = asyncio.run(
                async_validate_detached_cms(content, signed["content"], signer_validation_context=context)
            )
        assert status.intact
        assert status.valid
        assert "Le Maire" in status.signing_cert.subject.native["common_name"]
        assert status.signer_reported_dt == horloge.now().replace(microsecond=0)


def test_several_detached_signatures_come_in_one_zip_and_one_that_was_sent_is_kept(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make, into: Path
) -> None:
    own = Document("arrêté.txt.p7s", Payload.of(b"signature"), "application/pkcs7-signature")
    parapheur.dossiers.creer(
        new_dossier(type_technique="Détaché", sous_type="Simple", document=text("arrêté.txt", signature=own))
    )
    before = parapheur.dossiers.recuperer("contrat-01", into=into).signature
    assert before is not None
    assert before.path.read_bytes() == b"signature"

    simulator.iparapheur.signer("contrat-01")
    after = parapheur.dossiers.recuperer("contrat-01", into=into).signature
    assert after is not None
    assert after.content_type == "application/zip"
    with zipfile.ZipFile(after.path) as archive:
        assert len(archive.namelist()) == 2


DS = "{http://www.w3.org/2000/09/xmldsig#}"


def canonical(element: Any) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True)


def signed_elements(content: bytes) -> list[str]:
    """The ids of what is signed within an XML, each signature being found right."""
    found: list[str] = []
    for rank, signature in enumerate(etree.fromstring(content).iter(f"{DS}Signature")):
        signed = signature.find(f"{DS}SignedInfo")
        pem = signature.findtext(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
        key: Any = x509.load_der_x509_certificate(base64.b64decode(pem)).public_key()
        value = base64.b64decode(signature.findtext(f"{DS}SignatureValue"))
        key.verify(value, canonical(signed), PKCS1v15(), hashes.SHA256())
        for reference in signed.findall(f"{DS}Reference"):
            alone = etree.fromstring(content)
            (target,) = alone.xpath(f"//*[@Id='{reference.get('URI')[1:]}']")
            if reference.get("Type") is None:
                found.append(reference.get("URI"))
                own = list(alone.iter(f"{DS}Signature"))[rank]
                own.getparent().remove(own)
            digest = hashlib.sha256(canonical(target)).digest()
            assert base64.b64decode(reference.findtext(f"{DS}DigestValue")) == digest
    return found


@pytest.mark.parametrize(("xpath", "signed"), [("//Bordereau", ["#B1", "#B2"]), (".", ["#PES1"])])
def test_a_pes_is_signed_within_and_comes_back_as_a_pes(
    parapheur: IparapheurSoap,
    simulator: Simulator,
    new_dossier: Make,
    arrete: Path,
    into: Path,
    xpath: str,
    signed: list[str],
) -> None:
    parapheur.dossiers.creer(
        new_dossier(
            type_technique="PES",
            sous_type="Mandats",
            document=Document("PESALR2.xml", Payload.of(PES), "application/xml"),
            visuel=Document("visuel.pdf", Payload.of(arrete)),
            xpath_signature=xpath,
        )
    )
    simulator.iparapheur.signer("contrat-01")

    back = parapheur.dossiers.recuperer("contrat-01", into=into)

    assert back.fichier_pes is not None
    content = back.fichier_pes.path.read_bytes()
    assert signed_elements(content) == signed
    assert content.startswith(PES.splitlines()[0])
    assert back.champs["XPathPourSignaturePES"] == xpath
    assert back.visuel is not None
    assert back.visuel.path.read_bytes() == arrete.read_bytes()


def test_an_explicit_circuit_takes_the_place_of_that_of_the_sous_type(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make
) -> None:
    steps = (CircuitStep("DGS", "VISEUR"), CircuitStep("Adjoint", "SIGNATAIRE", "Ana", "Petit"))
    parapheur.dossiers.creer(new_dossier(circuit=steps))
    simulator.iparapheur.viser("contrat-01")
    simulator.iparapheur.signer("contrat-01")

    state = progress(parapheur.dossiers.historique("contrat-01"))
    assert (state.progress, state.signed_by) == (Progress.FINISHED, "Adjoint")


def test_the_typologie_tells_types_circuits_and_metadonnees(
    parapheur: IparapheurSoap, simulator: Simulator
) -> None:
    typologie = parapheur.typologie
    assert typologie.types() == ("Délibération annexée", "Détaché", "PES", "URBANISME")
    assert typologie.sous_types("PES") == ("Mandats",)
    v4 = typologie.circuit("URBANISME", "Arrete")
    assert [(step.bureau, step.role, step.acte) for step in v4] == [
        ("Chef du service ADS", "VISEUR", Acte.VISA),
        ("Le Maire", "SIGNATAIRE", Acte.SIGNATURE),
        ("Service ADS", "ARCHIVAGE", Acte.ARCHIVAGE),
    ]
    assert [one.nom_court for one in typologie.metadonnees()] == ["ma_meta", "note"]
    wanted = typologie.metadonnees_requises("Délibération annexée", "Plusieurs documents")
    assert [(one.nom_court, one.nom_long, one.nature, one.obligatoire) for one in wanted] == [
        ("ma_meta", "Ma métadonnée", "BOOLEAN", True),
        ("note", "Une note", "STRING", False),
    ]
    assert typologie.metadonnees_requises("URBANISME", "Arrete") == ()
    assert typologie.circuit("INCONNU", "Arrete") == ()

    simulator.iparapheur.variantes = Variantes(generation=Generation.V5)
    assert [(step.prenom, step.nom) for step in typologie.circuit("URBANISME", "Courrier")][:1] == [
        ("", "Le Maire")
    ]


def test_a_search_gives_what_fits_every_filter(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make
) -> None:
    for key, sous_type in (("a", "Courrier"), ("b", "Arrete"), ("c", "Courrier")):
        parapheur.dossiers.creer(new_dossier(key, sous_type=sous_type))
    simulator.iparapheur.signer("a")
    simulator.iparapheur.lire("b")
    search = parapheur.dossiers.rechercher

    assert [(one.dossier_id, one.status, one.accessible) for one in search()] == [
        ("a", "Archive", "OK"),
        ("b", "Lu", "KO"),
        ("c", "NonLu", "Recuperable"),
    ]
    assert [one.dossier_id for one in search(status="Archive")] == ["a"]
    assert [one.dossier_id for one in search(sous_type="Courrier", type_technique="URBANISME")] == ["a", "c"]
    assert [one.dossier_id for one in search(dossier_ids=["c", "b"], nombre=1)] == ["b"]
    assert search(type_technique="INCONNU") == ()
    assert search(status="Rejet*") == ()


def test_a_dossier_that_nobody_opened_is_taken_back_once_then_deleted(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make
) -> None:
    parapheur.dossiers.creer(new_dossier())
    receipt = parapheur.dossiers.exercer_droit_de_remords("contrat-01")
    assert receipt.message == "Dossier contrat-01 récupéré."
    with pytest.raises(NotEmitted):
        parapheur.dossiers.exercer_droit_de_remords("contrat-01")
    parapheur.dossiers.archiver("contrat-01")
    with pytest.raises(NotFound):
        parapheur.dossiers.historique("contrat-01")

    parapheur.dossiers.creer(new_dossier("autre"))
    simulator.iparapheur.lire("autre")
    with pytest.raises(Refused):
        parapheur.dossiers.exercer_droit_de_remords("autre")
    with pytest.raises(NotReady):
        parapheur.dossiers.archiver("autre")


def test_only_who_holds_a_dossier_forces_its_visa(
    parapheur: IparapheurSoap, chef: IparapheurSoap, new_dossier: Make
) -> None:
    parapheur.dossiers.creer(new_dossier(sous_type="Arrete"))
    with pytest.raises(AccessRefused):
        parapheur.dossiers.forcer_etape("contrat-01", CodeTransition.OK)
    assert [one.accessible for one in chef.dossiers.rechercher()] == ["OK"]

    done = chef.dossiers.forcer_etape(
        "contrat-01", CodeTransition.OK, annotation_publique="Vu", annotation_privee="entre nous"
    )
    assert done.message == ""
    entries = parapheur.dossiers.historique("contrat-01")
    assert [(one.status, one.annotation) for one in entries][-2] == ("Vise", "Vu")
    with pytest.raises(NotFound):
        chef.dossiers.forcer_etape("contrat-01", CodeTransition.OK)

    parapheur.dossiers.creer(new_dossier("refus", sous_type="Avis"))
    chef.dossiers.forcer_etape("refus", CodeTransition.KO, annotation_publique="Incomplet")
    state = progress(parapheur.dossiers.historique("refus"))
    assert (state.progress, state.acte, state.reason) == (Progress.REJECTED, Acte.VISA, "Incomplet")


@pytest.mark.parametrize(
    ("sous_type", "act", "waiting", "rejection", "acte"),
    [
        ("Cachet", "cacheter", "PretCachet", "RejetCachet", Acte.CACHET),
        (
            "Convention",
            "signer_dehors",
            "EnCoursSignataireExterne",
            "RejetSignataireExterne",
            Acte.SIGNATURE_EXTERNE,
        ),
        ("Notification", "lire_mail", "EnCoursMailSecPastell", "RejetMailSecPastell", Acte.MAIL_SECURISE),
    ],
)
def test_each_kind_of_step_is_waited_for_done_and_refused_in_its_own_words(
    parapheur: IparapheurSoap,
    simulator: Simulator,
    new_dossier: Make,
    sous_type: str,
    act: str,
    waiting: str,
    rejection: str,
    acte: Acte,
) -> None:
    for key in ("oui", "non"):
        parapheur.dossiers.creer(new_dossier(key, sous_type=sous_type))
        if sous_type != "Cachet":
            simulator.iparapheur.signer(key)
        before = progress(parapheur.dossiers.historique(key))
        assert (before.progress, before.status, before.acte) == (Progress.PENDING, waiting, acte)
        assert before.meaning is Meaning.WAITING

    getattr(simulator.iparapheur, act)("oui", by="Camille")
    simulator.iparapheur.refuser("non", motif="Non", by="Camille")

    done = progress(parapheur.dossiers.historique("oui"))
    refused = progress(parapheur.dossiers.historique("non"))
    assert (done.progress, done.unknown) == (Progress.FINISHED, ())
    assert done.signed_by == ("Camille" if acte is not Acte.MAIL_SECURISE else "Le Maire")
    assert (refused.progress, refused.status) == (Progress.REJECTED, rejection)
    assert (refused.by, refused.reason, refused.acte) == ("Camille", "Non", acte)


def test_people_transfer_annotate_delegate_and_the_history_tells(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make
) -> None:
    state = simulator.iparapheur
    parapheur.dossiers.creer(new_dossier(sous_type="Arrete"))
    state.transferer("contrat-01", vers="Adjoint au chef", annotation="en congé")
    state.annoter("contrat-01", "Voir la pièce 2", by="Ana")
    state.annoter("contrat-01", "secret", by="Ana", privee=True)
    state.viser("contrat-01")
    state.deleguer("Le Maire", "Première adjointe")
    state.signer("contrat-01")

    entries = parapheur.dossiers.historique("contrat-01")
    told = progress(entries)
    assert told.signed_by == "Première adjointe"
    texts = [entry.annotation for entry in entries]
    assert "Voir la pièce 2" in texts
    assert "secret" not in texts
    assert any("transféré" in one and "Adjoint au chef" in one for one in texts)
    assert told.unknown == ()


def test_a_dossier_is_transmitted_by_the_parapheur_itself(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make
) -> None:
    parapheur.dossiers.creer(new_dossier(sous_type="Teletransmis"))
    with pytest.raises(NotReady):
        parapheur.tdt.envoyer("contrat-01")
    simulator.iparapheur.signer("contrat-01")
    with pytest.raises(NotReady):
        parapheur.tdt.statut("contrat-01")

    sent = parapheur.tdt.envoyer("contrat-01")
    assert sent.entry is not None
    assert sent.entry.status == "EnCoursTransmission"
    seen = [parapheur.tdt.statut("contrat-01") for _ in range(2)]
    assert [one.status for one in seen if one] == ["EnCoursTransmission", "TransmissionOK"]
    assert progress(parapheur.dossiers.historique("contrat-01")).progress is Progress.FINISHED


def test_a_transmission_that_fails_is_no_refusal_and_may_be_sent_again(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make
) -> None:
    parapheur.dossiers.creer(new_dossier(sous_type="Teletransmis"))
    simulator.iparapheur.signer("contrat-01")
    parapheur.tdt.envoyer("contrat-01")
    simulator.iparapheur.teletransmettre("contrat-01", echec="Le tiers ne répond pas")

    state = progress(parapheur.dossiers.historique("contrat-01"))
    assert (state.progress, state.meaning) == (Progress.PENDING, Meaning.FAILED)
    parapheur.tdt.envoyer("contrat-01")
    simulator.iparapheur.teletransmettre("contrat-01")
    assert progress(parapheur.dossiers.historique("contrat-01")).progress is Progress.FINISHED


def test_the_classification_of_the_parapheur_is_saved_as_a_file(
    parapheur: IparapheurSoap, simulator: Simulator, into: Path
) -> None:
    file = parapheur.tdt.classification("URBANISME", into=into, mise_a_jour=True)
    assert etree.parse(str(file.path)).getroot().tag.endswith("RetourClassification")
    assert list(into.iterdir()) == [file.path]

    simulator.iparapheur.sans_classification()
    with pytest.raises(NotReady):
        parapheur.tdt.classification(into=into)
    assert list(into.iterdir()) == [file.path]


def test_a_pes_may_still_be_given_the_former_way(
    parapheur: IparapheurSoap, simulator: Simulator, arrete: Path, into: Path
) -> None:
    parapheur.tdt.creer_pes(
        NewDossierPES(
            dossier_id="pes-01",
            type_technique="PES",
            sous_type="Mandats",
            email_emetteur="finances@valmont.example",
            pes=Document("pes.xml", Payload.of(PES), "application/xml"),
            visuel=Document("visuel.pdf", Payload.of(arrete)),
            xpath_signature=".",
            annotation_publique="Mandats de mars",
            date_limite=date(2031, 5, 4),
        )
    )
    simulator.iparapheur.signer("pes-01")
    back = parapheur.dossiers.recuperer("pes-01", into=into)
    assert back.fichier_pes is not None
    assert signed_elements(back.fichier_pes.path.read_bytes()) == ["#PES1"]
    with pytest.raises(NotReady):
        parapheur.tdt.envoyer_pes("pes-01")


def test_a_dossier_leaves_by_secured_mail_and_its_password_is_nowhere(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make
) -> None:
    parapheur.dossiers.creer(new_dossier())
    parapheur.mail_securise.envoyer(
        "contrat-01",
        destinataire="notaire@exemple.fr",
        objet="Arrêté",
        message="Bonjour,\nci-joint.",
        mot_de_passe=Secret("sésame"),
        envoyer_mot_de_passe=False,
    )
    (mail,) = simulator.iparapheur.mails
    assert (mail.destinataire, mail.objet, mail.message, mail.protege) == (
        "notaire@exemple.fr",
        "Arrêté",
        "Bonjour,\nci-joint.",
        True,
    )
    assert "sésame" not in repr(mail)


def test_a_new_dossier_may_take_a_while_to_be_seen(
    parapheur: IparapheurSoap, simulator: Simulator, horloge: SimClock, new_dossier: Make
) -> None:
    simulator.iparapheur.variantes = Variantes(visible_apres=timedelta(seconds=3))
    parapheur.dossiers.creer(new_dossier())
    with pytest.raises(NotFound):
        parapheur.dossiers.historique("contrat-01")
    assert parapheur.dossiers.rechercher() == ()
    horloge.advance(3)
    assert parapheur.dossiers.historique("contrat-01")


def test_what_the_bridge_of_a_v5_gave_up_is_said_to_be_missing_in_this_version(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make, into: Path
) -> None:
    simulator.iparapheur.variantes = Variantes(generation=Generation.V5)
    gone = {name for name, one in OPERATIONS.items() if one.method and Version.V5 not in one.versions}
    calls: dict[str, Callable[[], object]] = {
        "EnvoyerDossierTdT": lambda: parapheur.tdt.envoyer("a"),
        "EnvoyerDossierPES": lambda: parapheur.tdt.envoyer_pes("a"),
        "GetStatutTdT": lambda: parapheur.tdt.statut("a"),
        "GetClassificationActesTdt": lambda: parapheur.tdt.classification(into=into),
        "CreerDossierPES": lambda: parapheur.tdt.creer_pes(
            NewDossierPES(
                dossier_id="a",
                type_technique="PES",
                sous_type="Mandats",
                email_emetteur="a@b.fr",
                pes=text("a.xml"),
                visuel=text("a.pdf"),
                xpath_signature=".",
            )
        ),
        "EnvoyerDossierMailSecurise": lambda: parapheur.mail_securise.envoyer(
            "a", destinataire="a@b.fr", objet="a", message="a"
        ),
    }
    assert set(calls) == gone
    for call in calls.values():
        with pytest.raises(NoSuchOperation):
            call()


def test_the_stand_in_of_operis_takes_a_key_again_and_our_client_follows(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make
) -> None:
    simulator.iparapheur.variantes = Variantes(operis=True)
    assert parapheur.dossiers.creer(new_dossier()).message == ""
    assert parapheur.dossiers.creer(new_dossier(document=text("second.txt"))).dossier_id == "contrat-01"
    with pytest.raises(InvalidRequest) as refused:
        parapheur.dossiers.creer(new_dossier("autre", sous_type="Inconnu"))
    assert refused.value.said
    with pytest.raises(NoSuchOperation):
        parapheur.dossiers.historique("contrat-01")
    (row,) = simulator.iparapheur.dossiers()
    assert row["cree_n"] == 1


def test_a_parapheur_of_2012_tells_the_same_in_its_own_words(
    parapheur: IparapheurSoap, simulator: Simulator, new_dossier: Make
) -> None:
    simulator.iparapheur.variantes = Variantes(generation=Generation.V3)
    parapheur.dossiers.creer(new_dossier(sous_type="Courrier"))
    assert [one.annotation for one in parapheur.dossiers.historique("contrat-01")] == [
        "Creation de dossier",
        "Emission du dossier",
        "Dossier déposé chez Le Maire pour signature",
    ]
    with pytest.raises(NoSuchOperation):
        parapheur.typologie.metadonnees_requises("URBANISME", "Courrier")
