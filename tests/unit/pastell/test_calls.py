from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect.errors import (
    AlreadyExists,
    AuthenticationRefused,
    ConfigurationError,
    InvalidInput,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.pastell import CertificatClient, Pastell
from cdg62_connect.pastell.gate import IN_FLIGHT, gate_of
from cdg62_connect.pastell.horaire import Horaire
from cdg62_connect.pastell.version import Capacites
from cdg62_connect.transport import HttpSession

Build = Callable[..., dict[str, Any]]
Platform = Any
DOC = "entite/7/document/aB3dE7g"


class TestVersion:
    def test_it_is_read_once(self, platform: Platform, pastell: Pastell) -> None:
        assert pastell.version.texte == "4.0.14"
        assert pastell.version.numero == (4, 0, 14)
        assert pastell.capacites == pastell.version.capacites
        assert (pastell.version.revision, pastell.version.date) == ("1bf7b0eab", "2024-05-31")
        assert pastell.version.complete.startswith("Version 4.0.14")
        assert platform.calls() == ["GET version"]

    @pytest.mark.parametrize(
        ("text", "number"),
        [("4.0.14-rc.1", (4, 0, 14)), ("2.0.16", (2, 0, 16)), ("v5.0.4", (5, 0, 4)), ("6.0", (6, 0, 0))],
    )
    def test_it_may_be_written_in_several_ways(
        self, pastell: Pastell, version: Callable[[str], None], text: str, number: tuple[int, int, int]
    ) -> None:
        version(text)
        assert pastell.version.numero == number

    @pytest.mark.parametrize("text", ["", "%VERSION%", "4", "4.x", "99999.1"])
    def test_what_is_no_version_is_not_pastell(
        self, pastell: Pastell, version: Callable[[str], None], text: str
    ) -> None:
        version(text)
        with pytest.raises(UnreadableAnswer):
            _ = pastell.version

    @pytest.mark.parametrize(
        ("number", "certificate", "able"),
        [
            ((2, 0, 16), CertificatClient.ACTIF, {"type_service", "textes_booleens", "certificat_efface"}),
            (
                (3, 1, 8),
                CertificatClient.ACTIF,
                {"suppression_fichier", "mails_dans_le_detail", "jamais_passe"},
            ),
            ((4, 0, 7), CertificatClient.EN_OPTION, {"jetons", "activation", "suppression_document"}),
            ((4, 0, 29), CertificatClient.EN_OPTION, {"lecture_suffit", "suppression_fichier_connecteur"}),
            ((4, 1, 17), CertificatClient.EN_OPTION, {"depot_par_morceaux", "jetons_utilisateurs_api"}),
            (
                (5, 0, 4),
                CertificatClient.ABSENT,
                {"jetons_utilisateurs_api_renouvelables", "connecteur_global"},
            ),
            ((6, 0, 0), CertificatClient.ABSENT, {"descendance", "lecture_suffit", "utilisateur_api"}),
        ],
    )
    def test_each_version_has_its_abilities(
        self, number: tuple[int, int, int], certificate: CertificatClient, able: set[str]
    ) -> None:
        capacites = Capacites.of(number)
        assert capacites.certificat_client is certificate
        assert {name for name in able if getattr(capacites, name) is not True} == set()

    @pytest.mark.parametrize(
        ("number", "flag"),
        [
            ((2, 0, 16), "suppression_fichier"),
            ((3, 0, 4), "mails_dans_le_detail"),
            ((3, 1, 8), "jetons"),
            ((4, 0, 7), "suppression_fichier_connecteur"),
            ((4, 0, 28), "lecture_suffit"),
            ((4, 0, 40), "jetons_utilisateurs_api"),
            ((4, 0, 40), "depot_par_morceaux"),
            ((4, 1, 15), "lecture_suffit"),
            ((4, 1, 16), "jetons_utilisateurs_api"),
            ((4, 1, 17), "jetons_utilisateurs_api_renouvelables"),
            ((5, 0, 1), "lecture_suffit"),
            ((5, 0, 2), "jetons_utilisateurs_api"),  # later than 4.1.17, and without it
            ((5, 0, 4), "descendance"),
            ((4, 0, 0), "document_inconnu_interdit"),
        ],
    )
    def test_and_not_those_of_others(self, number: tuple[int, int, int], flag: str) -> None:
        assert getattr(Capacites.of(number), flag) is False

    def test_a_certificate_that_serves_no_more_is_told_once(
        self,
        pastell: Pastell,
        session: HttpSession,
        version: Callable[[str], None],
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(session, "_presents_certificate", True)
        version("5.0.4")
        with caplog.at_level(logging.WARNING, "cdg62_connect.pastell"):
            _ = pastell.version, pastell.capacites
        assert [record.message for record in caplog.records] == list(pastell.avertissements)
        assert "certificat" in pastell.avertissements[0]

    def test_nothing_is_told_where_it_serves(self, pastell: Pastell, version: Callable[[str], None]) -> None:
        assert pastell.avertissements == ()


class TestAccount:
    def test_a_refused_account_is_left_alone_for_a_minute(
        self, platform: Platform, pastell: Pastell, clock: Any
    ) -> None:
        platform.answers.clear()
        platform.refuses("GET version", "Accès interdit", status=401)
        with pytest.raises(AuthenticationRefused):
            _ = pastell.version
        for _ in range(10):
            with pytest.raises(AuthenticationRefused, match="cinq échecs"):
                pastell.documents.detail("7", "aB3dE7g")
        assert len(platform.asked) == 1
        clock.moment += timedelta(seconds=60)
        with pytest.raises(AuthenticationRefused):
            _ = pastell.version
        assert len(platform.asked) == 2

    def test_an_account_that_works_again_is_not_suspected(
        self, platform: Platform, pastell: Pastell, clock: Any, detail: Build
    ) -> None:
        platform.refuses(f"GET {DOC}", "Accès interdit", status=401)
        platform.on(f"GET {DOC}", detail())
        with pytest.raises(AuthenticationRefused):
            pastell.documents.detail("7", "aB3dE7g")
        clock.moment += timedelta(seconds=61)
        assert pastell.documents.detail("7", "aB3dE7g") == pastell.documents.detail("7", "aB3dE7g")

    def test_a_call_put_off_was_not_executed_and_is_made_again_even_an_effect(
        self, platform: Platform, pastell: Pastell, clock: Any
    ) -> None:
        path = f"POST {DOC}/action/orientation"
        platform.on(
            path, {"status": "error", "error-message": "Rate Limit Exceeded"}, status=429, Retry_after="60"
        )
        platform.on(path, {"result": True, "message": "fait"})
        assert pastell.documents.agir("7", "aB3dE7g", "orientation").message == "fait"
        assert clock.waits == [60]

    def test_a_platform_that_goes_on_putting_off_is_not_hammered(
        self, platform: Platform, pastell: Pastell, clock: Any
    ) -> None:
        platform.answers.clear()
        platform.on("GET version", {"status": "error", "error-message": "x"}, status=429, Retry_after="60")
        with pytest.raises(Unavailable):
            _ = pastell.version
        assert clock.waits == [60]

    def test_the_password_is_in_no_repr(self, pastell: Pastell) -> None:
        assert "passe" not in repr(pastell)


class TestAnswers:
    @pytest.mark.parametrize(
        ("status", "message", "error"),
        [
            (400, "quelque chose", InvalidRequest),
            (400, "L'identifiant de l'entite n'existe pas : {id_e=3}", NotFound),
            (400, "Ce connecteur n'existe pas.", NotFound),
            (400, "Le connecteur 4 n'appartient pas à l'entité 2", NotFound),
            (404, "Le flux x n'existe pas sur cette plateforme", NotFound),
            (405, "La méthode delete n'existe pas pour cette ressource", InvalidRequest),
            (409, "Un utilisateur avec le même login existe déjà.", AlreadyExists),
            (200, "erreur sous un succès", InvalidRequest),
        ],
    )
    def test_a_refusal_is_typed_by_its_words_then_its_status(
        self, platform: Platform, pastell: Pastell, status: int, message: str, error: type[Exception]
    ) -> None:
        platform.refuses("GET flux", message, status=status)
        with pytest.raises(error) as caught:
            pastell.flux.lister()
        assert caught.value.said == message  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"<!DOCTYPE html><html>",
            b"\xff\xfe",
            b"[" * 100_000,
            b'{"a": NaN}',
            b"null",
            b"3",
            b'"x"',
            b"[1]",
            b'{"actes": 3}',
            b'{"status": "error"}',
            b'<br />\n<b>Warning</b>: x\n{"a": {}}',
        ],
    )
    @pytest.mark.parametrize("status", [200, 404])
    def test_what_is_no_answer_of_pastell_is_unreadable(
        self, platform: Platform, pastell: Pastell, status: int, body: bytes
    ) -> None:
        platform.on("GET flux", status=status, body=body, Content_Type="text/html")
        expected = (InvalidRequest, NotFound) if body == b'{"status": "error"}' else UnreadableAnswer
        with pytest.raises(expected):
            pastell.flux.lister()

    def test_a_deep_answer_is_unreadable_and_nothing_worse(
        self, platform: Platform, pastell: Pastell
    ) -> None:
        deep = b'{"and_1": ' * 300 + b"1" + b"}" * 300
        platform.on("GET flux/x/action", body=b'{"creation": {"rule": ' + deep + b"}}")
        with suppress(UnreadableAnswer):
            assert pastell.flux.actions("x")["creation"].depuis == frozenset()

    def test_a_page_elsewhere_is_unreadable(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("GET flux", status=302, body=b"", Location="/Document/index?page_request=")
        with pytest.raises(UnreadableAnswer, match="/Document/index"):
            pastell.flux.lister()

    def test_halves_of_surrogates_are_replaced(
        self, platform: Platform, pastell: Pastell, detail: Build
    ) -> None:
        platform.on(f"GET {DOC}", detail({"titre": "a\ud83d", "\udc00": "b"}))
        assert pastell.documents.detail("7", "aB3dE7g").champs == {"titre": "a?", "?": "b"}

    @pytest.mark.parametrize(
        "spoil",
        [
            {"info": {}},
            {
                "info": {
                    "id_d": "x y",
                    "creation": "2026-06-01 10:00:00",
                    "modification": "2026-06-01 10:00:00",
                }
            },
            {
                "info": {
                    "id_d": True,
                    "creation": "2026-06-01 10:00:00",
                    "modification": "2026-06-01 10:00:00",
                }
            },
            {"info": {"id_d": "a", "creation": "hier", "modification": "2026-06-01 10:00:00"}},
            {"info": {"id_d": "a", "creation": "2026-06-01 10:00:00", "modification": "2026-13-01 10:00:00"}},
            {"data": "x"},
            {"data": ["x"]},
            {"action_possible": "modification"},
            {"last_action": "creation"},
            {"email_info": [3]},
            {"info": None, "data": None},
        ],
    )
    def test_half_a_document_is_unreadable(
        self, platform: Platform, pastell: Pastell, detail: Build, spoil: dict[str, object]
    ) -> None:
        platform.on(f"GET {DOC}", detail() | spoil)
        with pytest.raises(UnreadableAnswer):
            pastell.documents.detail("7", "aB3dE7g")
        platform.on("POST entite/7/document", detail() | spoil)
        with pytest.raises(OutcomeUnknown):
            pastell.documents.creer("7", "document-autorisation-urbanisme")

    def test_a_created_document_of_another_type_is_not_ours(
        self, platform: Platform, pastell: Pastell, detail: Build
    ) -> None:
        platform.on("POST entite/7/document", detail())
        with pytest.raises(OutcomeUnknown):
            pastell.documents.creer("7", "ls-actes")

    def test_numbers_are_ids_too(self, platform: Platform, pastell: Pastell, detail: Build) -> None:
        answered = detail()
        answered["info"]["id_d"] = 1234567
        platform.on(f"GET {DOC}", answered)
        assert pastell.documents.detail("7", "aB3dE7g").id_d == "1234567"

    def test_unknown_fields_are_kept(self, platform: Platform, pastell: Pastell, detail: Build) -> None:
        platform.on(f"GET {DOC}", detail(nouveau={"a": [1]}))
        assert pastell.documents.detail("7", "aB3dE7g").autres == {"nouveau": {"a": [1]}}


class TestInFlight:
    def test_no_more_than_four_calls_are_in_flight_for_all_the_sessions_of_the_process(
        self, platform: Platform, session: HttpSession, detail: Build
    ) -> None:
        inside, most = [0], [0]
        lock, full, go = threading.Lock(), threading.Event(), threading.Event()

        def slow(asked: Any) -> Any:
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                if inside[0] == IN_FLIGHT:
                    full.set()
            go.wait(10)
            with lock:
                inside[0] -= 1
            return 200, b"{}", {"Content-Type": "application/json"}

        platform.on("GET flux", slow)
        threads = [threading.Thread(target=Pastell(session).flux.lister) for _ in range(9)]
        for thread in threads:
            thread.start()
        assert full.wait(10)
        go.set()
        for thread in threads:
            thread.join(10)
        assert most[0] == IN_FLIGHT == 4
        assert len(platform.asked) == 9

    def test_two_calls_on_one_document_follow_each_other_whatever_the_client(
        self, platform: Platform, session: HttpSession, detail: Build, changed: Build
    ) -> None:
        inside: list[str] = []
        overlaps: list[str] = []

        def alone(asked: Any) -> Any:
            overlaps.extend(inside)
            inside.append(asked.method)
            started.set()
            go.wait(0.2)
            inside.remove(asked.method)
            return 200, b'{"result": true, "message": ""}', {"Content-Type": "application/json"}

        started, go = threading.Event(), threading.Event()
        platform.on(f"POST {DOC}/action/a", alone)
        platform.on(f"POST {DOC}/action/b", alone)
        threads = [
            threading.Thread(target=Pastell(session).documents.agir, args=("7", "aB3dE7g", action))
            for action in ("a", "b")
        ]
        for thread in threads:
            thread.start()
        assert started.wait(10)
        for thread in threads:
            thread.join(10)
        assert overlaps == []
        assert len(platform.asked) == 2

    def test_a_gate_belongs_to_a_machine_and_a_port(self) -> None:
        assert gate_of("https://p.fr") is gate_of("https://P.fr:443/autre")
        assert gate_of("https://p.fr") is not gate_of("https://p.fr:8443")
        assert gate_of("http://p.fr") is gate_of("http://p.fr:80")

    def test_the_thread_that_holds_a_document_may_ask_again(self) -> None:
        gate = gate_of("https://p.fr")
        with gate.document("x"), gate.document("x"), gate.document("y"):
            pass


class TestHours:
    def test_the_hour_that_comes_twice_is_the_first_one(self) -> None:
        horaire = Horaire()
        assert horaire.moment("2026-10-25 02:30:00") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        assert horaire.latest("2026-10-25 02:30:00") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        "text", ["", "2026-06-01", "1970-01-01 00:00:00", "0000-00-00 00:00:00", "2026-06-31 10:00:00", "x"]
    )
    def test_what_is_no_moment_is_none(self, text: str) -> None:
        assert Horaire().moment(text) is None
        assert Horaire().latest(text) is None

    def test_another_zone_may_be_given(self, session: HttpSession) -> None:
        assert Horaire("Indian/Reunion").moment("2026-06-01 12:00:00") == datetime(2026, 6, 1, 8, tzinfo=UTC)
        for zone in ("Mars/Olympus", "", "../etc"):
            with pytest.raises(ConfigurationError):
                Pastell(session, fuseau=zone)


