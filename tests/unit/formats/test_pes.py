from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from cdg62_connect.errors import HostileInput, InvalidFile
from cdg62_connect.formats import Domaine, PesBordereau, PesHeader, PesPiece, PesPj, iter_pes, read_pes
from cdg62_connect.formats.pes_facts import SignaturePlacement
from cdg62_connect.formats.pes_reading import PesReading
from hostile.mutation import mutations
from support.pes_samples import pes

FIXTURES = Path(__file__).parents[3] / "fixtures" / "pes"

Edit = Callable[..., Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """A sample with some of its text replaced."""

    def edit(name: str, *changes: tuple[str, str]) -> Path:
        text = (FIXTURES / f"{name}.xml").read_text("iso-8859-1")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "pes.xml"
        path.write_bytes(text.encode("iso-8859-1"))
        return path

    return edit


def test_the_header_comes_first_and_a_bordereau_after_its_pieces() -> None:
    parts = list(iter_pes(FIXTURES / "aller_depense.xml"))
    assert [type(part).__name__ for part in parts] == [
        "PesHeader", "PesPiece", "PesPiece", "PesBordereau", "PesDomaine", "PesPj", "PesPj", "PesDomaine"
    ]  # fmt: skip
    header = parts[0]
    assert isinstance(header, PesHeader)
    assert (header.nom_fic, header.typ_fic, header.cod_col, header.cod_bud) == (
        "VALMONT_DEP_2026_0057", "PESALR2", "123", "00"
    )  # fmt: skip
    assert header.others["LibellePoste"] == "TRESORERIE DE VALMONT"


def test_a_piece_is_read_down_to_its_lines_and_their_references() -> None:
    first, second = (part for part in iter_pes(FIXTURES / "aller_depense.xml") if isinstance(part, PesPiece))
    assert (first.id_pce, first.objet) == ("832", "Réfection des trottoirs")
    assert [reference.id_unique for reference in first.pj_refs] == ["FAC2026000832"]
    assert (first.lignes[0].ht, first.lignes[0].tva) == (Decimal("1000.00"), Decimal("200.00"))
    assert [ligne.id_ligne for ligne in second.lignes] == ["1", "2"]
    assert second.lignes[0].tva is None
    assert [reference.id_unique for reference in second.lignes[1].pj_refs] == ["FAC2026000833"]
    assert second.pj_refs == second.lignes[0].pj_refs == ()


def test_a_bordereau_says_what_it_announces_and_what_it_holds() -> None:
    (one,) = (part for part in iter_pes(FIXTURES / "aller_depense.xml") if isinstance(part, PesBordereau))
    assert (one.domaine, one.id, one.exercice, one.numero, one.type) == (
        Domaine.DEPENSE, "BORD57", "2026", "57", "01"
    )  # fmt: skip
    assert (one.nbr_pce, one.pieces, one.lignes) == ("2", 2, 3)
    assert one.ht == one.total_ht == Decimal("1200.00")
    assert one.tva_on_lines
    assert not one.signed


def test_recette_writes_its_amount_under_another_name() -> None:
    (one,) = (part for part in iter_pes(FIXTURES / "aller_recette.xml") if isinstance(part, PesBordereau))
    assert (one.domaine, one.ht, one.total_ht) == (Domaine.RECETTE, Decimal("310.00"), Decimal("310.00"))
    objets = [part.objet for part in iter_pes(FIXTURES / "aller_recette.xml") if isinstance(part, PesPiece)]
    assert objets == ["Occupation du domaine public"] * 2


def test_a_justificatif_alone_says_what_it_is_attached_to() -> None:
    (one,) = (part for part in iter_pes(FIXTURES / "aller_pj.xml") if isinstance(part, PesPj))
    assert (one.id_unique, one.nom, one.type, one.mime) == (
        "FAC2026000900", "facture.pdf", "003", "application/pdf"
    )  # fmt: skip
    assert one.references[0].identifiant == "832"
    assert one.encoded > 0
    assert not one.misplaced


def test_the_summary_counts_sums_and_names_the_file_by_its_bytes() -> None:
    path = FIXTURES / "aller_depense.xml"
    summary = read_pes(path)
    assert summary.sha1 == hashlib.sha1(path.read_bytes()).hexdigest()
    assert summary.size == path.stat().st_size
    assert summary.encoding == "ISO-8859-1"
    depense, pj = summary.domaines
    assert (depense.bordereaux, depense.pieces, depense.lignes, depense.ht) == (1, 2, 3, Decimal("1200.00"))
    assert pj.domaine is Domaine.PJ
    assert summary.pj == 2


@pytest.mark.parametrize(
    ("changes", "xpath"),
    [
        ((), "//Bordereau"),
        (((' Id="BORD57"', ""),), "."),
        (((' Id="BORD57"', ""), (' Id="PES1"', "")), None),
    ],
)
def test_the_parapheur_is_told_where_to_sign(
    edited: Edit, changes: tuple[tuple[str, str], ...], xpath: str | None
) -> None:
    assert read_pes(edited("aller_depense", *changes)).signature_xpath == xpath


def test_a_flow_of_justificatifs_alone_has_nothing_to_sign() -> None:
    assert read_pes(FIXTURES / "aller_pj.xml").signature_xpath is None


SIGNATURE = '<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#" Id="S{}"><s:SignedInfo/></s:Signature>'


@pytest.mark.parametrize(
    ("place", "placement"),
    [
        (("</Bordereau>",), SignaturePlacement.BORDEREAU),
        (("</n:PES_Aller>",), SignaturePlacement.GLOBAL),
        (("</Bordereau>", "</n:PES_Aller>"), SignaturePlacement.MIXED),
        ((), SignaturePlacement.NONE),
    ],
)
def test_where_the_signatures_are_is_told(
    edited: Edit, place: tuple[str, ...], placement: SignaturePlacement
) -> None:
    path = edited(
        "aller_depense", *((end, SIGNATURE.format(number) + end) for number, end in enumerate(place))
    )
    assert read_pes(path).signature is placement


def test_what_is_known_of_third_parties_never_shows(edited: Edit) -> None:
    told = repr(list(iter_pes(FIXTURES / "aller_depense.xml")))
    assert "FR76" not in told
    assert "QUINCAILLERIE" not in told


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FICHIER_VIDE"),
        (b"<a/>", "PAS_UN_PES_ALLER"),
        (b"<PES_Aller/>", "PAS_UN_PES_ALLER"),
        (b"bonjour", "XML_ILLISIBLE"),
        (b"<?xml version='1.0' encoding='ebcdic'?><a/>", "XML_ILLISIBLE"),
    ],
)
def test_what_is_not_a_pes_is_refused_by_its_code(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "pes.xml"
    path.write_bytes(content)
    with pytest.raises(InvalidFile) as refused:
        read_pes(path)
    assert refused.value.code == code


def test_a_file_cut_short_is_refused_after_what_was_whole(tmp_path: Path) -> None:
    path = tmp_path / "pes.xml"
    path.write_bytes((FIXTURES / "aller_depense.xml").read_bytes()[:-200])
    with pytest.raises(InvalidFile, match="lisible"):
        list(iter_pes(path))


def test_a_file_above_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile) as refused:
        read_pes(FIXTURES / "aller_depense.xml", limit=1000)
    assert refused.value.code == "TAILLE"


