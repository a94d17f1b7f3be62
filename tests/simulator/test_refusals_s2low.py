"""Every refusal of the catalogue of S2LOW, provoked as a program would provoke it."""

from __future__ import annotations

import dataclasses
import html
import json
import re
import ssl
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from cdg62_connect.simulator import Scenario, Simulator
from cdg62_connect.simulator.catalogue import RefusSimule, worded
from cdg62_connect.simulator.faults import OPERATIONS
from cdg62_connect.simulator.pki import TestAuthority
from cdg62_connect.simulator.s2low import Classification, Limites, catalogue, deposits
from cdg62_connect.simulator.s2low import texts as common_texts
from cdg62_connect.simulator.s2low.depot import Limites as Sizes
from cdg62_connect.simulator.s2low.helios import texts as helios_texts
from cdg62_connect.simulator.s2low.mail import texts as mail_texts
from cdg62_connect.simulator.signing import sign_pades
from support.s2low_provocations import MODULES

ACTES = "/modules/actes"
STATUS = f"{ACTES}/actes_transac_get_status.php"
CANCEL = f"{ACTES}/actes_transac_cancel.php"
TEST = "/api/test-connexion.php"
SIREN = "216209916"
XML = b'<?xml version="1.0" encoding="ISO-8859-1"?><budget/>'
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
BY_NAME = {refusal.nom: refusal for refusal in catalogue.CATALOGUE}


class Bench:
    """The platform, a program of the first commune, and the others that a test needs."""

    def __init__(
        self, simulator: Simulator, caller: Callable[..., Any], folder: Path, patch: pytest.MonkeyPatch
    ) -> None:
        self.simulator = simulator
        self.platform = simulator.s2low
        self.s2low = caller()
        self.caller = caller
        self.folder = folder
        self.patch = patch
        self.authority = simulator.s2low.accounts.authority(SIREN)

    def as_one(self, kind: str, auth: tuple[str, str] | None = None) -> Any:
        """A program that presents the certificate of that kind."""
        presented = getattr(self.simulator.certificates, kind)
        program = self.caller(certificate=(presented.certificate, presented.key))
        program.session.auth = auth
        return program

    def account(self, **changes: Any) -> Any:
        """A program with an account of its own on the first commune."""
        pair = self.simulator.authority.client_certificate(f"refus {self.folder}")
        self.platform.accounts.add_account(SIREN, pair[0], **changes)
        return self.caller(certificate=pair)

    def cancel(self, transaction: object, program: Any = None) -> requests.Response:
        fields = [("api", "1"), *([("id", str(transaction))] if transaction else [])]
        return (program or self.s2low).post(CANCEL, fields)

    def status(self, transaction: object, program: Any = None) -> requests.Response:
        return (program or self.s2low).get(STATUS, transaction=transaction)

    def refused_later(self, **changes: Any) -> requests.Response:
        """What the status says of an acte that goes as far as it can."""
        transaction = self.s2low.created(**changes)
        self.platform.acquitter(transaction)
        return self.status(transaction)


def with_scenario(issue: Any) -> Callable[[Bench], requests.Response]:
    def provoke(bench: Bench) -> requests.Response:
        bench.platform.prevoir(Scenario(contient="PC62991", issue=issue))
        return bench.refused_later()

    return provoke


def create(**changes: Any) -> Callable[[Bench], requests.Response]:
    return lambda bench: bench.s2low.create(**changes)


def limited(**limites: int) -> Callable[[Bench], requests.Response]:
    def provoke(bench: Bench) -> requests.Response:
        bench.platform.limites = dataclasses.replace(Limites(), **limites)
        return bench.s2low.create()

    return provoke


def authority(**changes: Any) -> Callable[[Bench], requests.Response]:
    def provoke(bench: Bench) -> requests.Response:
        for name, value in changes.items():
            setattr(bench.authority, name, value)
        return bench.s2low.create()

    return provoke


def unpublished(page: str) -> Callable[[Bench], requests.Response]:
    def provoke(bench: Bench) -> requests.Response:
        bench.platform.publier_classification(SIREN, None)
        if page == "create":
            return bench.s2low.create()
        return bench.s2low.get(f"{ACTES}/actes_classification_fetch.php", api=1)

    return provoke


