"""Whole lives of documents through the client, on every generation of Pastell that can be imitated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cdg62_connect.errors import InvalidInput, NotFound
from cdg62_connect.pastell import (
    ActionFailed,
    ActionNotAllowed,
    Avancement,
    Contenu,
    FichierADeposer,
    NotEditable,
    Pastell,
    Recherche,
    Remplissage,
    RoleFichier,
    Suite,
    Verdict,
    verdict,
)
from cdg62_connect.simulator import SimClock, Simulator
from cdg62_connect.transport import Payload

pytestmark = pytest.mark.usefixtures("operations")

GENERATIONS = ("2.0", "3.1", "4.0", "4.1", "5.0")
URBA = "document-autorisation-urbanisme"
OLDER = (
    "actes-generique",
    "actes-automatique",
    "helios-generique",
    "helios-automatique",
    "document-a-signer",
    "pdf-generique",
)
STUDIO_3 = (URBA, "ls-document-pdf")
STUDIO_4 = ("ls-actes", "ls-helios", "ls-document")
LIVES = [
    (generation, flux)
    for generation in GENERATIONS
    for flux in (
        *OLDER,
        *(STUDIO_3 if generation != "2.0" else ()),
        *(STUDIO_4 if generation in ("4.1", "5.0") else ()),
    )
]
PES = (
    b'<?xml version="1.0" encoding="ISO-8859-1"?>\n'
    b'<n:PES_Aller xmlns:n="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller" Id="P"><Enveloppe><Parametres>'
    b'<Version V="1"/><TypFic V="PESALR2"/><NomFic V="PES_0001"/></Parametres><Emetteur><Sigle V="D"/><Adresse V="D"/>'
    b'</Emetteur><Recepteur/></Enveloppe><EnTetePES><DteStr V="2026-05-31"/><IdPost V="0"/><IdColl V="21620991600012"/>'
    b'<CodCol V="1"/><CodBud V="00"/></EnTetePES></n:PES_Aller>'
)


@pytest.fixture
def simulator(simulator: Simulator) -> Iterator[Simulator]:
    yield simulator
    simulator.pastell.use_profile("4.0")


@pytest.fixture
def stubs(simulator: Simulator, connect: Callable[..., Pastell], entity: str) -> Callable[..., Pastell]:
    """Become a generation, put Pastell's own stubs behind every type, and give the commune's client."""

    def become(generation: str, *, retour: str = "Archive", statut: str = "4") -> Pastell:
        simulator.pastell.use_profile(generation)
        admin = connect(admin=True)
        signature = admin.connecteurs.creer(entity, "fakeIparapheur", "Bouchon parapheur")
        tdt = admin.connecteurs.creer(entity, "fakeTdt", "Bouchon TdT")
        admin.connecteurs.configurer(
            entity,
            signature.id_ce,
            {"iparapheur_type": "Actes", "iparapheur_envoi_status": "ok", "iparapheur_retour": retour},
        )
        admin.connecteurs.configurer(entity, tdt.id_ce, {"tdt_check_status": statut})
        classification = Payload.of(simulator.pastell.inhabitants[0].classification)
        admin.connecteurs.deposer(entity, tdt.id_ce, "classification_file", classification, nom="c.xml")
        for one in admin.associations.lister(entity):
            if one.famille in ("signature", "TdT"):
                stub = signature if one.famille == "signature" else tdt
                admin.associations.creer(entity, one.flux, stub.id_ce, one.famille)
        return connect()

    return become


@pytest.fixture
def fill(entity: str, lot: Path) -> Callable[..., str]:
    """Create a complete draft of a type and return its id."""

    def one(pastell: Pastell, flux: str, **more: Any) -> str:
        fields = pastell.flux.champs(flux)
        known = pastell.comprendre(flux)
        draft = pastell.documents.creer(entity, flux)
        champs: dict[str, Any] = {known.titre: "Arrêté de l'été"}
        if known.cle:
            champs[known.cle] = "OPERIS-1"
        if "envoi_signature" in fields:
            champs["envoi_signature"] = True
        types: tuple[str, ...] = ()
        tdt = next(
            (name for name in ("envoi_tdt_actes", "envoi_tdt_helios", "envoi_tdt") if name in fields), ""
        )
        if tdt:
            champs[tdt] = True
        if "acte_nature" in fields:
            champs |= {
                "acte_nature": "3",
                "numero_de_lacte": "PC1",
                "date_de_lacte": "2026-05-31",
                "classification": "2.2",
            }
            types = ("99_AI", "22_AV")
        offered = pastell.documents.choix(entity, draft.id_d, "iparapheur_sous_type")
        assert isinstance(offered, list)
        champs["iparapheur_sous_type"] = offered[0]
        pdf = FichierADeposer("arrêté.pdf", Payload.of(lot / "arrete.pdf"))
        files = {known.document: [pdf]}
        if known.document == "fichier_pes":
            files = {known.document: [FichierADeposer("pes.xml", Payload.of(PES))]}
            if "visuel_pdf" in fields:
                files["visuel_pdf"] = [pdf]
        elif known.annexes:
            files[known.annexes] = [FichierADeposer("plan.pdf", Payload.of(lot / "plan_masse.pdf"))]
        contenu = Contenu(champs={**champs, **more}, fichiers=files, types_pieces=types)
        filled = Remplissage(pastell).remplir(entity, flux, contenu, id_d=draft.id_d)
        assert filled.complet
        return draft.id_d

    return one


@pytest.fixture
def follow(entity: str, horloge: SimClock) -> Callable[..., Verdict]:
    """Do what each verdict says until nothing more is to be done."""

    def one(pastell: Pastell, id_d: str, *, turns: int = 40) -> Verdict:
        known = pastell.comprendre(pastell.documents.detail(entity, id_d).flux)
        for _ in range(turns):
            found = verdict(pastell.documents.detail(entity, id_d), known, maintenant=horloge.now())
            assert found.connu, found.etat.nom
            if found.suite is Suite.AGIR:
                assert found.action is not None
                pastell.documents.agir(entity, id_d, found.action)
            elif found.fini:
                return found
            horloge.advance(timedelta(seconds=30))
        raise AssertionError(f"still {found.etat.nom} after {turns} looks")

    return one


Stubs = Callable[..., Pastell]
Fill = Callable[..., str]
Follow = Callable[..., Verdict]


@pytest.mark.parametrize(("generation", "flux"), LIVES)
def test_every_type_goes_from_a_draft_to_its_end(
    stubs: Stubs, fill: Fill, follow: Follow, entity: str, tmp_path: Path, generation: str, flux: str
) -> None:
    pastell = stubs(generation)
    id_d = fill(pastell, flux)
    found = follow(pastell, id_d)
    assert found.signature is Avancement.ACCEPTE
    fields = pastell.flux.champs(flux)
    assert found.acte is (Avancement.ACCEPTE if "acte_nature" in fields else Avancement.NON_DEMANDE)
    assert found.pes is (Avancement.ACCEPTE if "fichier_pes" in fields else Avancement.NON_DEMANDE)
    assert RoleFichier.BORDEREAU_SIGNATURE in {file.role for file in found.fichiers}
    for file in found.fichiers:
        brought = pastell.documents.telecharger(entity, id_d, file.champ, rang=file.rang, into=tmp_path)
        assert (brought.filename, brought.size > 0) == (file.nom, True)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_rejected_document_has_a_slip_and_is_refused_all_the_same(
    stubs: Stubs, fill: Fill, follow: Follow, entity: str, generation: str
) -> None:
    pastell = stubs(generation, retour="Rejet")
    id_d = fill(pastell, "pdf-generique" if generation == "2.0" else URBA)
    found = follow(pastell, id_d)
    assert (found.signature, found.etat.nom) == (Avancement.REFUSE, "rejet-iparapheur")
    with pytest.raises(NotEditable):
        pastell.documents.modifier(entity, id_d, {"titre": "x"})
    pastell.documents.supprimer(entity, id_d)
    with pytest.raises(NotFound):
        pastell.documents.detail(entity, id_d)


def test_an_act_refused_by_the_prefecture_says_so_only_when_it_is_asked(
    stubs: Stubs, fill: Fill, entity: str, horloge: SimClock
) -> None:
    pastell = stubs("4.0", statut="6")
    id_d = fill(pastell, URBA)
    pastell.documents.agir(entity, id_d, "orientation")
    for _ in range(10):
        horloge.advance(timedelta(seconds=30))
        detail = pastell.documents.detail(entity, id_d)
    assert detail.etat == "send-tdt"
    horloge.advance(timedelta(days=1))
    known = pastell.comprendre(URBA)
    late = verdict(pastell.documents.detail(entity, id_d), known, maintenant=horloge.now())
    assert (late.en_retard, late.action, late.acte) == (True, "verif-tdt", Avancement.EN_COURS)
    answer = pastell.documents.agir(entity, id_d, "verif-tdt")
    assert (answer.result, "Refusé" in answer.message) == (True, True)


def test_a_failure_of_the_signature_book_is_told_by_the_action_that_is_asked_for(
    stubs: Stubs, fill: Fill, entity: str, horloge: SimClock
) -> None:
    pastell = stubs("4.0", retour="Erreur")
    id_d = fill(pastell, URBA)
    pastell.documents.agir(entity, id_d, "orientation")
    for _ in range(6):
        horloge.advance(timedelta(seconds=30))
        pastell.documents.detail(entity, id_d)
    with pytest.raises(ActionFailed, match="Erreur"):
        pastell.documents.agir(entity, id_d, "verif-iparapheur")


@pytest.mark.parametrize("generation", GENERATIONS[1:])
def test_a_document_is_found_by_its_own_key_and_no_other(
    stubs: Stubs, fill: Fill, entity: str, generation: str
) -> None:
    pastell = stubs(generation)
    wanted = fill(pastell, URBA, id_document_externe="OPERIS-1")
    for near in ("OPERIS-12", "operis-1", "OPERISX1"):
        other = pastell.documents.creer(entity, URBA)
        pastell.documents.modifier(entity, other.id_d, {"titre": near, "id_document_externe": near})
    found = pastell.documents.trouver(entity, URBA, "id_document_externe", "OPERIS-1")
    assert [one.id_d for one in found] == [wanted]
    assert pastell.documents.trouver(entity, URBA, "id_document_externe", "OPERIS") == []
    rows = list(pastell.documents.lister(entity, Recherche(flux=URBA), page=3))
    assert [row.titre for row in rows] == sorted((row.titre for row in rows), key=str.lower)
    assert len({row.id_d for row in rows}) == len(rows) == 4
    assert pastell.documents.compter(entity, URBA)[entity].total == 4
    with pytest.raises(InvalidInput):
        pastell.documents.lister(entity, Recherche(flux=URBA, champs={"titre": "x"}))


def test_states_and_dates_narrow_a_list(
    stubs: Stubs, fill: Fill, follow: Follow, entity: str, horloge: SimClock
) -> None:
    pastell = stubs("4.0")
    follow(pastell, fill(pastell, URBA))
    between = horloge.now()
    horloge.advance(timedelta(minutes=5))
    draft = fill(pastell, URBA)

    def ids(**conditions: Any) -> list[str]:
        return [row.id_d for row in pastell.documents.lister(entity, Recherche(flux=URBA, **conditions))]

    assert ids(etats=("modification",)) == [draft]
    assert ids(etat_apres=between) == [draft]
    assert draft not in ids(etat_avant=between)
    assert len(ids(etats=("modification", "termine"))) == 2
    assert draft not in ids(transit="acquiter-tdt")
    assert ids(jamais="acquiter-tdt") == [draft]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_journal_tells_the_life_of_a_document_newest_first(
    stubs: Stubs, fill: Fill, follow: Follow, entity: str, generation: str, tmp_path: Path
) -> None:
    pastell = stubs(generation)
    id_d = fill(pastell, "actes-automatique")
    follow(pastell, id_d)
    rows = list(pastell.journal.lignes(entity, id_d=id_d, page=3))
    assert [row.id_j for row in rows] == sorted((row.id_j for row in rows), reverse=True)
    states = [row.action for row in reversed(rows)]
    assert states[0] == "creation"
    assert states.index("send-iparapheur") < states.index("recu-iparapheur") < states.index("acquiter-tdt")
    assert {row.id_d for row in rows} == {id_d}
    evidence = pastell.journal.preuve(rows[0].id_j)
    assert evidence.ligne.id_j == rows[0].id_j
    assert evidence.jeton == pastell.journal.jeton(rows[0].id_j)
    table = pastell.journal.csv(entity, into=tmp_path, id_d=id_d)
    assert table.path.read_bytes().startswith(b"id_j,")
    with pytest.raises(NotFound):
        pastell.journal.preuve(10**8)


def test_what_happened_since_a_call_is_found_in_the_journal(
    stubs: Stubs, entity: str, horloge: SimClock
) -> None:
    """How a creation whose answer was lost is found again."""
    pastell = stubs("4.0")
    pastell.documents.creer(entity, URBA)
    horloge.advance(timedelta(minutes=1))
    since = horloge.now()
    created = pastell.documents.creer(entity, URBA)
    rows = [
        row for row in pastell.journal.lignes(entity, flux=URBA, depuis=since) if row.action == "creation"
    ]
    assert [row.id_d for row in rows] == [created.id_d]
    assert rows[0].date >= since.replace(microsecond=0).astimezone(UTC)
    assert isinstance(rows[0].date, datetime)


def test_through_the_signature_book_and_s2low_the_signed_file_takes_the_place_of_the_document(
    simulator: Simulator,
    connect: Callable[..., Pastell],
    fill: Fill,
    entity: str,
    horloge: SimClock,
    lot: Path,
    tmp_path: Path,
) -> None:
    """The connectors that a platform has in production, against the other simulated platforms."""
    pastell = connect()
    id_d = fill(pastell, URBA, numero_de_lacte="PC62991_26A0099")
    known = pastell.comprendre(URBA)
    pastell.documents.agir(entity, id_d, "orientation")

    def look() -> Verdict:
        horloge.advance(timedelta(minutes=11))
        return verdict(pastell.documents.detail(entity, id_d), known, maintenant=horloge.now())

    for _ in range(10):
        waiting = look()
        if waiting.etat.nom == "send-iparapheur":
            break
    assert (waiting.signature, waiting.suite) == (Avancement.EN_COURS, Suite.ATTENDRE)
    folder = pastell.documents.detail(entity, id_d).texte("iparapheur_dossier_id")
    simulator.iparapheur.viser(folder)
    simulator.iparapheur.signer(folder)
    for _ in range(40):
        ended = look()
        if ended.fini:
            break
    assert (ended.etat.nom, ended.signature, ended.acte) == (
        "termine",
        Avancement.ACCEPTE,
        Avancement.ACCEPTE,
    )
    roles = {file.role for file in ended.fichiers}
    assert {
        RoleFichier.ORIGINAL,
        RoleFichier.AR,
        RoleFichier.ACTE_TAMPONNE,
        RoleFichier.ANNEXE_TAMPONNEE,
    } <= roles
    signed = pastell.documents.telecharger(entity, id_d, known.document, into=tmp_path)
    original = pastell.documents.telecharger(entity, id_d, "document_original", into=tmp_path)
    assert original.path.read_bytes() == (lot / "arrete.pdf").read_bytes()
    assert signed.sha256 != original.sha256


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_step_cannot_be_asked_for_out_of_turn(
    stubs: Stubs, fill: Fill, entity: str, generation: str
) -> None:
    pastell = stubs(generation)
    id_d = fill(pastell, "actes-generique")
    with pytest.raises(ActionNotAllowed):
        pastell.documents.agir(entity, id_d, "verif-tdt")
    with pytest.raises(ActionNotAllowed):
        pastell.documents.agir(entity, id_d, "nexistepas")
