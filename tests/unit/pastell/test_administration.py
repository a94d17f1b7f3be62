from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect.errors import (
    AccessRefused,
    AlreadyExists,
    InvalidInput,
    InvalidRequest,
    NotFound,
    OutcomeUnknown,
    UnreadableAnswer,
)
from cdg62_connect.pastell import (
    TOUS_LES_ROLES,
    ActionFailed,
    ActionNotAllowed,
    FieldsNotKept,
    Frequence,
    NotInThisVersion,
    Pastell,
    SavedThenRefused,
)
from cdg62_connect.settings import Secret
from cdg62_connect.transport import Payload

Platform = Any
Announce = Callable[[str], None]

ENTITY = {
    "id_e": "1",
    "denomination": "EPCI de Démonstration",
    "siren": "000000000",
    "type": "collectivite",
    "entite_mere": "0",
    "entite_fille": [{"id_e": "2"}],
    "centre_de_gestion": "0",
    "is_active": True,
}
USER = {
    "id_u": "2",
    "login": "ws-operis",
    "nom": "Operis",
    "prenom": "WS",
    "email": "ws@example.org",
    "certificat": "",
    "id_e": "1",
    "active": True,
}
TOKEN = {"id": "1", "id_u": "2", "name": "ci", "created_at": "2026-11-22 00:33:43", "expired_at": None}
CONNECTOR = {
    "id_ce": "4",
    "id_e": "1",
    "libelle": "Parapheur",
    "id_connecteur": "iParapheur",
    "type": "signature",
    "frequence_en_minute": "5",
    "id_verrou": "PARAPHEUR",
    "data": {"iparapheur_type": "Actes", "ca": ["ca.pem"], "iparapheur_password": "en clair avant 3.0"},
    "action-possible": ["test-iparapheur"],
}