def ordered(bench: Bench, nom: str, operation: str = "") -> requests.Response:
    """The refusal as a rule of faults orders it."""
    operation = operation or BY_NAME[nom].operations[0]
    bench.simulator.faults.add(
        {"plateforme": "s2low", "operation": operation, "effet": "refus", "refus": nom}
    )
    answer = asked(bench, operation)
    assert bench.simulator.faults.unmet() == []
    return answer


PLACES = {
    **dict.fromkeys(("test-connexion", "test-rgs", "info-connexion", "get-nounce"), "/api"),
    **dict.fromkeys(
        (
            "list_actes",
            "number_actes",
            "actes_status",
            "nb_actes_by_authorities_and_date",
            "list_document_prefecture",
            "document_prefecture_mark_as_read",
            "actes_sae_status",
        ),
        f"{ACTES}/api",
    ),
    **dict.fromkeys(("helios_download_acquit", "helios_download_file"), "/modules/helios"),
    **dict.fromkeys(("list_pes_aller", "nb_pes_aller_by_authorities_and_date"), "/modules/helios/api"),
    **dict.fromkeys(("send-mail", "list-mail", "detail-mail", "delete-mail"), "/modules/mail/api"),
    "admin_authority_edit_handler": "/admin/authorities",
    "admin_user_edit_handler": "/admin/users",
}
POSTED = {
    "actes_transac_submit",
    "actes_transac_cancel",
    "actes_transac_close",
    "actes_sae_status",
    "actes_transac_reponse_create",
    "helios_importer_fichier",
    "send-mail",
    "admin_authority_edit_handler",
    "admin_user_edit_handler",
}


def asked(bench: Bench, operation: str) -> requests.Response:
    """Any request of that operation."""
    if operation == "actes_transac_create":
        return bench.s2low.create()
    place = PLACES.get(operation, "/modules/helios/api" if operation.startswith("helios") else ACTES)
    if operation in POSTED:
        query = "" if operation == "actes_transac_reponse_create" else "?api=1"
        return bench.s2low.post(f"{place}/{operation}.php", [("api", "1"), ("id", "1")], query=query)
    if operation == "get-nounce":  # who says nothing is asked for his login in another way
        bench.s2low.session.auth = ("agent", "secret")
    return bench.s2low.get(f"{place}/{operation}.php", api=1, transaction=1, id=1, trans_id=1, file=1)


def race(bench: Bench) -> requests.Response:
    """Another deposit of the same number ends while this one is being checked."""
    check = deposits.check_files

    def meanwhile(depot: Any, limites: Sizes, **options: bool) -> None:
        bench.patch.setattr(deposits, "check_files", check)
        assert bench.s2low.created()
        check(depot, limites, **options)

    bench.patch.setattr(deposits, "check_files", meanwhile)
    return bench.caller().create()


def colleague(bench: Bench) -> requests.Response:
    return bench.status(bench.s2low.created(), bench.account())


def neighbour(bench: Bench) -> requests.Response:
    return bench.status(bench.s2low.created(), bench.caller(1))


def taken(bench: Bench) -> requests.Response:
    bench.platform.refuser(bench.s2low.created(), motif="essai")
    return bench.s2low.create()


def no_receipt(bench: Bench) -> requests.Response:
    return bench.s2low.get(f"{ACTES}/actes_transac_get_files_list.php", transaction=bench.s2low.created())


def cancelled_twice(bench: Bench) -> requests.Response:
    transaction = bench.s2low.acknowledged()
    assert bench.cancel(transaction).text.startswith("OK")
    return bench.cancel(transaction)


def cancellation_cancelled(bench: Bench) -> requests.Response:
    first = bench.cancel(bench.s2low.acknowledged())
    return bench.cancel(first.text.split()[1])


def cancelled_without_right(bench: Bench) -> requests.Response:
    return bench.cancel(bench.s2low.acknowledged(), bench.account(droits=["CS"]))


