from __future__ import annotations

import pytest

from cdg62_connect.errors import (
    AccessRefused,
    AlreadyExists,
    AuthenticationRefused,
    InvalidRequest,
    OutcomeUnknown,
    Unavailable,
)
from cdg62_connect.s2low import ActeFile, FutureDate, NotRgs, NumberAlreadyUsed, PaperMode, TooBig
from cdg62_connect.transport import Payload


def ko(text: str) -> bytes:
    """A refusal as S2LOW writes it: escaped, in ISO-8859-1."""
    escaped = text.replace("&", "&amp;").replace("'", "&#039;").replace("<", "&lt;").replace(">", "&gt;")
    return f"KO\n{escaped}\n".encode("iso-8859-1")


@pytest.mark.parametrize(
    "body", [b"OK\n48211\n\n", b"OK\n48211\n", b"OK\r\n48211\r\n\r\n", b"\xef\xbb\xbfOK\n48211\n\n"]
)
def test_a_deposit_gives_the_number_of_its_transaction(s2low, platform, acte, body):
    platform.answers(body)
    assert s2low.actes.transmettre(acte()) == 48211


def test_the_form_is_the_one_of_the_api_in_iso_8859_1(s2low, platform, acte, tmp_path):
    platform.answers(b"OK\n1\n\n")
    plan = tmp_path / "plan"
    plan.write_bytes(b"%PDF- plan")
    s2low.actes.transmettre(
        acte(
            matiere=(2, 2, 1),
            document=ActeFile("arrêté.pdf", Payload.of(b"%PDF- acte"), "99_AI"),
            annexes=(
                ActeFile("plan n°1.pdf", Payload.of(plan), "22_PN"),
                ActeFile("notice.pdf", Payload.of(b"%PDF- notice"), "22_NE"),
            ),
            en_attente=True,
        )
    )
    asked = platform.last
    assert (asked.method, asked.path) == ("POST", "/modules/actes/actes_transac_create.php")
    assert asked.query == [("api", "1")]
    parts = asked.parts()
    assert [(name, content) for name, filename, content in parts if filename is None] == [
        ("api", b"1"),
        ("nature_code", b"3"),
        ("number", b"PC62041_25A0012"),
        ("subject", b"Permis de construire accord\xe9 - parcelle AB 112"),
        ("decision_date", b"2025-03-14"),
        ("en_attente", b"1"),
        ("document_papier", b"0"),
        ("type_acte", b"99_AI"),
        ("classif1", b"2"),
        ("classif2", b"2"),
        ("classif3", b"1"),
        ("type_pj[]", b"22_PN"),
        ("type_pj[]", b"22_NE"),
    ]
    assert [part for part in parts if part[1] is not None] == [
        ("acte_pdf_file", "arr_t_.pdf", b"%PDF- acte"),
        ("acte_attachments[]", "plan n_1.pdf", b"%PDF- plan"),
        ("acte_attachments[]", "notice.pdf", b"%PDF- notice"),
    ]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "Un acte portant le même numéro interne existe déjà dans la base de données.\n"
            "Il faut peut-être ajouter un suffixe au numéro.",
            NumberAlreadyUsed,
        ),
        (
            "Erreur lors de l'enregistrement de la transaction :\n"
            "Une transaction avec le même numéro existe déjà dans la base.",
            NumberAlreadyUsed,
        ),
        (
            "Erreur lors de l'enregistrement de la transaction :<br/>"
            "Une transaction avec le même numéro existe déjà dans la base.",
            NumberAlreadyUsed,
        ),
        ("La date de décision est une date dans le futur", FutureDate),
        ("La taille totale des fichiers est trop importante (max : 157286400)", TooBig),
        ("Le nombre d'annexes est trop important (max : 20)", TooBig),
        (
            "Erreur lors de la récéption du fichier : La taille du fichier excède la taille maximum (8)",
            TooBig,
        ),
        ("La taille d'archive générée n'est pas conforme. filename=x", TooBig),
        ("La télétransmission nécessite un certificat RGS<br/>Erreur : chaîne inconnue", NotRgs),
        ("Échec de l'authentification", AuthenticationRefused),
        ("La connexion n'a pas pu être établie", AuthenticationRefused),
        ("Accès refusé", AccessRefused),
        ("Mode « papier » actif. Accès interdit.", PaperMode),
        ("Erreur d'initialisation du module", Unavailable),
        ("Erreur lors de la génération de l'archive.\nplus de place", Unavailable),
        ("Erreur lors de l'enregistrement de la transaction :\n", Unavailable),
        (
            "Erreur lors de l'enregistrement de la transaction :\n"
            "Les deux premiers niveaux de classification sont obligatoires.",
            InvalidRequest,
        ),
        ("Le numéro n'est pas correct", InvalidRequest),
        ("Erreur lors de la réception du fichier annexe plan.pdf : typologie absente", InvalidRequest),
        ("Une phrase d'une version future", InvalidRequest),
        ("", InvalidRequest),
    ],
)
@pytest.mark.parametrize("spoken", ["escaped iso-8859-1", "utf-8", "twice encoded", "question marks"])
def test_a_ko_is_told_by_what_the_caller_can_do(s2low, platform, acte, text, error, spoken):
    platform.answers(
        {
            "escaped iso-8859-1": ko(text),
            "utf-8": f"KO\n{text}\n".encode(),
            "twice encoded": f"KO\n{text}\n".encode().decode("iso-8859-1").encode(),
            "question marks": f"KO\n{text}\n".encode("ascii", "replace"),
        }[spoken]
    )
    with pytest.raises(error) as caught:
        s2low.actes.transmettre(acte())
    assert type(caught.value) is error
    if spoken != "question marks":
        assert caught.value.said == text.strip()


