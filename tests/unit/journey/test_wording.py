from __future__ import annotations

import re
from pathlib import Path

from cdg62_connect.journey.state import Stage
from cdg62_connect.journey.wording import WORDINGS, wording

DOCS = Path(__file__).parents[3] / "docs" / "etats.md"


def test_every_stage_has_its_words() -> None:
    assert set(WORDINGS) == set(Stage)


def test_the_table_of_the_guide_is_the_table_of_the_code() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| `([A-Z_]+)` \| (.*?) \|$", DOCS.read_text("utf-8"), re.M)
    written = {Stage(stage): (event.strip(), etat, label) for stage, event, etat, label in rows}
    assert written == {stage: (w.event, w.etat, w.label) for stage, w in WORDINGS.items()}


def test_a_dossier_that_is_over_but_was_refused_keeps_the_word_for_it() -> None:
    assert wording(Stage.CLOSED, Stage.REJECTED).etat == "REFUSE_PARAPHEUR"
    assert wording(Stage.CLOSED, Stage.REFUSED).etat == "REFUSE_TDT"
    assert wording(Stage.CLOSED, Stage.CANCELLED).etat == "ANNULE"
    assert wording(Stage.CLOSED, Stage.ACKNOWLEDGED).etat == "TERMINE"
    assert wording(Stage.BLOCKED, Stage.REJECTED).etat == "BLOQUE"


def test_no_label_is_a_bare_word_that_means_something_else_in_urbanisme() -> None:
    bare = {"refusé", "rejeté", "annulé", "rejet", "refus"}
    assert not bare & {w.label for w in WORDINGS.values()}
