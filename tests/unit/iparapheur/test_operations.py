"""Which operations there are, what their refusals mean, and what each request holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from cdg62_connect import Secret
from cdg62_connect.errors import (
    AccessRefused,
    AlreadyExists,
    InvalidInput,
    InvalidRequest,
    NotFound,
    NotReady,
    OutcomeUnknown,
    PlatformError,
    Refused,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.iparapheur import (
    OPERATIONS,
    CircuitStep,
    CodeTransition,
    Document,
    IparapheurSoap,
    MetadonneesActes,
    NewDossier,
    NewDossierPES,
    NoSuchOperation,
    NotEmitted,
    Version,
)
from cdg62_connect.iparapheur.soap_v4.contract import NAMESPACE
from cdg62_connect.iparapheur.soap_v4.refusals import refusal
from cdg62_connect.transport import Kind, Payload

NS = "{" + NAMESPACE + "}"
SENTENCES: Sequence[tuple[str, str, type[PlatformError]]] = (
    ("CreerDossier", "Le nom de dossier est déjà présent dans le Parapheur: dossierID = D-1", AlreadyExists),
    ("CreerDossier", "LE NOM DE DOSSIER EST DEJA PRESENT", AlreadyExists),
    ("CreerDossier", "Le sous-type X n'existe pas pour le type 'Y'", InvalidRequest),
    ("CreerDossier", "A mandatory metadata was not filled, abort", InvalidRequest),
    ("CreerDossierPES", "Le nom de dossier est déjà présent", AlreadyExists),
    ("ArchiverDossier", "Dossier D-1 introuvable.", NotFound),
    ("ArchiverDossier", "Le dossierID 'D-1' n’est pas archivable.", NotReady),
    ("ArchiverDossier", "autre chose", Refused),
    ("ExercerDroitRemordDossier", "Le dossierID 'D-1' n'a pas été émis.", NotEmitted),
    ("ExercerDroitRemordDossier", "Le dossier a déjà été lu", Refused),
    ("ExercerDroitRemordDossier", "Dossier D-1 introuvable.", NotFound),
    ("ForcerEtape", "Vous n'avez pas les droits sur ce dossier", AccessRefused),
    ("ForcerEtape", "Étape de signature", Refused),
    ("EnvoyerDossierTdT", "Le dossier n'est pas à l'étape TDT", NotReady),
    ("GetStatutTdT", "Le dossier n'a pas été transmis.", NotReady),
    ("GetClassificationActesTdt", "Classification pas encore disponible", NotReady),
    ("EnvoyerDossierMailSecurise", "Adresse invalide", InvalidRequest),
    ("ForcerEtape", "Cannot find dispatch method for {http://…}ForcerEtapeRequest", NoSuchOperation),
)


@pytest.mark.parametrize(("operation", "said", "expected"), SENTENCES)
def test_a_sentence_means_the_same_whatever_its_case_and_accents(
    operation: str, said: str, expected: type[PlatformError]
) -> None:
    assert refusal(operation, said, dossier_id="D-1") is expected
    assert refusal(operation, said.upper(), dossier_id="D-1") is expected


def test_a_key_that_looks_like_a_sentence_is_not_read_as_one() -> None:
    said = "Le dossierID 'introuvable' n'est pas archivable."
    assert refusal("ArchiverDossier", said, dossier_id="introuvable") is NotReady


def test_every_operation_says_which_versions_have_it_and_what_calls_it(parapheur: IparapheurSoap) -> None:
    assert len(OPERATIONS) == 24
    for operation in OPERATIONS.values():
        assert operation.versions
        target: object = parapheur
        for step in operation.method.split(".") if operation.method else ():
            target = getattr(target, step)
        assert callable(target) or not operation.method
    without = {name for name, one in OPERATIONS.items() if not one.method}
    assert without == {
        "GetListeTypesPourUtilisateur",
        "GetListeSousTypesPourUtilisateur",
        "GetCircuitPourUtilisateur",
        "IsUtilisateurExiste",
    }
    v3 = {name for name, one in OPERATIONS.items() if Version.V3 in one.versions}
    v5 = {name for name, one in OPERATIONS.items() if Version.V5 in one.versions}
    assert (len(v3), len(v5)) == (19, 14)
    assert all(one.kind in (Kind.READ, Kind.EFFECT) for one in OPERATIONS.values())


def test_a_dossier_leaves_with_all_its_parts(parapheur, canned, answer, retour, new_dossier) -> None:
    canned.will(answer("CreerDossierResponse", retour()))
    sealed = Document("a.p7s", Payload.of(b"signature"), "application/pkcs7-signature")
    dossier: NewDossier = new_dossier(
        document=Document("a.xml", Payload.of(b"<a/>"), "application/xml", signature=sealed),
        supplementaires=(Document("b.pdf", Payload.of(b"B"), signature=sealed),),
        annexes=(Document("c.pdf", Payload.of(b"C")),),
        visuel=Document("v.pdf", Payload.of(b"V")),
        xpath_signature="//Bordereau",
        metadonnees_actes=MetadonneesActes(
            nature="3", classification="2.1", date=date(2026, 3, 2), objet="Objet"
        ),
        circuit=(CircuitStep("DGS", "VISEUR", "Ana", "Petit"),),
    )
    parapheur.dossiers.creer(dossier)

    (asked,) = canned.asked
    assert int(asked.headers["Content-Length"]) == len(asked.body)
    root = asked.root
    assert root.findtext(f"{NS}XPathPourSignatureXML") == "//Bordereau"
    assert root.findtext(f"{NS}VisuelPDF") == "Vg=="
    assert root.findtext(f"{NS}SignatureDocPrincipal") == "c2lnbmF0dXJl"
    further = root.find(f"{NS}DocumentsSupplementaires/{NS}DocAnnexe")
    assert [child.tag.removeprefix(NS) for child in further] == [
        *("nom", "fichier", "mimetype", "encoding", "signature")
    ]
    assert [child.text for child in root.find(f"{NS}MetaDataTdtACTES")] == ["3", "2.1", "2026-03-02", "Objet"]
    step = root.find(f"{NS}CircuitObligatoire/{NS}EtapeCircuit")
    assert [child.text for child in step] == ["DGS", "Ana", "Petit", "VISEUR"]


def test_the_former_way_to_give_a_pes_holds_what_it_wants(parapheur, canned, answer, retour) -> None:
    canned.will(answer("CreerDossierPESResponse", retour()))
    parapheur.tdt.creer_pes(
        NewDossierPES(
            dossier_id="D-1",
            type_technique="PES",
            sous_type="Mandats",
            email_emetteur="a@b.fr",
            pes=Document("a.xml", Payload.of(b"<a/>"), "application/xml"),
            visuel=Document("v.pdf", Payload.of(b"V")),
            xpath_signature=".",
        )
    )
    fields = canned.asked[0].fields()
    assert fields["FichierPES"] == "PGEvPg=="
    assert fields["XPathPourSignaturePES"] == "."
    assert fields["EmailEmetteur"] == "a@b.fr"


def test_a_search_sends_only_the_filters_that_are_given(parapheur, canned, answer) -> None:
    canned.will(answer("RechercherDossiersResponse"))
    assert parapheur.dossiers.rechercher() == ()
    assert parapheur.dossiers.rechercher(status="Archive", nombre=3, dossier_ids=["b", "a"]) == ()
    none, some = (list(one.root) for one in canned.asked)
    assert none == []
    assert [(child.tag.removeprefix(NS), child.text) for child in some] == [
        ("Status", "Archive"),
        ("NombreDossiers", "3"),
        ("DossierID", "b"),
        ("DossierID", "a"),
    ]


def test_a_search_tells_the_rest_of_each_line(parapheur, canned, answer) -> None:
    line = (
        "<LogDossier><timestamp>2026-03-02T09:00:00+01:00</timestamp><nom>D-1</nom><status>Lu</status>"
        "<annotation>Vu</annotation><accessible>Recuperable</accessible><Nouveau>x</Nouveau></LogDossier>"
    )
    canned.will(answer("RechercherDossiersResponse", line))
    (found,) = parapheur.dossiers.rechercher()
    assert (found.dossier_id, found.status, found.annotation) == ("D-1", "Lu", "Vu")
    assert found.accessible == "Recuperable"
    assert found.entry.champs["Nouveau"] == "x"


@pytest.mark.parametrize("operation", ["forcer", "remords", "tdt", "pes", "mail"])
def test_an_effect_that_ends_in_a_fault_may_have_happened(parapheur, canned, fault, operation: str) -> None:
    canned.will(fault("Internal Error"))
    with pytest.raises(OutcomeUnknown):
        _effects(parapheur)[operation]()
    canned.will(fault("Cannot find dispatch method for {ns}Request"))
    with pytest.raises(NoSuchOperation):
        _effects(parapheur)[operation]()
    assert len(canned.asked) == 2


def _effects(parapheur: IparapheurSoap) -> dict[str, Callable[[], object]]:
    return {
        "forcer": lambda: parapheur.dossiers.forcer_etape("D-1", CodeTransition.KO),
        "remords": lambda: parapheur.dossiers.exercer_droit_de_remords("D-1"),
        "tdt": lambda: parapheur.tdt.envoyer("D-1"),
        "pes": lambda: parapheur.tdt.envoyer_pes("D-1"),
        "mail": lambda: parapheur.mail_securise.envoyer(
            "D-1", destinataire="a@b.fr", objet="o", message="m", mot_de_passe=Secret("x")
        ),
    }


def test_a_classification_is_saved_whole_or_not_at_all(
    parapheur, canned, answer, retour, tmp_path: Path
) -> None:
    inside = '<classification xmime:contentType="text/xml">PGEvPg==</classification>'
    canned.will(answer("GetClassificationActesTdtResponse", inside + retour()))
    file = parapheur.tdt.classification("T", into=tmp_path, mise_a_jour=True)
    assert (file.path.read_bytes(), file.nom, file.content_type) == (
        b"<a/>",
        "classification.xml",
        "text/xml",
    )
    assert canned.asked[0].fields() == {"TypeTechnique": "T", "DemanderMiseAJourTdt": "OUI"}
    file.path.unlink()

    for wrong in ("", "<classification/>", inside * 2):
        canned.will(answer("GetClassificationActesTdtResponse", wrong + retour()))
        with pytest.raises(UnreadableAnswer):
            parapheur.tdt.classification(into=tmp_path)
        assert list(tmp_path.iterdir()) == []


def test_a_status_that_the_parapheur_does_not_tell_is_none(parapheur, canned, answer, retour) -> None:
    canned.will(answer("GetStatutTdTResponse", retour()))
    assert parapheur.tdt.statut("D-1") is None


def test_a_read_that_ends_in_a_fault_waits(parapheur, canned, fault) -> None:
    canned.will(fault("Internal Error"))
    with pytest.raises(Unavailable):
        parapheur.typologie.circuit("T", "S")


@pytest.mark.parametrize("role", ["VISEUR", "VISITEUR"])
def test_a_role_that_is_not_known_is_kept_as_it_is(parapheur, canned, answer, role: str) -> None:
    step = (
        f"<EtapeCircuit><Parapheur>DGS</Parapheur><Prenom/><Nom>Ana</Nom><Role>{role}</Role></EtapeCircuit>"
    )
    canned.will(answer("GetCircuitResponse", step))
    (found,) = parapheur.typologie.circuit("T", "S")
    assert (found.bureau, found.nom, found.role) == ("DGS", "Ana", role)
    assert (found.acte is None) == (role == "VISITEUR")


def test_what_cannot_be_sent_never_leaves(parapheur, canned) -> None:
    with pytest.raises(InvalidInput):
        parapheur.typologie.circuit("T", " S ")
    with pytest.raises(InvalidInput):
        parapheur.dossiers.rechercher(status="a\nb")
    with pytest.raises(InvalidInput):
        parapheur.mail_securise.envoyer("D-1", destinataire="", objet="o", message="m")
    assert canned.asked == []


def test_what_this_version_does_not_know_is_kept_everywhere(parapheur, canned, answer, retour) -> None:
    more = "<Nouveau rang='1'>x</Nouveau>"
    kept = {"Nouveau": "x", "Nouveau/@rang": "1"}
    line = "<LogDossier><nom>Ana</nom><status>Vise</status></LogDossier>"
    step = f"<EtapeCircuit><Parapheur>DGS</Parapheur><Role>VISEUR</Role>{more}</EtapeCircuit>"
    known = f"<MetaDonnee><nomCourt>a</nomCourt>{more}</MetaDonnee>"

    canned.will(answer("ForcerEtapeResponse", line + more + retour()))
    forced = parapheur.dossiers.forcer_etape("D-1", CodeTransition.OK)
    canned.will(answer("ExercerDroitRemordDossierResponse", more + retour()))
    taken_back = parapheur.dossiers.exercer_droit_de_remords("D-1")
    canned.will(answer("ArchiverDossierResponse", "<URL>u</URL>" + more + retour()))
    archived = parapheur.dossiers.archiver("D-1")
    canned.will(answer("GetCircuitResponse", step))
    (found,) = parapheur.typologie.circuit("T", "S")
    canned.will(answer("GetListeMetaDonneesResponse", known))
    (metadonnee,) = parapheur.typologie.metadonnees()
    canned.will(answer("GetMetaDonneesRequisesPourTypeSoustypeResponse", known))
    (wanted,) = parapheur.typologie.metadonnees_requises("T", "S")

    for one in (forced, taken_back, archived, found, metadonnee, wanted):
        assert one.champs == kept
    assert forced.entry is not None
    assert archived.url == "u"
    assert wanted.obligatoire is False