def test_a_piece_inside_a_piece_is_no_pes(edited: Edit) -> None:
    with pytest.raises(InvalidFile) as refused:
        read_pes(edited("aller_recette", ("<BlocPiece>", "<Piece></Piece><BlocPiece>")))
    assert refused.value.code == "PES_MAL_CONSTRUIT"


@pytest.mark.parametrize(
    "piece",
    [
        "<a>" * 2_000_000,
        '<a b="' + "x" * 2_000_000 + '"/>',
        "<!--" + "x" * 2_000_000 + "-->",
        "".join(f"<a{number}/>" for number in range(100_000)),
    ],
    ids=["depth", "attribute", "comment", "names"],
)
@pytest.mark.parametrize("place", ["<Enveloppe>", "<BlocPiece>", "<InfoTiers>"])
def test_what_has_no_measure_is_refused_wherever_it_is(edited: Edit, piece: str, place: str) -> None:
    with pytest.raises((HostileInput, InvalidFile)):
        read_pes(edited("aller_recette", (place, place + piece)))


def test_depth_is_counted_again_in_a_piece_that_never_ends(edited: Edit) -> None:
    nested = "<a>" * 1_200_000 + "</a>" * 1_200_000
    with pytest.raises(HostileInput, match="imbrique"):
        read_pes(edited("aller_recette", ("<BlocPiece>", "<BlocPiece>" + nested)))


class ByExpatAlone(PesReading):
    """Reads every pièce by events, whatever its shape."""

    def _take(self, piece: bytes) -> bool:
        return False


def outcome(reading: PesReading, path: Path) -> object:
    told: list[object] = []
    try:
        with path.open("rb") as document:
            for _ in reading.stream.blocks(document):
                told += reading.told()
    except (InvalidFile, HostileInput) as refused:
        return type(refused), str(refused)
    return told


REPEATED = pes(bordereaux=["1", "2"], pieces=["7", "8", "9"], lignes=["1", "2"])


