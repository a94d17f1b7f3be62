"""Steps that send a document elsewhere: GED, secure mail, SAE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from cdg62_connect.simulator.pastell.peers.ports import (
    Configuration,
    ConnectorType,
    MailMessage,
    PeerFailed,
    PeerFile,
)
from support.pastell_lab import URBANISME, Lab


class Ged:
    """Keeps the names of what it was given, or fails."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.failure: Exception | None = None

    def deposit(
        self, c: Configuration, titre: str, files: Sequence[tuple[str, PeerFile]], metadata: bytes
    ) -> Mapping[str, str]:
        if self.failure is not None:
            raise self.failure
        self.taken = [file.name for _, file in files]
        return {name: f"ged:{name}" for name in self.taken}


class Mailbox:
    """Keeps the mails; the address ``rejet@`` bounces."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, c: Configuration, message: MailMessage) -> None:
        if message.to.startswith("rejet@"):
            raise PeerFailed("boîte inconnue")
        self.sent.append(message.to)


class Sae:
    """Accepts, or refuses."""

    def __init__(self) -> None:
        self.accepts = True

    def send(self, c: Configuration, bordereau: PeerFile, archive: PeerFile) -> str:
        return "TRANSFERT-1"

    def acknowledgement(self, c: Configuration, transfer: str) -> bytes:
        return b"<ack/>"

    def reply(self, c: Configuration, transfer: str) -> tuple[bool, bytes, str]:
        return self.accepts, b"<atr/>", "ARCHIVE-1"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path).scripted()


def test_a_document_is_copied_in_the_ged_with_its_files(lab: Lab) -> None:
    ged = Ged()
    lab.add_connector(ConnectorType("essai-ged", "GED", "", {}, depot=ged), URBANISME)
    id_d = lab.draft(annexes=1, envoi_depot="1")
    lab.act(id_d, "orientation")
    assert lab.path(id_d)[-3:] == ["preparation-send-ged", "send-ged", "termine"]
    assert ged.taken == ["arrete.pdf", "plan-0.pdf"]
    data = lab.data(id_d)
    assert (data["has_ged_document_id"], data["ged_document_id_file"]) == ("1", ["ged_document_id.json"])
    assert lab.read(id_d, "ged_document_id_file").startswith(b'{"arrete.pdf":"ged:arrete.pdf"')


def test_a_ged_that_fails_is_tried_again(lab: Lab) -> None:
    ged = Ged()
    ged.failure = PeerFailed("disque plein")
    lab.add_connector(ConnectorType("essai-ged", "GED", "", {}, depot=ged), URBANISME)
    id_d = lab.draft(envoi_depot="1")
    lab.act(id_d, "orientation")
    assert lab.path(id_d)[-1] == "preparation-send-ged"
    assert lab.refused(lambda: lab.act(id_d, "send-ged")) == (400, "disque plein")
    ged.failure = None
    lab.later(minutes=10)
    assert lab.path(id_d)[-1] == "termine"


@pytest.fixture
def mailbox(lab: Lab) -> Mailbox:
    box = Mailbox()
    lab.add_connector(ConnectorType("essai-mail", "mailsec", "", {}, mailsec=box), URBANISME)
    return box


def test_a_secure_mail_is_received_once_everyone_opened_it(lab: Lab, mailbox: Mailbox) -> None:
    id_d = lab.draft(envoi_mailsec="1", to='"A" <a@exemple.fr>, b@exemple.fr')
    lab.act(id_d, "orientation")
    assert lab.path(id_d)[-1] == "send-mailsec"
    assert mailbox.sent == ["a@exemple.fr", "b@exemple.fr"]
    detail = lab.detail(id_d)
    assert [(one["email"], one["lu"], one["date_lecture"]) for one in detail["email_info"]] == [
        ("a@exemple.fr", "0", "1970-01-01 00:00:00"),
        ("b@exemple.fr", "0", "1970-01-01 00:00:00"),
    ]
    assert detail["data"]["sent_mail_number"] == "2"
    lab.documents.read_mail(id_d, "a@exemple.fr")
    assert lab.state(id_d) == "reception-partielle"
    lab.documents.read_mail(id_d, "b@exemple.fr")
    assert lab.path(id_d) == ["reception", "termine"]
    assert [one["lu"] for one in lab.detail(id_d)["email_info"]] == ["1", "1"]


def test_a_mail_nobody_opens_is_given_up_by_hand(lab: Lab, mailbox: Mailbox) -> None:
    id_d = lab.draft(envoi_mailsec="1", to="a@exemple.fr")
    lab.act(id_d, "orientation")
    lab.path(id_d)
    lab.act(id_d, "renvoi")
    assert mailbox.sent == ["a@exemple.fr", "a@exemple.fr"]
    lab.act(id_d, "non-recu")
    assert lab.path(id_d)[-1] == "termine"
    assert lab.detail(id_d)["email_info"][0]["non_recu"] == "1"


def test_a_mail_without_a_recipient_can_be_corrected(lab: Lab, mailbox: Mailbox) -> None:
    id_d = lab.draft(envoi_mailsec="1")
    lab.act(id_d, "orientation")
    assert lab.path(id_d)[-1] == "send-mailsec-error"
    data = lab.patch(id_d, to="a@exemple.fr", titre="z")["content"]["data"]
    assert (data["to"], data["titre"]) == ("a@exemple.fr", "PC 1")
    lab.act(id_d, "send-mailsec")
    assert lab.state(id_d) == "send-mailsec"


def test_a_mail_that_bounces_says_so(lab: Lab, mailbox: Mailbox) -> None:
    id_d = lab.draft(envoi_mailsec="1", to="rejet@exemple.fr")
    lab.act(id_d, "orientation")
    lab.path(id_d)
    assert lab.detail(id_d)["email_info"][0]["has_error"] == "1"


def test_a_secure_mail_needs_its_connector(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    id_d = lab.create("mailsec")
    lab.patch(id_d, to="a@exemple.fr", objet="x", message="y")
    assert lab.possible(id_d) == ["modification", "supression", "envoi"]
    assert lab.refused(lambda: lab.act(id_d, "envoi")) == (
        400,
        "Aucun connecteur de type mailsec n'est associé au type de dossier mailsec",
    )


def test_passwords_are_never_given_back_and_must_be_the_same(lab: Lab) -> None:
    id_d = lab.draft(envoi_mailsec="1", to="a@exemple.fr")
    answer = lab.patch(id_d, password="secret", password2="autre")
    assert answer["message"] == "Les mots de passe ne correspondent pas"
    assert answer["content"]["data"]["password"] == "MOT DE PASSE NON RECUPERABLE"
    assert lab.patch(id_d, password2="secret")["formulaire_ok"] == 1


@pytest.mark.parametrize(("accepts", "end"), [(True, "termine"), (False, "rejet-sae")])
def test_an_archive_is_made_sent_acknowledged_and_answered(lab: Lab, accepts: bool, end: str) -> None:
    flux = "dossier-autorisation-urbanisme"
    sae = Sae()
    sae.accepts = accepts
    lab.add_connector(ConnectorType("essai-sae", "SAE", "", {}, sae=sae), flux)
    id_d = lab.create(flux)
    assert lab.data(id_d) == {"envoi_sae": "checked"}
    lab.patch(id_d, titre="PC 1", id_dossier_externe="PC1")
    lab.put(id_d, "dossier", "dossier.zip", content=b"PK\x05\x06" + b"\0" * 18)
    lab.act(id_d, "orientation")
    assert lab.possible(id_d) == ["generate-sip"]
    path = lab.path(id_d)
    assert path[:4] == ["preparation-send-sae", "generate-sip", "send-archive", "ar-recu-sae"]
    assert path[-1] == end
    data = lab.data(id_d)
    assert (data["sae_transfert_id"], data["ar_sae"]) == ("TRANSFERT-1", ["ACK.xml"])
    assert ("sae_archival_identifier" in data) is accepts
