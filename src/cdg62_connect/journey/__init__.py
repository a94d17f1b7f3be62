"""The durable journey of a dossier: from the depositor to signature, légalité, and back."""

from cdg62_connect.journey.alerts import Alert, Level
from cdg62_connect.journey.events import Event
from cdg62_connect.journey.journey import Journey, PassReport
from cdg62_connect.journey.narrative import told
from cdg62_connect.journey.release_gate import ReleaseGate
from cdg62_connect.journey.state import Dossier, Stage
from cdg62_connect.journey.wording import Wording, wording

__all__ = [
    "Alert",
    "Dossier",
    "Event",
    "Journey",
    "Level",
    "PassReport",
    "ReleaseGate",
    "Stage",
    "Wording",
    "told",
    "wording",
]
