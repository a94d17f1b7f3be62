"""What a depositor brought, and what it was told."""

from __future__ import annotations

from datetime import date
from typing import Literal

from cdg62_connect.journey.facts.shape import FactShape


class StoredFile(FactShape):
    """A document in the content-addressed store, and the name a person knows it by.

    ``signature`` tells what stamping did to the signatures of a stamped copy; ``""`` when it was not looked at.
    """

    nature: str
    nom: str
    sha256: str
    type_piece: str = ""
    signature: Literal["", "intacte", "rompue", "aucune"] = ""


class AnswerTo(FactShape):
    """The message of the préfecture that a deposit answers.

    ``refus``: the authority explicitly does not give what is asked for. ``rang`` counts the deposits that tried
    to answer before and came to nothing.
    """

    id_depot: str
    message: int
    sorte: int
    acte: int
    acte_id: str
    numero: str
    dated: date | None = None
    refus: bool = False
    rang: int = 0

    @property
    def key(self) -> str:
        """The message, as every deposit that answers it names it."""
        return f"reponse:{self.message}"


class PesFacts(FactShape):
    """What a PES says of itself, and where the parapheur is to sign it (``""``: nowhere)."""

    nom_fic: str
    cod_col: str
    id_coll: str
    xpath: str = ""


class Received(FactShape):
    """A lot was taken from the depositor."""

    kind: Literal["received"] = "received"
    taken: str
    empreinte_manifeste: str


class Accepted(FactShape):
    """The lot passed every check; from here on the dossier no longer needs the depositor's folder.

    ``flux`` is the flux of Pastell that carries it; ``""``: we speak to the parapheur and to S2LOW ourselves.
    """

    kind: Literal["accepted"] = "accepted"
    siren: str
    flux: str = ""
    numero_dossier: str
    id_externe: str = ""
    code_document: str
    objet: str
    document: StoredFile
    annexes: tuple[StoredFile, ...] = ()
    signer: bool
    transmettre: bool
    type_technique: str = ""
    sous_type: str = ""
    date_limite: date | None = None
    annotation_publique: str = ""
    annotation_privee: str = ""
    nature: int = 3
    matiere: str = "2.2"
    numero_acte: str = ""
    date_acte: date | None = None
    document_papier: bool = False
    date_affichage: date | None = None
    reponse_a: AnswerTo | None = None
    avertissements: tuple[dict[str, str], ...] = ()
    pes: PesFacts | None = None


class Quarantined(FactShape):
    """The lot is to be corrected by the depositor; nothing was sent."""

    kind: Literal["quarantined"] = "quarantined"
    erreurs: tuple[dict[str, str], ...]
    avertissements: tuple[dict[str, str], ...] = ()


class Filed(FactShape):
    """The lot's folder left ``encours/`` for good."""

    kind: Literal["filed"] = "filed"
    where: str


class AcknowledgementWritten(FactShape):
    """The depositor can read what became of the deposit."""

    kind: Literal["acknowledgement_written"] = "acknowledgement_written"


class Returned(FactShape):
    """One return folder was published to the depositor; ``cause`` is the ``seq`` of the event it tells."""

    kind: Literal["returned"] = "returned"
    cause: int
    sequence: int
    etat: str


class Closed(FactShape):
    """Nothing is left to do."""

    kind: Literal["closed"] = "closed"
