"""Every refusal of the catalogue of the parapheur, provoked as a program would provoke it."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree

from cdg62_connect.simulator import Simulator, SimulatorServer
from cdg62_connect.simulator.faults import OPERATIONS
from cdg62_connect.simulator.iparapheur import Generation, Rythme, Variantes, catalogue, texts
from cdg62_connect.simulator.iparapheur.operations import OPERATIONS as SERVED

IP = "http://www.adullact.org/spring-ws/iparapheur/1.0"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
BY_NAME = {refusal.nom: refusal for refusal in catalogue.CATALOGUE}


class Bench:
    """The parapheur, and a program that sends it what it likes."""

    def __init__(self, simulator: Simulator, url: str, session: requests.Session, document: bytes) -> None:
        self.simulator = simulator
        self.parapheur = simulator.iparapheur
        self.url = url
        self.session = session
        self.document = document

    def post(self, body: bytes) -> requests.Response:
        return self.session.post(self.url, data=body, timeout=20)

    def call(self, operation: str, inner: str) -> requests.Response:
        return self.post(
            f'<s:Envelope xmlns:s="{SOAP}"><s:Body><{operation}Request xmlns="{IP}">{inner}'
            f"</{operation}Request></s:Body></s:Envelope>".encode()
        )

    def create(self, *, document: bytes | None = None, more: str = "", **changes: str) -> requests.Response:
        fields = {
            "TypeTechnique": "URBANISME",
            "SousType": "Courrier",
            "DossierID": "ads-01",
            "Visibilite": "SERVICE",
            "DocumentPrincipal": base64.b64encode(self.document if document is None else document).decode(),
            **changes,
        }
        kept = "".join(f"<{name}>{text}</{name}>" for name, text in fields.items() if text != "-")
        return self.call("CreerDossier", kept + more)

    def archive(self, dossier_id: str = "ads-01", action: str = "EFFACER") -> requests.Response:
        asked = f"<DossierID>{dossier_id}</DossierID><ArchivageAction>{action}</ArchivageAction>"
        return self.call("ArchiverDossier", asked)

    def asked(self, operation: str) -> requests.Response:
        """Any request of that operation."""
        if operation == "CreerDossier":
            return self.create()
        if operation == "ArchiverDossier":
            return self.archive()
        if operation in ("GetCircuit", "GetMetaDonneesRequisesPourTypeSoustype"):
            return self.call(operation, "<TypeTechnique>URBANISME</TypeTechnique><SousType>Arrete</SousType>")
        if operation == "ForcerEtape":
            return self.force()
        if operation == "EnvoyerDossierMailSecurise":
            return self.mail()
        if operation == "CreerDossierPES":
            return self.create_pes()
        if operation in ("GetListeTypes", "GetListeMetaDonnees", "RechercherDossiers"):
            return self.call(operation, "")
        if operation == "GetClassificationActesTdt":
            return self.call(operation, "<TypeTechnique>INCONNU</TypeTechnique>")
        return self.call(operation, "ads-01")

    def force(self, code: str = "OK") -> requests.Response:
        asked = f"<DossierID>ads-01</DossierID><CodeTransition>{code}</CodeTransition>"
        return self.call("ForcerEtape", asked)

    def mail(self, *, to: str = "a@b.example", subject: str = "Objet") -> requests.Response:
        fields = {"dossier": "ads-01", "rcptTo": to, "subject": subject, "message": "Bonjour"}
        return self.call(
            "EnvoyerDossierMailSecurise", "".join(f"<{name}>{text}</{name}>" for name, text in fields.items())
        )

    def create_pes(
        self, content: bytes = b"<PES_Aller><Bordereau Id='B1'/></PES_Aller>"
    ) -> requests.Response:
        encoded = base64.b64encode(content).decode()
        fields = {
            "TypeTechnique": "URBANISME",
            "SousType": "Courrier",
            "EmailEmetteur": "a@b.example",
            "DossierID": "ads-01",
            "FichierPES": encoded,
            "VisuelPDF": base64.b64encode(self.document).decode(),
            "XPathPourSignaturePES": "//Bordereau",
            "Visibilite": "SERVICE",
        }
        return self.call(
            "CreerDossierPES", "".join(f"<{name}>{text}</{name}>" for name, text in fields.items())
        )


@pytest.fixture
def session(simulator: Simulator) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.auth = (simulator.accesses[0].login, simulator.accesses[0].password)
        yield session


@pytest.fixture(params=["url", "url_mtom"])
def bench(
    server: SimulatorServer, session: requests.Session, document: bytes, request: pytest.FixtureRequest
) -> Bench:
    """Without MTOM, then with it."""
    described: Any = server.describe()["iparapheur_soap"]
    return Bench(server.simulator, described[request.param], session, document)


@pytest.fixture
def tls_bench(simulator: Simulator, session: requests.Session, document: bytes) -> Iterator[Bench]:
    """The same parapheur over TLS."""
    with SimulatorServer(simulator, tls=True) as server:
        described: Any = server.describe()
        session.verify = described["s2low"]["ca"]
        yield Bench(simulator, described["iparapheur_soap"]["url"], session, document)


def sous_type(**changes: str) -> Callable[[Bench], requests.Response]:
    return lambda bench: bench.create(**changes)


def twice(bench: Bench) -> requests.Response:
    bench.create()
    return bench.create()


def without_metadata(bench: Bench) -> requests.Response:
    bench.parapheur.exiger_metadonnees("Courrier", "commune", "nature")
    given = "<MetaDonnee><nom>{}</nom><valeur>{}</valeur></MetaDonnee>"
    full = given.format("commune", "Arras") + given.format("nature", "AI")
    assert retour(bench.create(DossierID="complet", more=f"<MetaData>{full}</MetaData>"))[0] == "OK"
    assert retour(bench.create(DossierID="autre", SousType="Arrete"))[0] == "OK"
    empty = given.format("commune", "Arras") + given.format("nature", "")
    return bench.create(more=f"<MetaData>{empty}</MetaData>")


def running(bench: Bench) -> requests.Response:
    bench.create()
    return bench.archive()


def unknown_action(bench: Bench) -> requests.Response:
    bench.parapheur.rythme = Rythme.of("immediat")
    bench.create()
    return bench.archive(action="JETER")


def not_rejected(bench: Bench) -> requests.Response:
    bench.create()
    return bench.call("EffacerDossierRejete", "ads-01")


def taken_back_twice(bench: Bench) -> requests.Response:
    bench.create()
    assert retour(bench.call("ExercerDroitRemordDossier", "ads-01"))[:2] == ("OK", "Dossier ads-01 récupéré.")
    return bench.call("ExercerDroitRemordDossier", "ads-01")


def too_late(bench: Bench) -> requests.Response:
    bench.create()
    bench.parapheur.lire("ads-01")
    return bench.call("ExercerDroitRemordDossier", "ads-01")


def on_another_desk(bench: Bench) -> requests.Response:
    bench.create(SousType="Arrete")
    return bench.force()


def signature_forced(bench: Bench) -> requests.Response:
    login = bench.simulator.accesses[0].login
    [before] = [one for one in bench.parapheur.accounts if one.login == login]
    types = tuple(before.types.values())
    bench.create()
    bench.parapheur.add_account(login, before.password, types=types, bureaux=("Le Maire",))
    try:
        return bench.force()
    finally:
        bench.parapheur.add_account(login, before.password, types=types)


def created_then(operation: str) -> Callable[[Bench], requests.Response]:
    def ask(bench: Bench) -> requests.Response:
        bench.create()
        return bench.asked(operation)

    return ask


def mailed(**fields: str) -> Callable[[Bench], requests.Response]:
    def ask(bench: Bench) -> requests.Response:
        bench.create()
        return bench.mail(**fields)

    return ask


def bad_circuit(bench: Bench) -> requests.Response:
    step = "<Parapheur>Le Maire</Parapheur><Prenom/><Nom/><Role>DANSEUR</Role>"
    return bench.create(more=f"<CircuitObligatoire><EtapeCircuit>{step}</EtapeCircuit></CircuitObligatoire>")


KOS: dict[str, Callable[[Bench], requests.Response]] = {
    "sous_type_inconnu": sous_type(SousType="Inconnu"),
    "deja_present": twice,
    "metadonnee_manquante": without_metadata,
    "sans_nom": lambda bench: bench.create(DossierID="-"),
    "identifiant_invalide": lambda bench: bench.create(DossierID="ads/01"),
    "visibilite_inconnue": lambda bench: bench.create(Visibilite="TOUS"),
    "date_limite_invalide": lambda bench: bench.create(DateLimite="31/03/2025"),
    "sans_document": lambda bench: bench.create(DocumentPrincipal="-"),
    "document_invalide": lambda bench: bench.create(document=b"bonjour"),
    "pes_invalide": lambda bench: bench.create_pes(b"<PES_Aller><Bordereau/></PES_Aller>"),
    "circuit_invalide": bad_circuit,
    "introuvable": lambda bench: bench.archive(),
    "pas_archivable": running,
    "action_inconnue": unknown_action,
    "pas_rejete": not_rejected,
    "pas_emis": taken_back_twice,
    "trop_tard": too_late,
    "pas_sur_le_bureau": on_another_desk,
    "etape_non_forcable": signature_forced,
    "transition_inconnue": lambda bench: bench.force("PEUT-ETRE"),
    "pas_a_teletransmettre": created_then("EnvoyerDossierTdT"),
    "pas_transmis": created_then("GetStatutTdT"),
    "pas_de_classification": lambda bench: bench.asked("GetClassificationActesTdt"),
    "adresse_invalide": mailed(to="personne"),
    "mail_sans_objet": mailed(subject=""),
}
BEFORE = {"certificat_autre_ac", "certificat_absent", "identifiants_faux", "demande_trop_grosse"}
FAULTS = {"demande_illisible", "operation_inconnue", "operation_abandonnee"}


def payload(answer: requests.Response) -> etree._Element:
    found = re.search(rb"<(\w[\w-]*):Envelope.*</\1:Envelope>", answer.content, re.DOTALL)
    assert found, answer.content
    (content,) = etree.fromstring(found[0]).find(f"{{{SOAP}}}Body")
    return content


def retour(answer: requests.Response) -> tuple[str, ...]:
    assert answer.status_code == 200
    found = payload(answer).find(f"{{{IP}}}MessageRetour")
    return tuple(found.findtext(f"{{{IP}}}{name}") for name in ("codeRetour", "message", "severite"))


def faultstring(answer: requests.Response) -> str:
    assert answer.status_code == 500
    return payload(answer).findtext("faultstring")


def matches(dit: str, said: str) -> bool:
    pieces = re.split(r"\{\w+\}", dit)
    return re.fullmatch(".+".join(re.escape(piece) for piece in pieces), said) is not None


def test_every_refusal_of_the_catalogue_is_provoked_here_or_only_ordered() -> None:
    ordered_only = {refusal.nom for refusal in catalogue.CATALOGUE if refusal.moyen == "panne"}
    assert len(BY_NAME) == len(catalogue.CATALOGUE)
    assert {*KOS, *BEFORE, *FAULTS} | ordered_only == set(BY_NAME)


def test_the_operations_that_a_rule_may_name_are_those_that_are_served() -> None:
    over_soap = {one for one in OPERATIONS["iparapheur"] if " " not in one}  # a REST call is « GET desk »
    assert over_soap == set(SERVED)


@pytest.mark.parametrize("nom", KOS)
def test_what_provokes_a_refusal_is_answered_in_its_words(bench: Bench, nom: str) -> None:
    code, message, severite = retour(KOS[nom](bench))

    assert (code, severite) == ("KO", "ERROR")
    assert matches(BY_NAME[nom].dit, message)


@pytest.mark.parametrize("operation", BY_NAME["introuvable"].operations)
def test_a_dossier_that_is_not_there_is_not_found_by_any_operation(bench: Bench, operation: str) -> None:
    assert retour(bench.asked(operation)) == ("KO", "Dossier ads-01 introuvable.", "ERROR")


def test_a_wrong_password_is_answered_by_a_page(bench: Bench) -> None:
    bench.session.auth = ("inconnu", "faux")
    refused = bench.create()
    assert (refused.status_code, refused.headers["Content-Type"]) == (401, "text/html; charset=utf-8")


def test_a_request_that_is_too_big_is_answered_by_a_page(bench: Bench) -> None:
    bench.parapheur.corps_maximal = 500
    assert bench.create().status_code == 413
    bench.simulator.reset()
    assert bench.create().status_code == 200


def test_what_is_no_request_and_an_unknown_operation_are_faults(bench: Bench) -> None:
    assert faultstring(bench.post(b"<a/>"))
    said = faultstring(bench.call("IsUtilisateurExiste", ""))
    assert said == f"Cannot find dispatch method for {{{IP}}}IsUtilisateurExisteRequest"
    assert texts.NO_OPERATION in BY_NAME["operation_inconnue"].dit


@pytest.mark.parametrize("operation", BY_NAME["operation_abandonnee"].operations)
def test_the_bridge_of_a_v5_no_longer_transmits_nor_mails(bench: Bench, operation: str) -> None:
    bench.parapheur.variantes = Variantes(generation=Generation.V5)
    said = faultstring(bench.asked(operation))
    assert said == texts.NO_OPERATION_V5.format(operation=operation)
    assert texts.NO_OPERATION_V5 in BY_NAME["operation_abandonnee"].dit
    assert bench.parapheur.dossiers() == []


def test_a_parapheur_that_wants_a_certificate_refuses_who_has_none(tls_bench: Bench) -> None:
    assert tls_bench.create().status_code == 200
    tls_bench.parapheur.certificat_exige = True
    refused = tls_bench.create(DossierID="ads-02")
    assert refused.status_code == 400
    assert "No required SSL certificate was sent" in refused.text
    assert tls_bench.session.get(f"{tls_bench.url}?wsdl", timeout=10).status_code == 400

    first = tls_bench.simulator.accesses[0]
    tls_bench.session.cert = (str(first.certificate), str(first.key))
    tls_bench.session.close()
    assert retour(tls_bench.create(DossierID="ads-02"))[0] == "OK"
    assert tls_bench.session.get(f"{tls_bench.url}?wsdl", timeout=10).status_code == 200


@pytest.mark.parametrize("kind", ["inconnu", "expire", "revoque"])
def test_a_certificate_that_is_not_accepted_is_refused_in_the_handshake(tls_bench: Bench, kind: str) -> None:
    presented = getattr(tls_bench.simulator.certificates, kind)
    tls_bench.session.cert = (str(presented.certificate), str(presented.key))
    # In TLS 1.3 the refusal comes after the handshake, and may reach us as a broken connection.
    with pytest.raises(requests.ConnectionError):
        tls_bench.create()
    assert tls_bench.parapheur.dossiers() == []


def orders() -> list[tuple[str, str]]:
    return [
        (refusal.nom, operation)
        for refusal in catalogue.CATALOGUE
        if refusal.commande
        for operation in (SERVED if refusal.operations == ("*",) else refusal.operations)
    ]


@pytest.mark.parametrize(("nom", "operation"), orders())
def test_a_refusal_ordered_is_made_and_nothing_is_done(bench: Bench, nom: str, operation: str) -> None:
    rule = {"plateforme": "iparapheur", "operation": operation, "effet": "refus", "refus": nom}
    bench.simulator.faults.add(rule)

    answer = bench.asked(operation)

    assert bench.simulator.faults.unmet() == []
    assert bench.parapheur.dossiers() == []
    if nom in catalogue.PAGES:
        assert answer.status_code == catalogue.PAGES[nom][0]
    elif nom in catalogue.FAULTS:
        assert faultstring(answer) == texts.BROKEN
    elif nom == "sans_retour":
        assert list(payload(answer)) == []
    elif nom == "retour_vide":
        assert retour(answer) == ("", "", "")
    else:
        code, message, severite = retour(answer)
        assert (code, severite) == ("KO", "ERROR")
        assert matches(BY_NAME[nom].dit, message)


@pytest.mark.parametrize("nom", ["faute_soap", "sans_retour", "retour_vide"])
def test_an_answer_that_proves_nothing_may_come_after_the_work(bench: Bench, nom: str) -> None:
    rule = {"operation": "CreerDossier", "effet": "refus", "refus": nom, "moment": "apres"}
    bench.simulator.faults.add({"plateforme": "iparapheur", **rule})
    assert b"<codeRetour>OK" not in bench.create().content
    assert [row["cree_n"] for row in bench.parapheur.dossiers()] == [1]


def test_the_words_in_the_code_are_those_of_the_catalogue() -> None:
    """Whatever a module of the parapheur refuses over SOAP with is a text that the catalogue holds."""
    folder = Path(catalogue.__file__).parent
    sources = [file.read_text(encoding="utf-8") for file in folder.glob("*.py")]
    used = {name for source in sources for name in re.findall(r"\bRefus\(texts\.([A-Z_]+)", source)}
    words = "\n".join(refusal.dit for refusal in catalogue.CATALOGUE)
    assert len(used) > 10
    assert [name for name in sorted(used) if getattr(texts, name) not in words] == []
