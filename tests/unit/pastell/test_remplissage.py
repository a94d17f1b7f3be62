from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cdg62_connect.errors import InvalidInput, OutcomeUnknown
from cdg62_connect.pastell import (
    ContentRefused,
    Contenu,
    FichierADeposer,
    FieldsNotKept,
    FormIncomplete,
    NotEditable,
    Pastell,
    Remplissage,
)
from cdg62_connect.transport import Payload

Platform = Any
Build = Callable[..., dict[str, Any]]

URBA = "document-autorisation-urbanisme"
DOC = "entite/7/document/aB3dE7g"
PDF = b"%PDF-1.7 x"
FIELDS: dict[str, dict[str, object]] = {
    "titre": {"name": "Titre", "type": "text", "requis": True, "title": True},
    "id_document_externe": {"name": "Identifiant", "type": "text", "index": True},
    "document": {"name": "Document", "type": "file", "requis": True, "content-type": "application/pdf"},
    "annexe": {
        "name": "Annexe(s)",
        "type": "file",
        "multiple": True,
        "max_file_size": 50,
        "threshold_size": 65,
        "threshold_fields": "document,annexe",
    },
    "envoi_transformation": {
        "name": "Extraction",
        "type": "checkbox",
        "default": "checked",
        "read-only": True,
    },
    "envoi_signature": {"name": "Visa/Signature", "type": "checkbox"},
    "envoi_tdt_actes": {"name": "Envoi au contrôle de légalité", "type": "checkbox"},
    "envoi_mailsec": {"name": "Mail sécurisé", "type": "checkbox"},
    "envoi_iparapheur": {"no-show": True},
    "iparapheur_type": {"name": "Type iparapheur", "read-only": True},
    "iparapheur_sous_type": {
        "name": "Sous-type iparapheur",
        "requis": True,
        "type": "externalData",
        "index": True,
    },
    "date_limite": {"name": "Date limite", "type": "date"},
    "acte_nature": {
        "name": "Nature de l'acte",
        "type": "select",
        "requis": True,
        "value": {"3": "Actes individuels"},
    },
    "numero_de_lacte": {
        "name": "Numéro de l'acte",
        "requis": True,
        "preg_match": "#^[0-9A-Z_]{1,15}$#",
        "preg_match_error": "Le numéro ne va pas.",
    },
    "date_de_lacte": {"name": "Date de l'acte", "type": "date", "requis": True},
    "classification": {"name": "Classification", "type": "externalData", "requis": True},
    "type_piece": {"name": "Typologie des pièces", "type": "externalData", "requis": True},
    "type_piece_fichier": {"name": "Typologie", "type": "file", "requis": True, "read-only": True},
    "type_acte": {"no-show": True},
    "type_pj": {"no-show": True},
    "to": {"name": "Destinataire(s)", "type": "mail-list"},
    "password": {"name": "Mot de passe", "type": "password"},
    "password2": {"name": "Confirmation", "type": "password", "is_equal": "password"},
}


