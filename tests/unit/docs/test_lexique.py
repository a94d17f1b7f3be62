"""One word, one thing: what people read keeps to the lexicon, wherever it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import words
from support.words import Entry, Text, bare, entries, says


@pytest.fixture(scope="module")
def texts() -> list[Text]:
    return list(words.texts())


def test_what_people_read_is_found_in_every_room_command_and_page(texts: list[Text]) -> None:
    read = {text.where.split(":")[0] for text in texts}
    rooms = {path.name for path in words.SOURCE.iterdir() if (path / "__init__.py").exists()}
    spoken = {Path(where).parts[2] for where in read if where.startswith("src/")}
    assert rooms - spoken <= {"simulator"}
    assert {"docs/erreurs.md", "docs/etats.md", "docs/_outils/vocabulaire.py", "LISEZMOI.md"} <= read
    assert {"cdg62-connect passe --help", "cdg62-connect resoudre --help"} <= read
    assert any(text.said.startswith("refusé au parapheur par …") for text in texts), "le récit d'un dossier"


def test_no_text_says_refused_rejected_or_cancelled_without_saying_by_whom_or_where(
    texts: list[Text],
) -> None:
    assert [
        f"{text.where} : {', '.join(found)} : {text.said}" for text in texts if (found := bare(text.said))
    ] == []


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.word)
def test_each_word_of_the_lexicon_is_used_and_those_it_replaces_are_not(
    entry: Entry, texts: list[Text]
) -> None:
    assert any(says(text.said, entry.word) for text in texts), "ce mot ne sert plus"
    assert [text for text in texts for never in entry.never if says(text.said, never)] == []


def test_no_word_is_told_twice() -> None:
    told = [entry.word for entry in entries()]
    assert len(told) > 25
    assert len(told) == len(set(told))


# The judge itself


@pytest.mark.parametrize(
    "said",
    [
        "Le dossier est refusé.",
        "refusé",
        "Le dépôt PC1 a été refusé : corrigez-le.",
        "DÉPÔT REFUSÉ : PC1",
        "transmission annulée",
        "après un rejet, une annulation",
        "un refus est écrit",
        "refusée parce que le fichier manque",
    ],
)
def test_a_bare_word_is_seen(said: str) -> None:
    assert bare(said)


@pytest.mark.parametrize(
    "said",
    [
        "refusé au parapheur par Le Maire (signature) : plan illisible",
        "Le parapheur a refusé l'envoi ; son motif est au journal.",
        "transmission annulée sur S2LOW",
        "Un dossier rendu après un refus au parapheur",
        "Arrêté de refus",
        "Rejet tacite faute de pièces",
        "l'état REFUSE_PARAPHEUR, le statut RejetSignataire",
        "La machine de la plateforme refuse la connexion.",
        "S2LOW refused the acte: rejected",
    ],
)
def test_a_word_that_says_by_whom_or_where_is_left_alone(said: str) -> None:
    assert bare(said) == []


def test_codes_patterns_and_other_peoples_words_are_not_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "ROOT", tmp_path)
    (tmp_path / "salle.py").write_text(
        '"""Ce module a été refusé."""\n'
        "class Issue(Enum):\n    REFUSE = 'refusé'\n    FAUX = 'refusé'\n"
        "LABELS = {Statut.REFUS_D_ENVOI: \"Refus d'envoi\", 'RejetVisa': f'rejeté {le} jour'}\n"
        "seen = 'acte refusé' in answer or re.match(r'acc.s (refusé|interdit)', answer)\n"
        "print('refus', 'le dossier est annulé')\n",
        encoding="utf-8",
    )
    assert [text.said for text in words._literals(tmp_path) if bare(text.said)] == [
        "refusé",
        "rejeté … jour",
        "le dossier est annulé",
    ]


def test_code_in_a_page_is_not_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "# Titre\n\nLe mot `refusé`.\n\n```console\nrefusé\n```\n\n| a | un acte refusé |\n", encoding="utf-8"
    )
    assert [(text.where, text.said) for text in words._page(page) if bare(text.said)] == [
        ("page.md:9", "un acte refusé")
    ]


def test_a_word_is_known_in_all_its_forms() -> None:
    assert says("Deux dépôts refusés", "dépôt refusé")
    assert says("Les Passes", "passe")
    assert not says("Il dépasse", "passe")
