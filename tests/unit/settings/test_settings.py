from __future__ import annotations

import pickle
import traceback
from pathlib import Path

import pytest

from cdg62_connect.errors import ConfigurationError
from cdg62_connect.settings import Competence, Environment, PastellAccount, Secret, load_settings

CANARY = "-".join(("canari", "mdp"))

GOOD = """
version = 1
[depot]
racine = "depot"
[journal]
dossier = "etat"
[plateformes.iparapheur]
environnement = "recette"
url = "https://parapheur.exemple.fr/ws-iparapheur-no-mtom/"
[plateformes.s2low]
environnement = "recette"
url = "https://s2low.exemple.fr"
ca = "ca.pem"
[[autorites]]
nom = "Valmont-les-Tilleuls"
siren = "216209916"
competence = "commune"
communes = ["62991"]
[autorites.parapheur]
identifiant = "ws"
mot_de_passe = { env = "MDP" }
type = "URBANISME"
sous_types = { ARR_ACCORD = "Arrete", defaut = "Courrier" }
[autorites.s2low]
certificat = "valmont.pem"
phrase_secrete = { fichier = "phrase" }
"""


def load(tmp_path: Path, content: str = GOOD, environ: dict[str, str] | None = None):
    (tmp_path / "phrase").write_text("canari-phrase\n", encoding="utf-8")
    path = tmp_path / "cdg62-connect.toml"
    path.write_text(content, encoding="utf-8")
    return load_settings(path, environ={"MDP": CANARY} if environ is None else environ)


def test_paths_are_relative_to_the_file_and_secrets_come_from_elsewhere(tmp_path: Path) -> None:
    settings = load(tmp_path)
    authority = settings.authorities[0]
    assert settings.deposit.root == tmp_path / "depot"
    assert settings.platforms.s2low.ca == tmp_path / "ca.pem"
    assert settings.platforms.iparapheur.url.endswith("/ws-iparapheur-no-mtom")
    assert settings.platforms.iparapheur.environment is Environment.RECETTE
    assert authority.parapheur.password.reveal() == CANARY
    assert authority.s2low is not None
    assert authority.s2low.passphrase == Secret("canari-phrase")
    assert authority.s2low.certificate == tmp_path / "valmont.pem"


def test_a_circuit_is_found_by_code_then_by_default(tmp_path: Path) -> None:
    parapheur = load(tmp_path).authorities[0].parapheur
    assert parapheur.sous_type("ARR_ACCORD") == "Arrete"
    assert parapheur.sous_type("PIECES") == "Courrier"


def test_a_pes_takes_only_the_circuit_the_type_and_the_flux_that_name_it(tmp_path: Path) -> None:
    authority = load(tmp_path).authorities[0]
    assert authority.sous_type("PES") is None
    assert authority.require_parapheur().type_of("PES") == "URBANISME"
    named = GOOD.replace("sous_types = {", 'types = { PES = "HELIOS" }\nsous_types = { PES = "Bordereau",')
    authority = load(tmp_path, named).authorities[0]
    assert authority.sous_type("PES") == "Bordereau"
    assert authority.require_parapheur().type_of("PES") == "HELIOS"
    assert authority.require_parapheur().type_of("PIECES") == "URBANISME"
    account = PastellAccount.model_validate(
        {"entite": 1, "jeton": Secret("x"), "flux": {"defaut": "ls-actes"}}
    )
    assert (account.route("PES"), account.route("PIECES")) == ("", "ls-actes")


def test_authorities_are_found_by_siren_and_by_competence(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.authority("216209916") is settings.competent(Competence.COMMUNE, "62991")
    assert settings.authority("216209924") is None
    assert settings.competent(Competence.EPCI, "62991") is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('racine = "depot"', 'racine = "depot"\ncouleur = "bleu"', "depot.couleur : cette clé est inconnue"),
        ('siren = "216209916"', "", "autorites[1].siren : cette clé manque"),
        ('siren = "216209916"', 'siren = "12"', "autorites[1].siren : la forme n'est pas celle attendue"),
        ("https://s2low", "http://s2low", "doit commencer par https://"),
        ('{ env = "MDP" }', '"en-clair"', "un secret ne s'écrit pas ici"),
        ('{ env = "MDP" }', '{ env = "ABSENTE" }', "la variable d'environnement ABSENTE n'existe pas"),
        ('{ fichier = "phrase" }', '{ fichier = "absent" }', "ne se lit pas"),
        ('ca = "ca.pem"', 'ca = "ca.pem"\nproxy_identifiant = "x"', "vont ensemble"),
        ('ca = "ca.pem"', 'ca = "ca.pem"\ntls_min = "1.0"', "plateformes.s2low.tls_min"),
        ('competence = "commune"', 'competence = "etat"', "l'État n'en est pas une"),
        ('communes = ["62991"]', 'communes = ["62991", "62992"]', "un seul code INSEE"),
        (
            "[autorites.s2low]",
            '[autorites.helios]\nbudgets = { "21620991600016" = "000" }\n[autorites.s2low]',
            "autorites[1].helios.budgets",
        ),
        ("version = 1", "version = 1\nversion = 2", "n'est pas du TOML"),
    ],
)
def test_a_mistake_is_named_with_its_full_path(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    with pytest.raises(ConfigurationError) as refused:
        load(tmp_path, GOOD.replace(old, new))
    assert expected in str(refused.value)
    assert "en-clair" not in str(refused.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    broken = GOOD.replace('nom = "Valmont-les-Tilleuls"', "").replace('type = "URBANISME"', "")
    with pytest.raises(ConfigurationError) as refused:
        load(tmp_path, broken)
    assert "autorites[1].nom" in str(refused.value)
    assert "autorites[1].parapheur.type" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 3


def test_two_authorities_cannot_share_a_siren_nor_a_commune(tmp_path: Path) -> None:
    start = GOOD.index("[[autorites]]")
    with pytest.raises(ConfigurationError, match="donné deux fois"):
        load(tmp_path, GOOD + GOOD[start:])
    other = GOOD[start:].replace("216209916", "216209924")
    with pytest.raises(ConfigurationError, match="deux autorités"):
        load(tmp_path, GOOD + other)


def test_a_missing_file_says_how_to_name_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--config"):
        load_settings(tmp_path / "absent.toml", environ={})


def test_a_secret_is_seen_nowhere(tmp_path: Path) -> None:
    settings = load(tmp_path)
    secret = settings.authorities[0].parapheur.password
    for text in (repr(settings), str(settings), repr(secret), f"{secret}", str(settings.model_dump())):
        assert "canari" not in text
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(ConfigurationError) as refused:
        load(tmp_path, GOOD.replace('nom = "Valmont-les-Tilleuls"', ""))
    assert CANARY not in "".join(traceback.format_exception(refused.value))
