"""The deposit contract ``cdg62-depot/1``: lots in, acknowledgements and signed files out."""

from cdg62_connect.operis.deposit import CheckedAnnexe, CheckedDeposit, read_lot
from cdg62_connect.operis.digest import manifest_digest
from cdg62_connect.operis.disk import StillHeld, deposited_blocks
from cdg62_connect.operis.documents import DOCUMENT_CODES, DocumentCode, Transmission
from cdg62_connect.operis.findings import (
    CONTRACT_VERSION,
    DepositRefused,
    DepositReport,
    Finding,
    FindingCode,
    Resultat,
)
from cdg62_connect.operis.lot_files import CheckedFile
from cdg62_connect.operis.manifest import (
    DossierType,
    ExpectedReturn,
    Manifest,
    ManifestAnswer,
    PesManifest,
    SensReponse,
)
from cdg62_connect.operis.names import LotName
from cdg62_connect.operis.pes_lot import LARGEST_PES, CheckedPes
from cdg62_connect.operis.pieces import PIECES
from cdg62_connect.operis.returns import Refus, ReturnedFile, ReturnEvent, ReturnState
from cdg62_connect.operis.tree import DepositTree

__all__ = [
    "CONTRACT_VERSION",
    "DOCUMENT_CODES",
    "LARGEST_PES",
    "PIECES",
    "CheckedAnnexe",
    "CheckedDeposit",
    "CheckedFile",
    "CheckedPes",
    "DepositRefused",
    "DepositReport",
    "DepositTree",
    "DocumentCode",
    "DossierType",
    "ExpectedReturn",
    "Finding",
    "FindingCode",
    "LotName",
    "Manifest",
    "ManifestAnswer",
    "PesManifest",
    "Refus",
    "Resultat",
    "ReturnEvent",
    "ReturnState",
    "ReturnedFile",
    "SensReponse",
    "StillHeld",
    "Transmission",
    "deposited_blocks",
    "manifest_digest",
    "read_lot",
]
