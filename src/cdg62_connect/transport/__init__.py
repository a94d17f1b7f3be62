"""How bytes travel: one session per platform account, everything streamed, every failure classified.

The door of the room: what is not listed here is internal.
"""

from cdg62_connect.transport.answer import Answer, Download
from cdg62_connect.transport.credentials import BasicAuth, ClientCertificate
from cdg62_connect.transport.filenames import safe_filename
from cdg62_connect.transport.multipart import FilePart, Multipart
from cdg62_connect.transport.payload import Payload
from cdg62_connect.transport.request import Kind, Request, StreamBody
from cdg62_connect.transport.retry import RetryPolicy, next_delay
from cdg62_connect.transport.session import HttpSession
from cdg62_connect.transport.timeouts import Timeouts

__all__ = [
    "Answer",
    "BasicAuth",
    "ClientCertificate",
    "Download",
    "FilePart",
    "HttpSession",
    "Kind",
    "Multipart",
    "Payload",
    "Request",
    "RetryPolicy",
    "StreamBody",
    "Timeouts",
    "next_delay",
    "safe_filename",
]
