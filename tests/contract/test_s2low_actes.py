"""The actes of S2LOW: an arrêté goes to the préfecture, and what proves it comes back."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from cdg62_connect import S2low
from cdg62_connect.errors import InvalidInput, InvalidRequest, NotFound, NotReady
from cdg62_connect.formats import ActeId, AnomalieActe, ArActe, Classification, Nature
from cdg62_connect.s2low import ActeFile, FutureDate, ListedActe, NewActe, NumberAlreadyUsed, Statut, TooBig
from cdg62_connect.simulator import VALMONT, Faults, Scenario, SimClock, Simulator
from cdg62_connect.simulator.s2low import OTHERWISE_NUMBERED, Limites
from cdg62_connect.simulator.s2low.accounts import fingerprint
from cdg62_connect.transport import HttpSession, Payload

Make = Callable[..., NewActe]
OpenSession = Callable[..., HttpSession]

OBJET = "Arrêté « d'été » n° 12 : refus à l'Étang <b>&amp;</b> ÿ §"


def kept(simulator: Simulator) -> Any:
    return simulator.s2low.snapshot()["actes"]


def walk(s2low: S2low, transaction: int) -> list[int]:
    """The statuses seen, one look after the other, up to the acknowledgement."""
    seen = [s2low.actes.statut(transaction).code]
    while seen[-1] in (1, 2, 3):
        seen.append(s2low.actes.statut(transaction).code)
    return seen


def test_an_acte_arrives_with_every_field_and_file_it_was_given(
    s2low: S2low, simulator: Simulator, new_acte: Make, lot: Path, digest: Any
) -> None:
    transaction = s2low.actes.transmettre(
        new_acte(
            objet=OBJET,
            matiere=(2, 2, 3),
            document=ActeFile("arrêté de l'été.pdf", Payload.of(lot / "arrete.pdf")),
            annexes=(
                ActeFile("plan n°1 (masse).pdf", Payload.of(lot / "plan_masse.pdf"), "22_PN"),
                ActeFile("notice.pdf", Payload.of(lot / "notice.pdf"), "22_NE"),
            ),
            document_papier=True,
        )
    )
    (acte,) = kept(simulator)
    assert (acte["id"], acte["siren"], acte["numero"]) == (transaction, VALMONT.siren, "PC62991_26A0012")
    assert acte["objet"] == OBJET
    assert (acte["nature"], acte["matiere"], acte["type_acte"]) == (3, "2.2.3", "99_AI")
    assert acte["document_papier"] is True
    assert [(file["nom_poste"], file["code_pj"], file["sha256"]) for file in acte["fichiers"][1:]] == [
        ("arr_t_ de l__t_.pdf", "99_AI", digest(lot / "arrete.pdf")),
        ("plan n_1 _masse_.pdf", "22_PN", digest(lot / "plan_masse.pdf")),
        ("notice.pdf", "22_NE", digest(lot / "notice.pdf")),
    ]


@pytest.mark.parametrize("profile", ["v4", "v5", "next"])
def test_the_connection_is_recognised_by_every_generation(
    s2low: S2low, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    monkeypatch.setattr(simulator.s2low, "profile", profile)
    s2low.connexion.test()


def test_the_statuses_go_one_by_one_to_the_acknowledgement(
    s2low: S2low, new_acte: Make, horloge: SimClock
) -> None:
    transaction = s2low.actes.transmettre(new_acte())
    first = s2low.actes.statut(transaction)
    assert (first.code, first.in_progress, first.acknowledged, first.flux_retour) == (1, True, False, None)
    assert [s2low.actes.statut(transaction).code for _ in range(2)] == [2, 3]

    last = s2low.actes.statut(transaction)
    assert (last.code, last.acknowledged, last.libelle) == (4, True, "Acquittement reçu")
    assert last.flux_retour is not None
    receipt = ArActe.read(last.flux_retour)
    acte_id = ActeId.parse(receipt.acte_id)
    assert (acte_id.siren, acte_id.numero, acte_id.nature) == (
        VALMONT.siren,
        "PC62991_26A0012",
        Nature.of_code(3),
    )
    assert acte_id.date == horloge.now().date().replace(day=1)
    assert receipt.numero == "PC62991_26A0012"
    assert abs(receipt.date_reception - horloge.now().date()) <= timedelta(days=1)
    assert s2low.actes.ar(transaction) == last.flux_retour


def test_the_acknowledgement_stays_when_the_acte_is_archived(
    s2low: S2low, simulator: Simulator, new_acte: Make
) -> None:
    transaction = s2low.actes.transmettre(new_acte())
    with pytest.raises(NotReady):
        s2low.actes.ar(transaction)
    simulator.s2low.acquitter(transaction)
    receipt = s2low.actes.ar(transaction)
    for statut in (Statut.VALIDE, Statut.ENVOYE_AU_SAE, Statut.ARCHIVE_PAR_LE_SAE):
        simulator.s2low.passer(transaction, statut)
        status = s2low.actes.statut(transaction)
        assert (status.code, status.acknowledged, status.flux_retour) == (statut, True, None)
        assert s2low.actes.ar(transaction) == receipt


def test_the_files_come_once_the_acte_is_acknowledged_stamped_or_not(
    s2low: S2low, simulator: Simulator, new_acte: Make, lot: Path, into: Path
) -> None:
    transaction = s2low.actes.transmettre(
        new_acte(annexes=(ActeFile("plan.pdf", Payload.of(lot / "plan_masse.pdf"), "22_PN"),))
    )
    with pytest.raises(NotReady):
        s2low.actes.fichiers(transaction)
    simulator.s2low.acquitter(transaction)
    message, acte, annexe = s2low.actes.fichiers(transaction)
    assert [file.code_pj for file in (message, acte, annexe)] == ["", "99_AI", "22_PN"]
    assert message.mimetype == "text/xml"
    assert acte.size == (lot / "arrete.pdf").stat().st_size
    assert acte.posted_filename == "arr_t_.pdf"
    assert acte.name.startswith("99_AI-062-216209916-")

    plain = s2low.actes.telecharger(acte.id, into=into)
    assert plain.path.read_bytes() == (lot / "arrete.pdf").read_bytes()
    assert plain.filename == acte.name
    stamped = s2low.actes.telecharger(acte.id, into=into, tampon=True, date_affichage=date(2026, 10, 5))
    assert stamped.path != plain.path
    assert "Publication simulée le 05/10/2026" in first_page(stamped.path)
    assert b"PC62991_26A0012" in s2low.actes.telecharger(message.id, into=into).path.read_bytes()


def test_a_stamp_that_fails_gives_the_plain_file(
    s2low: S2low, simulator: Simulator, new_acte: Make, arrete: Path, into: Path
) -> None:
    simulator.s2low.prevoir(Scenario(contient="PC62991", issue="tampon_echoue"))
    transaction = s2low.actes.transmettre(new_acte())
    simulator.s2low.acquitter(transaction)
    file = s2low.actes.fichiers(transaction)[1]
    assert s2low.actes.telecharger(file.id, into=into, tampon=True).path.read_bytes() == arrete.read_bytes()


def test_the_slip_of_acknowledgement_is_a_pdf(
    s2low: S2low, simulator: Simulator, new_acte: Make, into: Path
) -> None:
    transaction = s2low.actes.transmettre(new_acte())
    simulator.s2low.acquitter(transaction)
    slip = s2low.actes.bordereau(transaction, into=into)
    assert slip.content_type == "application/pdf"
    assert slip.path.read_bytes().startswith(b"%PDF-")
    assert slip.size == slip.path.stat().st_size


def test_a_number_is_taken_for_ever_even_after_a_refusal(
    s2low: S2low, simulator: Simulator, new_acte: Make
) -> None:
    transaction = s2low.actes.transmettre(new_acte())
    with pytest.raises(NumberAlreadyUsed) as refused:
        s2low.actes.transmettre(new_acte(objet="Un autre acte"))
    assert "même numéro" in refused.value.said
    simulator.s2low.refuser(transaction, motif="Non conforme")
    with pytest.raises(NumberAlreadyUsed):
        s2low.actes.transmettre(new_acte())
    assert [acte["id"] for acte in kept(simulator)] == [transaction]


def test_the_same_number_is_free_in_another_authority(
    s2low: S2low, s2low_session: OpenSession, simulator: Simulator, new_acte: Make
) -> None:
    s2low.actes.transmettre(new_acte())
    S2low(s2low_session(rank=1)).actes.transmettre(new_acte())
    assert len(kept(simulator)) == 2


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"date": date(2099, 1, 1)}, FutureDate),
        ({"document": ActeFile("lettre.pdf", Payload.of(b"Pas un PDF"))}, InvalidRequest),
        ({"annexes": (ActeFile("plan.dwg", Payload.of(b"\0AC1032"), "22_PN"),)}, InvalidRequest),
    ],
    ids=["date future", "acte qui n'est pas un PDF", "annexe d'un format refusé"],
)
def test_what_is_to_be_corrected_is_refused_and_takes_no_number(
    s2low: S2low, simulator: Simulator, new_acte: Make, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        s2low.actes.transmettre(new_acte(**changes))
    assert kept(simulator) == []
    s2low.actes.transmettre(new_acte())


@pytest.mark.parametrize(
    "limites",
    [Limites(archive=1000), Limites(fichiers=1), Limites(corps=1000)],
    ids=["poids de l'archive", "nombre de fichiers", "corps que PHP jette"],
)
def test_an_acte_too_big_for_the_platform_is_told_so(
    s2low: S2low,
    simulator: Simulator,
    new_acte: Make,
    lot: Path,
    monkeypatch: pytest.MonkeyPatch,
    limites: Limites,
) -> None:
    monkeypatch.setattr(simulator.s2low, "limites", limites)
    annexe = ActeFile("plan.pdf", Payload.of(lot / "plan_masse.pdf"), "22_PN")
    with pytest.raises(TooBig):
        s2low.actes.transmettre(new_acte(annexes=(annexe,)))
    assert kept(simulator) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"numero": "pc-1"},
        {"numero": "_PC1"},
        {"numero": "P" * 16},
        {"objet": "x" * 500},
        {"objet": "5 € – un tiret"},
        {"objet": "deux\nlignes"},
        {"matiere": (2,)},
        {"type_acte": "AI"},
        {"nature": 7},
    ],
)
def test_an_acte_that_s2low_would_refuse_never_leaves(
    s2low: S2low, pannes: Faults, new_acte: Make, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        s2low.actes.transmettre(new_acte(**changes))
    assert pannes.calls == {}


def test_a_piece_that_the_nature_does_not_allow_is_refused_by_the_analysis(
    s2low: S2low, new_acte: Make
) -> None:
    transaction = s2low.actes.transmettre(new_acte(type_acte="99_DE"))
    walk(s2low, transaction)
    status = s2low.actes.statut(transaction)
    assert (status.code, status.refused, status.flux_retour) == (-1, True, None)
    assert "99_DE" in status.message


def test_a_refusal_by_the_analysis_tells_its_reason(
    s2low: S2low, simulator: Simulator, new_acte: Make
) -> None:
    simulator.s2low.prevoir(
        Scenario(contient="PC62991", issue="refus_analyse", motif="signature détériorée (été)")
    )
    transaction = s2low.actes.transmettre(new_acte())
    assert walk(s2low, transaction) == [1, -1]
    status = s2low.actes.statut(transaction)
    assert (status.refused, status.flux_retour) == (True, None)
    assert "signature détériorée (été)" in status.message


@pytest.mark.parametrize("profile", ["v4", "v5"])
def test_a_refusal_by_the_ministry_comes_with_its_anomaly(
    s2low: S2low, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, new_acte: Make, profile: str
) -> None:
    monkeypatch.setattr(simulator.s2low, "profile", profile)
    simulator.s2low.prevoir(
        Scenario(contient="refusé", issue="refus_ministere", motif="matière inadaptée (été)", nature="004")
    )
    transaction = s2low.actes.transmettre(new_acte(objet="Acte qui sera refusé"))
    assert walk(s2low, transaction) == [1, 2, 3, -1]
    status = s2low.actes.statut(transaction)
    assert status.refused
    assert "matière inadaptée (été)" in status.message
    assert status.flux_retour is not None
    anomaly = AnomalieActe.read(status.flux_retour)
    assert (anomaly.nature, anomaly.detail) == ("004", "matière inadaptée (été)")
    assert anomaly.numero == "PC62991_26A0012"


def test_a_classification_that_changed_meanwhile_is_an_anomaly_of_the_ministry(
    s2low: S2low, simulator: Simulator, new_acte: Make
) -> None:
    transaction = s2low.actes.transmettre(new_acte())
    simulator.s2low.publier_classification(VALMONT.siren, OTHERWISE_NUMBERED)
    walk(s2low, transaction)
    flux = s2low.actes.statut(transaction).flux_retour
    assert flux is not None
    anomaly = AnomalieActe.read(flux)
    assert anomaly.nature == "002"
    assert anomaly.classification_en_cours == OTHERWISE_NUMBERED.version


def test_an_acte_put_on_hold_waits_for_an_agent(
    s2low: S2low, simulator: Simulator, horloge: SimClock, new_acte: Make
) -> None:
    transaction = s2low.actes.transmettre(new_acte(en_attente=True))
    for _ in range(5):
        horloge.advance(timedelta(days=30))
        status = s2low.actes.statut(transaction)
        assert (status.code, status.waiting_for_person, status.in_progress) == (17, True, False)
    simulator.s2low.poster(transaction)
    assert walk(s2low, transaction) == [1, 2, 3, 4]


def test_an_acte_cancelled_by_an_agent_says_so(s2low: S2low, simulator: Simulator, new_acte: Make) -> None:
    transaction = s2low.actes.transmettre(new_acte())
    simulator.s2low.acquitter(transaction)
    certificate = fingerprint(simulator.accesses[0].certificate.read_text())
    agent = simulator.s2low.accounts.identify(certificate, None)
    cancellation = simulator.s2low.follow_up.annuler(agent, str(transaction))
    simulator.s2low.acquitter(cancellation.id)
    status = s2low.actes.statut(transaction)
    assert (status.code, status.cancelled, status.acknowledged) == (0, True, False)
    with pytest.raises(NumberAlreadyUsed):
        s2low.actes.transmettre(new_acte())


def test_a_list_is_turned_page_by_page_newest_first(
    s2low: S2low, simulator: Simulator, new_acte: Make
) -> None:
    simulator.s2low.prevoir(Scenario(contient="PC62991", issue="bloque_1"))
    transactions = [
        s2low.actes.transmettre(new_acte(f"PC62991_26A000{rank}", objet=f"{OBJET} {rank}"))
        for rank in range(5)
    ]
    pages = [s2low.actes.lister(Statut.POSTE, offset=offset, limit=2) for offset in (0, 2, 4, 6)]
    assert [len(page.transactions) for page in pages] == [2, 2, 1, 0]
    assert [page.last for page in pages] == [False, False, True, True]
    listed = [acte for page in pages for acte in page.transactions]
    assert [acte.id for acte in listed] == transactions[::-1]

    (found,) = s2low.actes.lister(Statut.POSTE).numbered("PC62991_26A0003")
    acte = new_acte()
    assert found == ListedActe(
        id=transactions[3],
        number="PC62991_26A0003",
        date=acte.date,
        subject=f"{OBJET} 3",
        nature_descr=found.nature_descr,
        classification="2.2",
        type="1",
    )
    assert s2low.actes.lister(Statut.ACQUITTEMENT_RECU).transactions == ()


def test_each_authority_reads_its_own_classification(
    s2low: S2low, s2low_session: OpenSession, simulator: Simulator
) -> None:
    ours = Classification.read(s2low.classification.lire())
    theirs = Classification.read(S2low(s2low_session(rank=1)).classification.lire())
    national = Classification.read(S2low(s2low_session(rank=2)).classification.lire())
    assert (ours.libelle("2.2.3"), theirs.libelle("2.2.3"), national.libelle("2.2.3")) == (
        "Permis de construire",
        "Permis de démolir",
        None,
    )
    assert ours.libelle("2.2") == theirs.libelle("2.2") == national.libelle("2.2")
    assert ours.allows_piece(Nature.of_code(3), "99_AI")
    assert not ours.allows_piece(Nature.of_code(3), "99_DE")
    assert s2low.classification.lire() == ours.raw


def test_a_classification_that_never_came_is_for_later(
    s2low: S2low, simulator: Simulator, new_acte: Make
) -> None:
    simulator.s2low.publier_classification(VALMONT.siren, None)
    with pytest.raises(NotReady, match="ministère"):
        s2low.classification.lire()


def test_a_transaction_that_s2low_does_not_know_is_not_found(s2low: S2low) -> None:
    with pytest.raises(NotFound):
        s2low.actes.statut(999999)
    with pytest.raises(NotFound):
        s2low.actes.fichiers(999999)


def first_page(path: Path) -> str:
    """The instructions that draw the first page, in which the stamp's words stand."""
    reader = PdfFileReader(io.BytesIO(path.read_bytes()))
    page = reader.root["/Pages"]["/Kids"][0]
    contents = page["/Contents"]
    streams = contents if isinstance(contents, list) else [contents]
    return "\n".join(stream.get_object().data.decode("latin-1") for stream in streams)
