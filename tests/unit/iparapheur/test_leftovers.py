"""What a parapheur adds to its answers is neither fatal nor lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdg62_connect.errors import UnreadableAnswer

KEY = "ads-PC0620412400017-01"


@pytest.fixture
def champs(parapheur, canned, answer, retour, tmp_path: Path):
    """The leftovers of a dossier that holds this besides."""

    def ask(inside: str) -> dict[str, str]:
        canned.will(answer("GetDossierResponse", f"{retour()}{inside}<DossierID>{KEY}</DossierID>"))
        return parapheur.dossiers.recuperer(KEY, into=tmp_path).champs

    return ask


def test_unknown_elements_are_kept_at_any_depth(champs) -> None:
    assert champs(
        '<Suivi rang="1"><Etape>Visa</Etape><Etape par="Jeanne">Signature</Etape><Vide/></Suivi>'
        "<Suivi>texte<Etape/></Suivi>"
    ) == {
        "Suivi/@rang": "1",
        "Suivi/Etape": "Visa",
        "Suivi/Etape[2]": "Signature",
        "Suivi/Etape[2]/@par": "Jeanne",
        "Suivi/Vide": "",
        "Suivi[2]": "texte",
        "Suivi[2]/Etape": "",
    }


def test_what_is_unknown_within_a_known_element_is_kept_too(champs) -> None:
    assert champs(
        "<DocumentsAnnexes><DocAnnexe><nom>a</nom><encoding>UTF-8</encoding></DocAnnexe>"
        "<DocAnnexe><nom>b</nom><empreinte>12</empreinte></DocAnnexe></DocumentsAnnexes>"
        "<MetaDonnees><MetaDonnee><nom>n</nom><type>INTEGER</type><valeur>1</valeur></MetaDonnee></MetaDonnees>"
        '<DocumentsSupplementaires xmlns:x="urn:x"><x:total>0</x:total></DocumentsSupplementaires>'
    ) == {
        "DocumentsAnnexes/DocAnnexe[2]/empreinte": "12",
        "MetaDonnees/MetaDonnee/type": "INTEGER",
        "DocumentsSupplementaires/{urn:x}total": "0",
    }


def test_an_element_of_another_namespace_does_not_hide_ours(champs) -> None:
    assert champs('<DossierID xmlns="urn:x">leurre</DossierID><TypeTechnique>A</TypeTechnique>') == {
        "{urn:x}DossierID": "leurre"
    }


def test_a_field_given_twice_is_kept_twice(champs) -> None:
    found = champs("<SousType>A</SousType><SousType>B</SousType><Visibilite>PUBLIC</Visibilite>")
    assert found == {"SousType[2]": "B", "Visibilite": "PUBLIC"}


def test_what_is_kept_has_limits(champs) -> None:
    found = champs("<Long>" + "x" * 20_000 + "</Long><Suivi>" + "<E>" + "y" * 20_000 + "</E></Suivi>")
    assert (len(found["Long"]), found["Suivi/E"]) == (20_000, "y" * 10_000 + "…")
    found = champs("<Suivi>" + "<E/>" * 1500 + "</Suivi><Note>oui</Note>")
    assert (len(found), found["…"], found["Note"]) == (1002, "500 autres valeurs", "oui")


@pytest.mark.parametrize("name", ["nom", "fichier", "signature"])
def test_an_annexe_that_holds_something_twice_is_refused(champs, tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableAnswer):
        champs(f"<DocumentsAnnexes><DocAnnexe>{f'<{name}>QUJD</{name}>' * 2}</DocAnnexe></DocumentsAnnexes>")
    assert list(tmp_path.iterdir()) == []


def test_a_line_of_history_keeps_what_it_adds(parapheur, canned, answer, retour) -> None:
    line = "<status>Lu</status><accessible>OK</accessible><delai><jours>3</jours></delai>"
    canned.will(answer("GetHistoDossierResponse", f"<LogDossier>{line}</LogDossier>{retour()}"))
    (entry,) = parapheur.dossiers.historique(KEY)
    assert entry.champs == {"accessible": "OK", "delai/jours": "3"}