def outdated(bench: Bench) -> requests.Response:
    transaction = bench.s2low.created()
    bench.platform.publier_classification(SIREN, Classification(date(2025, 3, 14)))
    bench.platform.acquitter(transaction)
    return bench.status(transaction)


def locked(bench: Bench) -> requests.Response:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(bench.s2low.document)))
    writer.encrypt("une phrase")
    out = BytesIO()
    writer.write(out)
    return bench.refused_later(document=("arrete.pdf", out.getvalue()))


def signed(bench: Bench, by: TestAuthority) -> bytes:
    source, into = bench.folder / "a.pdf", bench.folder / "signe.pdf"
    source.write_bytes(bench.s2low.document)
    moment = bench.simulator.clock.now()
    sign_pades(source, into, signer=by.signer("Le Maire"), moment=moment, reason="Essai", field="Un")
    return into.read_bytes()


def altered(bench: Bench) -> requests.Response:
    content = signed(bench, bench.simulator.authority)
    broken = content.replace(b"/Reason (Essai)", b"/Reason (Autre)")
    assert broken != content
    return bench.refused_later(document=("arrete.pdf", broken))


def unknown_signer(bench: Bench) -> requests.Response:
    bench.platform.signataires_connus = True
    known = bench.refused_later(document=("a.pdf", signed(bench, bench.simulator.authority)), number="CONNU")
    assert known.text.startswith("OK\n4\n")
    stranger = TestAuthority(bench.folder / "autre", start=bench.simulator.clock.now())
    return bench.refused_later(document=("arrete.pdf", signed(bench, stranger)))


BUDGET = {"nature_code": "5", "classif1": "7", "classif2": "1", "type_acte": "99_BU"}
PROVOCATIONS: dict[str, Callable[[Bench], requests.Response]] = {
    "certificat_sans_compte": lambda bench: bench.as_one("sans_compte").create(),
    "plusieurs_comptes": lambda bench: bench.as_one("partage").create(),
    "identifiants_faux": lambda bench: bench.as_one("partage", ("agent-1", "faux")).create(),
    "login_vide": lambda bench: bench.as_one("partage", ("", "faux")).create(),
    "mot_de_passe_vide": lambda bench: bench.as_one("partage", ("agent-1", "")).create(),
    "compte_desactive": lambda bench: bench.account(actif=False).create(),
    "collectivite_desactivee": authority(active=False),
    "droit_cs_absent": lambda bench: bench.account(droits=["TT"]).create(),
    "lecture_seule": lambda bench: bench.account(module="RO").create(),
    "sans_module": lambda bench: bench.account(module="NONE").get(f"{ACTES}/api/list_actes.php", status_id=1),
    "administrateur_de_groupe": lambda bench: bench.account(role="GADM").create(),
    "module_inactif": authority(module_actes=False),
    "acte_d_une_autre_collectivite": neighbour,
    "acte_d_un_collegue": colleague,
    "mode_papier": authority(mode_papier=True),
    "certificat_non_rgs": lambda bench: bench.as_one("non_rgs").create(),
    "corps_trop_gros": limited(corps=500),
    "taille_totale": limited(archive=500),
    "trop_de_fichiers": limited(fichiers=0),
    "numero_mal_forme": create(number="PC-62991"),
    "date_future": create(decision_date="2025-03-15"),
    "numero_deja_pris": taken,
    "numero_pris_entre_temps": race,
    "document_absent": create(without=["acte_pdf_file"]),
    "fichier_vide": create(document=("vide.pdf", b"")),
    "fichier_trop_gros": limited(fichier=500),
    "typologie_absente": create(without=["type_acte"]),
    "typologie_annexe_absente": create(annexes=[("plan.pdf", b"%PDF-1.4", "")]),
    "document_mauvais_type": create(document=("image.pdf", PNG)),
    "xml_hors_budget": create(document=("acte.xml", XML)),
    "xml_hors_7_1": create(document=("acte.xml", XML), **{**BUDGET, "classif2": "2"}),
    "code_de_piece": create(type_acte="99_A"),
    "code_de_piece_annexe": create(annexes=[("plan.pdf", b"%PDF-1.4", "22PN")]),
    "annexe_mauvais_type": create(annexes=[("plan.pdf", b"PK\x03\x04", "22_PN")]),
    "annexe_d_un_xml": create(document=("b.xml", XML), annexes=[("plan.png", PNG, "99_BU")], **BUDGET),
    "deux_niveaux": create(without=["classif2"]),
    "date_absente": create(decision_date="14/03/2025"),
    "objet_absent": create(subject=" "),
    "objet_trop_long": create(subject=("é" * 250).encode().decode("latin-1")),
    "nature_inconnue": create(nature_code="7"),
    "sans_classification": unpublished("create"),
    "transaction_inconnue": lambda bench: bench.status(1),
    "pas_d_acquittement": no_receipt,
    "classification_absente": unpublished("fetch"),
    "annulation_sans_id": lambda bench: bench.cancel(""),
    "annulation_inconnue": lambda bench: bench.cancel(1),
    "annulation_d_une_annulation": cancellation_cancelled,
    "annulation_en_cours": cancelled_twice,
    "annulation_sans_droit": cancelled_without_right,
    "annulation_non_acquittee": lambda bench: bench.cancel(bench.s2low.created()),
    "antivirus": with_scenario("refus_antivirus"),
    "typologie_non_autorisee": lambda bench: bench.refused_later(type_acte="99_DE"),
    "pdf_corrompu": lambda bench: bench.refused_later(document=("a.pdf", b"%PDF-1.4\n...")),
    "pdf_protege": locked,
    "signature_invalide": altered,
    "signataire_inconnu": unknown_signer,
    "refus_analyse": with_scenario("refus_analyse"),
    "classification_obsolete": outdated,
    "matiere_inconnue": lambda bench: bench.refused_later(classif1="2", classif2="99"),
    "rejet_enveloppe": with_scenario("rejet_enveloppe"),
    "refus_ministere": with_scenario("refus_ministere"),
}
PROVOCATIONS |= MODULES
HANDSHAKES = {
    "sans_certificat": (None, "HANDSHAKE_FAILURE"),
    "certificat_autre_ac": ("inconnu", "UNKNOWN_CA"),
    "certificat_expire": ("expire", "CERTIFICATE_EXPIRED"),
    "certificat_revoque": ("revoque", "CERTIFICATE_REVOKED"),
}


