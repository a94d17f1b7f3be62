"""How a life must end on every platform and in every folder, whatever happened on the way."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

from cdg62_connect.journey import Journey, Stage
from cdg62_connect.operis import DepositTree
from cdg62_connect.settings import Settings
from cdg62_connect.testing.installation import Protocole, Route, deposit, install
from support.lives import Platforms, sample


@dataclass(frozen=True)
class Life:
    """A life to be interrupted: what is deposited, what people do, how it must end."""

    code: str
    stage: Stage
    returns: tuple[str, ...]
    acts: int
    refuse: str | None = None
    route: Route = "direct"
    parapheur: Protocole = "soap"
    pes: int = 0
    circuits: int = 1


LIVES = {
    "signed and transmitted": Life(
        "ARR_ACCORD",
        Stage.CLOSED,
        ("AU_PARAPHEUR", "SIGNE", "TRANSMIS_TDT", "AR_PREFECTURE", "TERMINE"),
        acts=1,
    ),
    "signed only": Life("PIECES", Stage.CLOSED, ("AU_PARAPHEUR", "SIGNE", "TERMINE"), acts=0),
    "refused in the parapheur": Life(
        "ARR_REFUS",
        Stage.CLOSED,
        ("AU_PARAPHEUR", "REFUSE_PARAPHEUR", "TERMINE"),
        acts=0,
        refuse="Motif à compléter",
    ),
    "to be corrected": Life("malformed", Stage.QUARANTINED, (), acts=0),
}


PASTELL_LIVES = {
    name: replace(LIVES[name], route="pastell")
    for name in ("signed and transmitted", "refused in the parapheur")
}
"""The same lives through Pastell: what is only signed is the first half of the first of them."""


HELIOS_LIVES = {
    "sent unsigned": Life(
        "PES_20260916T084500",
        Stage.CLOSED,
        ("TRANSMIS_TDT", "ACQUIT_HELIOS", "TERMINE"),
        acts=0,
        pes=1,
        circuits=0,
    ),
    "signed": Life(
        "PES_20260916T083000",
        Stage.CLOSED,
        ("AU_PARAPHEUR", "SIGNE", "TRANSMIS_TDT", "ACQUIT_HELIOS", "TERMINE"),
        acts=0,
        pes=1,
    ),
}
"""PES: to sign, and not. What happens in the circuit is that of the other routes."""


REST_LIVES = {
    name: replace(LIVES[name], parapheur="rest")
    for name in ("signed and transmitted", "refused in the parapheur")
}
"""The same lives with the parapheur spoken to over REST."""


def begin(platforms: Platforms, life: Life, folder: Path) -> tuple[Settings, str]:
    platforms.start_again(refuse=life.refuse)
    settings = install(platforms.described, folder=folder, route=life.route, parapheur=life.parapheur)
    rhythm = settings.rhythm.model_copy(update={"pastell_seconds": 900})  # fewer looks, so fewer moments
    settings = settings.model_copy(update={"rhythm": rhythm})
    DepositTree(settings.deposit.root, mode=settings.deposit.mode).prepare()
    return settings, deposit(sample(life.code), root=settings.deposit.root)


def check_end(platforms: Platforms, settings: Settings, lot: str, life: Life) -> None:
    with Journey(settings) as journey:
        dossier = journey.dossier(lot)
        returns = journey.tree.returns(lot)
        assert journey.next_due() is None
    assert dossier.stage is life.stage
    state = platforms.ask("/etat")
    assert state["erreurs"] == []
    circuits = state["iparapheur"]["dossiers"]
    if life.stage is Stage.CLOSED:
        assert [(one["cree_n"], one["deleted"]) for one in circuits] == [(1, True)] * life.circuits
    else:
        assert circuits == []
    assert len(state["s2low"]["actes"]) == life.acts
    assert list(state["s2low"]["creations"].values()) == [1] * life.acts
    assert len(state["s2low"]["pes"]) == life.pes
    told = [json.loads((folder / "retour.json").read_text("utf-8")) for folder in returns]
    assert tuple(one["etat"] for one in told) == life.returns
    assert [one["sequence"] for one in told] == list(range(1, len(told) + 1))
    for folder, one in zip(returns, told, strict=True):
        for file in one["fichiers"]:
            content = (folder / file["nom"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"]
    if "ACQUIT_HELIOS" in life.returns:
        assert "acquit_helios" in {file["nature"] for one in told for file in one["fichiers"]}
    if "AR_PREFECTURE" in life.returns:
        natures = {file["nature"] for one in told for file in one["fichiers"]}
        assert {"pdf_signe", "ar_prefecture", "acte_tamponne", "bordereau_signature"} <= natures
    if life.route == "pastell":
        assert [(one["titre"] != "", one["etat"]) for one in state["pastell"]["documents"]] == [
            (True, "rejet-iparapheur" if life.refuse else "termine")
        ], "one document, and nothing left behind"
    check_nothing_left(settings, lot, refused=life.stage is Stage.QUARANTINED)


def check_nothing_left(settings: Settings, lot: str, *, refused: bool) -> None:
    root, state = settings.deposit.root, settings.journal.folder
    leftovers = [path for place in (root, state) for path in place.rglob("*.part")]
    assert leftovers == []
    assert list((state / "travail").iterdir()) == []
    assert [path.name for path in (root / "entrants").iterdir()] == [".tmp"]
    assert [path for path in (root / "encours").iterdir() if not path.name.startswith(".")] == []
    home = "quarantaine" if refused else "archives"
    assert [path.name for path in (root / home).rglob(lot)] == [lot]
    assert (root / "accuses" / f"{lot}.json").is_file()