class Draft:
    """A document that behaves as one: what is written is kept, annexes and the nature wipe the typology."""

    def __init__(self, platform: Platform, detail: Build) -> None:
        self.data: dict[str, Any] = {}
        self.etat = "creation"
        self.sub_types = ["ARRETE_PC", "DELIBERATION"]
        self.lost = 0
        self.complaint = ""
        self._detail = detail
        platform.on(f"GET flux/{URBA}", FIELDS)
        platform.on(f"GET flux/{URBA}/action", {})
        platform.on("POST entite/7/document", lambda _: self._json(201, self.shown()))
        platform.on(f"GET {DOC}", lambda _: self._json(200, self.shown()))
        platform.on(f"PATCH {DOC}", self.patch)
        for field in ("document", "annexe"):
            for rank in range(4):
                platform.on(f"POST {DOC}/file/{field}/{rank}", self.upload)
                platform.on(f"DELETE {DOC}/file/{field}/{rank}", self.remove)
        platform.on(f"PATCH {DOC}/externalData/iparapheur_sous_type", self.choose)
        platform.on(f"GET {DOC}/externalData/iparapheur_sous_type", lambda _: self._json(200, self.sub_types))
        platform.on(f"PATCH {DOC}/externalData/type_piece", self.type_files)

    def shown(self) -> dict[str, Any]:
        return self._detail(
            {key: value for key, value in self.data.items() if "password" not in key}, etat=self.etat
        )

    def _json(self, status: int, value: object) -> Any:
        return status, json.dumps(value).encode(), {"Content-Type": "application/json"}

    def _changed(self, status: int) -> Any:
        ok = {"result": "ok", "formulaire_ok": 0 if self.complaint else 1, "message": self.complaint}
        return self._json(status, {"content": self.shown(), **ok})

    def _loses(self) -> bool:
        self.lost -= 1
        return self.lost >= 0

    def patch(self, asked: Any) -> Any:
        fields = dict(asked.form)
        if fields and not self._loses():
            if fields.get("acte_nature", self.data.get("acte_nature")) != self.data.get("acte_nature"):
                self._wipe()
            self.data.update(fields)
        self.etat = "modification"
        return self._changed(200)

    def upload(self, asked: Any) -> Any:
        *_, field, rank = asked.path.split("/")
        if not self._loses():
            names = list(self.data.get(field, []))
            names[int(rank) : int(rank) + 1] = [asked.parts[0][2].decode()]
            self.data[field] = names
            if field == "annexe":
                self._wipe()
        return self._changed(201)

    def remove(self, asked: Any) -> Any:
        *_, field, rank = asked.path.split("/")
        del self.data[field][int(rank)]
        self._wipe()
        return self._json(200, self.shown())

    def choose(self, asked: Any) -> Any:
        ((_, value),) = asked.form
        if value not in self.sub_types:
            said = f'Le sous-type "{value}" n\'existe pas pour le type configuré'
            return self._json(400, {"status": "error", "error-message": said})
        self.data |= {"iparapheur_sous_type": value, "iparapheur_type": "URBANISME"}
        return self._json(200, self.shown())

    def type_files(self, asked: Any) -> Any:
        codes = [value for _, value in asked.form]
        self.data |= {
            "type_acte": codes[0],
            "type_pj": json.dumps(codes[1:]),
            "type_piece": f"{len(codes)} fichier(s)",
        }
        return self._json(200, self.shown())

    def _wipe(self) -> None:
        if "type_piece" in self.data:
            self.data |= {"type_piece": "", "type_pj": "[]"}


@pytest.fixture
def draft(platform: Platform, detail: Build) -> Draft:
    return Draft(platform, detail)


def file(nom: str, content: bytes = PDF) -> FichierADeposer:
    return FichierADeposer(nom, Payload.of(content))


def contenu(**changes: Any) -> Contenu:
    given: dict[str, Any] = {
        "champs": {
            "titre": "PC 062 991 26 00012",
            "id_document_externe": "OPERIS-1",
            "envoi_signature": True,
            "envoi_tdt_actes": True,
            "acte_nature": "3",
            "numero_de_lacte": "PC1",
            "date_de_lacte": "2026-06-01",
            "classification": "2.2",
            "iparapheur_sous_type": "ARRETE_PC",
        },
        "fichiers": {"document": [file("arrete.pdf")], "annexe": [file("plan.pdf"), file("notice.pdf")]},
        "types_pieces": ("99_AI", "22_AV", "22_NE"),
    }
    given["champs"] = {**given["champs"], **changes.pop("champs", {})}
    given["champs"] = {name: value for name, value in given["champs"].items() if value is not None}
    return Contenu(**{**given, **changes})


def effects(platform: Platform) -> list[str]:
    return [
        f"{one.method} {one.path.removeprefix(DOC).lstrip('/')}"
        for one in platform.asked
        if one.method != "GET"
    ]


