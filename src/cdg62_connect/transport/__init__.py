"""How bytes travel: one session per platform account, everything streamed, every failure classified.

The door of the room: what is not listed here is internal.
"""

from cdg62_connect.transport.answer import Answer, Download
from cdg62_connect.transport.credentials import BasicAuth, BearerAuth, ClientCertificate
from cdg62_connect.transport.events import ExchangeEvent, Observer
from cdg62_connect.transport.filenames import safe_filename
from cdg62_connect.transport.multipart import FilePart, Multipart
from cdg62_connect.transport.payload import Payload
from cdg62_connect.transport.proxy import FROM_ENVIRONMENT, Proxy, ProxySource, chosen_proxy
from cdg62_connect.transport.request import Kind, Request, StreamBody
from cdg62_connect.transport.retry import RetryPolicy, next_delay
from cdg62_connect.transport.session import HttpSession
from cdg62_connect.transport.telemetry import OpenTelemetryObserver
from cdg62_connect.transport.timeouts import Timeouts
from cdg62_connect.transport.tls import TlsTerms, TlsVersion

__all__ = [
    "FROM_ENVIRONMENT",
    "Answer",
    "BasicAuth",
    "BearerAuth",
    "ClientCertificate",
    "Download",
    "ExchangeEvent",
    "FilePart",
    "HttpSession",
    "Kind",
    "Multipart",
    "Observer",
    "OpenTelemetryObserver",
    "Payload",
    "Proxy",
    "ProxySource",
    "Request",
    "RetryPolicy",
    "StreamBody",
    "Timeouts",
    "TlsTerms",
    "TlsVersion",
    "chosen_proxy",
    "next_delay",
    "safe_filename",
]
