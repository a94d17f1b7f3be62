"""The people at the desks, and those outside who sign or read a mail, played by whoever drives the simulator."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cdg62_connect.simulator.iparapheur import desks
from cdg62_connect.simulator.iparapheur.circuits import Acte
from cdg62_connect.simulator.iparapheur.dossier import Piece, Statut
from cdg62_connect.simulator.iparapheur.kept import Delegation, Kept

_STEPS = tuple(acte for acte in Acte if acte is not Acte.AVIS)
"""What a circuit asks; an opinion comes between two of them."""


class People(Kept):
    """What people do. ``by`` is who does it: by default the desk, or who stands in for it.

    A dossier is named by its id, or by its UUID. Every method raises :class:`Refus` when there is no such dossier
    or it waits for something else.
    """

    def lire(self, dossier_id: str, *, by: str | None = None) -> None:
        """Open the dossier: from then on its emitter cannot take it back."""
        with self._lock:
            dossier = self._waiting(dossier_id)
            if not dossier.lu:
                dossier.lu = True
                acteur = self._actor(dossier, by) or dossier.restantes[0].bureau
                dossier.note(self._now(), acteur, Statut.LU, "Dossier lu")

    def viser(self, dossier_id: str, *, by: str | None = None, annotation: str = "") -> None:
        """Give the visa that the dossier waits for."""
        self._act(dossier_id, Acte.VISA, by=by, annotation=annotation)

    def signer(
        self, dossier_id: str, *, by: str | None = None, annotation: str = "", papier: bool = False
    ) -> None:
        """Sign the dossier.

        ``papier``: signed on paper; the document in the parapheur stays as it is.

        Raises:
            InvalidFile: a document cannot be signed.
        """
        if not papier:
            self._act(dossier_id, Acte.SIGNATURE, by=by, annotation=annotation)
            return
        with self._lock:
            dossier = self._waiting(dossier_id, Acte.SIGNATURE)
            desks.signer_sur_papier(dossier, self._now(), by=self._actor(dossier, by), annotation=annotation)
            self._settle(dossier)

    def cacheter(self, dossier_id: str, *, by: str | None = None, annotation: str = "") -> None:
        """Put the seal of the server on the dossier.

        Raises:
            InvalidFile: a document cannot be sealed.
        """
        self._act(dossier_id, Acte.CACHET, by=by, annotation=annotation)

    def signer_dehors(self, dossier_id: str, *, by: str | None = None, annotation: str = "") -> None:
        """Sign as somebody outside the parapheur.

        Raises:
            InvalidFile: a document cannot be signed.
        """
        self._act(dossier_id, Acte.SIGNATURE_EXTERNE, by=by, annotation=annotation)

    def lire_mail(self, dossier_id: str, *, by: str | None = None, annotation: str = "") -> None:
        """Open the secured mail that carries the dossier."""
        self._act(dossier_id, Acte.MAIL_SECURISE, by=by, annotation=annotation)

    def demander_avis(self, dossier_id: str, *, a: str, by: str | None = None, annotation: str = "") -> None:
        """Ask another desk for its opinion: the present step waits for it."""
        with self._lock:
            dossier = self._waiting(dossier_id, *_STEPS)
            desks.demander_avis(dossier, self._now(), a=a, by=self._actor(dossier, by), annotation=annotation)
            self._settle(dossier)

    def donner_avis(self, dossier_id: str, *, by: str | None = None, annotation: str = "") -> None:
        """Give the opinion that was asked for; the dossier goes back to whoever asked."""
        self._act(dossier_id, Acte.AVIS, by=by, annotation=annotation)

    def teletransmettre(self, dossier_id: str, *, echec: str = "") -> None:
        """Let the télétransmission end; ``echec``: it fails so, and is to be sent again."""
        if not echec:
            self._act(dossier_id, Acte.TDT, by=None, annotation="")
            return
        with self._lock:
            dossier = self._waiting(dossier_id, Acte.TDT)
            dossier.note(self._now(), dossier.restantes[0].bureau, Statut.TRANSMISSION_KO, echec)
            dossier.regards_tdt = 0

    def refuser(self, dossier_id: str, *, motif: str, by: str | None = None) -> None:
        """Refuse the dossier at its present step, with a reason; whoever is asked for an opinion does not."""
        with self._lock:
            dossier = self._waiting(dossier_id, *_STEPS)
            desks.refuser(dossier, self._now(), by=self._actor(dossier, by), motif=motif)

    def transferer(self, dossier_id: str, *, vers: str, by: str | None = None, annotation: str = "") -> None:
        """Give the present step of the dossier to another desk."""
        with self._lock:
            dossier = self._waiting(dossier_id)
            desks.transferer(
                dossier, self._now(), vers=vers, by=self._actor(dossier, by), annotation=annotation
            )

    def annoter(self, dossier_id: str, texte: str, *, by: str | None = None, privee: bool = False) -> None:
        """Write on the dossier: for everybody, in its history, or for the next desk only."""
        with self._lock:
            dossier = self._waiting(dossier_id)
            acteur = self._actor(dossier, by) or dossier.restantes[0].bureau
            if privee:
                dossier.notes.append((acteur, texte))
            else:
                dossier.note(self._now(), acteur, Statut.NON_LU, texte)

    def joindre(self, dossier_id: str, piece: Piece, *, by: str | None = None) -> None:
        """Add an annexe to the dossier. The file of ``piece`` is moved."""
        with self._lock:
            dossier = self._waiting(dossier_id)
            acteur = self._actor(dossier, by) or dossier.restantes[0].bureau
            path = dossier.folder / f"ajout-{len(dossier.ajoutees)}"
            piece.path.replace(path)
            dossier.ajoutees.append((acteur, replace(piece, path=path)))

    def deleguer(
        self,
        bureau: str,
        a: str | None,
        *,
        type_: str = "",
        sous_type: str = "",
        debut: datetime | None = None,
        fin: datetime | None = None,
    ) -> None:
        """Let ``a`` act for a desk, under its own name; ``None`` ends all that this desk has given.

        Args:
            bureau: the desk.
            a: the desk, or the person, that stands in.
            type_: for the dossiers of that type only.
            sous_type: for those of that sub-type only.
            debut: from then on; at once by default.
            fin: until then, not included; for ever by default.
        """
        with self._lock:
            if a is None:
                self._delegations[:] = [one for one in self._delegations if one.bureau != bureau]
            else:
                self._delegations.insert(0, Delegation(bureau, a, type_, sous_type, debut, fin))

    def _act(self, dossier_id: str, acte: Acte, *, by: str | None, annotation: str) -> None:
        with self._lock:
            dossier = self._waiting(dossier_id, acte)
            desks.agir(
                dossier,
                self._now(),
                authority=self._authority,
                by=self._actor(dossier, by),
                annotation=annotation,
            )
            self._settle(dossier)
