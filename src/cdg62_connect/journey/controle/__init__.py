"""Is everything ready? One line per check; platforms are only read, nothing is sent, no journal is made."""

from cdg62_connect.journey.controle.certificates import CertificateFacts, read_certificate_file
from cdg62_connect.journey.controle.check import Check, Result, worst
from cdg62_connect.journey.controle.run import configuration_refused, controle

__all__ = [
    "CertificateFacts",
    "Check",
    "Result",
    "configuration_refused",
    "controle",
    "read_certificate_file",
    "worst",
]