class TestFill:
    def test_a_document_is_filled_in_the_order_that_keeps_everything(
        self, platform: Platform, pastell: Pastell, draft: Draft
    ) -> None:
        filled = Remplissage(pastell).remplir("7", URBA, contenu())
        assert filled.complet
        assert effects(platform) == [
            "POST entite/7/document",
            "PATCH ",
            "POST file/document/0",
            "POST file/annexe/0",
            "POST file/annexe/1",
            "PATCH externalData/iparapheur_sous_type",
            "PATCH externalData/type_piece",
            "PATCH ",
        ]
        assert draft.data["envoi_signature"] == "1"
        assert (draft.data["type_acte"], draft.data["type_pj"]) == ("99_AI", '["22_AV", "22_NE"]')
        assert draft.data["annexe"] == ["plan.pdf", "notice.pdf"]

    def test_asked_again_it_changes_nothing(self, platform: Platform, pastell: Pastell, draft: Draft) -> None:
        filler = Remplissage(pastell)
        filler.remplir("7", URBA, contenu())
        before = dict(draft.data)
        platform.asked.clear()
        assert filler.remplir("7", URBA, contenu(), id_d="aB3dE7g").complet
        assert effects(platform) == ["PATCH "]  # a change of nothing: what tells whether the form is complete
        assert draft.data == before

    def test_only_what_differs_is_completed(self, platform: Platform, pastell: Pastell, draft: Draft) -> None:
        filler = Remplissage(pastell)
        filler.remplir("7", URBA, contenu())
        platform.asked.clear()
        filler.remplir(
            "7",
            URBA,
            contenu(
                champs={"titre": "Autre titre"},
                fichiers={"document": [file("arrete.pdf")], "annexe": [file("notice.pdf")]},
                types_pieces=("99_AI", "22_NE"),
            ),
            id_d="aB3dE7g",
        )
        assert effects(platform) == [
            "PATCH ",
            "POST file/annexe/0",
            "DELETE file/annexe/1",
            "PATCH externalData/type_piece",
            "PATCH ",
        ]
        assert platform.asked[-5].form == [("titre", "Autre titre")]
        assert (draft.data["annexe"], draft.data["type_pj"]) == (["notice.pdf"], '["22_NE"]')

    def test_it_is_taken_up_where_it_was_cut(
        self, platform: Platform, pastell: Pastell, draft: Draft
    ) -> None:
        filler = Remplissage(pastell)
        path = ("POST", f"{DOC}/file/annexe/1")
        upload = platform.answers.pop(path)
        platform.on("POST " + path[1], status=502, body=b"")
        with pytest.raises(OutcomeUnknown):
            filler.remplir("7", URBA, contenu())
        platform.answers[path] = upload
        platform.asked.clear()
        assert filler.remplir("7", URBA, contenu(), id_d="aB3dE7g").complet
        assert effects(platform)[0] == "POST file/annexe/1"

    def test_a_change_lost_to_another_one_is_made_again(
        self, platform: Platform, pastell: Pastell, draft: Draft, clock: Any
    ) -> None:
        draft.lost = 2
        assert Remplissage(pastell).remplir("7", URBA, contenu()).complet
        assert clock.waits == [2.0, 2.0]
        assert effects(platform)[1:4] == ["PATCH ", "PATCH ", "PATCH "]

    def test_but_not_for_ever(self, pastell: Pastell, draft: Draft) -> None:
        draft.lost = 3
        with pytest.raises(FieldsNotKept):
            Remplissage(pastell).remplir("7", URBA, contenu())

    def test_a_field_that_a_file_has_changed_is_written_again(
        self, platform: Platform, pastell: Pastell, draft: Draft
    ) -> None:
        def upload(asked: Any) -> Any:
            answer = draft.upload(asked)
            draft.data["titre"] = "celui du fichier"
            return draft._changed(201) if answer else answer

        platform.answers["POST", f"{DOC}/file/document/0"] = [upload]
        Remplissage(pastell).remplir("7", URBA, contenu())
        assert draft.data["titre"] == "PC 062 991 26 00012"

    def test_what_is_still_missing_is_told(self, pastell: Pastell, draft: Draft) -> None:
        draft.complaint = "Le formulaire est incomplet : le champ «Acte» est obligatoire."
        with pytest.raises(FormIncomplete, match="«Acte»") as caught:
            Remplissage(pastell).remplir("7", URBA, contenu())
        assert caught.value.manques == (draft.complaint,)
        assert caught.value.detail.fichiers("document") == ("arrete.pdf",)

    def test_a_sub_type_that_is_not_offered_is_told_with_those_that_are(
        self, pastell: Pastell, draft: Draft
    ) -> None:
        with pytest.raises(FormIncomplete, match="ARRETE_PC, DELIBERATION"):
            Remplissage(pastell).remplir("7", URBA, contenu(champs={"iparapheur_sous_type": "INCONNU"}))

    def test_a_document_of_another_type_is_refused(
        self, platform: Platform, pastell: Pastell, draft: Draft
    ) -> None:
        with pytest.raises(InvalidInput, match="ls-actes"):
            Remplissage(pastell).remplir("7", "ls-actes", contenu(), id_d="aB3dE7g")
        assert effects(platform) == []

    def test_a_document_already_sent_with_this_very_content_is_complete(
        self, platform: Platform, pastell: Pastell, draft: Draft
    ) -> None:
        filler = Remplissage(pastell)
        filler.remplir("7", URBA, contenu())
        draft.etat = "send-iparapheur"
        platform.asked.clear()
        assert filler.remplir("7", URBA, contenu(), id_d="aB3dE7g").complet
        assert effects(platform) == []

    def test_a_document_already_sent_with_another_content_cannot_be_changed(
        self, platform: Platform, pastell: Pastell, draft: Draft
    ) -> None:
        draft.etat = "send-iparapheur"
        platform.answers.pop(("PATCH", DOC))
        platform.refuses(f"PATCH {DOC}", "L'action « modification »  n'est pas permise : x", status=403)
        with pytest.raises(NotEditable):
            Remplissage(pastell).remplir("7", URBA, contenu(), id_d="aB3dE7g")

    def test_a_password_is_written_once(self, platform: Platform, pastell: Pastell, draft: Draft) -> None:
        given = contenu(champs={"password": "p", "password2": "p"})
        filler = Remplissage(pastell)
        filler.remplir("7", URBA, given)
        assert draft.data["password"] == "p"
        platform.asked.clear()
        filler.remplir("7", URBA, given, id_d="aB3dE7g")
        assert effects(platform) == ["PATCH "]


