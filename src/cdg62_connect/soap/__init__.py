"""SOAP 1.1 as bytes: envelopes whose documents are streamed in, and a hardened reader that streams them out.

No operation of any platform is known here, nor how the bytes travel.
"""

from __future__ import annotations

from cdg62_connect.soap.decoding import Allowance, Base64Decoder, DecodedFile
from cdg62_connect.soap.encoding import Content, encoded_blocks, encoded_length
from cdg62_connect.soap.envelope import FilledEnvelope, fill, new_token
from cdg62_connect.soap.failures import Flaw, UnreadableMessage
from cdg62_connect.soap.message import SOAP_NAMESPACE, Fault, Node
from cdg62_connect.soap.package import read_package
from cdg62_connect.soap.reader import Divert, Limits, Sink, read_message

__all__ = [
    "SOAP_NAMESPACE",
    "Allowance",
    "Base64Decoder",
    "Content",
    "DecodedFile",
    "Divert",
    "Fault",
    "FilledEnvelope",
    "Flaw",
    "Limits",
    "Node",
    "Sink",
    "UnreadableMessage",
    "encoded_blocks",
    "encoded_length",
    "fill",
    "new_token",
    "read_message",
    "read_package",
]
