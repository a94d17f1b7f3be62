"""A dossier that the parapheur holds back may be started by another process than the one that made it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from cdg62_connect.iparapheur import Submitted
from cdg62_connect.journey import Dossier
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.circuit import StartCircuit
from cdg62_connect.journey.step import Context


def test_what_the_signatory_must_read_leaves_with_the_start() -> None:
    asked: list[tuple[Submitted, dict[str, str]]] = []
    parapheur = SimpleNamespace(start=lambda submitted, **notes: asked.append((submitted, notes)))
    dossier = Dossier(
        id_depot="A",
        siren="216209916",
        accepted=ev.Accepted(
            siren="216209916",
            numero_dossier="PC0629912600017",
            code_document="PIECES",
            objet="Lettre",
            document=ev.StoredFile(nature="document", nom="lettre.pdf", sha256="0" * 64),
            signer=True,
            transmettre=False,
            annotation_publique="Délai : 18 octobre",
            annotation_privee="à relire",
        ),
        draft=ev.CircuitDrafted(key="A", dossier_id="17", how="found"),
    )
    platforms = SimpleNamespace(require_parapheur=lambda: parapheur)
    anything = cast("Any", SimpleNamespace())
    context = Context(
        settings=anything,
        documents=anything,
        clock=anything,
        assignment=cast("Any", SimpleNamespace(dossier=dossier, platforms=platforms)),
        wait=None,
        reserve_number=anything,
        claim=anything,
        owner=anything,
        alone=anything,
        classification=anything,
    )
    [opened] = StartCircuit().perform(context, ev.IntentRecorded(step="lancer_circuit", key="A"))
    assert isinstance(opened, ev.CircuitOpened)
    [(submitted, notes)] = asked
    assert (submitted.key, submitted.remote_id) == ("A", "17")
    assert notes == {"annotation_publique": "Délai : 18 octobre", "annotation_privee": "à relire"}
