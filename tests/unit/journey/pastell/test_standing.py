from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cdg62_connect.journey import events as ev
from cdg62_connect.journey.pastell.standing import Needs, Standing, standing_of
from cdg62_connect.journey.state import Dossier, PastellDocument
from cdg62_connect.pastell import FLUX_CONNUS, DocumentDetail

REACHED = datetime(2026, 11, 22, 9, tzinfo=UTC)
URBANISME = "document-autorisation-urbanisme"


def dossier(*, etat: str = "", asked: int = 0, answer: str = "", flux: str = URBANISME) -> Dossier:
    document = PastellDocument(
        "12",
        "aZ3kP0x",
        flux,
        filled=True,
        launched=True,
        etat=etat,
        since=REACHED,
        asked=asked,
        answer=answer,
        date_acte=date(2026, 11, 22),
    )
    accepted = ev.Accepted(
        siren="216209916",
        flux=flux,
        numero_dossier="PC0629912600012",
        code_document="ARR_ACCORD",
        objet="Arrêté",
        document=ev.StoredFile(nature="document", nom="arrete.pdf", sha256="0" * 64),
        signer=True,
        transmettre=True,
    )
    return Dossier(id_depot="A", accepted=accepted, pastell=document)


def detail(etat: str, *, actions: tuple[str, ...] = (), **champs: str | tuple[str, ...]) -> DocumentDetail:
    return DocumentDetail(
        id_d="aZ3kP0x",
        flux=URBANISME,
        titre="Arrêté",
        creation=REACHED,
        modification=REACHED,
        champs=champs,
        rangs_de_fichiers={},
        actions=frozenset(actions),
        etat=etat,
        etat_message="",
        etat_date=REACHED,
        mails=(),
        reponses=(),
        autres={},
    )


def judged(told: Dossier, shown: DocumentDetail, *, now: datetime) -> Standing:
    assert told.pastell is not None
    return standing_of(told, shown, FLUX_CONNUS[told.pastell.flux], now=now)


def after(etat: str, age: timedelta, *actions: str, asked: int = 0, answer: str = "") -> Standing:
    told = dossier(etat=etat, asked=asked, answer=answer)
    return judged(told, detail(etat, actions=actions), now=REACHED + age)


@pytest.mark.parametrize(
    "etat", ["preparation-transformation", "pre-send-tdt", "acquiter-tdt", "send-iparapheur"]
)
def test_a_state_that_passes_is_left_alone_at_first(etat: str) -> None:
    standing = after(
        etat, timedelta(minutes=2), "verif-iparapheur", "send-tdt", "orientation", "transformation"
    )
    assert standing.needs is Needs.TIME


@pytest.mark.parametrize(
    ("etat", "age", "action"),
    [
        ("preparation-transformation", timedelta(minutes=40), "transformation"),
        ("preparation-send-iparapheur", timedelta(minutes=40), "send-iparapheur"),
        ("recu-iparapheur", timedelta(minutes=40), "orientation"),
        ("send-iparapheur", timedelta(days=31), "verif-iparapheur"),
        ("send-tdt", timedelta(hours=25), "verif-tdt"),
        ("send-tdt-erreur", timedelta(minutes=11), "send-tdt"),
        ("tdt-error", timedelta(hours=2), "verif-tdt"),
    ],
)
def test_a_state_that_lasts_is_explained_by_asking_for_the_action_by_hand(
    etat: str, age: timedelta, action: str
) -> None:
    standing = after(etat, age, action, "modification", "supression")
    assert (standing.needs, standing.action) == (Needs.ACTION, action)


def test_an_action_that_pastell_does_not_offer_is_not_asked_for() -> None:
    assert after("send-tdt", timedelta(days=2), "modification").needs is Needs.TIME
    assert after("pre-send-tdt", timedelta(days=2), "modification").needs is Needs.PERSON


def test_asking_again_takes_longer_each_time_while_a_peer_is_down() -> None:
    waits = [
        after("preparation-send-iparapheur", timedelta(minutes=19), "send-iparapheur", asked=asked).wait
        for asked in range(4)
    ]
    assert waits == sorted(waits)
    assert waits[3] > 4 * waits[1]


