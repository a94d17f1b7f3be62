from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect.errors import (
    AccessRefused,
    InvalidFile,
    InvalidInput,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.pastell import (
    ActionFailed,
    ActionNotAllowed,
    ActionRefused,
    ActionResult,
    Busy,
    FieldsNotKept,
    NotEditable,
    NotInThisVersion,
    Pastell,
    SavedThenRefused,
)
from cdg62_connect.transport import Payload

Build = Callable[..., dict[str, Any]]
Platform = Any

DOC = "entite/7/document/aB3dE7g"
URBA = "document-autorisation-urbanisme"
REFUSED_STATE = (
    "L'action « modification »  n'est pas permise : Le dernier état du document (send-iparapheur) "
    "ne permet pas de déclencher cette action"
)


def test_a_document_is_created_by_its_type_alone(platform: Platform, pastell: Pastell, detail: Build) -> None:
    platform.on("POST entite/7/document", detail(etat="creation") | {"id_d": "aB3dE7g"})
    created = pastell.documents.creer("7", URBA)
    assert platform.last.form == [("type", URBA)]
    assert (created.id_d, created.flux, created.etat) == ("aB3dE7g", URBA, "creation")
    assert created.champs == {}  # PHP writes an empty map as a list
    assert "id_d" not in created.autres


def test_hours_are_those_of_paris_and_become_moments(
    platform: Platform, pastell: Pastell, detail: Build
) -> None:
    platform.on(f"GET {DOC}", detail())
    found = pastell.documents.detail("7", "aB3dE7g")
    assert found.creation == datetime(2026, 5, 31, 21, 30, tzinfo=UTC)
    assert found.etat_date == found.modification == datetime(2026, 6, 1, 7, 0, 1, tzinfo=UTC)


def test_a_document_of_the_root_entity_has_no_state(
    platform: Platform, pastell: Pastell, detail: Build
) -> None:
    platform.on(f"GET {DOC}", detail() | {"last_action": False})
    found = pastell.documents.detail("7", "aB3dE7g")
    assert (found.etat, found.etat_message, found.etat_date) == ("", None, None)


def test_a_purged_journal_leaves_no_message(platform: Platform, pastell: Pastell, detail: Build) -> None:
    platform.on(f"GET {DOC}", detail() | {"last_action": {"action": "termine", "message": None, "date": ""}})
    found = pastell.documents.detail("7", "aB3dE7g")
    assert (found.etat, found.etat_message) == ("termine", None)


def test_fields_are_texts_flags_or_names_of_files(
    platform: Platform, pastell: Pastell, detail: Build
) -> None:
    data = {
        "titre": "Arrêté",
        "envoi_signature": "1",
        "envoi_fast": "",
        "calcule": True,
        "non_calcule": False,
        "nombre": 12,
        "vide": None,
        "document": ["arrêté.pdf"],
        "annexe": {"0": "plan.pdf", "5": "notice.pdf"},
        "type_pj": '["22_AV"]',
    }
    platform.on(f"GET {DOC}", detail(data))
    found = pastell.documents.detail("7", "aB3dE7g")
    assert found.texte("titre") == "Arrêté"
    assert (found.texte("document"), found.texte("absent")) == ("", "")
    assert (found.coche("envoi_signature"), found.coche("envoi_fast"), found.coche("absent")) == (
        True,
        False,
        False,
    )
    assert (found.coche("calcule"), found.coche("non_calcule")) == (True, False)
    assert (found.texte("nombre"), found.texte("vide")) == ("12", "")
    assert found.fichiers("annexe") == ("plan.pdf", "notice.pdf")
    assert (found.rangs("annexe"), found.rangs("document"), found.rangs("titre")) == ((0, 5), (0,), ())
    assert "Arrêté" not in repr(found)


def test_the_mails_of_a_document_are_told_with_their_readings(
    platform: Platform, pastell: Pastell, detail: Build
) -> None:
    mail = {
        "id_de": 4,
        "id_d": "aB3dE7g",
        "email": "maire@valmont.fr",
        "lu": "1",
        "date_envoie": "2026-06-01 10:00:00",
        "date_lecture": "2026-06-01 11:00:00",
        "type_destinataire": "to",
        "date_renvoi": "1970-01-01 00:00:00",
        "nb_renvoi": "0",
        "reponse": None,
        "has_error": "0",
        "last_error": "",
        "non_recu": "0",
        "nouveau": "x",
    }
    unread = mail | {"id_de": 5, "lu": "0", "date_lecture": "1970-01-01 00:00:00"}
    reply = {
        "id_de": 4,
        "id_d_reponse": "Zz9aaaa",
        "is_lu": "1",
        "titre": "Re",
        "date_reponse": "2026-06-01 12:00:00",
        "has_date_reponse": True,
    }
    platform.on(f"GET {DOC}", detail(email_info=[mail, unread], email_reponse={"4": reply}))
    found = pastell.documents.detail("7", "aB3dE7g")
    read, waiting = found.mails
    assert (read.lu, read.lu_le, read.renvoye_le) == (True, datetime(2026, 6, 1, 9, tzinfo=UTC), None)
    assert (waiting.lu, waiting.lu_le) == (False, None)
    assert read.autres == {"nouveau": "x"}
    assert [(one.id_d, one.lue) for one in found.reponses] == [("Zz9aaaa", True)]


@pytest.mark.parametrize(
    ("version", "status", "message"),
    [
        ("2.0.16", 403, "Acces interdit id_e=7, droit=:edition,id_u=3"),
        ("3.1.8", 403, "Acces interdit id_e=7, droit=:edition,id_u=3"),
        ("4.0.14", 404, "Le document aB3dE7g n'appartient pas à l'entité 7"),
    ],
)
def test_an_unknown_document_is_not_found_whatever_the_version(
    platform: Platform, pastell: Pastell, version: Any, status: int, message: str
) -> None:
    platform.refuses(f"GET {DOC}", message, status=status)
    with pytest.raises(NotFound):
        pastell.documents.detail("7", "aB3dE7g")


def test_a_missing_right_names_the_type_it_is_about(platform: Platform, pastell: Pastell) -> None:
    platform.refuses(
        "POST entite/7/document", "Acces interdit id_e=7, droit=inconnu:edition,id_u=1", status=403
    )
    with pytest.raises(AccessRefused, match="« inconnu »"):
        pastell.documents.creer("7", "inconnu")


def test_several_documents_are_read_together(platform: Platform, pastell: Pastell, detail: Build) -> None:
    platform.on(
        "GET entite/7/document", {"aaaaaaa": detail(id_d="aaaaaaa"), "bbbbbbb": detail(id_d="bbbbbbb")}
    )
    found = pastell.documents.details("7", ["aaaaaaa", "bbbbbbb", "aaaaaaa"])
    assert set(found) == {"aaaaaaa", "bbbbbbb"}
    assert platform.last.query == [("id_d[]", "aaaaaaa"), ("id_d[]", "bbbbbbb")]


def test_one_missing_document_does_not_hide_the_others(
    platform: Platform, pastell: Pastell, detail: Build
) -> None:
    gone = "Le document bbbbbbb n'appartient pas à l'entité 7"
    platform.refuses("GET entite/7/document", gone, status=404)
    platform.on("GET entite/7/document/aaaaaaa", detail(id_d="aaaaaaa"))
    platform.refuses("GET entite/7/document/bbbbbbb", gone, status=404)
    assert set(pastell.documents.details("7", ["aaaaaaa", "bbbbbbb"])) == {"aaaaaaa"}
    assert pastell.documents.details("7", []) == {}


class TestModifier:
    def test_fields_leave_urlencoded_in_utf_8(
        self, platform: Platform, pastell: Pastell, changed: Build
    ) -> None:
        sent = {"titre": "Arrêté « d'été » 😀", "envoi_signature": "1", "classification": "2.2"}
        platform.on(f"PATCH {DOC}", changed(sent, complet=0, message="le champ «Document» est obligatoire."))
        modified = pastell.documents.modifier("7", "aB3dE7g", sent)
        assert platform.last.form == list(sent.items())
        assert (modified.complet, modified.message) == (False, "le champ «Document» est obligatoire.")
        assert modified.detail.texte("titre") == sent["titre"]

    @pytest.mark.parametrize("complete", [1, "1", True])
    def test_a_complete_form_is_told(
        self, platform: Platform, pastell: Pastell, changed: Build, complete: Any
    ) -> None:
        platform.on(f"PATCH {DOC}", changed(complet=complete))
        assert pastell.documents.modifier("7", "aB3dE7g", {}).complet is True
        assert platform.last.body == b""

    def test_what_was_silently_skipped_is_named(
        self, platform: Platform, pastell: Pastell, changed: Build
    ) -> None:
        platform.on(f"PATCH {DOC}", changed({"numero_de_lacte": "PC1", "titre": "ancien"}))
        with pytest.raises(FieldsNotKept, match="titre, inconnu") as caught:
            pastell.documents.modifier(
                "7", "aB3dE7g", {"numero_de_lacte": "PC1", "titre": "nouveau", "inconnu": "x"}
            )
        assert caught.value.champs == ("titre", "inconnu")
        assert caught.value.garde == {"titre": "ancien", "inconnu": None}
        assert caught.value.detail is not None
        assert caught.value.retryable is False

    def test_a_change_lost_to_another_one_may_be_made_again(
        self, platform: Platform, pastell: Pastell, changed: Build
    ) -> None:
        platform.on(f"PATCH {DOC}", changed({"titre": "celui de l'autre"}))
        with pytest.raises(FieldsNotKept) as caught:
            pastell.documents.modifier("7", "aB3dE7g", {"titre": "le mien"})
        assert caught.value.retryable is True

    @pytest.mark.parametrize(
        ("sent", "held"),
        [
            ({"a": "1"}, {"a": True}),
            ({"a": "1"}, {"a": "on"}),
            ({"a": ""}, {"a": False}),
            ({"a": ""}, {}),
            ({"a": "0"}, {"a": ""}),
            ({"a": "true"}, {"a": "1"}),
            ({"date": "2026-06-01"}, {"date": "01/06/2026"}),
            ({"date": "2026-06-01"}, {"date": "2026-06-01 00:00:00"}),
            ({"objet": "deux\nlignes"}, {"objet": "deux\r\nlignes "}),
            ({"Objet de l'été": "x"}, {"objet_de_l_ete": "x"}),
            ({"type_pj": '["22_AV", "22_PN"]'}, {"type_pj": '["22_AV","22_PN"]'}),
            ({"password": "secret"}, {}),
            ({"iparapheur_password": "secret"}, {"iparapheur_password": "MOT DE PASSE NON RECUPERABLE"}),
        ],
    )
    def test_another_writing_of_the_same_value_is_that_value(
        self,
        platform: Platform,
        pastell: Pastell,
        changed: Build,
        sent: dict[str, str],
        held: dict[str, object],
    ) -> None:
        platform.on(f"PATCH {DOC}", changed(held))
        assert pastell.documents.modifier("7", "aB3dE7g", sent).complet

    @pytest.mark.parametrize(
        ("sent", "held"),
        [
            ({"a": "1"}, {"a": ""}),
            ({"a": "1"}, {}),
            ({"a": ""}, {"a": "1"}),
            ({"date": "2026-06-01"}, {"date": "2026-06-02"}),
            ({"date": "2026-06-01"}, {"date": "2026-06-01 10:00:00"}),
            ({"a": "12"}, {"a": "1"}),
            ({"titre": "Non"}, {"titre": ""}),  # up to 3.x a text that reads as a flag becomes one
            ({"titre": "Oui"}, {"titre": "1"}),
            ({"type_pj": '["22_AV"]'}, {"type_pj": "[]"}),
            ({"type_pj": '["22_AV"]'}, {"type_pj": "n'importe quoi"}),
            ({"document": "a"}, {"document": ["b.pdf"]}),
            ({"a": "é"}, {"a": "e"}),
        ],
    )
    def test_another_value_is_not(
        self,
        platform: Platform,
        pastell: Pastell,
        changed: Build,
        sent: dict[str, str],
        held: dict[str, object],
    ) -> None:
        platform.on(f"PATCH {DOC}", changed(held))
        with pytest.raises(FieldsNotKept):
            pastell.documents.modifier("7", "aB3dE7g", sent)

    @pytest.mark.parametrize(
        ("status", "message"),
        [
            (403, REFUSED_STATE),
            (400, REFUSED_STATE),
            (400, "L'action « modification »  n'est pas permise"),
            (403, "Ce document n'est pas modifiable"),
            (403, "Le contenu de document n'est pas éditable"),
        ],
    )
    def test_a_locked_document_is_not_editable(
        self, platform: Platform, pastell: Pastell, status: int, message: str
    ) -> None:
        platform.refuses(f"PATCH {DOC}", message, status=status)
        with pytest.raises(NotEditable) as caught:
            pastell.documents.modifier("7", "aB3dE7g", {"titre": "x"})
        assert caught.value.retryable is False
        assert " ".join(caught.value.said.split()) == " ".join(message.split())

    def test_a_refusal_that_has_saved_says_so(self, platform: Platform, pastell: Pastell) -> None:
        said = "Aucun connecteur de type signature n'est associé au type de dossier document-autorisation-urbanisme"
        platform.refuses(f"PATCH {DOC}", said)
        with pytest.raises(SavedThenRefused, match="connecteur à associer"):
            pastell.documents.modifier("7", "aB3dE7g", {"envoi_signature": "1"})

    def test_a_file_field_in_a_change_is_an_error_of_ours(self, platform: Platform, pastell: Pastell) -> None:
        platform.refuses(f"PATCH {DOC}", "Le champ 'document' n'est pas autorisé sur un PATCH")
        with pytest.raises(InvalidRequest) as caught:
            pastell.documents.modifier("7", "aB3dE7g", {"document": "x"})
        assert not isinstance(caught.value, SavedThenRefused)

    def test_an_answer_that_pastell_could_not_encode_leaves_the_outcome_unknown(
        self, platform: Platform, pastell: Pastell
    ) -> None:
        said = "Impossible d'encoder le résultat en JSON [code 5]: Malformed UTF-8 characters"
        platform.refuses(f"PATCH {DOC}", said, status=200)
        with pytest.raises(OutcomeUnknown, match="les données ont été enregistrées"):
            pastell.documents.modifier("7", "aB3dE7g", {"titre": "x"})
        platform.refuses(f"GET {DOC}", said, status=200)
        with pytest.raises(UnreadableAnswer, match="mal encodée"):
            pastell.documents.detail("7", "aB3dE7g")

    def test_a_value_that_is_no_text_is_refused_before_it_leaves(
        self, platform: Platform, pastell: Pastell
    ) -> None:
        with pytest.raises(InvalidInput):
            pastell.documents.modifier("7", "aB3dE7g", {"titre": "\ud800"})
        assert platform.asked == []


class TestFiles:
    def test_a_file_goes_up_with_its_name_as_a_field_first(
        self, platform: Platform, pastell: Pastell, changed: Build, tmp_path: Path
    ) -> None:
        path = tmp_path / "x"
        path.write_bytes(b"%PDF-1.7 " + b"\0\xff" * 5000)
        platform.on(f"POST {DOC}/file/document/0", changed({"document": ["arrêté n°1.pdf"]}))
        pastell.documents.deposer("7", "aB3dE7g", "document", Payload.of(path), nom="arrêté n°1.pdf")
        name, content = platform.last.parts
        assert name == ("file_name", None, "arrêté n°1.pdf".encode())
        assert (content[0], content[2]) == ("file_content", path.read_bytes())

    def test_each_file_of_a_field_has_its_rank(
        self, platform: Platform, pastell: Pastell, changed: Build
    ) -> None:
        platform.on(f"POST {DOC}/file/annexe/1", changed({"annexe": ["plan.pdf", "notice.pdf"]}))
        pastell.documents.deposer("7", "aB3dE7g", "annexe", Payload.of(b"x"), nom="notice.pdf", rang=1)
        assert platform.last.path == f"{DOC}/file/annexe/1"

    @pytest.mark.parametrize(
        "held", [{}, {"annexe": ["autre.pdf"]}, {"annexe": {"1": "plan.pdf"}}, {"annexe": "plan.pdf"}]
    )
    def test_an_upload_that_was_lost_is_seen(
        self, platform: Platform, pastell: Pastell, changed: Build, held: object
    ) -> None:
        platform.on(f"POST {DOC}/file/annexe/0", changed(held))
        with pytest.raises(FieldsNotKept) as caught:
            pastell.documents.deposer("7", "aB3dE7g", "annexe", Payload.of(b"x"), nom="plan.pdf")
        assert caught.value.retryable is True

    def test_a_file_that_the_platform_converted_was_kept(
        self, platform: Platform, pastell: Pastell, changed: Build
    ) -> None:
        platform.on(f"POST {DOC}/file/arrete/0", changed({"arrete": ["arrete.pdf"]}))
        assert pastell.documents.deposer(
            "7", "aB3dE7g", "arrete", Payload.of(b"x"), nom="arrete.docx"
        ).complet

    @pytest.mark.parametrize("name", ["", "  ", "a/b.pdf", "a\\b.pdf", "a\nb.pdf"])
    def test_a_name_that_would_not_be_kept_is_refused(
        self, platform: Platform, pastell: Pastell, name: str
    ) -> None:
        with pytest.raises(InvalidInput):
            pastell.documents.deposer("7", "aB3dE7g", "document", Payload.of(b"x"), nom=name)
        assert platform.asked == []

    def test_an_empty_file_is_refused(self, platform: Platform, pastell: Pastell) -> None:
        with pytest.raises(InvalidFile, match="vide"):
            pastell.documents.deposer("7", "aB3dE7g", "document", Payload.of(b""), nom="a.pdf")
        with pytest.raises(InvalidInput):
            pastell.documents.deposer("7", "aB3dE7g", "document", Payload.of(b"x"), nom="a.pdf", rang=-1)
        assert platform.asked == []

    def test_a_pes_that_is_not_one_is_there_all_the_same(self, platform: Platform, pastell: Pastell) -> None:
        platform.refuses(
            f"POST {DOC}/file/fichier_pes/0", "Le fichier /data/x n'est pas un XML correct : fin\n"
        )
        with pytest.raises(SavedThenRefused):
            pastell.documents.deposer("7", "aB3dE7g", "fichier_pes", Payload.of(b"<a"), nom="pes.xml")

    def test_a_big_file_goes_up_in_chunks_since_4_1(
        self,
        platform: Platform,
        pastell: Pastell,
        changed: Build,
        version: Callable[[str], None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        version("4.1.2")
        monkeypatch.setattr("cdg62_connect.pastell.depot.USUAL_UPLOAD", 100)
        monkeypatch.setattr("cdg62_connect.pastell.depot.CHUNK", 60)
        content = bytes(range(150))
        platform.on(
            f"POST {DOC}/chunk/document/0", {"result": "success", "message": "Chunk uploaded"}, status=200
        )
        platform.on(
            f"POST {DOC}/chunk/document/0", {"result": "success", "message": "Chunk uploaded"}, status=200
        )
        platform.on(f"POST {DOC}/chunk/document/0", {"result": "success", "message": "File uploaded"})
        platform.on(f"PATCH {DOC}", changed({"document": ["gros.pdf"]}))
        modified = pastell.documents.deposer("7", "aB3dE7g", "document", Payload.of(content), nom="gros.pdf")
        pieces = [one.parts for one in platform.asked if "/chunk/" in one.path]
        assert b"".join(piece[-1][2] for piece in pieces) == content
        assert [[(name, value) for name, _, value in piece[:-1]] for piece in pieces] == [
            [
                ("file_name", b"gros.pdf"),
                ("chunk_number", str(number).encode()),
                ("total_chunks", b"3"),
                ("total_size", b"150"),
            ]
            for number in (1, 2, 3)
        ]
        assert modified.detail.fichiers("document") == ("gros.pdf",)

    def test_a_chunk_whose_receipt_is_not_told_stops_the_upload(
        self,
        platform: Platform,
        pastell: Pastell,
        version: Callable[[str], None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        version("5.0.4")
        monkeypatch.setattr("cdg62_connect.pastell.depot.USUAL_UPLOAD", 1)
        platform.on(f"POST {DOC}/chunk/document/0", {"result": "?"}, status=200)
        with pytest.raises(OutcomeUnknown):
            pastell.documents.deposer("7", "aB3dE7g", "document", Payload.of(b"xyz"), nom="gros.pdf")

    def test_a_file_too_big_for_an_old_version_does_not_leave(
        self, platform: Platform, pastell: Pastell, version: Callable[[str], None], tmp_path: Path
    ) -> None:
        version("3.1.8")
        path = tmp_path / "gros"
        with path.open("wb") as file:
            file.truncate(200 * 1024 * 1024)
        with pytest.raises(InvalidFile) as caught:
            pastell.documents.deposer("7", "aB3dE7g", "document", Payload.of(path), nom="gros.pdf")
        assert caught.value.code == "TAILLE"
        assert platform.calls("POST") == []

    def test_a_file_comes_down_streamed_under_the_name_it_has_there(
        self, platform: Platform, pastell: Pastell, tmp_path: Path
    ) -> None:
        content = b'{"status": "error"}'  # a file may say anything: it is announced as a file
        platform.on(
            f"GET {DOC}/file/document/0",
            body=content,
            Content_Type="application/json",
            Content_disposition='attachment; filename="arrêté "n°1".pdf"'.encode().decode("iso-8859-1"),
        )
        found = pastell.documents.telecharger("7", "aB3dE7g", "document", into=tmp_path)
        assert found.path.read_bytes() == content
        assert found.sha256 == hashlib.sha256(content).hexdigest()
        assert found.path.name.startswith("arrêté")

    def test_a_file_that_is_not_there_leaves_nothing_behind(
        self, platform: Platform, pastell: Pastell, tmp_path: Path
    ) -> None:
        for status in (404, 400):
            platform.refuses(f"GET {DOC}/file/signature/0", "Ce fichier n'existe pas", status=status)
            with pytest.raises(NotFound):
                pastell.documents.telecharger("7", "aB3dE7g", "signature", into=tmp_path)
        platform.on(f"GET {DOC}/file/bordereau/0", body=b"<html>", Content_Type="text/html")
        with pytest.raises(UnreadableAnswer):
            pastell.documents.telecharger("7", "aB3dE7g", "bordereau", into=tmp_path)
        platform.on(f"GET {DOC}/file/aractes/0", {"file_name": "x"})
        with pytest.raises(UnreadableAnswer):
            pastell.documents.telecharger("7", "aB3dE7g", "aractes", into=tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_a_file_is_removed_since_3_0(
        self, platform: Platform, pastell: Pastell, detail: Build, version: Callable[[str], None]
    ) -> None:
        platform.on(f"DELETE {DOC}/file/annexe/1", detail({"annexe": ["plan.pdf"]}))
        assert pastell.documents.retirer("7", "aB3dE7g", "annexe", 1).fichiers("annexe") == ("plan.pdf",)

    def test_a_file_is_not_removed_before_3_0(
        self, platform: Platform, pastell: Pastell, version: Callable[[str], None]
    ) -> None:
        version("2.0.16")
        with pytest.raises(NotInThisVersion, match=r"2\.0\.16"):
            pastell.documents.retirer("7", "aB3dE7g", "annexe", 1)
        assert platform.calls("DELETE") == []


class TestChoices:
    def test_choices_come_as_they_are(self, platform: Platform, pastell: Pastell) -> None:
        platform.on(f"GET {DOC}/externalData/iparapheur_sous_type", ["Arrêté individuel", "Délibération"])
        choices = pastell.documents.choix("7", "aB3dE7g", "iparapheur_sous_type")
        assert choices == ["Arrêté individuel", "Délibération"]

    def test_a_crash_of_the_platform_says_that_the_connector_is_silent(
        self, platform: Platform, pastell: Pastell
    ) -> None:
        platform.on(
            f"GET {DOC}/externalData/iparapheur_sous_type", status=500, body=b"", Content_Type="text/html"
        )
        with pytest.raises(Unavailable, match="ne répond sans doute pas"):
            pastell.documents.choix("7", "aB3dE7g", "iparapheur_sous_type")

    def test_a_sub_type_is_chosen_by_its_exact_name(
        self, platform: Platform, pastell: Pastell, detail: Build
    ) -> None:
        path = f"PATCH {DOC}/externalData/iparapheur_sous_type"
        chosen = {"iparapheur_type": "Actes", "iparapheur_sous_type": "Arrêté individuel"}
        platform.on(path, detail(chosen) | {"result": "ok"})
        found = pastell.documents.choisir(
            "7", "aB3dE7g", "iparapheur_sous_type", [("iparapheur_sous_type", "Arrêté individuel")]
        )
        assert platform.last.form == [("iparapheur_sous_type", "Arrêté individuel")]
        assert found.texte("iparapheur_type") == "Actes"
        assert "result" not in found.autres
        platform.answers.clear()
        platform.refuses(path, 'Le sous-type "x" n\'existe pas pour le type configuré')
        with pytest.raises(InvalidRequest):
            pastell.documents.choisir("7", "aB3dE7g", "iparapheur_sous_type", [("iparapheur_sous_type", "x")])

    def test_a_choice_that_was_not_kept_is_seen(
        self, platform: Platform, pastell: Pastell, detail: Build
    ) -> None:
        platform.on(
            f"PATCH {DOC}/externalData/iparapheur_sous_type", detail({"iparapheur_sous_type": "Autre"})
        )
        with pytest.raises(FieldsNotKept):
            pastell.documents.choisir(
                "7", "aB3dE7g", "iparapheur_sous_type", [("iparapheur_sous_type", "Arrêté")]
            )

    def test_types_of_files_go_as_a_list_in_order(
        self, platform: Platform, pastell: Pastell, detail: Build
    ) -> None:
        platform.on(
            f"PATCH {DOC}/externalData/type_piece", detail({"type_acte": "99_AI", "type_pj": '["22_AV"]'})
        )
        pastell.documents.choisir(
            "7", "aB3dE7g", "type_piece", [("type_pj[]", "99_AI"), ("type_pj[]", "22_AV")]
        )
        assert platform.last.form == [("type_pj[]", "99_AI"), ("type_pj[]", "22_AV")]

    def test_the_classification_that_pastell_would_blank_is_refused(
        self, platform: Platform, pastell: Pastell
    ) -> None:
        with pytest.raises(InvalidInput, match=r"modifier\(\)"):
            pastell.documents.choisir("7", "aB3dE7g", "classification", [("classif", "2.2")])
        assert platform.asked == []


class TestActions:
    def test_an_action_answers_201_with_its_message(self, platform: Platform, pastell: Pastell) -> None:
        platform.on(
            f"POST {DOC}/action/verif-tdt",
            {"result": True, "message": "La transaction a comme statut : Refusé"},
        )
        assert pastell.documents.agir("7", "aB3dE7g", "verif-tdt") == ActionResult(
            True, "La transaction a comme statut : Refusé"
        )
        assert platform.last.body == b""

    @pytest.mark.parametrize(("said", "meant"), [("1", True), (1, True), (False, False), ("", False)])
    def test_the_result_is_read_however_it_is_written(
        self, platform: Platform, pastell: Pastell, said: object, meant: bool
    ) -> None:
        platform.on(f"POST {DOC}/action/orientation", {"result": said, "message": "m"})
        assert pastell.documents.agir("7", "aB3dE7g", "orientation").result is meant

    def test_parameters_are_written_the_php_way(self, platform: Platform, pastell: Pastell) -> None:
        platform.on(f"POST {DOC}/action/x", {"result": True, "message": ""})
        pastell.documents.agir("7", "aB3dE7g", "x", params={"k": "v"}, destinataires=["4", "5"])
        assert platform.last.form == [
            ("id_destinataire[]", "4"),
            ("id_destinataire[]", "5"),
            ("action_params[k]", "v"),
        ]

    def test_a_busy_document_may_be_asked_again(self, platform: Platform, pastell: Pastell) -> None:
        platform.refuses(
            f"POST {DOC}/action/x", "Une action est déjà en cours de réalisation sur ce document"
        )
        with pytest.raises(Busy) as caught:
            pastell.documents.agir("7", "aB3dE7g", "x")
        assert caught.value.retryable is True

    @pytest.mark.parametrize(
        "said",
        [
            "L'action « send-iparapheur »  n'est pas permise : Le dernier état du document (send-iparapheur) "
            "ne permet pas de déclencher cette action",
            "L'action « orientation »  n'est pas permise : document_is_valide n'est pas vérifiée",
            "L'action « orientation »  n'est pas permise : role_id_e n'est pas vérifiée",
            "L'action nexistepas n'existe pas.",
        ],
    )
    def test_an_action_that_is_not_allowed_was_not_done(
        self, platform: Platform, pastell: Pastell, said: str
    ) -> None:
        platform.refuses(f"POST {DOC}/action/x", said)
        with pytest.raises(ActionNotAllowed) as caught:
            pastell.documents.agir("7", "aB3dE7g", "x")
        assert caught.value.retryable is False
        assert isinstance(caught.value, ActionRefused)

    @pytest.mark.parametrize(
        "said",
        [
            "Erreur provoquée par le simulateur du iParapheur",
            "Not implemented",
            "SOAP-ERROR: l'acte n'existe pas",
        ],
    )
    def test_an_action_that_failed_may_have_changed_the_state(
        self, platform: Platform, pastell: Pastell, said: str
    ) -> None:
        platform.refuses(f"POST {DOC}/action/x", said)
        with pytest.raises(ActionFailed) as caught:
            pastell.documents.agir("7", "aB3dE7g", "x")
        assert caught.value.said == said
        assert isinstance(caught.value, ActionRefused)

    @pytest.mark.parametrize(
        ("status", "body", "kind"),
        [
            (500, b"", "text/html"),
            (500, b'{"status":"error","error-message":"x"}', "application/json"),
            (201, b"<html>", "text/html"),
            (201, b"[1]", "application/json"),
            (201, b'{"message": "sans result"}', "application/json"),
            (400, b"<html>proxy</html>", "text/html"),
            (302, b"", "text/html"),
        ],
    )
    def test_what_proves_nothing_leaves_the_outcome_unknown(
        self, platform: Platform, pastell: Pastell, status: int, body: bytes, kind: str
    ) -> None:
        platform.on(f"POST {DOC}/action/x", status=status, body=body, Content_Type=kind)
        with pytest.raises(OutcomeUnknown):
            pastell.documents.agir("7", "aB3dE7g", "x")
        assert len(platform.calls("POST")) == 1

    def test_what_only_a_browser_can_do_is_refused(self, platform: Platform, pastell: Pastell) -> None:
        with pytest.raises(InvalidInput, match="navigateur"):
            pastell.documents.agir("7", "aB3dE7g", "teletransmission-tdt")
        assert platform.asked == []


class TestDelete:
    def test_a_document_is_deleted_since_4_0(self, platform: Platform, pastell: Pastell) -> None:
        platform.on(f"DELETE {DOC}", status=204, body=b"")
        pastell.documents.supprimer("7", "aB3dE7g")
        assert platform.last.method == "DELETE"

    def test_and_by_its_action_before(
        self, platform: Platform, pastell: Pastell, version: Callable[[str], None]
    ) -> None:
        version("2.0.16")
        platform.on(f"POST {DOC}/action/supression", {"result": True, "message": "supprimé"})
        pastell.documents.supprimer("7", "aB3dE7g")
        assert platform.last.path.endswith("action/supression")

    def test_a_state_that_keeps_it_says_so(self, platform: Platform, pastell: Pastell) -> None:
        platform.refuses(
            f"DELETE {DOC}", "L'action « supression »  n'est pas permise : Le dernier état du document (x) y"
        )
        with pytest.raises(ActionNotAllowed):
            pastell.documents.supprimer("7", "aB3dE7g")
        platform.answers.clear()
        platform.refuses(f"DELETE {DOC}", "Le document aB3dE7g n'appartient pas à l'entité 7", status=404)
        with pytest.raises(NotFound):
            pastell.documents.supprimer("7", "aB3dE7g")


@pytest.mark.parametrize("bad", ["", ".", "..", "a/b", "a\nb", "\ud800"])
def test_an_id_that_would_change_the_address_is_refused(
    platform: Platform, pastell: Pastell, bad: str
) -> None:
    with pytest.raises(InvalidInput):
        pastell.documents.detail("7", bad)
    with pytest.raises(InvalidInput):
        pastell.documents.agir(bad, "aB3dE7g", "x")
    assert platform.asked == []