class TestCheck:
    def refused(self, pastell: Pastell, given: Contenu, **more: Any) -> tuple[str, ...]:
        with pytest.raises(ContentRefused) as caught:
            Remplissage(pastell).remplir("7", URBA, given, **more)
        return caught.value.defauts

    @pytest.mark.parametrize(
        ("champs", "said"),
        [
            ({"json_metadata": "x"}, "n'existe pas"),
            ({"document": "x"}, "est un fichier"),
            ({"iparapheur_type": "x"}, "lecture seule"),
            ({"type_piece": "x"}, "types de pièces"),
            ({"acte_nature": "9"}, "valeurs possibles : 3"),
            ({"numero_de_lacte": "pc-1"}, "Le numéro ne va pas."),
            ({"date_de_lacte": "01/06/2026"}, "AAAA-MM-JJ"),
            ({"date_limite": "2026-06-31"}, "AAAA-MM-JJ"),
            ({"envoi_mailsec": "peut-être"}, "oui ou non"),
            ({"password": "a", "password2": "b"}, "ne répète pas"),
            ({"titre": None}, "Il manque le champ « Titre »"),
            ({"classification": None}, "Il manque le champ « Classification »"),
            ({"iparapheur_sous_type": None}, "Il manque le champ « Sous-type iparapheur »"),
        ],
    )
    def test_a_field_that_does_not_fit_is_told_before_anything_leaves(
        self, platform: Platform, pastell: Pastell, draft: Draft, champs: dict[str, Any], said: str
    ) -> None:
        (wrong,) = self.refused(pastell, contenu(champs=champs))
        assert said in wrong
        assert effects(platform) == []

    @pytest.mark.parametrize(
        ("fichiers", "said"),
        [
            ({"document": [file("a.pdf"), file("b.pdf")]}, "n'admet qu'un fichier"),
            ({"document": [file("a.pdf", b"pas un PDF")]}, "application/pdf"),
            ({"document": [file("a.pdf", b"")]}, "est vide"),
            ({"document": [file(" ")]}, "pas de nom"),
            ({"document": [file("a.pdf")], "json_metadata": [file("m.json")]}, "n'existe pas"),
            ({"document": [file("a.pdf")], "type_piece_fichier": [file("t.json")]}, "lecture seule"),
            ({"document": [file("a.pdf")], "titre": [file("t.json")]}, "n'existe pas"),
            ({"document": [file("a.pdf")], "annexe": [file("a.pdf", b"x" * 51)]}, "admet 50"),
            ({"annexe": [file("a.pdf")]}, "Il manque le fichier « Document »"),
            ({"document": [file("a.pdf", PDF + b"x" * 20)], "annexe": [file("b", b"x" * 45)]}, "ensemble 75"),
        ],
    )
    def test_a_file_that_does_not_fit_is_told_too(
        self, platform: Platform, pastell: Pastell, draft: Draft, fichiers: Any, said: str
    ) -> None:
        given = contenu(fichiers=fichiers, types_pieces=(), champs={"envoi_tdt_actes": False})
        (wrong,) = self.refused(pastell, given)
        assert said in wrong
        assert effects(platform) == []

    def test_there_is_a_type_for_each_file(self, pastell: Pastell, draft: Draft) -> None:
        (wrong,) = self.refused(pastell, contenu(types_pieces=("99_AI",)))
        assert "1 types de pièces sont donnés pour 3 pièces" in wrong
        (missing,) = self.refused(pastell, contenu(types_pieces=()))
        assert "Typologie" in missing

    def test_everything_is_told_at_once(self, pastell: Pastell, draft: Draft) -> None:
        wrong = self.refused(
            pastell, contenu(champs={"titre": "", "acte_nature": "9"}, fichiers={}, types_pieces=())
        )
        assert len(wrong) == 4

    def test_a_page_that_is_not_shown_asks_for_nothing(self, pastell: Pastell, draft: Draft) -> None:
        given = Contenu(champs={"titre": "x"}, fichiers={"document": [file("a.pdf")]})
        Remplissage(pastell).verifier(URBA, given)

    def test_what_a_draft_holds_already_is_not_missing(self, pastell: Pastell, draft: Draft) -> None:
        filler = Remplissage(pastell)
        filler.remplir("7", URBA, contenu())
        assert filler.remplir("7", URBA, Contenu(champs={"titre": "Autre"}), id_d="aB3dE7g").complet

    @pytest.mark.parametrize("value", ["false", "0", "non", False])
    def test_no_is_written_as_nothing(self, pastell: Pastell, draft: Draft, value: Any) -> None:
        given = Contenu(
            champs={"titre": "x", "envoi_iparapheur": value, "envoi_mailsec": value},
            fichiers={"document": [file("a.pdf")]},
        )
        Remplissage(pastell).remplir("7", URBA, given)
        assert (draft.data.get("envoi_iparapheur", ""), draft.data.get("envoi_mailsec", "")) == ("", "")

    @pytest.mark.parametrize("pattern", ["#(a+)+$#", "#\\d#", "#[a-z]++#", "pas un motif", "#[#", ""])
    def test_a_pattern_that_is_not_safe_to_run_is_left_to_the_platform(
        self, platform: Platform, pastell: Pastell, draft: Draft, pattern: str
    ) -> None:
        fields = {**FIELDS, "titre": {"name": "Titre", "preg_match": pattern}}
        platform.answers["GET", f"flux/{URBA}"].clear()
        platform.on(f"GET flux/{URBA}", fields)
        Remplissage(pastell).verifier(URBA, contenu(champs={"titre": "!" * 30}))
