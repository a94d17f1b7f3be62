"""An envelope made by another program and imported whole (actes_transac_submit)."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from typing import Any

import pytest

from cdg62_connect.simulator import Simulator

SUBMIT = "/modules/actes/actes_transac_submit.php"
NS = 'xmlns:actes="http://www.interieur.gouv.fr/ACTES#v1.1-20040216"'
STEM = "062-216209916-20250310-ENV_1-AI-1-1"
NAME = "abc-TACT--216209916--20250314-7.tar.gz"


def message(number: str = "ENV_1", *, matiere2: str = "2") -> bytes:
    stem = STEM.replace("ENV_1", number)
    second = f'<actes:CodeMatiere2 actes:CodeMatiere="{matiere2}"/>' if matiere2 else ""
    return (
        f'<?xml version="1.0" encoding="ISO-8859-1"?><actes:Acte {NS} actes:Date="2025-03-10" '
        f'actes:NumeroInterne="{number}" actes:CodeNatureActe="3"><actes:CodeMatiere1 actes:CodeMatiere="2"/>{second}'
        "<actes:Objet>Arrêté</actes:Objet>"
        "<actes:ClassificationDateVersion>2017-12-08</actes:ClassificationDateVersion>"
        f"<actes:Document><actes:NomFichier>99_AI-{stem}_1.pdf</actes:NomFichier></actes:Document>"
        '<actes:Annexes actes:Nombre="0"/><actes:DocumentPapier>N</actes:DocumentPapier></actes:Acte>'
    ).encode("iso-8859-1")


def envelope(*forms: str, siren: str = "216209916") -> bytes:
    listed = "".join(
        f"<actes:Formulaire><actes:NomFichier>{one}</actes:NomFichier></actes:Formulaire>" for one in forms
    )
    return (
        f'<?xml version="1.0" encoding="ISO-8859-1"?><actes:EnveloppeCLMISILL {NS} '
        'xmlns:insee="http://xml.insee.fr/schema"><actes:Emetteur>'
        f'<actes:IDCL insee:SIREN="{siren}" actes:Departement="062" actes:Arrondissement="1" actes:Nature="31"/>'
        "</actes:Emetteur><actes:AdressesRetour><actes:Email>a@b.fr</actes:Email></actes:AdressesRetour>"
        f"<actes:FormulairesEnvoyes>{listed}</actes:FormulairesEnvoyes></actes:EnveloppeCLMISILL>"
    ).encode()


def archive(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


@pytest.fixture
def files(document: bytes) -> dict[str, bytes]:
    return {
        "TACT--216209916--20250314-7.xml": envelope(f"{STEM}_0.xml"),
        f"{STEM}_0.xml": message(),
        f"99_AI-{STEM}_1.pdf": document,
    }


def submit(s2low: Any, content: bytes, *, name: str = NAME) -> str:
    answer = s2low.post(SUBMIT, [("api", "1")], [("enveloppe", name, content)])
    return str(answer.content.decode("latin-1"))


def test_each_acte_of_an_envelope_becomes_a_transaction(
    s2low: Any, files: dict[str, bytes], document: bytes
) -> None:
    second = STEM.replace("ENV_1", "ENV_2")
    files["TACT--216209916--20250314-7.xml"] = envelope(f"{STEM}_0.xml", f"{second}_0.xml")
    files |= {f"{second}_0.xml": message("ENV_2"), f"99_AI-{second}_1.pdf": document}
    assert submit(s2low, archive(files)) == "OK\n2\n48211\n48212\n\n"
    assert [s2low.status(48211)[0] for _ in range(4)] == [1, 2, 3, 4]
    assert [one["name"] for one in s2low.files(48211)] == [f"{STEM}_0.xml", f"99_AI-{STEM}_1.pdf"]
    listed = s2low.get("/modules/actes/api/list_actes.php", status_id=1).json()
    assert [one["number"] for one in listed["transactions"]] == ["ENV_2"]


def test_a_number_already_used_refuses_the_whole_envelope(s2low: Any, files: dict[str, bytes]) -> None:
    s2low.created(number="ENV_1")
    assert "même numéro" in submit(s2low, archive(files)).replace("&#039;", "'")


@pytest.mark.parametrize(
    "name", ["enveloppe.tar.gz", "abc-TACT--000000000--20250314-7.tar.gz", "../abc.tar.gz"]
)
def test_an_envelope_must_be_named_by_the_norm_for_its_authority(
    s2low: Any, files: dict[str, bytes], name: str
) -> None:
    assert submit(s2low, archive(files), name=name).startswith("KO\nL&#039;archive envoyée")


@pytest.mark.parametrize(
    "change",
    [
        {"TACT--216209916--20250314-7.xml": b"<rien/>"},
        {"TACT--216209916--20250314-7.xml": b"pas du XML"},
        {"TACT--216209916--20250314-7.xml": envelope("absent.xml")},
        {"TACT--216209916--20250314-7.xml": envelope()},
        {"TACT--216209916--20250314-7.xml": envelope(f"{STEM}_0.xml", siren="216209924")},
        {f"{STEM}_0.xml": b"<rien/>"},
        {f"{STEM}_0.xml": message(number="minuscule")},
        {f"{STEM}_0.xml": message(number="AUTRE")},
        {f"{STEM}_0.xml": message().replace(b"2025-03-10", b"10/03/2025")},
        {f"{STEM}_0.xml": b'<!DOCTYPE a [<!ENTITY b "c">]>' + message()},
        {f"99_AI-{STEM}_1.pdf": b"PK\x03\x04"},
        {"../../etc/passwd": b"x"},
    ],
)
def test_what_is_not_in_order_is_refused_and_nothing_is_kept(
    s2low: Any, simulator: Simulator, files: dict[str, bytes], change: dict[str, bytes]
) -> None:
    assert submit(s2low, archive(files | change)).startswith("KO\n")
    assert simulator.s2low.snapshot()["actes"] == []
    assert list(simulator.s2low.reception.iterdir()) == []


def test_two_levels_are_needed_there_too(s2low: Any, files: dict[str, bytes]) -> None:
    assert "deux premiers niveaux" in submit(s2low, archive(files | {f"{STEM}_0.xml": message(matiere2="")}))


@pytest.mark.parametrize("content", [b"", b"pas une archive", b"\x1f\x8b\x08\x00tronque"])
def test_what_is_no_archive_is_refused(s2low: Any, content: bytes) -> None:
    assert submit(s2low, content).startswith("KO\n")


def test_the_import_may_be_switched_off(s2low: Any, simulator: Simulator, files: dict[str, bytes]) -> None:
    simulator.s2low.enveloppes_acceptees = False
    assert "actes_transac_create.php" in submit(s2low, archive(files))
    simulator.reset()
    assert submit(s2low, archive(files)).startswith("OK\n1\n")
