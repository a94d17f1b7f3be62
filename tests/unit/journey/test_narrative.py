from __future__ import annotations

from datetime import date
from typing import get_args

import pytest

from cdg62_connect.journey import events as ev
from cdg62_connect.journey.narrative import told

FILE = ev.StoredFile(nature="document", nom="a.pdf", sha256="0" * 64)
FACTS: dict[type, ev.Fact] = {
    type(fact): fact
    for fact in (
        ev.Received(taken="A", empreinte_manifeste=""),
        ev.Accepted(
            siren="216209916",
            numero_dossier="PC",
            code_document="PIECES",
            objet="o",
            document=FILE,
            signer=True,
            transmettre=False,
        ),
        ev.Quarantined(erreurs=({"code": "X"},)),
        ev.Filed(where="archives"),
        ev.AcknowledgementWritten(),
        ev.IntentRecorded(step="transmettre", key="N1"),
        ev.IntentCleared(step="transmettre", why="inconnu"),
        ev.CircuitDrafted(key="A", dossier_id="17", how="created"),
        ev.CircuitOpened(dossier_id="A", how="found"),
        ev.Signed(
            files=(FILE,),
            signatures=(ev.Signature(signer="Le Maire", signed_at=None, trusted=True),),
            signed_on=date(2026, 3, 12),
        ),
        ev.RejectedInCircuit(etape="visa", by="Le chef", reason="plan illisible", on=None),
        ev.NumberReserved(numero="N1"),
        ev.Transmitted(transaction=12, numero="N1", how="created"),
        ev.PesTransmitted(transaction=5120, nom_fic="DEP_41", sha1="0" * 40, how="created"),
        ev.PesAcquitted(statut=8, verdict="accepte", elements=(), files=(FILE,), message="tout est intégré"),
        ev.PesRefused(statut=-1, reason="NomFic déjà employé", advice="Donnez-en un nouveau."),
        ev.WaitingForPerson(statut=17, who="l'agent"),
        ev.PersonActed(statut=1),
        ev.AcknowledgedByPrefecture(statut=4, acte_id="062-…", received_on=date(2026, 3, 13), files=(FILE,)),
        ev.RefusedByLegality(statut=-1, etape="tdt", reason="PDF illisible"),
        ev.ActeCancelled(statut=0),
        ev.PrefectureMessage(message=48600, sorte=3, dated=date(2026, 3, 12), deadline=date(2026, 5, 12)),
        ev.PrefectureAnswered(message=48600, reponse=48601, lot="B"),
        ev.PrefectureSilent(message=48600),
        ev.AnswerDelivered(statut=3),
        ev.ClassificationOutdated(statut=-1, transaction=12, numero="N1", reason="002 - dépassée"),
        ev.ClassificationRequested(how="created"),
        ev.ClassificationRenewed(version_du=date(2026, 10, 1)),
        ev.CircuitReleased(dossier_id="A", how="deleted"),
        ev.PastellDocumentOpened(entite="1", id_d="aZ3kP0x", flux="ls-actes", how="found"),
        ev.PastellFormFilled(),
        ev.PastellActed(action="orientation", etat="modification", how="done"),
        ev.PastellSeen(etat="send-iparapheur"),
        ev.Blocked(code="PAS_SIGNE", reason="pas signé", who="le maire", advice="signez"),
        ev.Resolved(by="A. Martin", motif="vérifié", decision="jamais_parti"),
        ev.Abandoned(by="A. Martin", motif="redéposé"),
        ev.Returned(cause=3, sequence=1, etat="SIGNE"),
        ev.Closed(),
    )
}


def test_every_kind_of_event_is_told() -> None:
    kinds = set(get_args(get_args(ev.Fact)[0]))
    assert set(FACTS) == kinds


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.kind)
def test_an_event_is_one_line_of_french(fact: ev.Fact) -> None:
    line = told(fact)
    assert line
    assert "\n" not in line
    assert fact.kind not in line.split()


def test_a_lost_answer_that_was_found_again_is_told_as_such() -> None:
    assert "réponse perdue" in told(FACTS[ev.CircuitOpened])
    assert "transaction 12" in told(FACTS[ev.Transmitted])