@pytest.fixture
def bench(
    simulator: Simulator, caller: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Bench:
    return Bench(simulator, caller, tmp_path, monkeypatch)


def pattern(refusal: RefusSimule) -> re.Pattern[str]:
    """The words of a refusal, anything standing in the places left open."""
    pieces = re.split(r"\{\w+\}", refusal.dit)
    return re.compile(".+".join(re.escape(piece) for piece in pieces))


def said(answer: requests.Response) -> str:
    """What an answer refuses with, as a person reads it; the reason of a status -1."""
    try:
        text = answer.content.decode("utf-8")
    except UnicodeDecodeError:
        text = answer.content.decode("latin-1")
    if answer.status_code == 400:
        return str(json.loads(text)["error"])
    assert answer.status_code == 200, answer.headers
    if answer.headers["Content-Type"] == "text/xml":
        return said_in_xml(answer.content)
    if text.startswith("{"):
        told = json.loads(text)
        return str(told.get("error-message") or told["message"])
    if text.startswith("ERROR:"):
        return text.removeprefix("ERROR:").strip(" ").removesuffix("\n")
    text = html.unescape(text)
    if text.startswith("OK\n-1\n"):
        return text.removeprefix("OK\n-1\n").rpartition(">")[2]
    assert text.startswith("KO\n"), text
    return text.removeprefix("KO\n").removesuffix("\n")


def said_in_xml(content: bytes) -> str:
    """The message of a small document, whose encoding may not be the one it announces."""
    root = etree.fromstring(content)
    assert root.findtext("resultat") == "KO" or root.findtext("status") == "-1", content
    message = root.findtext("message") or ""
    try:
        return message.encode("iso-8859-1").decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return message


def test_every_refusal_of_the_catalogue_is_provoked_here_or_only_ordered() -> None:
    ordered_only = {refusal.nom for refusal in catalogue.CATALOGUE if refusal.moyen == "panne"}
    shown = {*PROVOCATIONS, *HANDSHAKES, "classif_non_numerique"}
    assert len(BY_NAME) == len(catalogue.CATALOGUE)
    assert shown.isdisjoint(ordered_only)
    assert shown | ordered_only == set(BY_NAME)
    assert {name for refusal in catalogue.CATALOGUE for name in refusal.operations} <= {
        "*",
        *OPERATIONS["s2low"],
    }


@pytest.mark.parametrize("nom", PROVOCATIONS)
def test_what_provokes_a_refusal_is_answered_in_its_words(bench: Bench, nom: str) -> None:
    answer = PROVOCATIONS[nom](bench)

    assert pattern(BY_NAME[nom]).fullmatch(said(answer)), said(answer)


@pytest.mark.parametrize("nom", HANDSHAKES)
def test_what_the_front_end_does_not_accept_is_refused_in_the_handshake(bench: Bench, nom: str) -> None:
    kind, alert = HANDSHAKES[nom]
    if kind:
        program = bench.as_one(kind)
    else:
        program = bench.s2low
        program.session.cert = None

    with pytest.raises(requests.exceptions.SSLError) as refused:
        program.get(TEST, api=1)

    assert alert in str(refused.value).upper().replace(" ", "_")
    assert bench.simulator.faults.calls == {}


def test_a_matiere_that_is_no_number_is_answered_by_a_page_of_error(bench: Bench) -> None:
    answer = bench.s2low.create(classif1="deux")
    assert (answer.status_code, answer.text[:15]) == (500, "<!DOCTYPE html>")
    assert ordered(bench, "classif_non_numerique").content == answer.content


def orders() -> list[tuple[str, str]]:
    """Every refusal that can be ordered, on each operation that it can be ordered on."""
    return [
        (refusal.nom, operation)
        for refusal in catalogue.CATALOGUE
        if refusal.commande and refusal.nom != "classif_non_numerique"
        for operation in (OPERATIONS["s2low"] if refusal.operations == ("*",) else refusal.operations)
        if operation != "api-list-login"  # whoever comes is told who shares his certificate
    ]


MOVING = {
    "test-connexion",
    "test-rgs",
    "info-connexion",
    "get-nounce",
    "actes_transac_get_ARActe",
    "actes_download_file",
    "actes_create_pdf",
    "helios_download_acquit",
    "helios_download_file",
}
"""These say no by sending elsewhere."""


@pytest.mark.parametrize(("nom", "operation"), orders())
def test_a_refusal_ordered_is_made_in_the_hand_of_the_page_and_nothing_is_done(
    bench: Bench, nom: str, operation: str
) -> None:
    answer = ordered(bench, nom, operation)

    assert bench.platform.snapshot()["actes"] == []
    if operation in MOVING and answer.status_code == 302:
        assert answer.headers["Location"] in ("/", "/login.php")
    else:
        assert said(answer) == worded(BY_NAME[nom])


def test_the_words_in_the_code_are_those_of_the_catalogue() -> None:
    """Whatever a module of S2LOW refuses with is a text that the catalogue holds."""
    folder = Path(catalogue.__file__).parent
    words = "\n".join(refusal.dit for refusal in catalogue.CATALOGUE)
    for room, texts, least in (
        (folder, common_texts, 40),
        (folder / "helios", helios_texts, 8),
        (folder / "mail", mail_texts, 6),
    ):
        sources = [file.read_text(encoding="utf-8") for file in sorted(room.glob("*.py"))]
        used = {name for source in sources for name in re.findall(r"\bKo\(texts\.([A-Z_]+)", source)}
        assert len(used) >= least
        assert [name for name in sorted(used) if getattr(texts, name) not in words] == []


@pytest.mark.parametrize(
    ("auth", "error"),
    [
        (None, "multiple_accounts"),
        (("agent-1", "faux"), "bad_credentials"),
        (("", "faux"), "empty_login"),
        (("agent-1", ""), "empty_password"),
    ],
)
def test_the_next_generation_says_in_the_address_what_the_login_lacks(
    bench: Bench, auth: tuple[str, str] | None, error: str
) -> None:
    bench.platform.profile = "next"
    answer = bench.status(1, bench.as_one("partage", auth))
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/login.php?error={error}")


def test_the_next_generation_knows_neither_paper_nor_signing_inside(bench: Bench) -> None:
    bench.platform.profile = "next"
    bench.authority.mode_papier = True
    transaction = bench.s2low.created(must_signed="1")
    assert bench.s2low.status(transaction)[0] == 1
    assert "certificat RGS" in said(bench.as_one("non_rgs").create(number="AUTRE", must_signed="1"))


def test_an_authority_in_paper_mode_cancels_nothing(bench: Bench) -> None:
    transaction = bench.s2low.acknowledged()
    bench.authority.mode_papier = True
    assert said(bench.cancel(transaction)) == "Mode « papier » actif. Accès interdit."


@pytest.mark.parametrize(
    ("profile", "encoding", "welcome"),
    [
        ("v4", "iso-8859-1", True),
        ("v4", "utf-8", False),
        ("v5", "iso-8859-1", False),
        ("v5", "utf-8", True),
        ("next", "iso-8859-1", True),
        ("next", "utf-8", True),
    ],
)
def test_a_password_with_accents_opens_in_the_encoding_of_the_generation(
    bench: Bench, profile: Any, encoding: str, welcome: bool
) -> None:
    bench.platform.profile = profile
    pair = bench.simulator.authority.client_certificate(f"accents {bench.folder}")
    for login in ("un", "deux"):
        bench.platform.accounts.add_account(SIREN, pair[0], login=login, password=f"clé-{login}")
    program = bench.caller(certificate=pair)
    program.session.auth = ("un".encode(encoding), "clé-un".encode(encoding))
    assert (program.get(TEST).text == "OK") is welcome


def test_a_certificate_that_is_not_rgs_is_known_and_reads(bench: Bench) -> None:
    program = bench.as_one("non_rgs")
    assert program.get(TEST).content == b"OK"
    assert program.get("/api/test-rgs.php").content == b"KO"
    assert program.get(f"{ACTES}/api/list_actes.php", status_id=1).json()["transactions"] == []


def test_the_shared_certificate_opens_with_the_login_and_the_password_described(bench: Bench) -> None:
    for login, password in bench.simulator.shared_logins:
        answer = bench.as_one("partage", (login, password)).get("/api/info-connexion.php")
        assert answer.json()["user_info"]["login"] == login


def test_the_refusals_of_who_is_no_longer_active_are_in_the_hand_of_each_generation(bench: Bench) -> None:
    program = bench.account(actif=False)
    told: dict[str, tuple[int, bytes]] = {}
    for profile in ("v4", "v5", "next"):
        bench.platform.profile = profile  # pyright: ignore[reportAttributeAccessIssue]
        answer = program.create()
        told[profile] = (answer.status_code, answer.content or answer.headers["Location"].encode())
    failed = b"KO\n\xc9chec de l&#039;authentification\n"
    bench.platform.profile = "v5"
    assert bench.status(1, program).content == "KO\nÉchec de l'authentification\n".encode()
    assert told == {"v4": (200, failed), "v5": (200, failed), "next": (302, b"/connexion-status")}


def test_a_reset_lets_everybody_in_again(bench: Bench) -> None:
    bench.authority.active = bench.authority.module_actes = False
    bench.platform.signataires_connus = True
    bench.simulator.reset()
    assert bench.s2low.created()
    assert bench.platform.signataires_connus is False


def test_the_description_gives_a_certificate_of_each_kind(server: Any, simulator: Simulator) -> None:
    described = server.describe()["s2low"]["certificats"]
    assert list(described) == ["rgs", "non_rgs", "expire", "revoque", "inconnu", "sans_compte", "partage"]
    for one in described.values():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_cert_chain(one["cert"], one["key"])
    assert [one["login"] for one in described["partage"]["comptes"]] == ["agent-1", "agent-2"]
    assert described["rgs"]["cert"] == str(simulator.accesses[0].certificate)
