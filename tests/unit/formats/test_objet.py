from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdg62_connect.errors import InvalidInput
from cdg62_connect.formats import acte_objet


@pytest.mark.parametrize(
    ("text", "objet"),
    [
        ("Arrêté accordant le permis", "Arrêté accordant le permis"),
        ("L’arrêté du “maire” – n°\u00a012…", 'L\'arrêté du "maire" - n° 12...'),
        ("Maîtrise d'œuvre à 1\u202f000€", "Maîtrise d'oeuvre à 1 000 EUR"),
        ("Arre\u0302te\u0301 de M. Łukasz Dvořák", "Arrêté de M. Lukasz Dvorák"),
        ("  deux\nlignes\tet\r\n des   blancs ", "deux lignes et des blancs"),
        ("zéro\u200blargeur et cé\u00adsure\ufeff", "zérolargeur et césure"),
        ("m² et ½ et « guillemets »", "m² et ½ et « guillemets »"),
        ("mal lu\x92\x85", "mal lu'..."),
        ("nul\x00 et cloche\x07", "nul et cloche"),
        ("calme 😀 plat", "calme ? plat"),
        ("ﬁn", "fin"),
    ],
)
def test_what_iso_8859_1_cannot_carry_is_replaced(text: str, objet: str) -> None:
    assert acte_objet(text) == objet


@pytest.mark.parametrize("text", ["", " \n ", "\u200b", "日本"])
def test_an_objet_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="vide"):
        acte_objet(text)


def test_a_long_objet_is_cut_after_a_word() -> None:
    cut = acte_objet("permis " * 100)
    assert len(cut) <= 499
    assert cut.endswith("permis...")
    assert acte_objet("p" * 499) == "p" * 499
    assert acte_objet("p" * 500) == "p" * 496 + "..."


@given(st.text(max_size=700))
def test_the_objet_is_always_one_line_of_iso_8859_1_and_does_not_change_twice(text: str) -> None:
    try:
        objet = acte_objet(text)
    except InvalidInput:
        return
    assert 1 <= len(objet) <= 499
    assert objet.encode("iso-8859-1").decode("iso-8859-1") == objet
    assert objet.isprintable()
    assert acte_objet(objet) == objet
