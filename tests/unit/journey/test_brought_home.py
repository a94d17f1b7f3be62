"""What the parapheur gives back is deleted there afterwards: nothing of it may be forgotten."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from cdg62_connect.iparapheur import (
    CircuitState,
    Evidence,
    LogEntry,
    RetrievedFile,
    SignedDocument,
    progress,
)
from cdg62_connect.journey import Dossier
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.circuit import WatchCircuit
from cdg62_connect.journey.documents import Documents
from cdg62_connect.journey.step import Context

SENT = b"plan depose"
NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)


class Parapheur:
    """Refused by a person who joined a note and a detached signature."""

    def progress(self, _remote_id: str) -> CircuitState:
        refusal = LogEntry(timestamp=NOW, nom="Le Maire", status="RejetSignataire", annotation="voir la note")
        return progress([refusal])

    def collect(self, remote_id: str, *, into: Path, limit: int) -> Evidence:
        del limit

        def file(nom: str, content: bytes) -> RetrievedFile:
            path = into / hashlib.sha256(content).hexdigest()
            path.write_bytes(content)
            return RetrievedFile(
                nom=nom, path=path, size=len(content), sha256=path.name, content_type="application/pdf"
            )

        signed = SignedDocument(file("lettre.pdf", b"lettre"), (file("signature.p7s", b"signature"),))
        return Evidence(
            remote_id=remote_id,
            documents=(signed,),
            annexes=(file("plan.pdf", SENT), file("../../note du maire.PDF", b"note")),
            bordereau=file("iParapheur_impression_dossier.pdf", b"bordereau"),
        )


def test_what_was_added_in_the_circuit_is_kept_under_a_name_of_ours(tmp_path: Path) -> None:
    documents = Documents(tmp_path)
    annexe = ev.StoredFile(nature="annexe", nom="plan.pdf", sha256=hashlib.sha256(SENT).hexdigest())
    dossier = Dossier(
        id_depot="A",
        siren="216209916",
        accepted=ev.Accepted(
            siren="216209916",
            numero_dossier="PC0629912600017",
            code_document="PIECES",
            objet="Lettre",
            document=ev.StoredFile(nature="document", nom="lettre.pdf", sha256="0" * 64),
            annexes=(annexe,),
            signer=True,
            transmettre=False,
        ),
        circuit=ev.CircuitOpened(dossier_id="A", how="created"),
    )
    parapheur = Parapheur()
    platforms = SimpleNamespace(require_parapheur=lambda: parapheur)
    anything = cast("Any", SimpleNamespace())
    context = Context(
        settings=anything,
        documents=documents,
        clock=anything,
        assignment=cast("Any", SimpleNamespace(dossier=dossier, platforms=platforms)),
        wait=None,
        reserve_number=anything,
        claim=anything,
        owner=anything,
        alone=anything,
        classification=anything,
    )
    found = WatchCircuit().look(context)
    assert isinstance(found, tuple)
    [rejected] = found
    assert isinstance(rejected, ev.RejectedInCircuit)
    kept = {file.nom: documents.path(file.sha256).read_bytes() for file in rejected.files}
    assert kept == {
        "bordereau.pdf": b"bordereau",
        "signature_detachee_1.p7s": b"signature",
        "annexe_circuit_1.pdf": b"note",
    }