def test_a_piece_of_a_shape_already_met_means_what_expat_would_have_said(tmp_path: Path) -> None:
    path, same = tmp_path / "pes.xml", 0
    for data in mutations(
        (REPEATED, REPEATED.decode("iso-8859-1").replace("ISO-8859-1", "UTF-8").encode()),
        "xml",
        seed="formes",
        count=400,
    ):
        path.write_bytes(data)
        found = outcome(PesReading(), path)
        assert found == outcome(ByExpatAlone(), path), data
        same += isinstance(found, list)
    assert same > 20


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<Piece>", "<!-- <Piece> -->"),
        ("<Piece>", "<![CDATA[<Piece></Piece>]]>"),
        ("<Piece>", "<?a <Piece>?>"),
        ("<Piece>", "<Piece><Piece>"),
        ("<Piece>", "<Piece><a b=' V=\"'/>"),
        ("</Piece>", "</Piece>\x0b"),
        ("</Piece>", "</Piece >"),
        ("</BlocPiece>", "<a></BlocPiece>"),
        ("</BlocPiece>", '</BlocPiece><PJRef><IdUnique V="A"/></PJRef>'),
        ("</LigneDePiece>", '<PJRef><IdUnique V="A"/></PJRef></LigneDePiece>'),
        ("<BlocLignePiece>", "<BlocLignePiece/><BlocLignePiece>"),
        ('<IdPce V="8"/>', '<IdPce a="x" V="8"/>'),
        ('<IdPce V="8"/>', '<IdPce V="8"/><IdPce/>'),
        ('<IdPce V="8"/>', '<IdPce V="&#56;&amp;"/>'),
        ('<IdPce V="8"/>', '<IdPce V="&lt;&gt;&quot;&apos;&#32;&#0255;&#150;"/>'),
        ('<IdPce V="8"/>', '<IdPce V="&#31;"/>'),
        ('<IdPce V="8"/>', '<IdPce V="&#8217;&#x41;"/>'),
        ('<IdPce V="8"/>', '<IdPce V="&am" b="p;"/>'),
        ('<IdPce V="8"/>', '<IdPce V="&x;"/>'),
        ('<IdPce V="8"/>', '<IdPce V="8\n9"/>'),
        ('<IdPce V="8"/>', '<IdPce V="8<"/>'),
        ('<IdPce V="8"/>', '<x:IdPce V="8"/>'),
        ('<IdPce V="8"/>', '<IdPce xmlns="urn:a" V="8"/>'),
        ("FOURNITURES", "L\x19"),
        ("VALMONT-LES-TILLEULS", "<Piece>"),
        ("<Bordereau Id=", '<Bordereau xmlns="urn:a" Id='),
        ("<PES_DepenseAller>", '<PES_DepenseAller><Bordereau Id="B"><Bordereau>'),
    ],
)
def test_what_could_make_a_shape_lie_is_left_to_expat(tmp_path: Path, old: str, new: str) -> None:
    text = REPEATED.decode("iso-8859-1")
    assert old in text
    path = tmp_path / "pes.xml"
    for changed in (text.replace(old, new), text.replace(old, new, 1), new.join(text.rsplit(old, 1))):
        path.write_bytes(changed.encode("iso-8859-1"))
        assert outcome(PesReading(), path) == outcome(ByExpatAlone(), path)


def test_a_large_piece_is_read_whole(edited: Edit) -> None:
    text = (FIXTURES / "aller_recette.xml").read_text("iso-8859-1")
    ligne = text[text.index("<LigneDePiece>") : text.index("</Piece>")]
    path = edited("aller_recette", ("</BlocPiece>", "</BlocPiece>" + ligne * 8_000))
    (recette,) = read_pes(path).domaines
    assert recette.lignes == 16_002
    assert recette.ht == Decimal(310 + 16_000 * 120)


MEASURED = """
import sys
from pathlib import Path
from cdg62_connect.formats import iter_pes
def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
small, large = map(Path, sys.argv[1:])
for part in iter_pes(small): pass
idle = peak()
for part in iter_pes(large): pass
print(peak() - idle)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="lit la mémoire dans /proc")
def test_memory_depends_neither_on_the_pieces_nor_on_the_justificatifs(tmp_path: Path) -> None:
    text = (FIXTURES / "aller_depense.xml").read_text("iso-8859-1")
    piece = text[text.index("<Piece>") : text.index("</Bordereau>")]
    content = text[text.index('application/pdf">') + 17 : text.index("</Fichier>")]
    large = tmp_path / "grand.xml"
    large.write_bytes(
        text.replace(piece, piece * 4_000, 1).replace(content, "A" * 30_000_000, 1).encode("iso-8859-1")
    )
    command = [sys.executable, "-c", MEASURED, str(FIXTURES / "aller_depense.xml"), str(large)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert large.stat().st_size > 38_000_000
    assert int(run.stdout) < 8 * 1024
