"""Bringing home what Pastell holds of a document: each file once, under a name of ours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cdg62_connect.errors import InvalidFile
from cdg62_connect.formats import ActeId, ArActe
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.pastell.forms import FORMS

if TYPE_CHECKING:
    from cdg62_connect.journey.step import Context
    from cdg62_connect.pastell import DocumentDetail

_LIMIT = 1024**3
_AR_LIMIT = 8 * 1024**2


class Harvest:
    """The files of one document, downloaded into a workplace and kept in the store."""

    def __init__(self, context: Context, detail: DocumentDetail, folder: Path) -> None:
        self._context = context
        document = context.dossier.pastell
        assert document is not None
        self._entite = document.entite
        self._detail = detail
        self._folder = folder

    def file(self, champ: str, *, nature: str, nom: str, rank: int = 0) -> ev.StoredFile | None:
        """One file of a field, ``None`` when Pastell has none; ``nom`` without suffix takes that of Pastell's."""
        names = self._detail.fichiers(champ)
        if rank >= len(names):
            return None
        documents = self._context.assignment.platforms.require_pastell().documents
        got = documents.telecharger(
            self._entite,
            self._detail.id_d,
            champ,
            rang=self._detail.rangs(champ)[rank],
            into=self._folder,
            limit=_LIMIT,
        )
        named = nom if "." in nom else nom + _suffix(names[rank])
        return self._context.keep(got.path, nature=nature, nom=named, sha256=got.sha256)

    def files(self, champ: str, *, nature: str, nom: str) -> tuple[ev.StoredFile, ...]:
        """Every file of a field, numbered from 1."""
        kept = (
            self.file(champ, nature=nature, nom=f"{nom}_{rank + 1}", rank=rank)
            for rank in range(len(self._detail.fichiers(champ)))
        )
        return tuple(file for file in kept if file is not None)

    def circuit(self) -> tuple[ev.StoredFile, ...]:
        """What the parapheur gave with the document: slip, history, detached signatures, what people added."""
        form = FORMS[self._detail.flux]
        slip = self.file(form.slip, nature="bordereau_signature", nom="bordereau_signature")
        history = self.file("iparapheur_historique", nature="historique_circuit", nom="historique_circuit")
        detached = ()
        if form.signed != "signature":
            detached = self.files("signature", nature="signature_detachee", nom="signature_detachee")
        added = self.files("iparapheur_annexe_sortie", nature="annexe_circuit", nom="annexe_circuit")
        return (*(one for one in (slip, history) if one is not None), *detached, *added)

    def legality(self) -> tuple[ev.StoredFile, ...]:
        """What S2LOW and the préfecture gave: accusé, slip, stamped acte and annexes."""
        found = (
            self.file("aractes", nature="ar_prefecture", nom="ar_prefecture.xml"),
            self.file("bordereau", nature="bordereau_acquittement", nom="bordereau_acquittement"),
            self.file("acte_tamponne", nature="acte_tamponne", nom="acte_tamponne"),
        )
        annexes = self.files("annexes_tamponnees", nature="annexe_tamponnee", nom="annexe_tamponnee")
        return (*(one for one in found if one is not None), *annexes)


def read_ar(path: Path, *, siren: str, numero: str) -> ArActe | str:
    """The accusé de réception, or why it is not this acte's."""
    if path.stat().st_size > _AR_LIMIT:
        return "L'accusé de réception est trop gros pour en être un."
    try:
        ar = ArActe.read(path.read_bytes())
        acte_id = ActeId.parse(ar.acte_id)
    except InvalidFile as unreadable:
        return f"L'accusé de réception ne se lit pas : {unreadable}"
    if (acte_id.siren, acte_id.numero) != (siren, numero):
        return f"L'accusé de réception est celui d'un autre acte : {ar.acte_id}."
    return ar


def _suffix(nom: str) -> str:
    suffix = Path(nom).suffix.lower()
    return suffix if suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= 5 else ".bin"