ROW = {
    "id_j": "516",
    "type": "1",
    "id_e": "1",
    "id_u": "0",
    "id_d": "vf53K1e",
    "action": "termine",
    "message": "Modification du document",
    "date": "2026-06-01 01:00:35",
    "date_horodatage": "2026-06-01 01:00:35",
    "message_horodate": "1 - 1 - 1",
    "document_type": "ls-actes",
    "titre": "B",
    "denomination": "EPCI",
    "nom": None,
    "action_libelle": "Traitement terminé",
}


class TestJournal:
    def rows(self, *numbers: int, **more: object) -> list[dict[str, object]]:
        return [ROW | {"id_j": str(number)} | more for number in numbers]

    def test_rows_come_newest_first_page_after_page_each_once(
        self, platform: Platform, pastell: Pastell
    ) -> None:
        platform.on("GET journal", self.rows(9, 8))
        platform.on("GET journal", self.rows(8, 7))  # a row was written meanwhile
        platform.on("GET journal", self.rows(6))
        found = pastell.journal.lignes("1", id_d="vf53K1e", page=2)
        assert [next(found).id_j, next(found).id_j] == [9, 8]
        assert len(platform.asked) == 1
        assert [row.id_j for row in found] == [7, 6]
        assert platform.last.query == [("id_e", "1"), ("id_d", "vf53K1e"), ("limit", "2"), ("offset", "4")]

    def test_a_row_is_read(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("GET journal", self.rows(516, id_d="0"))
        (row,) = pastell.journal.lignes()
        assert (row.id_j, row.type, row.id_u, row.id_d, row.flux) == (516, 1, "0", "", "ls-actes")
        assert row.date == row.horodatage == datetime(2026, 5, 31, 23, 0, 35, tzinfo=UTC)
        assert row.autres == {"message_horodate": "1 - 1 - 1", "denomination": "EPCI", "nom": None}
        assert dict(platform.last.query)["limit"] == "500"

    def test_moments_are_searched_by_day_and_filtered_here(
        self, platform: Platform, pastell: Pastell
    ) -> None:
        platform.on("GET journal", self.rows(3) + self.rows(2, date="2026-06-01 00:30:00"))
        found = pastell.journal.lignes(
            depuis=datetime(2026, 5, 31, 22, 45, tzinfo=UTC), jusqua=datetime(2026, 6, 2, tzinfo=UTC)
        )
        assert [row.id_j for row in found] == [3]
        query = dict(platform.last.query)
        assert (query["date_debut"], query["date_fin"]) == ("2026-06-01", "2026-06-02")

    def test_what_is_written_within_the_second_asked_for_is_given(
        self, platform: Platform, pastell: Pastell
    ) -> None:
        platform.on("GET journal", self.rows(3))
        since = datetime(2026, 5, 31, 23, 0, 35, 900_000, tzinfo=UTC)
        assert len(list(pastell.journal.lignes(depuis=since))) == 1

    @pytest.mark.parametrize(
        "condition", [{"utilisateur": "0"}, {"id_d": ""}, {"flux": " "}, {"recherche": ""}]
    )
    def test_a_condition_that_would_be_ignored_is_refused(
        self, platform: Platform, pastell: Pastell, condition: dict[str, str]
    ) -> None:
        with pytest.raises(InvalidInput):
            pastell.journal.lignes(**condition)  # type: ignore[arg-type]
        with pytest.raises(InvalidInput):
            pastell.journal.lignes(page=0)
        assert platform.asked == []

    @pytest.mark.parametrize("spoil", [{"id_j": None}, {"type": "x"}, {"date": "hier"}])
    def test_half_a_row_is_unreadable(
        self, platform: Platform, pastell: Pastell, spoil: dict[str, object]
    ) -> None:
        platform.on("GET journal", self.rows(1, **spoil) if "id_j" not in spoil else [ROW | spoil])
        with pytest.raises(UnreadableAnswer):
            list(pastell.journal.lignes())

    def test_a_row_has_its_evidence(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("GET journal/516", ROW | {"preuve": "MIIK2j\nAD"})
        evidence = pastell.journal.preuve(516)
        assert (evidence.jeton, evidence.message) == (b"0\x82\x0a\xda0\x03"[:6], "1 - 1 - 1")
        assert evidence.ligne.id_j == 516
        platform.on("GET journal/517", ROW)
        assert pastell.journal.preuve(517).jeton is None
        platform.on("GET journal/518", ROW | {"preuve": "é"})
        with pytest.raises(UnreadableAnswer):
            pastell.journal.preuve(518)
        platform.refuses("GET journal/519", "L'événement 519 n'a pas été trouvé", status=404)
        with pytest.raises(NotFound):
            pastell.journal.preuve(519)

    def test_a_token_comes_byte_for_byte(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("GET journal/1/jeton", body=b"0\x82\x00", Content_Type="application/timestamp-reply")
        assert pastell.journal.jeton(1) == b"0\x82\x00"
        platform.on("GET journal/2/jeton", body=b"<html>", Content_Type="text/html")
        with pytest.raises(UnreadableAnswer):
            pastell.journal.jeton(2)

    def test_days_come_as_csv(self, platform: Platform, pastell: Pastell, tmp_path: Path) -> None:
        platform.on(
            "GET journal",
            body=b"id_j,type\n1,4\n",
            Content_Type="text/csv; charset=utf-8",
            Content_disposition="attachment; filename=pastell-export-journal-0--.csv",
        )
        found = pastell.journal.csv("1", into=tmp_path, du=datetime(2026, 6, 1, tzinfo=UTC).date())
        assert found.path.read_bytes() == b"id_j,type\n1,4\n"
        assert platform.last.query == [
            ("id_e", "1"),
            ("date_debut", "2026-06-01"),
            ("limit", "-1"),
            ("format", "csv"),
            ("csv_entete_colonne", "1"),
        ]