class TestEntities:
    def test_they_are_listed_with_what_their_version_tells(
        self, platform: Platform, pastell: Pastell
    ) -> None:
        old = {
            "id_e": 3,
            "denomination": "CDG",
            "siren": "",
            "type": "centre_de_gestion",
            "entite_mere": None,
        }
        platform.on("GET entite", [ENTITY, old])
        first, second = pastell.entites.lister()
        assert (first.id_e, first.filles, first.active, first.mere) == ("1", ("2",), True, "0")
        assert (second.id_e, second.filles, second.active, second.mere) == ("3", (), None, "0")
        assert platform.last.query == []

    @pytest.mark.parametrize(("active", "sent"), [(True, "1"), (False, "0")])
    def test_the_inactive_ones_are_asked_for_by_a_zero(
        self, platform: Platform, pastell: Pastell, active: bool, sent: str
    ) -> None:
        platform.on("GET entite", [])
        assert pastell.entites.lister(actives=active) == ()
        assert platform.last.query == [("is_active", sent)]

    def test_one_is_created_changed_and_deleted(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("POST entite", ENTITY)
        platform.on("PATCH entite/1", ENTITY | {"denomination": "Nouveau", "result": "ok"})
        platform.on("DELETE entite/1", {"result": "ok"})
        assert pastell.entites.creer("EPCI de Démonstration", siren="000000000", mere="5").id_e == "1"
        assert platform.last.form == [
            ("denomination", "EPCI de Démonstration"),
            ("siren", "000000000"),
            ("type", "collectivite"),
            ("entite_mere", "5"),
        ]
        changed = pastell.entites.modifier("1", denomination="Nouveau")
        assert platform.last.form == [("denomination", "Nouveau")]
        assert "result" not in changed.autres
        pastell.entites.supprimer("1")

    def test_a_parent_that_cannot_be_changed_any_more_is_seen(
        self, platform: Platform, pastell: Pastell
    ) -> None:
        platform.on("PATCH entite/1", ENTITY | {"result": "ok"})
        with pytest.raises(FieldsNotKept, match="entite_mere"):
            pastell.entites.modifier("1", mere="9")

    def test_refusals(self, platform: Platform, pastell: Pastell) -> None:
        platform.refuses("GET entite/999", "L'entité 999 n'a pas été trouvée", status=404)
        platform.refuses("DELETE entite/3", "L'identifiant de l'entite n'existe pas : {id_e=3}")
        platform.refuses("GET entite/1", "Acces interdit id_e=1, droit=entite:lecture,id_u=2", status=403)
        platform.refuses("POST entite", "Le siren « 123456789 » ne semble pas valide")
        with pytest.raises(NotFound):
            pastell.entites.detail("999")
        with pytest.raises(NotFound):
            pastell.entites.supprimer("3")
        with pytest.raises(AccessRefused):
            pastell.entites.detail("1")
        with pytest.raises(InvalidRequest):
            pastell.entites.creer("x", siren="123456789")

    def test_one_is_deactivated_and_activated_since_4_0(
        self, platform: Platform, pastell: Pastell, version: Announce
    ) -> None:
        platform.on("POST entite/1/deactivate", ENTITY | {"is_active": False})
        platform.on("POST entite/1/activate", ENTITY)
        assert pastell.entites.desactiver("1").active is False
        assert pastell.entites.activer("1").active is True

    def test_and_not_before(self, platform: Platform, pastell: Pastell, version: Announce) -> None:
        version("3.1.8")
        for call in (pastell.entites.activer, pastell.entites.desactiver):
            with pytest.raises(NotInThisVersion):
                call("1")
        with pytest.raises(NotInThisVersion):
            pastell.entites.lister(actives=True)
        assert platform.calls() == ["GET version"]


class TestUsers:
    @pytest.mark.parametrize(("written", "meant"), [(True, True), ("1", True), ("0", False), (None, None)])
    def test_they_are_listed_whatever_the_writing_of_a_flag(
        self, platform: Platform, pastell: Pastell, written: object, meant: bool | None
    ) -> None:
        platform.on("GET utilisateur", {"2": {"id_u": 2, "login": "a", "email": "e", "active": written}})
        (user,) = pastell.utilisateurs.lister("1")
        assert (user.id_u, user.actif, user.nom) == ("2", meant, "")
        assert platform.last.query == [("id_e", "1")]

    def test_daughters_are_listed_since_6_0(
        self, platform: Platform, pastell: Pastell, version: Announce
    ) -> None:
        version("6.0.0")
        platform.on("GET utilisateur", [])
        pastell.utilisateurs.lister(descendance=True)
        assert platform.last.query == [("descendance", "1")]

    def test_one_is_created(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("POST utilisateur", USER)
        user = pastell.utilisateurs.creer(
            "ws-operis",
            nom="Operis",
            prenom="WS",
            email="ws@example.org",
            mot_de_passe=Secret("p"),
            entite="1",
        )
        assert dict(platform.last.form) == {
            "login": "ws-operis",
            "nom": "Operis",
            "prenom": "WS",
            "email": "ws@example.org",
            "id_e": "1",
            "password": "p",
        }
        assert (user.id_u, user.actif, user.autres) == ("2", True, {"certificat": ""})
        platform.answers.pop(("POST", "utilisateur"))
        platform.refuses("POST utilisateur", "Un utilisateur avec le même login existe déjà.", status=409)
        with pytest.raises(AlreadyExists):
            pastell.utilisateurs.creer("x", nom="n", prenom="p", email="e", mot_de_passe=Secret("p"))

    def test_a_user_for_programs_has_neither_mail_nor_password(
        self, platform: Platform, pastell: Pastell, version: Announce
    ) -> None:
        version("5.0.4")
        platform.on("POST utilisateur", USER | {"is_api": True})
        assert pastell.utilisateurs.creer("p", nom="n", prenom="p", est_api=True).est_api is True
        assert ("is_api", "1") in platform.last.form
        with pytest.raises(InvalidInput, match="courriel"):
            pastell.utilisateurs.creer("p", nom="n", prenom="p")

    def test_what_a_version_lacks_is_said_before_anything_leaves(
        self, platform: Platform, pastell: Pastell
    ) -> None:
        for given in (
            {"est_api": True},
            {"email": "e"},
            {"email": "e", "mot_de_passe": Secret("p"), "certificat": Payload.of(b"pem")},
        ):
            with pytest.raises(NotInThisVersion):
                pastell.utilisateurs.creer("p", nom="n", prenom="p", **given)  # type: ignore[arg-type]
        with pytest.raises(NotInThisVersion):
            pastell.utilisateurs.lister(descendance=True)
        assert platform.calls() == ["GET version"]

    def test_an_old_version_takes_a_certificate_and_would_erase_it(
        self, platform: Platform, pastell: Pastell, version: Announce
    ) -> None:
        version("3.1.8")
        platform.on("POST utilisateur", USER)
        platform.on("PATCH utilisateur/2", USER | {"result": "ok"})
        pastell.utilisateurs.creer(
            "p", nom="n", prenom="p", email="e", mot_de_passe=Secret("p"), certificat=Payload.of(b"pem")
        )
        assert platform.last.parts[-1] == ("certificat", "certificat.pem", b"pem")
        pastell.utilisateurs.modifier("2", nom="Operis", mot_de_passe=Secret("q"))
        assert platform.last.form == [
            ("nom", "Operis"),
            ("password", "q"),
            ("dont_delete_certificate_if_empty", "1"),
        ]

    def test_a_change_is_checked(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("PATCH utilisateur/2", USER)
        assert pastell.utilisateurs.modifier("2", nom="Operis").nom == "Operis"
        assert platform.last.form == [("nom", "Operis")]
        with pytest.raises(FieldsNotKept):
            pastell.utilisateurs.modifier("2", nom="Autre")

    def test_one_is_read_activated_and_deleted(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("GET utilisateur/2", USER)
        platform.on("POST utilisateur/2/activate", USER)
        platform.on("POST utilisateur/2/deactivate", USER | {"active": False})
        platform.on("DELETE utilisateur/2", {"result": "ok"})
        assert pastell.utilisateurs.detail("2").login == "ws-operis"
        assert pastell.utilisateurs.activer("2").actif is True
        assert pastell.utilisateurs.desactiver("2").actif is False
        pastell.utilisateurs.supprimer("2")
        platform.refuses("GET utilisateur/99", "L'utilisateur n'existe pas : {id_u=99}", status=404)
        with pytest.raises(NotFound):
            pastell.utilisateurs.detail("99")

    def test_roles_are_given_and_taken(self, platform: Platform, pastell: Pastell) -> None:
        held = {"id_u": "2", "role": "aucun droit", "id_e": "1", "droits": []}
        more = {"id_u": "2", "role": "admin", "id_e": 2, "droits": {"0": "a:lecture", "3": "a:edition"}}
        platform.on("GET utilisateur/2/role", [held, more])
        platform.on("POST utilisateur/2/role", {"result": "ok"})
        platform.on("DELETE utilisateur/2/role", {"result": "ok"})
        none, admin = pastell.utilisateurs.roles("2", "1")
        assert (none.role, none.droits) == ("aucun droit", frozenset())
        assert (admin.id_e, admin.droits) == ("2", {"a:lecture", "a:edition"})
        pastell.utilisateurs.donner_role("2", "admin", "2")
        assert platform.last.form == [("role", "admin"), ("id_e", "2")]
        pastell.utilisateurs.retirer_role("2", TOUS_LES_ROLES, "2")
        assert platform.last.query == [("role", "ALL_ROLES"), ("id_e", "2")]

    def test_the_roles_of_the_platform(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("GET role", [{"role": "admin", "libelle": "Administrateur", "x": 1}])
        (role,) = pastell.roles.lister()
        assert (role.role, role.libelle, role.autres) == ("admin", "Administrateur", {"x": 1})
        platform.on("GET role", [{"libelle": "sans nom"}])
        platform.answers["GET", "role"].pop(0)
        with pytest.raises(UnreadableAnswer):
            pastell.roles.lister()


class TestTokens:
    def test_the_clear_text_is_a_secret_told_once(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("POST utilisateur/token", TOKEN | {"token": "4nfFyc8j"})
        new = pastell.jetons.creer("ci", expiration=dt.date(2030, 1, 1))
        assert platform.last.form == [("name", "ci"), ("expiration", "2030-01-01")]
        assert new.clair.reveal() == "4nfFyc8j"
        assert "4nfFyc8j" not in repr(new)
        assert "token" not in new.jeton.autres

    def test_a_token_without_its_clear_text_may_exist(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("POST utilisateur/token", TOKEN)
        with pytest.raises(OutcomeUnknown):
            pastell.jetons.creer("ci")
        with pytest.raises(InvalidInput):
            pastell.jetons.creer(" ")

    def test_they_are_listed_renewed_and_deleted(self, platform: Platform, pastell: Pastell) -> None:
        later = TOKEN | {"id": 2, "expired_at": "2030-01-01 00:00:00", "is_expired": False}
        platform.on("GET utilisateur/token", [TOKEN, later])
        platform.on("POST utilisateur/token/1/renew", TOKEN | {"token": "neuf"})
        platform.on("DELETE utilisateur/token/1", status=204, body=b"")
        never, one = pastell.jetons.lister()
        assert (never.expire_le, never.expire) == (None, None)
        assert (one.id, one.expire_le, one.expire) == (
            "2",
            dt.datetime(2029, 12, 31, 23, tzinfo=dt.UTC),
            False,
        )
        assert pastell.jetons.renouveler("1").clair.reveal() == "neuf"
        pastell.jetons.supprimer("1")

    def test_they_do_not_exist_before_4_0(self, pastell: Pastell, version: Announce) -> None:
        version("3.1.8")
        with pytest.raises(NotInThisVersion):
            pastell.jetons.lister()
        with pytest.raises(NotInThisVersion):
            pastell.jetons.creer("ci")

    def test_those_of_programs_exist_in_the_latest_versions(
        self, platform: Platform, pastell: Pastell, version: Announce
    ) -> None:
        version("4.1.18")
        tokens = pastell.utilisateurs.jetons
        platform.on("POST utilisateur/9/token", TOKEN | {"token": "a"})
        platform.on("POST utilisateur/9/token/1/renew", TOKEN | {"token": "b"})
        platform.on("DELETE utilisateur/9/token/1", status=204, body=b"")
        assert tokens.creer("9", "ci").clair.reveal() == "a"
        assert tokens.renouveler("9", "1").clair.reveal() == "b"
        tokens.supprimer("9", "1")

    def test_and_not_in_others(self, pastell: Pastell, version: Announce) -> None:
        version("4.1.17")
        with pytest.raises(NotInThisVersion):
            pastell.utilisateurs.jetons.renouveler("9", "1")
        with pytest.raises(NotInThisVersion):
            pastell.utilisateurs.jetons.supprimer("9", "1")


class TestConnectors:
    def test_settings_come_without_passwords(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("GET entite/1/connecteur/4", CONNECTOR)
        found = pastell.connecteurs.detail("1", "4")
        assert found.champs == {"iparapheur_type": "Actes", "ca": ("ca.pem",)}
        assert (found.texte("iparapheur_type"), found.texte("ca"), found.fichiers("ca")) == (
            "Actes",
            "",
            ("ca.pem",),
        )
        assert (found.famille, found.frequence, found.verrou) == ("signature", 5, "PARAPHEUR")
        assert found.actions == {"test-iparapheur"}
        assert "en clair" not in repr(found)

    @pytest.mark.parametrize(
        "message", ["Ce connecteur n'existe pas.", "Le connecteur 4 n'appartient pas à l'entité 1"]
    )
    def test_an_unknown_one_is_not_found(self, platform: Platform, pastell: Pastell, message: str) -> None:
        platform.refuses("GET entite/1/connecteur/4", message)
        with pytest.raises(NotFound):
            pastell.connecteurs.detail("1", "4")

    def test_they_are_listed_by_entity_and_on_the_whole_platform(
        self, platform: Platform, pastell: Pastell
    ) -> None:
        row = {name: value for name, value in CONNECTOR.items() if name not in ("data", "action-possible")}
        platform.on("GET entite/0/connecteur", [row])
        platform.on("GET connecteur/all", [row | {"denomination": None}])
        platform.on("GET connecteur/all/s2low", [])
        assert [one.champs for one in pastell.connecteurs.lister("0")] == [{}]
        assert [one.autres for one in pastell.connecteurs.tous()] == [{"denomination": None}]
        assert pastell.connecteurs.tous("s2low") == ()

    def test_one_is_created_renamed_and_deleted(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("POST entite/1/connecteur", CONNECTOR | {"data": [], "action-possible": []})
        platform.on("PATCH entite/1/connecteur/4", CONNECTOR)
        platform.on("DELETE entite/1/connecteur/4", {"result": "ok"})
        assert pastell.connecteurs.creer("1", "iParapheur", "Parapheur").champs == {}
        assert platform.last.form == [("libelle", "Parapheur"), ("id_connecteur", "iParapheur")]
        pastell.connecteurs.renommer("1", "4", "Parapheur", frequence=5, verrou="PARAPHEUR")
        assert platform.last.form == [
            ("libelle", "Parapheur"),
            ("frequence_en_minute", "5"),
            ("id_verrou", "PARAPHEUR"),
        ]
        with pytest.raises(FieldsNotKept):
            pastell.connecteurs.renommer("1", "4", "Autre")
        pastell.connecteurs.supprimer("1", "4")
        platform.answers.pop(("DELETE", "entite/1/connecteur/4"))
        platform.refuses(
            "DELETE entite/1/connecteur/4", "Ce connecteur est utilisé par des flux :  actes-generique"
        )
        with pytest.raises(InvalidRequest):
            pastell.connecteurs.supprimer("1", "4")
        with pytest.raises(InvalidInput):
            pastell.connecteurs.supprimer("", "4")

    def test_a_global_one_is_declared_since_5_0(
        self, platform: Platform, pastell: Pastell, version: Announce
    ) -> None:
        version("5.0.4")
        platform.on("POST entite/0/connecteur", CONNECTOR)
        pastell.connecteurs.creer("0", "s2low", "x", global_=True)
        assert ("global", "1") in platform.last.form

    def test_and_not_before(self, pastell: Pastell) -> None:
        with pytest.raises(NotInThisVersion):
            pastell.connecteurs.creer("0", "s2low", "x", global_=True)

    def test_settings_are_written_and_checked_but_for_passwords(
        self, platform: Platform, pastell: Pastell
    ) -> None:
        held = {"iparapheur_type": "Actes", "iparapheur_password": "MOT DE PASSE NON RECUPERABLE"}
        platform.on("PATCH entite/1/connecteur/4/content", CONNECTOR | {"data": held, "result": "ok"})
        pastell.connecteurs.configurer("1", "4", {"iparapheur_type": "Actes", "iparapheur_password": "p"})
        with pytest.raises(FieldsNotKept, match="nexistepas"):
            pastell.connecteurs.configurer("1", "4", {"nexistepas": "1", "iparapheur_type": "Actes"})
        platform.answers.clear()
        platform.refuses("PATCH entite/1/connecteur/4/content", "Le mot de passe du certificat est incorrect")
        with pytest.raises(SavedThenRefused):
            pastell.connecteurs.configurer("1", "4", {"user_certificat_password": "p"})

    def test_a_file_of_settings_goes_up_down_and_away(
        self, platform: Platform, pastell: Pastell, tmp_path: Path
    ) -> None:
        path = "entite/1/connecteur/4/file/classification_file/0"
        platform.on(f"POST {path}", CONNECTOR | {"data": {"classification_file": ["c.xml"]}})
        platform.on(f"GET {path}", body=b"<x/>", Content_disposition='attachment; filename="c.xml"')
        platform.on(f"DELETE {path}", CONNECTOR)
        pastell.connecteurs.deposer("1", "4", "classification_file", Payload.of(b"<x/>"), nom="c.xml")
        assert platform.last.parts[0] == ("file_name", None, b"c.xml")
        with pytest.raises(FieldsNotKept):
            pastell.connecteurs.deposer("1", "4", "classification_file", Payload.of(b"<x/>"), nom="d.xml")
        found = pastell.connecteurs.telecharger("1", "4", "classification_file", into=tmp_path)
        assert found.path.read_bytes() == b"<x/>"
        pastell.connecteurs.retirer("1", "4", "classification_file")
        assert platform.last.method == "DELETE"

    def test_a_file_of_settings_is_not_removed_before_4_0_8(
        self, pastell: Pastell, version: Announce
    ) -> None:
        version("4.0.7")
        with pytest.raises(NotInThisVersion):
            pastell.connecteurs.retirer("1", "4", "x")

    def test_a_very_big_file_of_settings_goes_up_in_chunks(
        self, platform: Platform, pastell: Pastell, version: Announce, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        version("4.1.0")
        monkeypatch.setattr("cdg62_connect.pastell.depot.USUAL_UPLOAD", 1)
        platform.on("POST entite/1/connecteur/4/chunk/f/0", {"result": "success", "message": ""})
        platform.on("GET entite/1/connecteur/4", CONNECTOR)
        pastell.connecteurs.deposer("1", "4", "f", Payload.of(b"xyz"), nom="c.xml")
        assert platform.calls("POST") == ["POST entite/1/connecteur/4/chunk/f/0"]

    def test_a_failed_action_is_an_answer_not_an_error(self, platform: Platform, pastell: Pastell) -> None:
        path = "POST entite/1/connecteur/4/action/test-iparapheur"
        platform.on(path, {"result": False, "last_message": "La connexion a échoué"})
        found = pastell.connecteurs.agir("1", "4", "test-iparapheur", params={"a": "b"})
        assert (found.result, found.message) == (False, "La connexion a échoué")
        assert platform.last.form == [("action_params[a]", "b")]
        platform.refuses("POST entite/1/connecteur/4/action/x", "L'action x n'existe pas", status=404)
        with pytest.raises(NotFound):
            pastell.connecteurs.agir("1", "4", "x")
        platform.on("POST entite/1/connecteur/4/action/y", {"last_message": "?"})
        with pytest.raises(OutcomeUnknown):
            pastell.connecteurs.agir("1", "4", "y")

    def test_settings_may_be_chosen(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("GET entite/1/connecteur/4/externalData/iparapheur_type", ["Actes", "PES"])
        platform.on("PATCH entite/1/connecteur/4/externalData/iparapheur_type", CONNECTOR)
        platform.on("PATCH entite/1/connecteur/4/externalData/definition", CONNECTOR)
        assert pastell.connecteurs.choix("1", "4", "iparapheur_type") == ["Actes", "PES"]
        pastell.connecteurs.choisir("1", "4", "iparapheur_type", [("iparapheur_type", "Actes")])
        with pytest.raises(FieldsNotKept):
            pastell.connecteurs.choisir("1", "4", "iparapheur_type", [("iparapheur_type", "PES")])
        pairs = [("id_element[]", "a"), ("definition[]", "{{ x }}")]
        pastell.connecteurs.choisir("1", "4", "definition", pairs)
        assert platform.last.form == pairs

    def test_families_and_kinds_are_told(self, platform: Platform, pastell: Pastell) -> None:
        platform.on("GET familleConnecteur", ["Bordereau SEDA", "signature"])
        platform.on("GET familleConnecteur/Bordereau SEDA", [])
        kind = {
            "nom": "iparapheur",
            "type": "signature",
            "description": "d",
            "formulaire": {
                "page0": {"iparapheur_wsdl": {"name": "URL"}, "Mot de passe": {"type": "password"}},
                "p1": [],
            },
            "action": {"test-iparapheur": {"name-action": "Tester"}, "autre": []},
        }
        platform.on("GET familleConnecteur/signature/iParapheur", kind)
        families = pastell.connecteurs.familles
        assert families.lister(global_=True) == ("Bordereau SEDA", "signature")
        assert platform.last.query == [("global", "true")]
        assert families.connecteurs("Bordereau SEDA") == ()
        found = families.definition("signature", "iParapheur")
        assert {name: field.type for name, field in found.champs.items()} == {
            "iparapheur_wsdl": "text",
            "mot_de_passe": "password",
        }
        assert found.actions == {"test-iparapheur": "Tester", "autre": "autre"}

    def test_frequencies_are_rules(self, platform: Platform, pastell: Pastell) -> None:
        rule = {
            "id_cf": "1",
            "type_connecteur": "",
            "famille_connecteur": "",
            "id_connecteur": "",
            "id_ce": "0",
            "action_type": "",
            "type_document": "",
            "action": "",
            "expression": "10",
            "id_verrou": "",
            "libelle": None,
        }
        platform.on("GET frequenceConnecteur", [rule])
        platform.on("POST frequenceConnecteur", rule)
        platform.on("PATCH frequenceConnecteur/1", rule)
        platform.on("DELETE frequenceConnecteur/1", {"result": "ok"})
        frequencies = pastell.connecteurs.frequences
        (found,) = frequencies.lister()
        assert (found.id_cf, found.expression, found.autres) == ("1", "10", {"libelle": None})
        assert frequencies.creer(Frequence(expression="10")).id_cf == "1"
        frequencies.modifier(found)
        assert dict(platform.last.form)["expression"] == "10"
        assert len(platform.last.form) == 9
        frequencies.supprimer("1")


class TestAssociations:
    def test_they_are_listed_made_and_undone(self, platform: Platform, pastell: Pastell) -> None:
        row = {
            "id_fe": "8",
            "id_e": "1",
            "flux": "ls-actes",
            "id_ce": "4",
            "type": "signature",
            "num_same_type": 0,
        }
        platform.on("GET entite/1/flux", [row])
        platform.on("POST entite/1/flux/ls-actes/connecteur/4", {"id_fe": "8"})
        platform.on("DELETE entite/1/flux", {"result": "ok"})
        (found,) = pastell.associations.lister("1", flux="ls-actes", famille="signature")
        assert platform.last.query == [("flux", "ls-actes"), ("type", "signature")]
        assert (found.id_fe, found.famille, found.rang, found.autres) == ("8", "signature", 0, {})
        assert pastell.associations.creer("1", "ls-actes", "4", "signature") == "8"
        assert platform.last.form == [("type", "signature")]
        pastell.associations.creer("1", "ls-actes", "4", "signature", rang=1)
        assert ("num_same_type", "1") in platform.last.form
        pastell.associations.supprimer("1", "8")
        assert platform.last.query == [("id_fe", "8")]

    def test_refusals(self, platform: Platform, pastell: Pastell) -> None:
        platform.refuses("DELETE entite/1/flux", "Le connecteur-flux n'existe pas : {id_fe=8}")
        wrong = "Le connecteur n'est pas du bon type :  signature présenté, TdT requis"
        platform.refuses("POST entite/1/flux/ls-actes/connecteur/4", wrong)
        with pytest.raises(NotFound):
            pastell.associations.supprimer("1", "8")
        with pytest.raises(InvalidRequest):
            pastell.associations.creer("1", "ls-actes", "4", "TdT")

    def test_there_is_no_second_of_a_family_before_3_0(self, pastell: Pastell, version: Announce) -> None:
        version("2.0.16")
        with pytest.raises(NotInThisVersion):
            pastell.associations.creer("1", "ls-actes", "4", "signature", rang=1)

    def test_an_action_is_run_through_it(self, platform: Platform, pastell: Pastell) -> None:
        path = "POST entite/1/flux/ls-actes/action"
        platform.on(path, {"result": True, "message": "fait"})
        found = pastell.associations.agir("1", "ls-actes", "TdT", "demande-classification", params={"k": "v"})
        assert found.message == "fait"
        assert platform.last.form == [
            ("type", "TdT"),
            ("action", "demande-classification"),
            ("action_params[k]", "v"),
        ]
        platform.answers.clear()
        platform.refuses(path, "L'action nexistepas n'existe pas.")
        platform.refuses(path, "Le TdT ne répond pas")
        platform.on(path, {"message": "?"})
        for error in (ActionNotAllowed, ActionFailed, OutcomeUnknown):
            with pytest.raises(error):
                pastell.associations.agir("1", "ls-actes", "TdT", "nexistepas")
