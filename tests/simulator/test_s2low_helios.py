"""How a PES goes from posted to answered by the trésorerie (module Hélios of S2LOW)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree

from cdg62_connect.errors import InvalidInput, NotReady
from cdg62_connect.simulator import Pas, Simulator
from cdg62_connect.simulator.iparapheur.xades import sign_xades
from cdg62_connect.simulator.s2low import Erreur, RythmePes, ScenarioPes
from support.pes_samples import SIRET, pes

HELIOS = "/modules/helios"
ACQUIT = "{http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour/v2}PES_ACQUIT"


class PesCaller:
    """A program of a commune that knows only the protocol of PES."""

    def __init__(self, s2low: Any) -> None:
        self.s2low = s2low

    def send(self, content: bytes, *, name: str = "PES.xml", **fields: str) -> requests.Response:
        return self.s2low.post(
            f"{HELIOS}/api/helios_importer_fichier.php", list(fields.items()), [("enveloppe", name, content)]
        )

    def sent(self, content: bytes, **fields: str) -> int:
        root = etree.fromstring(self.send(content, **fields).content)
        assert root.findtext("resultat") == "OK", etree.tostring(root)
        return int(root.findtext("id"))

    def status(self, transaction: object) -> tuple[str, str, str]:
        """Result, status, message of one look."""
        answer = self.s2low.get(f"{HELIOS}/api/helios_transac_get_status.php", transaction=transaction)
        root = etree.fromstring(answer.content)
        message = root.findtext("message") or ""
        if "Ã" in message:
            message = message.encode("iso-8859-1").decode("utf-8")
        return root.findtext("resultat"), root.findtext("status"), message

    def walk(self, transaction: int, looks: int = 6) -> list[str]:
        return [self.status(transaction)[1] for _ in range(looks)]

    def acquit(self, transaction: int) -> Any:
        answer = self.s2low.get(f"{HELIOS}/helios_download_acquit.php", id=transaction)
        assert answer.status_code == 200, answer.headers
        return etree.fromstring(answer.content)

    def answered(self, content: bytes) -> Any:
        transaction = self.sent(content)
        self.walk(transaction)
        return self.acquit(transaction)

    def list(self) -> Any:
        return etree.fromstring(self.s2low.get(f"{HELIOS}/api/helios_get_list.php").content)


@pytest.fixture
def commune(s2low: Any) -> PesCaller:
    return PesCaller(s2low)


def states(acquit: Any) -> list[str]:
    return [one.get("V") for one in acquit.iter("EtatAck")]


def refused(answer: requests.Response) -> str:
    root = etree.fromstring(answer.content)
    assert (root.findtext("id"), root.findtext("resultat")) == ("", "KO")
    return root.findtext("message")


def test_an_import_answers_in_xml_with_the_id(commune: PesCaller) -> None:
    answer = commune.send(pes())
    assert answer.headers["Content-Type"] == "text/xml"
    assert "import.xml" in answer.headers["Content-Disposition"]
    root = etree.fromstring(answer.content)
    assert [child.tag for child in root] == ["id", "resultat", "message"]
    assert [child.text for child in root] == ["5120", "OK", "Téléchargement du fichier réussi."]


def test_by_default_each_status_is_seen_once(commune: PesCaller) -> None:
    assert commune.walk(commune.sent(pes())) == ["1", "2", "3", "8", "8", "8"]


def test_the_v4_generation_says_also_that_it_works_on_it(simulator: Simulator, commune: PesCaller) -> None:
    simulator.s2low.profile = "v4"
    assert commune.walk(commune.sent(pes())) == ["1", "7", "2", "3", "8", "8"]


def test_a_status_says_its_message_in_the_words_of_the_platform(commune: PesCaller) -> None:
    transaction = commune.sent(pes())
    assert [commune.status(transaction)[2] for _ in range(4)] == [
        "Fichier bien reçu par la plate-forme S2low",
        "Transaction 5120 dans la file d'attente",
        "Transaction 5120 transmise au serveur.",
        "Transaction 5120 : information disponible",
    ]


@pytest.mark.parametrize(("profile", "encoding"), [("v4", "iso-8859-1"), ("v5", "utf-8"), ("next", "utf-8")])
def test_the_status_announces_iso_8859_1_whatever_its_bytes_are(
    simulator: Simulator, commune: PesCaller, profile: Any, encoding: str
) -> None:
    simulator.s2low.profile = profile
    path = f"{HELIOS}/api/helios_transac_get_status.php"
    answer = commune.s2low.get(path, transaction=commune.sent(pes())).content
    assert answer.startswith(b'<?xml version="1.0" encoding="ISO-8859-1"?>\n<transaction >')
    assert "Fichier bien reçu".encode(encoding) in answer


def test_an_acquit_copies_the_head_and_answers_each_bordereau_and_each_piece(commune: PesCaller) -> None:
    acquit = commune.answered(pes(bordereaux=["1", "2"], pj=["PJ0001"]))
    assert acquit.tag == ACQUIT
    assert acquit.find("Enveloppe/Parametres/NomFic").get("V") == "VALMONT_20250310_0001"
    assert acquit.find("EnTetePES/LibelleColBud").get("V") == "VALMONT-LES-TILLEULS É"
    told = [[child.get("V") for child in one] for one in acquit.iter("ElementACQUIT")]
    assert told == [["5", "1", "1", "2025"], ["5", "1", "2", "2025"], ["4", "1", "PJ0001"]]


def test_an_acquit_may_be_late_on_the_status_which_then_says_transmitted(
    simulator: Simulator, commune: PesCaller
) -> None:
    simulator.s2low.helios.rythme = RythmePes(
        analyse=Pas.immediat(),
        transmission=Pas.immediat(),
        acquittement=Pas.immediat(),
        mise_a_disposition=Pas.delai(timedelta(hours=1)),
    )
    transaction = commune.sent(pes())
    assert commune.status(transaction)[1:] == ("3", "Transaction 5120 : information disponible")
    path = f"{HELIOS}/helios_download_acquit.php"
    assert commune.s2low.get(path, id=transaction).status_code == 302
    simulator.clock.advance(3600)
    assert commune.status(transaction)[1] == "8"
    assert commune.acquit(transaction).tag == ACQUIT


def test_the_pace_is_on_the_simulated_clock(simulator: Simulator, commune: PesCaller, admin: Any) -> None:
    admin.post("/rythme", {"helios": {"apres_s": 3600}})
    transaction = commune.sent(pes())
    assert commune.walk(transaction, 2) == ["1", "1"]
    simulator.clock.advance(timedelta(hours=2))
    assert commune.walk(transaction, 2) == ["3", "3"]
    simulator.clock.advance(timedelta(hours=1))
    assert commune.status(transaction)[1] == "8"


def test_the_same_bytes_are_refused_whoever_sends_them(
    commune: PesCaller, caller: Callable[..., Any]
) -> None:
    commune.sent(pes())
    neighbour = PesCaller(caller(1))
    for program in (commune, neighbour):
        assert (
            refused(program.send(pes(), name="AUTRE.xml")) == "doublon détecté. Ce fichier a déjà été posté."
        )


def test_the_same_name_with_other_bytes_is_refused_at_the_analysis(commune: PesCaller) -> None:
    commune.sent(pes())
    second = commune.sent(pes(bordereaux=["2"]))
    commune.status(second)
    assert commune.status(second)[1:] == ("-1", "Transaction 5121 : ce fichier existe déjà sur la plateforme")
    assert commune.walk(commune.sent(pes(cod_col="124")), 2) == ["1", "2"], "another collectivité may use it"


def test_an_authority_may_be_let_use_a_name_again(simulator: Simulator, commune: PesCaller) -> None:
    simulator.s2low.accounts.authority("216209916").nom_fic_reutilisable = True
    commune.sent(pes())
    assert commune.walk(commune.sent(pes(bordereaux=["2"])), 4) == ["1", "2", "3", "8"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (pes(declared="UTF-8"), "ISO-8859-1"),
        (pes().replace(b"</n:PES_Aller>", b""), "n'est pas en XML"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE a><a/>', "n'est pas en XML"),
        (pes(bordereaux=[]), "ni bordereau, ni PJ, ni marché"),
        (pes(nom_fic=""), "NomFic"),
        (pes(cod_col="1234"), "CodCol"),
        (pes(id_coll="123456789012345"), "IdColl"),
        (pes(id_post="0620012"), "IdPost"),
        (pes(cod_bud=""), "CodBud"),
    ],
)
def test_what_s2low_does_not_send_ends_in_error_with_the_reason(
    commune: PesCaller, content: bytes, says: str
) -> None:
    transaction = commune.sent(content)
    commune.walk(transaction, 3)
    result, status, message = commune.status(transaction)
    assert (result, status) == ("OK", "-1")
    assert message.startswith(f"Transaction {transaction} : ")
    assert says in message


def test_an_authority_without_server_at_the_dgfip_sends_nothing(
    simulator: Simulator, commune: PesCaller
) -> None:
    simulator.s2low.accounts.authority("216209916").helios_dest = ""
    assert commune.walk(commune.sent(pes()), 3) == ["1", "2", "-1"]


def test_who_may_only_deposit_leaves_the_rest_to_a_person(
    simulator: Simulator, caller: Callable[..., Any], admin: Any, request: pytest.FixtureRequest
) -> None:
    pair = simulator.authority.client_certificate(f"pes-{request.node.name}")
    simulator.s2low.accounts.add_account("216209916", pair[0], droits=["CS"])
    program = PesCaller(caller(certificate=pair))
    transaction = program.sent(pes())
    assert program.walk(transaction, 2) == ["14", "14"]
    admin.post(f"/helios/{transaction}/poster", {"agent": "Mme Dupuis"})
    assert program.walk(transaction, 2) == ["1", "2"]


def test_a_file_to_be_signed_inside_waits_until_the_next_generation(
    simulator: Simulator, commune: PesCaller
) -> None:
    assert commune.status(commune.sent(pes(), must_signed="1"))[1] == "13"
    simulator.s2low.profile = "next"
    assert commune.status(commune.sent(pes(nom_fic="AUTRE"), must_signed="1"))[1] == "1"


def test_what_was_taken_back_cannot_be_consulted(commune: PesCaller, admin: Any) -> None:
    transaction = commune.sent(pes())
    admin.post(f"/helios/{transaction}/annuler")
    assert commune.status(transaction) == ("KO", "", "Erreur consultation statut")


def test_the_posted_file_comes_back_byte_for_byte(commune: PesCaller) -> None:
    transaction = commune.sent(pes(), name="PES DÉPENSE.xml")
    answer = commune.s2low.get(f"{HELIOS}/helios_download_file.php", id=transaction)
    assert answer.content == pes()


# The trésorerie.


def test_a_bordereau_or_a_piece_already_taken_in_is_refused_alone(commune: PesCaller) -> None:
    commune.answered(pes(pj=["PJ0001"]))
    acquit = commune.answered(pes(nom_fic="SUITE", bordereaux=["1", "2"], pj=["PJ0001", "PJ0002"]))
    assert states(acquit) == ["0", "1", "0", "1"]
    assert [one.get("V") for one in acquit.iter("NumAnoAck")] == [
        "ERREUR_DOUBLON_BORDEREAU",
        "ERREUR_DOUBLON_PJ",
    ]


def test_what_was_refused_was_not_taken_in(simulator: Simulator, commune: PesCaller) -> None:
    simulator.s2low.helios.prevoir(ScenarioPes(contient="VALMONT_20250310_0001", issue="rejete"))
    acquit = commune.answered(pes())
    assert [[child.get("V") for child in one][:2] for one in acquit.iter("ElementACQUIT")] == [["0", "0"]]
    assert states(commune.answered(pes(nom_fic="CORRIGE"))) == ["1"]


def test_a_flow_announced_dematerialised_must_be_signed(commune: PesCaller) -> None:
    acquit = commune.answered(pes(dematerialise="1"))
    assert states(acquit) == ["0"]
    assert acquit.find("ACQUIT/ElementACQUIT/DomaineAck").get("V") == "3"


@pytest.fixture
def signed(simulator: Simulator, tmp_path: Path) -> Callable[..., bytes]:
    """A PES signed by the simulated parapheur."""

    def sign(xpath: str, *, dematerialise: str = "1") -> bytes:
        source, into = tmp_path / "pes.xml", tmp_path / "signe.xml"
        source.write_bytes(pes(bordereaux=["1", "2"], dematerialise=dematerialise))
        signer, moment = simulator.authority.signer("Le Maire"), simulator.clock.now()
        sign_xades(source, into, xpath=xpath, signer=signer, moment=moment)
        return into.read_bytes()

    return sign


@pytest.mark.parametrize("xpath", ["//Bordereau", "."])
def test_a_signed_flow_is_accepted_and_refused_once_altered(
    commune: PesCaller, signed: Callable[..., bytes], xpath: str
) -> None:
    content = signed(xpath)
    assert states(commune.answered(content)) == ["1", "1"]
    altered = commune.sent(content.replace(b"FOURNITURES", b"FOURNITURE!"))
    commune.status(altered)
    assert commune.status(altered)[1:] == (
        "-1",
        "Transaction 5121 : La signature du fichier est invalide : le contenu signé a été modifié",
    )


def test_a_flow_that_is_signed_must_be_announced_dematerialised(
    commune: PesCaller, signed: Callable[..., bytes]
) -> None:
    assert states(commune.answered(signed("//Bordereau", dematerialise="0"))) == ["0"]


def test_a_scenario_tells_anomalies_where_they_are(commune: PesCaller, admin: Any) -> None:
    anomalies = [
        {"bordereau": "2", "piece": "7", "ligne": "2", "libelle": "1971 - Compte fonction présent à tort"},
        {"bordereau": "2", "piece": "8", "code": "ERREUR_CODIFICATION", "libelle": "2559 - inconnu"},
        {"pj": "PJ0001", "code": "ERREUR_PJ", "libelle": "1985 - illisible"},
    ]
    scenario = {"contient": "VALMONT", "issue": "partiel", "erreurs": anomalies}
    admin.post("/helios/scenarios", scenario)
    acquit = commune.answered(pes(bordereaux=["1", "2"], pieces=["7", "8"], pj=["PJ0001"]))
    assert states(acquit) == ["1", "0", "0"]
    second = list(acquit.iter("ElementACQUIT"))[1]
    line = second.find("DetailPiece/DetailLigne/Erreur/LibelleAnoAck")
    assert line.get("V") == "1971 - Compte fonction présent à tort"
    assert [one.get("V") for one in second.iter("NumPiece")] == ["7", "8"]


def test_the_answer_may_be_given_by_hand(commune: PesCaller, admin: Any) -> None:
    admin.post("/rythme", {"helios": "main"})
    transaction = commune.sent(pes())
    erreurs = [{"libelle": "1111 - par la main"}]
    admin.post(f"/helios/{transaction}/acquitter", {"issue": "partiel", "erreurs": erreurs})
    assert commune.status(transaction)[1] == "8"
    assert states(commune.acquit(transaction)) == ["0"]
    assert "8" in admin.post(f"/helios/{transaction}/acquitter", {}, status=409)["erreur"]


@pytest.mark.parametrize(
    ("issue", "status", "root"),
    [
        ("sans_detail", "4", "PES_ACQUIT"),
        ("non_acquit", "6", "PES_NonAcquit"),
        ("acquit_invalide", "-1", "PES_ACQUIT"),
    ],
)
def test_other_files_lead_to_other_statuses_and_can_be_fetched(
    simulator: Simulator, commune: PesCaller, issue: Any, status: str, root: str
) -> None:
    simulator.s2low.helios.prevoir(ScenarioPes(contient="VALMONT", issue=issue))
    transaction = commune.sent(pes())
    assert commune.walk(transaction)[-1] == status
    assert etree.QName(commune.acquit(transaction)).localname == root


def test_a_collectivite_that_the_schema_refuses_makes_an_error_whose_file_can_be_read(
    commune: PesCaller,
) -> None:
    transaction = commune.sent(pes(cod_col="000"))
    commune.walk(transaction, 3)
    assert commune.status(transaction)[1:] == ("-1", "Transaction 5120 : erreur retournée par Helios")
    assert states(commune.acquit(transaction)) == ["1"]


@pytest.mark.parametrize("status", ["1", "2", "3"])
def test_a_pes_may_be_told_to_stay_where_it_is(simulator: Simulator, commune: PesCaller, status: str) -> None:
    simulator.s2low.helios.prevoir(ScenarioPes.of({"contient": "VALMONT", "issue": f"bloque_{status}"}))
    assert commune.walk(commune.sent(pes()))[-1] == status


@pytest.mark.parametrize(
    "data",
    [
        {"issue": "accepte"},
        {"contient": "A", "issue": "peut-être"},
        {"contient": "A", "issue": "partiel", "erreurs": [{"code": "ERREUR_INVENTEE"}]},
        {"contient": "A", "issue": "partiel", "erreurs": [{"ligne": "1"}]},
        {"contient": "A", "issue": "partiel", "erreurs": "toutes"},
        {"contient": "A", "issue": "partiel", "erreurs": ["une"]},
        {"contient": "A", "issue": "partiel", "erreurs": [{"libelle": "x" * 501}]},
        {"contient": "A", "issue": "partiel", "erreurs": [{"mandat": "1"}]},
        {"contient": 3, "issue": "partiel"},
    ],
)
def test_a_scenario_that_is_not_understood_is_refused(admin: Any, data: object) -> None:
    assert admin.post("/helios/scenarios", data, status=400)["erreur"]


# PES retour.


@pytest.fixture
def acknowledged(commune: PesCaller) -> int:
    transaction = commune.sent(pes())
    commune.walk(transaction)
    return transaction


def test_a_pes_retour_is_listed_fetched_then_marked_as_read(
    commune: PesCaller, admin: Any, acknowledged: int
) -> None:
    assert len(commune.list()) == 4, "nothing at first"
    admin.post(f"/helios/{acknowledged}/retour")
    listed = commune.list()
    assert (listed.findtext("resultat"), listed.findtext("message")) == ("", "liste réussi")
    assert listed.findtext("dateDemande") == "2025-03-14 09:00:00"
    identifier, name = listed.findtext("pes_retour/id"), listed.findtext("pes_retour/nom")
    assert name == "PES2R_DEP_P_062001_77_20250314.xml"
    assert listed.findtext("pes_retour/date") == "2025-03-14 09:00:00.000+01"
    got = etree.fromstring(commune.s2low.get(f"{HELIOS}/api/helios_get_retour.php", id=identifier).content)
    assert etree.QName(got).localname == "PES_Retour"
    assert got.find("EnTetePES/IdColl").get("V") == SIRET
    answer = commune.s2low.get(f"{HELIOS}/api/helios_change_status.php", id=identifier)
    told = etree.fromstring(answer.content)
    assert (told.tag, told.findtext("resultat")) == ("transaction", "OK")
    assert commune.list().find("pes_retour") is None


def test_the_hour_of_a_list_is_on_twelve_hours(simulator: Simulator, commune: PesCaller) -> None:
    simulator.clock.advance(6 * 3600)
    assert commune.list().findtext("dateDemande") == "2025-03-14 03:00:00"


def test_a_retour_of_a_siret_shared_by_two_authorities_reaches_nobody(
    simulator: Simulator, commune: PesCaller, caller: Callable[..., Any], acknowledged: int
) -> None:
    other = PesCaller(caller(1))
    other.walk(other.sent(pes(nom_fic="VOISINE")))
    assert simulator.s2low.helios.emettre_retour(acknowledged).authority is None
    assert commune.list().find("pes_retour") is None


def test_only_its_authority_reads_a_retour(
    simulator: Simulator, caller: Callable[..., Any], acknowledged: int
) -> None:
    found = simulator.s2low.helios.emettre_retour(acknowledged)
    neighbour = caller(1)
    got = etree.fromstring(neighbour.get(f"{HELIOS}/api/helios_get_retour.php", id=found.id).content)
    assert (got.tag, got.findtext("message")) == ("get_retour", "Accès refusé")
    answer = etree.fromstring(neighbour.get(f"{HELIOS}/api/helios_change_status.php", id=found.id).content)
    assert (answer.findtext("resultat"), found.lu) == ("KO", False)


def test_a_retour_needs_an_answer_and_a_depense(simulator: Simulator, commune: PesCaller) -> None:
    room = simulator.s2low.helios
    transaction = commune.sent(pes(bordereaux=[], pj=["PJ1"]))
    with pytest.raises(NotReady):
        room.emettre_retour(transaction)
    room.acquitter(transaction)
    with pytest.raises(InvalidInput):
        room.emettre_retour(transaction)


# Lists.


def test_the_list_of_pes_is_for_the_archivist(
    simulator: Simulator, commune: PesCaller, caller: Callable[..., Any], request: pytest.FixtureRequest
) -> None:
    path = f"{HELIOS}/api/list_pes_aller.php"
    commune.sent(pes())
    answer = commune.s2low.get(path, status_id=1)
    assert (answer.status_code, answer.json()) == (400, {"error": "Accès refusé"})
    pair = simulator.authority.client_certificate(f"pes-{request.node.name}")
    simulator.s2low.accounts.add_account("216209916", pair[0], role="ARCH")
    found = caller(certificate=pair).get(path, status_id=1).json()
    assert [one["id"] for one in found["transactions"]] == [5120]


def test_the_state_tells_what_became_of_a_pes(admin: Any, acknowledged: int) -> None:
    (told,) = admin.get("/etat")["s2low"]["pes"]
    assert (told["id"], told["nom_fic"], told["statut"], told["acquit"]) == (
        acknowledged,
        "VALMONT_20250310_0001",
        8,
        True,
    )
    assert told["envoye_sous"] == "PESALR2_216209916_250314_001.xml"


def test_an_error_written_for_python_is_the_one_of_json() -> None:
    data = {"contient": "A", "issue": "rejete", "erreurs": [{"code": "ERREUR_SIRET", "libelle": "inconnu"}]}
    assert ScenarioPes.of(data).erreurs == (Erreur(code="ERREUR_SIRET", libelle="inconnu"),)
