"""The module of secure mail of the simulated S2LOW."""

from cdg62_connect.simulator.s2low.mail.room import MailSecurise

__all__ = ["MailSecurise"]
