"""The circuit of a PES: signed within, bordereau by bordereau or as a whole, and read on a PDF made for that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cdg62_connect.iparapheur import Document, Submission
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.circuit import OpenCircuit, WatchCircuit
from cdg62_connect.journey.helios.nom_fic import taken_elsewhere
from cdg62_connect.journey.helios.signed_pes import judge_signed_pes
from cdg62_connect.journey.helios.visuel import pes_as_pdf
from cdg62_connect.transport import Payload

if TYPE_CHECKING:
    from cdg62_connect.journey.step import Context

_XML = "text/xml"


class OpenPesCircuit(OpenCircuit):
    """``CreerDossier`` for a PES; nobody is asked to sign one whose NomFic has been used already."""

    def plan(self, context: Context) -> ev.IntentRecorded | tuple[ev.Fact, ...]:
        """The key, unless Hélios knows this NomFic from another dossier."""
        if (blocked := taken_elsewhere(context, step=self.name)) is not None:
            return (blocked,)
        return super().plan(context)

    def submission(self, context: Context, key: str) -> Submission:
        """The PES, where to sign it, and the PDF that shows what it says."""
        accepted = context.dossier.accepted
        assert accepted is not None
        assert accepted.pes is not None
        shown = pes_as_pdf(context.documents.path(accepted.document.sha256))
        pes = Document(
            nom=accepted.document.nom, content=context.payload(accepted.document), content_type=_XML
        )
        return replace(
            super().submission(context, key),
            documents=(pes,),
            visuel=Document(nom="visuel.pdf", content=Payload.of(shown)),
            xpath_signature=accepted.pes.xpath,
        )


class WatchPesCircuit(WatchCircuit):
    """The circuit of a PES until it ends; then the signed PES is brought home, compared and verified."""

    signed = ("pes_signe", "xml")
    judge = staticmethod(judge_signed_pes)