def test_an_error_that_lasts_after_every_try_is_a_persons_business() -> None:
    standing = after("send-tdt-erreur", timedelta(days=1), "send-tdt", asked=4)
    assert standing.needs is Needs.PERSON
    assert "signature" in standing.reason
    assert standing.who


def test_a_document_that_became_a_draft_again_is_never_sent_by_us() -> None:
    standing = after("modification", timedelta(minutes=6), "orientation")
    assert standing.needs is Needs.PERSON
    assert "seconde fois" in standing.reason


def test_a_refused_acte_is_told_by_the_check_made_by_hand_and_by_nothing_else() -> None:
    assert after("send-tdt", timedelta(hours=7)).refused == ""
    said = "La transaction a comme statut : Refusé"
    assert after("send-tdt", timedelta(hours=7), answer=said).refused == said


def test_what_pastell_said_of_an_earlier_state_is_not_held_against_this_one() -> None:
    told = dossier(etat="pre-send-tdt", answer="La transaction a comme statut : Refusé")
    assert judged(told, detail("send-tdt"), now=REACHED).refused == ""


def test_an_acte_is_acknowledged_when_its_date_is_there_and_not_before() -> None:
    told = dossier(etat="acquiter-tdt")
    assert not judged(told, detail("acquiter-tdt"), now=REACHED).acknowledged
    assert judged(told, detail("acquiter-tdt", date_ar="2026-11-22"), now=REACHED).acknowledged


def test_signing_is_over_only_once_the_circuit_is_left() -> None:
    def with_slip(etat: str) -> Standing:
        shown = detail(etat, envoi_signature="1", bordereau_signature=("bordereau.pdf",))
        return judged(dossier(etat=etat), shown, now=REACHED)

    assert not with_slip("send-iparapheur").signed
    assert not with_slip("rejet-iparapheur").signed
    assert with_slip("rejet-iparapheur").rejected
    assert with_slip("pre-send-tdt").signed
    assert not after("pre-send-tdt", timedelta()).signed, "without the slip nothing proves it"


def test_a_flux_that_rests_once_signed_is_asked_to_go_on() -> None:
    told = dossier(etat="recu-iparapheur", flux="actes-generique")
    standing = judged(told, detail("recu-iparapheur", actions=("send-tdt",)), now=REACHED)
    assert (standing.needs, standing.action) == (Needs.ACTION, "send-tdt")


def test_a_refused_transmission_is_asked_again_less_and_less_often_then_a_person_is_called() -> None:
    def asked(times: int, age: timedelta) -> Standing:
        told = dossier(etat="recu-iparapheur", flux="actes-generique", asked=times, answer="Plus à jour")
        return judged(told, detail("recu-iparapheur", actions=("send-tdt",)), now=REACHED + age)

    assert asked(1, timedelta()).needs is Needs.TIME
    assert asked(1, timedelta(minutes=21)).needs is Needs.ACTION
    assert asked(4, timedelta(hours=1)).needs is Needs.TIME
    assert asked(8, timedelta(days=2)).needs is Needs.PERSON


def test_the_end_without_all_that_was_asked_is_read_again_before_a_person_is_called() -> None:
    assert after("termine", timedelta(minutes=1)).needs is Needs.TIME
    assert after("termine", timedelta(minutes=10)).needs is Needs.PERSON


def test_an_unknown_state_is_waited_for_a_day_then_shown_to_a_person() -> None:
    assert after("etat-inconnu", timedelta(hours=20)).needs is Needs.TIME
    assert after("etat-inconnu", timedelta(hours=30)).needs is Needs.PERSON


def test_an_acte_whose_other_files_do_not_come_is_acknowledged_without_them() -> None:
    told = dossier(etat="tdt-error")
    shown = detail("tdt-error", envoi_tdt_actes="1", aractes=("ar.xml",))
    assert not judged(told, shown, now=REACHED + timedelta(minutes=10)).acknowledged
    assert judged(told, shown, now=REACHED + timedelta(hours=2)).acknowledged


def test_an_agent_with_a_certificate_is_named_and_waited_for() -> None:
    standing = after("document-transmis-tdt", timedelta(days=3))
    assert "certificat" in standing.waits_for_agent
    assert standing.needs is Needs.TIME
