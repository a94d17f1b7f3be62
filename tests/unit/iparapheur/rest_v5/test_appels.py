"""The twenty-two operations: what leaves, what is read, and what each refusal means."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cdg62_connect.errors import (
    AccessRefused,
    AlreadyExists,
    InvalidInput,
    InvalidRequest,
    NotFound,
    NotReady,
    OutcomeUnknown,
    PlatformError,
    Refused,
    Unavailable,
    UnreadableAnswer,
)
from cdg62_connect.iparapheur import Document
from cdg62_connect.iparapheur.rest_v5 import (
    Annotation,
    Etat,
    IparapheurRest,
    Lieu,
    MailSecurise,
    NouveauDossier,
    noms_transmis,
)
from cdg62_connect.transport import Payload
from support.parapheur_rest import Asked, Platform, Reply, Watch, as_json, error, page, premis, zipped

LIEU = Lieu("t", "b", "d", "k")
V1 = "/api/standard/v1"
PDF = Payload.of(b"%PDF-1.7 un document")
HTML = Reply(b"<!DOCTYPE html><p>Connexion</p>", 200, {"Content-Type": "text/html"})


def nouveau(**changes: object) -> NouveauDossier:
    fields: dict[str, object] = {
        "nom": "Arrêté PC 12",
        "type": "URBANISME",
        "sous_type": "Arrete",
        "principaux": (Document("arrêté.pdf", PDF),),
        **changes,
    }
    return NouveauDossier(**fields)


READS: dict[str, tuple[Callable[[IparapheurRest, Path], object], str, str]] = {
    "tenant.get": (lambda r, _: r.tenants.lister(), "GET", "/tenant"),
    "desk.get": (lambda r, _: r.bureaux.lister("t"), "GET", "/tenant/t/desk"),
    "types.get": (lambda r, _: r.typologie.types("t"), "GET", "/tenant/t/types"),
    "subtypes.get": (lambda r, _: r.typologie.sous_types("t", "y"), "GET", "/tenant/t/types/y/subtypes"),
    "types/creation-allowed.get": (
        lambda r, _: r.typologie.types("t", bureau="b"),
        "GET",
        "/tenant/t/desk/b/types/creation-allowed",
    ),
    "subtypes/creation-allowed.get": (
        lambda r, _: r.typologie.sous_types("t", "y", bureau="b"),
        "GET",
        "/tenant/t/desk/b/types/y/subtypes/creation-allowed",
    ),
    "folders.get": (
        lambda r, _: r.dossiers.lister("t", "b", Etat.TERMINE),
        "GET",
        "/tenant/t/desk/b/FINISHED",
    ),
    "folder/premis.get": (
        lambda r, _: r.dossiers.premis("t", "b", "d"),
        "GET",
        "/tenant/t/desk/b/folder/d/premis",
    ),
    "folder/zip.get": (
        lambda r, into: r.dossiers.telecharger("t", "b", "d", into=into),
        "GET",
        "/tenant/t/desk/b/folder/d/zip",
    ),
    "trash-bin.get": (lambda r, _: r.corbeille.lister("t"), "GET", "/admin/tenant/t/trash-bin"),
    "trash-bin/zip.get": (
        lambda r, into: r.corbeille.telecharger("t", "d", into=into),
        "GET",
        "/admin/tenant/t/trash-bin/d/zip",
    ),
}
TASK = "/tenant/t/desk/b/folder/d/task/k"
EFFECTS: dict[str, tuple[Callable[[IparapheurRest], object], str, str]] = {
    "folder.post": (lambda r: r.dossiers.creer("t", "b", nouveau()), "POST", "/tenant/t/desk/b/folder"),
    "folder.delete": (lambda r: r.dossiers.supprimer("t", "b", "d"), "DELETE", "/tenant/t/desk/b/folder/d"),
    "task/start.put": (lambda r: r.taches.demarrer(LIEU), "PUT", f"{TASK}/start"),
    "task/visa.put": (lambda r: r.taches.viser(LIEU), "PUT", f"{TASK}/visa"),
    "task/seal.put": (lambda r: r.taches.cacheter(LIEU, champ="c"), "PUT", f"{TASK}/seal"),
    "task/second_opinion.put": (lambda r: r.taches.donner_avis(LIEU), "PUT", f"{TASK}/second_opinion"),
    "task/bypass.put": (lambda r: r.taches.passer_outre(LIEU), "PUT", f"{TASK}/bypass"),
    "task/undo.put": (lambda r: r.taches.reprendre(LIEU), "PUT", f"{TASK}/undo"),
    "task/send_to_trash_bin.put": (
        lambda r: r.taches.mettre_a_la_corbeille(LIEU),
        "PUT",
        f"{TASK}/send_to_trash_bin",
    ),
    "task/secure_mail.put": (
        lambda r: r.taches.envoyer_par_mail(LIEU, MailSecurise(destinataires=("a@b.fr",), objet="o")),
        "PUT",
        f"{TASK}/secure_mail",
    ),
    "trash-bin.delete": (lambda r: r.corbeille.supprimer("t", "d"), "DELETE", "/admin/tenant/t/trash-bin/d"),
}
CREATED = as_json({"id": "d-1", "name": "Arrêté PC 12", "dueDate": None, "metadata": {}}, 201)


def fitting(operation: str) -> Reply:
    if operation.endswith("zip.get"):
        return Reply(
            zipped({"Documents principaux/a.pdf": b"%PDF"}), 200, {"Content-Type": "application/octet-stream"}
        )
    if operation.endswith("premis.get"):
        return Reply(premis(), 200, {"Content-Type": "application/xml"})
    if operation == "folder.post":
        return CREATED
    return page() if operation.endswith(".get") else Reply()


def test_the_twenty_two_operations_are_there() -> None:
    assert len(READS) + len(EFFECTS) == 22


@pytest.mark.parametrize("operation", READS)
def test_a_read_asks_for_its_address_and_is_repeated_when_its_answer_is_lost(
    operation: str, rest: IparapheurRest, platform: Platform, into: Path
) -> None:
    call, method, path = READS[operation]
    platform.says = lambda _: error(503, "redémarrage") if len(platform.asked) < 3 else fitting(operation)
    call(rest, into)
    assert [(asked.method, asked.path) for asked in platform.asked] == [(method, V1 + path)] * 3
    assert "application/json" in platform.last.headers["Accept"]


@pytest.mark.parametrize("operation", EFFECTS)
def test_an_effect_asks_for_its_address_once_and_does_not_guess_what_became_of_it(
    operation: str, rest: IparapheurRest, platform: Platform
) -> None:
    call, method, path = EFFECTS[operation]
    platform.answers(fitting(operation))
    call(rest)
    assert [(asked.method, asked.path) for asked in platform.asked] == [(method, V1 + path)]
    for reply in (error(503, "redémarrage"), error(500, "NullPointerException"), HTML):
        platform.asked.clear()
        platform.answers(reply)
        with pytest.raises(OutcomeUnknown) as unknown:
            call(rest)
        assert unknown.value.operation == operation
        assert len(platform.asked) == 1


@pytest.mark.parametrize(
    ("operation", "reply", "kind"),
    [
        ("folder.post", error(400, "Le nom est trop long"), InvalidRequest),
        ("folder.post", error(404, "Type inconnu"), InvalidRequest),
        ("folder.post", error(406, "A mandatory metadata was not filled, abort"), InvalidRequest),
        ("folder.post", error(409, "déjà là"), AlreadyExists),
        ("folder.post", error(507, ""), Refused),
        ("folder.post", error(418, "théière"), Refused),
        ("folder.post", Reply(status=403), AccessRefused),
        ("folder.delete", error(404, "L'id de dossier donné n'existe pas"), NotFound),
        ("folder.delete", error(406, "Impossible"), NotReady),
        ("folder.delete", error(400, "Le dossier est en cours de traitement"), NotReady),
        ("folder.delete", error(400, "Valeur invalide"), InvalidRequest),
        ("folder.delete", as_json({"error": "Not Found"}, 404), NotFound),
        ("task/start.put", error(406, "déjà démarré"), NotReady),
        ("task/visa.put", error(404, "No static resource"), NotFound),
    ],
)
def test_a_refusal_means_one_thing(
    operation: str, reply: Reply, kind: type[PlatformError], rest: IparapheurRest, platform: Platform
) -> None:
    platform.answers(reply)
    with pytest.raises(kind) as refused:
        EFFECTS[operation][0](rest)
    assert type(refused.value) is kind
    assert f"HTTP {reply.status}" in refused.value.said
    assert len(platform.asked) == 1


@pytest.mark.parametrize("status", [400, 403, 404, 406])
def test_a_page_in_place_of_a_refusal_proves_nothing_of_an_effect(
    status: int, rest: IparapheurRest, platform: Platform
) -> None:
    platform.answers(Reply(b"<html>proxy</html>", status, {"Content-Type": "text/html"}))
    with pytest.raises(OutcomeUnknown):
        rest.dossiers.supprimer("t", "b", "d")
    with pytest.raises(UnreadableAnswer):
        rest.tenants.lister()


def test_a_read_that_breaks_the_parapheur_may_be_asked_later(
    rest: IparapheurRest, platform: Platform
) -> None:
    platform.answers(error(500, "Erreur interne"))
    with pytest.raises(Unavailable, match="Erreur interne"):
        rest.dossiers.premis("t", "b", "d")


@pytest.mark.parametrize("operation", [name for name in READS if not name.startswith("folder/")])
@pytest.mark.parametrize(
    "reply",
    [HTML, as_json([1]), as_json({"content": 3}), as_json({"content": [{"name": "x"}]}), Reply(b"{", 200)],
)
def test_what_is_no_list_is_told_so(
    operation: str, reply: Reply, rest: IparapheurRest, platform: Platform, into: Path
) -> None:
    platform.answers(reply)
    with pytest.raises(UnreadableAnswer):
        READS[operation][0](rest, into)


def test_a_list_is_read_page_by_page_each_element_once(rest: IparapheurRest, platform: Platform) -> None:
    def says(asked: Asked) -> Reply:
        rank = int(dict(asked.query)["page"])
        content = [[{"id": "1", "name": "a"}, {"id": "2"}], [{"id": "2"}, None, {"id": 3, "plus": [1]}]][rank]
        return page(*content, number=rank, pages=2)

    platform.says = says
    found = rest.bureaux.lister("t")
    assert [one.id for one in found] == ["1", "2", "3"]
    assert found[2].autres == {"plus": [1]}
    assert platform.asked[0].query == [("page", "0"), ("size", "100"), ("sort", "NAME,ASC")]


def test_a_server_that_always_gives_the_same_page_is_not_asked_for_ever(
    rest: IparapheurRest, platform: Platform
) -> None:
    platform.answers(page({"id": "1", "name": "a"}, number=0, pages=900))
    assert len(rest.tenants.lister()) == 1
    assert len(platform.asked) == 2


def test_one_page_tells_where_it_is(rest: IparapheurRest, platform: Platform) -> None:
    platform.answers(as_json({"content": [{"id": "1"}], "number": 2, "totalPages": 7, "totalElements": 61}))
    found = rest.dossiers.page("t", "b", Etat.BROUILLON, 2, type_id="y", sous_type_id="s", taille=10)
    assert (found.numero, found.pages, found.total, found.derniere) == (2, 7, 61, False)
    assert platform.last.query == [
        ("typeId", "y"),
        ("subtypeId", "s"),
        ("page", "2"),
        ("size", "10"),
        ("sort", "CREATION_DATE,ASC"),
    ]
    with pytest.raises(InvalidInput):
        rest.tenants.page(-1)


def test_a_folder_keeps_what_we_do_not_know(rest: IparapheurRest, platform: Platform) -> None:
    platform.answers(
        as_json(
            {
                "id": "2f0c-11f0",
                "name": "Délibération",
                "dueDate": "2026-03-02T08:15:00.000+00:00",
                "metadata": {"commune": "Arras", "nombre": 3},
                "state": "DRAFT",
            },
            201,
        )
    )
    created = rest.dossiers.creer("t", "b", nouveau())
    assert created.date_limite == datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
    assert created.metadonnees == {"commune": "Arras"}
    assert created.autres == {"state": "DRAFT"}


def test_a_creation_that_does_not_say_its_id_is_of_unknown_outcome(
    rest: IparapheurRest, platform: Platform
) -> None:
    platform.answers(as_json({"name": "x"}, 201))
    with pytest.raises(OutcomeUnknown):
        rest.dossiers.creer("t", "b", nouveau())


def test_a_creation_sends_a_premis_then_each_document_under_the_name_it_has_there(
    rest: IparapheurRest, platform: Platform
) -> None:
    platform.answers(CREATED)
    rest.dossiers.creer(
        "t",
        "b",
        nouveau(
            annexes=(
                Document("plan été.PDF", Payload.of(b"annexe 1"), "application/pdf"),
                Document("ARRETE.pdf", Payload.of(b"annexe 2"), "application/pdf"),
            ),
            date_limite=date(2026, 6, 1),
        ),
    )
    asked = platform.last
    assert asked.query == [("autoStart", "false")]
    folder, *documents = asked.parts()
    assert folder[:3] == ("folder", "premis.xml", "application/xml")
    assert int(asked.headers["Content-Length"]) == len(asked.body)
    assert documents == [
        ("documents", "arrete.pdf", "application/pdf", b"%PDF-1.7 un document"),
        ("documents", "plan ete.PDF", "application/pdf", b"annexe 1"),
        ("documents", "ARRETE-2.pdf", "application/pdf", b"annexe 2"),
    ]
    for _, name, _, _ in documents:
        assert f"<originalName>{name}</originalName>".encode() in folder[3]


def test_a_creation_may_start_the_folder_only_when_it_is_asked_to(
    rest: IparapheurRest, platform: Platform
) -> None:
    platform.answers(CREATED)
    rest.dossiers.creer("t", "b", nouveau(), demarrer=True)
    assert platform.last.query == [("autoStart", "true")]


def test_an_empty_document_does_not_leave(rest: IparapheurRest, platform: Platform) -> None:
    with pytest.raises(InvalidInput):
        rest.dossiers.creer("t", "b", nouveau(annexes=(Document("vide.pdf", Payload.of(b"")),)))
    assert not platform.asked


def test_names_leave_in_ascii_and_differ() -> None:
    assert noms_transmis(["Arrêté n°12.pdf", "arrete no12.pdf", "cœur.xml", 'a"b.pdf', "sans"]) == (
        "Arrete no12.pdf",
        "arrete no12-2.pdf",
        "coeur.xml",
        "a_b.pdf",
        "sans",
    )


def test_an_action_sends_its_annotations_and_nothing_when_there_is_nothing_to_say(
    rest: IparapheurRest, platform: Platform
) -> None:
    rest.taches.viser(LIEU, Annotation(publique="Vu", privee="à relire", metadonnees={"clé": None}))
    assert json.loads(platform.last.body) == {
        "publicAnnotation": "Vu",
        "privateAnnotation": "à relire",
        "metadata": {"clé": None},
    }
    rest.taches.passer_outre(LIEU)
    assert platform.last.body == b""
    with pytest.raises(InvalidInput):
        rest.taches.viser(LIEU, Annotation(publique="x" * 513))


def test_a_secure_mail_sends_what_it_has(rest: IparapheurRest, platform: Platform) -> None:
    rest.taches.envoyer_par_mail(
        LIEU,
        MailSecurise(
            destinataires=("a@b.fr",), objet="Votre permis", copies_cachees=("c@d.fr",), bordereau=True
        ),
    )
    assert json.loads(platform.last.body) == {
        "publicAnnotation": "",
        "privateAnnotation": "",
        "to": ["a@b.fr"],
        "object": "Votre permis",
        "bcc": ["c@d.fr"],
        "includeDocket": True,
    }
    with pytest.raises(InvalidInput):
        rest.taches.envoyer_par_mail(LIEU, MailSecurise(destinataires=(), objet="x"))


@pytest.mark.parametrize("identity", ["", "..", "a/b", "a\\b", "a\nb", "\ud800"])
def test_an_id_that_leads_elsewhere_is_refused(
    identity: str, rest: IparapheurRest, platform: Platform
) -> None:
    with pytest.raises(InvalidInput):
        rest.dossiers.supprimer("t", "b", identity)
    assert not platform.asked


def test_waiting_is_done_on_the_clock_of_the_session(rest: IparapheurRest, watch: Watch) -> None:
    rest.patienter(3)
    assert watch.waits == [3]