def test_a_number_already_used_is_something_that_exists_already():
    assert issubclass(NumberAlreadyUsed, AlreadyExists)


@pytest.mark.parametrize(
    "nom", ["acc_s refus_.pdf", "un acte portant le m_me num_ro.pdf", "_chec de l authentification"]
)
def test_the_name_of_a_file_quoted_in_a_refusal_does_not_change_its_meaning(s2low, platform, acte, nom):
    platform.answers(ko(f"Erreur lors de la réception du fichier annexe {nom} : typologie absente"))
    with pytest.raises(InvalidRequest) as caught:
        s2low.actes.transmettre(acte())
    assert type(caught.value) is InvalidRequest


def test_a_trouble_of_the_platform_that_answered_ko_may_be_repeated(s2low, platform, acte):
    platform.answers(ko("Erreur d'initialisation du module"))
    with pytest.raises(Unavailable) as caught:
        s2low.actes.transmettre(acte())
    assert caught.value.retryable


@pytest.mark.parametrize(
    "location", ["/login.php?error=bad_credentials", "https://s2low.example/connexion-status"]
)
def test_a_redirection_to_the_login_proves_that_nothing_was_deposited(s2low, platform, acte, location):
    platform.answers(status=302, Location=location)
    with pytest.raises(AuthenticationRefused):
        s2low.actes.transmettre(acte())


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (200, b"", {}),
        (200, b"OK", {}),
        (200, b"OK\n", {}),
        (200, b"OK\n\n\n", {}),
        (200, b"OK\n0\n\n", {}),
        (200, b"OK\n-4\n\n", {}),
        (200, b"OK\n12abc\n", {}),
        (200, b"OK\n12\n13\n", {}),
        (200, b"OK\n" + b"9" * 40 + b"\n", {}),
        (200, b"<html><body>login</body></html>", {}),
        (200, b"<br />\n<b>Warning</b>: disk\nOK\n12\n\n", {}),
        (200, b"K", {}),
        (200, b"KOALA\n", {}),
        (200, b"x" * (9 * 1024 * 1024), {}),
        (201, b"OK\n12\n\n", {}),
        (302, b"", {"Location": "/modules/actes/index.php"}),
        (302, b"", {"Location": "/"}),
        (302, b"", {}),
        (400, b"", {}),
        (403, b"", {}),
        (404, b"", {}),
        (500, b"KO\nAcc\xe8s refus\xe9\n", {}),
    ],
)
def test_what_proves_nothing_leaves_the_outcome_unknown(s2low, platform, acte, status, body, headers):
    platform.answers(body, status=status, **headers)
    with pytest.raises(OutcomeUnknown):
        s2low.actes.transmettre(acte())
    assert len(platform.asked) == 1


def test_a_number_without_its_line_end_may_be_cut_and_is_not_believed(s2low, platform, acte):
    platform.answers(b"OK\n4821")
    with pytest.raises(OutcomeUnknown) as caught:
        s2low.actes.transmettre(acte())
    assert "4821" in caught.value.said
