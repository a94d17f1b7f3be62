from __future__ import annotations

from typing import Any

from cdg62_connect.pastell import Pastell

Platform = Any


def test_types_are_listed(platform: Platform, pastell: Pastell) -> None:
    platform.on("GET flux", {"ls-actes": {"type": "Légalité", "nom": "Actes", "x": 1}})
    found = pastell.flux.lister()["ls-actes"]
    assert (found.flux, found.nom, found.famille, found.autres) == ("ls-actes", "Actes", "Légalité", {"x": 1})


def test_a_definition_is_read_once_under_the_names_of_documents(platform: Platform, pastell: Pastell) -> None:
    platform.on(
        "GET flux/x",
        {
            "Objet de l'été": {
                "name": "Objet",
                "requis": True,
                "title": True,
                "preg_match": "#^.{1,499}$#us",
            },
            "nature": {"type": "select", "value": ["a", "b"], "read-only": "1"},
            "fichier": {
                "type": "file",
                "multiple": True,
                "max_file_size": "128000000",
                "content-type": "application/pdf, text/xml",
                "threshold_size": 10,
                "threshold_fields": ["fichier", "Autre"],
            },
            "cache": {"no-show": True, "index": True, "onchange": "y", "default": "1", "is_equal": "nature"},
            "vide": [],
        },
    )
    fields = pastell.flux.champs("x")
    assert pastell.flux.champs("x") is fields
    assert len(platform.asked) == 1
    title = fields["objet_de_l_ete"]
    assert (title.declare, title.libelle, title.type) == ("Objet de l'été", "Objet", "text")
    assert (title.requis, title.titre, title.motif) == (True, True, "#^.{1,499}$#us")
    assert (fields["nature"].valeurs, fields["nature"].lecture_seule) == ({"0": "a", "1": "b"}, True)
    file = fields["fichier"]
    assert (file.multiple, file.taille_max) == (True, 128000000)
    assert file.types_contenu == ("application/pdf", "text/xml")
    assert (file.taille_commune_max, file.champs_de_la_taille_commune) == (10, ("fichier", "autre"))
    hidden = fields["cache"]
    assert (hidden.cache, hidden.indexe, hidden.onchange) == (True, True, "y")
    assert (hidden.defaut, hidden.egal_a) == ("1", "nature")
    assert fields["vide"].libelle == "vide"
    pastell.flux.oublier()
    pastell.flux.champs("x")
    assert len(platform.asked) == 2


def test_actions_are_read_with_what_allows_them(platform: Platform, pastell: Pastell) -> None:
    rule = {
        "or_1": {"and_1": {"last-action": ["creation"]}, "and_2": {"last-action": "modification"}},
        "no_1": {"last-action": ["termine"]},
    }
    platform.on(
        "GET flux/x/action",
        {
            "termine": {
                "name": "Fini",
                "rule": {"role_id_e": "no-role"},
                "editable-content": ["Date"],
                "modification-no-change-etat": True,
            },
            "y-change": {"no-workflow": True, "rule": {"role_id_e": "no-role,"}},
            "envoi": {
                "name": "Envoyé",
                "name-action": "Envoyer",
                "rule": rule,
                "action-automatique": "verif",
                "connecteur-type": "TdT",
            },
        },
    )
    actions = pastell.flux.actions("x")
    assert pastell.flux.actions("x") is actions
    sent, over, change = actions["envoi"], actions["termine"], actions["y-change"]
    assert sent.depuis == {"creation", "modification"}
    assert (sent.automatique, sent.libelle_action, sent.connecteur) == ("verif", "Envoyer", "TdT")
    assert (over.interdite, over.champs_editables, over.etat_garde) == (True, ("date",), True)
    assert (change.hors_etats, change.interdite, change.champs_editables) == (True, True, None)


def test_whether_a_type_is_there(platform: Platform, pastell: Pastell) -> None:
    platform.on("GET flux/la", {})
    platform.refuses("GET flux/absent", "Le flux absent n'existe pas sur cette plateforme", status=404)
    platform.refuses("GET flux/interdit", "Acces interdit id_e=0, droit=interdit:lecture,id_u=2", status=403)
    assert [pastell.flux.connu(one) for one in ("la", "absent", "interdit")] == [True, False, False]
