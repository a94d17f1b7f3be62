"""The neutral port, fulfilled by SOAP: what a journey asks, and what becomes of it on the wire."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cdg62_connect.errors import ConfigurationError, NotFound, Refused
from cdg62_connect.iparapheur import Document, Parapheur, Progress, SoapParapheur, Submission, Submitted
from cdg62_connect.transport import Payload

LIMIT = 10_000_000
LINES = (
    "<LogDossier><timestamp>2026-03-02T09:00:00+01:00</timestamp><nom>Ana</nom><status>Signe</status>"
    "<annotation>Vu</annotation></LogDossier><LogDossier><timestamp>quand</timestamp><nom>WS</nom>"
    "<status>Archive</status></LogDossier>"
)
DOCUMENT = '<DocPrincipal xmime:contentType="application/pdf">QQ==</DocPrincipal>'
FURTHER = (
    "<DocumentsSupplementaires><DocAnnexe><nom>b.pdf</nom><fichier>Qg==</fichier><signature>Uw==</signature>"
    "</DocAnnexe></DocumentsSupplementaires>"
)
ANNEXES = (
    "<DocumentsAnnexes><DocAnnexe><nom>slip.pdf</nom><fichier>Qw==</fichier></DocAnnexe></DocumentsAnnexes>"
)
META = "<MetaDonnees><MetaDonnee><nom>ph:dossierTitre</nom><valeur>Titre</valeur></MetaDonnee></MetaDonnees>"


@pytest.fixture
def port(parapheur) -> Parapheur:
    return SoapParapheur(parapheur)


def submission(**changes: object) -> Submission:
    fields: dict[str, object] = {
        "key": "D-1",
        "titre": "Titre",
        "type": "T",
        "sous_type": "S",
        "documents": (Document("a.pdf", Payload.of(b"A")), Document("b.pdf", Payload.of(b"B"))),
    }
    return Submission(**{**fields, **changes})  # type: ignore[arg-type]  # checked by the tests


def test_a_submission_is_in_its_circuit_under_its_own_key(port, canned, answer, retour) -> None:
    canned.will(answer("CreerDossierResponse", retour(message="soumis")))
    submitted = port.submit(submission(xpath_signature="."))
    assert submitted == Submitted(key="D-1", remote_id="D-1", started=True, said="soumis")
    port.start(submitted)
    (asked,) = canned.asked
    assert asked.fields()["XPathPourSignatureXML"] == "."
    assert b"DocumentsSupplementaires" in asked.body


def test_a_submission_whose_answer_was_lost_is_found_by_its_history(port, canned, answer, retour) -> None:
    canned.will(answer("GetHistoDossierResponse", LINES + retour()))
    assert port.find("D-1", type="T", sous_type="S") == Submitted(key="D-1", remote_id="D-1")
    canned.will(answer("GetHistoDossierResponse", retour("KO", "Dossier D-1 introuvable.")))
    assert port.find("D-1", type="T", sous_type="S") is None


def test_the_progress_is_that_of_the_history(port, canned, answer, retour) -> None:
    canned.will(answer("GetHistoDossierResponse", LINES + retour()))
    state = port.progress("D-1")
    assert (state.progress, state.signed_by) == (Progress.FINISHED, "Ana")


def test_everything_is_collected_as_files(port, canned, answer, retour, tmp_path: Path) -> None:
    canned.will(
        answer("GetHistoDossierResponse", LINES + retour()),
        answer(
            "GetDossierResponse",
            "<DossierID>D-1</DossierID>"
            + DOCUMENT
            + "<NomDocPrincipal>a.pdf</NomDocPrincipal><SignatureDocPrincipal>Wg==</SignatureDocPrincipal>"
            + FURTHER
            + ANNEXES
            + META
            + "<Suivi>x</Suivi>"
            + retour(),
        ),
    )
    evidence = port.collect("D-1", into=tmp_path, limit=LIMIT)

    assert [(one.file.nom, [s.path.read_bytes() for s in one.signatures]) for one in evidence.documents] == [
        ("a.pdf", [b"Z"]),
        ("b.pdf", [b"S"]),
    ]
    assert evidence.bordereau is not None
    assert evidence.details == {"Suivi": "x"}
    history, metadonnees = (json.loads(one.path.read_text("utf-8")) for one in evidence.records)
    assert history == [
        {"moment": "2026-03-02T09:00:00+01:00", "acteur": "Ana", "statut": "Signe", "annotation": "Vu"},
        {"moment": None, "acteur": "WS", "statut": "Archive", "annotation": ""},
    ]
    assert metadonnees == {"ph:dossierTitre": "Titre"}
    assert {one.path for one in evidence.files} == set(tmp_path.iterdir())
    assert len(evidence.files) == 7
    assert all(one.path.stat().st_mode & 0o077 == 0 for one in evidence.files)


def test_a_pes_comes_first_with_its_signature_within(port, canned, answer, retour, tmp_path: Path) -> None:
    canned.will(
        answer("GetHistoDossierResponse", LINES + retour()),
        answer("GetDossierResponse", "<DossierID>D-1</DossierID><FichierPES>QQ==</FichierPES>" + retour()),
    )
    (document,) = port.collect("D-1", into=tmp_path, limit=LIMIT).documents
    assert (document.file.path.read_bytes(), document.signatures) == (b"A", ())


def test_a_folder_that_refuses_the_records_keeps_nothing(
    port, canned, answer, retour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canned.will(
        answer("GetHistoDossierResponse", LINES + retour()),
        answer("GetDossierResponse", "<DossierID>D-1</DossierID>" + DOCUMENT + retour()),
    )

    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cdg62_connect.iparapheur.records.force_directory", full)
    with pytest.raises(ConfigurationError, match="No space"):
        port.collect("D-1", into=tmp_path, limit=LIMIT)
    assert list(tmp_path.iterdir()) == []


def test_a_withdrawal_takes_back_then_deletes_and_may_be_repeated(port, canned, answer, retour) -> None:
    gone = answer("ArchiverDossierResponse", retour(message="Dossier D-1 supprimé du Parapheur."))
    canned.will(answer("ExercerDroitRemordDossierResponse", retour(message="Dossier D-1 récupéré.")), gone)
    port.withdraw("D-1")
    canned.will(
        answer("ExercerDroitRemordDossierResponse", retour("KO", "Le dossierID 'D-1' n'a pas été émis.")),
        gone,
    )
    port.withdraw("D-1")
    names = [one.root.tag.rpartition("}")[2] for one in canned.asked]
    assert names == ["ExercerDroitRemordDossierRequest", "ArchiverDossierRequest"] * 2


def test_a_withdrawal_that_comes_too_late_deletes_nothing(port, canned, answer, retour) -> None:
    canned.will(answer("ExercerDroitRemordDossierResponse", retour("KO", "Le dossier a été lu.")))
    with pytest.raises(Refused):
        port.withdraw("D-1")
    assert len(canned.asked) == 1


@pytest.mark.parametrize(
    ("rejected", "operation"), [(True, "EffacerDossierRejete"), (False, "ArchiverDossier")]
)
def test_a_dossier_is_released_as_its_circuit_ended(
    port, canned, answer, retour, rejected: bool, operation: str
) -> None:
    canned.will(answer(f"{operation}Response", retour()))
    port.release("D-1", rejected=rejected)
    canned.will(answer(f"{operation}Response", retour("KO", "Dossier D-1 introuvable.")))
    with pytest.raises(NotFound):
        port.release("D-1", rejected=rejected)


def test_the_typologie_and_the_account_are_asked_for(port, canned, answer) -> None:
    canned.will(answer("GetListeTypesResponse", "<TypeTechnique>T</TypeTechnique>"))
    assert port.types() == ("T",)
    canned.will(answer("GetListeSousTypesResponse", "<SousType>S</SousType>"))
    assert port.sous_types("T") == ("S",)
    canned.will(answer("GetCircuitResponse"))
    assert port.circuit("T", "S") == ()
    canned.will(answer("echoResponse", "[ws] m'a dit: cdg62-connect vérifie ce compte!"))
    assert "[ws]" in port.check()
