"""What an acquit means, bordereau by bordereau: in, in already, to be redone, or not said."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdg62_connect.formats import PesAcquit
from cdg62_connect.journey import events as ev
from cdg62_connect.journey.helios.verdict import verdict_of
from support.pes_samples import pes

V2 = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour/v2"


def v(**fields: str) -> str:
    return "".join(f'<{name} V="{value}"/>' for name, value in fields.items())


def element(domaine: str, etat: str, *, detail: str = "", **objet: str) -> str:
    return f"<ElementACQUIT>{v(DomaineAck=domaine, EtatAck=etat, **objet)}{detail}</ElementACQUIT>"


def bordereau(number: str, etat: str, *, detail: str = "") -> str:
    return element("5", etat, detail=detail, NumBord=number, ExerciceBord="2025")


def erreur(code: str, libelle: str = "") -> str:
    return f"<Erreur>{v(NumAnoAck=code, LibelleAnoAck=libelle)}</Erreur>"


def acquit(*elements: str, namespace: str = V2) -> PesAcquit:
    body = f"<ACQUIT>{''.join(elements)}</ACQUIT>" if elements else ""
    return PesAcquit.read(f'<n:PES_ACQUIT xmlns:n="{namespace}">{body}</n:PES_ACQUIT>'.encode())


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """Three bordereaux of dépense and one justificatif."""
    path = tmp_path / "pes.xml"
    path.write_bytes(pes(bordereaux=("1", "2", "3"), pj=("FAC1",)))
    return path


def sorts(found: ev.PesAcquitted) -> dict[str, str]:
    return {one.bordereau or one.pj: one.sort for one in found.elements}


PJ_IN = element("4", "1", IdUnique="FAC1")
DOUBLON = erreur("ERREUR_DOUBLON_BORDEREAU", "1979 - Le bordereau a déjà été intégré")


def test_everything_accepted_is_in_and_nothing_is_to_be_done(sent: Path) -> None:
    found = verdict_of(acquit(*(bordereau(n, "1") for n in "123"), PJ_IN), sent)
    assert found.verdict == "accepte"
    assert set(sorts(found).values()) == {"integre"}
    assert found.message.startswith("Hélios a tout intégré : dépense 2025/1")


@pytest.mark.parametrize(
    "anomalie", [DOUBLON, erreur("ERREUR_AUTRE", "1984 - Bordereau déjà intégré")], ids=["code", "texte"]
)
def test_one_duplicate_bordereau_asks_nothing_of_the_others(sent: Path, anomalie: str) -> None:
    found = verdict_of(
        acquit(bordereau("1", "0", detail=anomalie), bordereau("2", "1"), bordereau("3", "1"), PJ_IN), sent
    )
    assert found.verdict == "partiel"
    assert sorts(found) == {"1": "deja_integre", "2": "integre", "3": "integre", "FAC1": "integre"}
    assert "nouveau NomFic" not in found.message


def test_a_duplicate_and_a_refusal_are_told_apart_with_what_to_redo(sent: Path) -> None:
    wrong = f"<DetailPiece>{v(NumPiece='7')}{erreur('ERREUR_AUTRE', '1971 - Compte inconnu')}</DetailPiece>"
    found = verdict_of(
        acquit(
            bordereau("1", "0", detail=DOUBLON), bordereau("2", "0", detail=wrong), bordereau("3", "1"), PJ_IN
        ),
        sent,
    )
    assert sorts(found) == {"1": "deja_integre", "2": "a_refaire", "3": "integre", "FAC1": "integre"}
    assert found.elements[0].anomalies[0].piece == "7"
    assert "eux seuls : dépense 2025/2 (pièce 7 : 1971 - Compte inconnu)." in found.message


def test_a_duplicate_piece_means_that_its_bordereau_is_to_be_redone_without_it(sent: Path) -> None:
    piece = f"<DetailPiece>{v(NumPiece='7')}{erreur('ERREUR_DOUBLON_PIECE')}</DetailPiece>"
    found = verdict_of(
        acquit(bordereau("1", "0", detail=piece), bordereau("2", "1"), bordereau("3", "1"), PJ_IN), sent
    )
    assert sorts(found)["1"] == "a_refaire"


def test_only_duplicates_means_that_this_sending_brought_nothing(sent: Path) -> None:
    twice = element("4", "0", IdUnique="FAC1", detail=erreur("ERREUR_DOUBLON_PJ"))
    found = verdict_of(acquit(*(bordereau(n, "0", detail=DOUBLON) for n in "123"), twice), sent)
    assert found.verdict == "refuse"
    assert set(sorts(found).values()) == {"deja_integre"}


@pytest.mark.parametrize("domaine", ["0", "1", "2", "3", "99"])
def test_a_whole_flow_that_is_refused_leaves_everything_to_be_redone(sent: Path, domaine: str) -> None:
    found = verdict_of(
        acquit(element(domaine, "0", detail=erreur("ERREUR_CODIQUE", "Codique inconnu"))), sent
    )
    assert found.verdict == "refuse"
    assert set(sorts(found).values()) == {"a_refaire"}
    assert [one.code for one in found.flux] == ["ERREUR_CODIQUE"]
    assert "n'a rien intégré de ce PES (ERREUR_CODIQUE - Codique inconnu)" in found.message


def test_a_whole_flow_that_is_accepted_in_one_word_is_in(sent: Path) -> None:
    assert verdict_of(acquit(element("0", "1")), sent).verdict == "accepte"


def test_no_detail_at_all_is_the_yes_of_status_four(sent: Path) -> None:
    found = verdict_of(acquit(), sent)
    assert (found.verdict, found.statut) == ("accepte", 4)


def test_what_the_acquit_does_not_speak_of_is_not_taken_for_done(sent: Path) -> None:
    found = verdict_of(acquit(bordereau("1", "1"), bordereau("2", "1")), sent)
    assert found.verdict == "partiel"
    assert sorts(found) == {"3": "sans_reponse", "FAC1": "sans_reponse", "1": "integre", "2": "integre"}
    assert "vérifier auprès de la trésorerie" in found.message


def test_an_old_acquit_has_one_element_for_each_anomaly(sent: Path) -> None:
    one = element(
        "5", "0", ExerciceBord="2025", NumBord="01", NumPiece="7", NumAnoAck="ERREUR_AUTRE", LibelleAnoAck="A"
    )
    two = element(
        "5", "0", ExerciceBord="2025", NumBord="1", NumPiece="8", NumAnoAck="ERREUR_AUTRE", LibelleAnoAck="B"
    )
    found = verdict_of(
        acquit(one, two, bordereau("2", "1"), bordereau("3", "1"), PJ_IN, namespace=V2.removesuffix("/v2")),
        sent,
    )
    assert sorts(found)["1"] == "a_refaire"
    assert [anomalie.piece for anomalie in found.elements[0].anomalies] == ["7", "8"]


def test_a_flow_of_thousands_keeps_what_matters_first(tmp_path: Path) -> None:
    sent = tmp_path / "pes.xml"
    numbers = [str(n) for n in range(1, 1203)]
    sent.write_bytes(pes(bordereaux=numbers, lignes=("1",)))
    told = acquit(
        *(bordereau(n, "0" if n == "1201" else "1", detail=DOUBLON if n == "1201" else "") for n in numbers)
    )
    found = verdict_of(told, sent)
    assert (found.elements[0].bordereau, len(found.elements), found.omis) == ("1201", 1000, 202)
    assert len(found.message) < 1000
