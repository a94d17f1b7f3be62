"""A large PES of small elements, read down to the pièce, checked and validated: speed and memory.

Run: ``python benchmarks/pes.py [megabytes] [rounds] [folder or zip of schemas]``
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ALLER = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
LARGER = 5
"""How many times larger the file is whose reading must not cost more memory."""

LINE = (
    '<LigneDePiece><BlocLignePiece><InfoLignePce><IdLigne V="{0}"/><Nature V="6068"/><Fonction V="020"/>'
    '<LibVir1 V="FOURNITURES DE VOIRIE"/><ModRegl V="03"/><TVAIntraCom V="0"/><MtHT V="100.00"/><MtTVA V="20.00"/>'
    "</InfoLignePce></BlocLignePiece><Tiers><InfoTiers>"
    '<RefTiers V="F0042"/><CatTiers V="20"/><NatJur V="03"/><Nom V="QUINCAILLERIE DU MARAIS"/></InfoTiers><Adresse>'
    '<TypAdr V="1"/><Adr2 V="12 RUE DES TILLEULS"/><CP V="62990"/><Ville V="VALMONT"/><CodRes V="0"/></Adresse>'
    '<CpteBancaire><BIC V="AGRIFRPP"/><IBAN V="FR7630001007941234567890185"/><TitCpte V="QUINCAILLERIE"/>'
    "</CpteBancaire></Tiers></LigneDePiece>\n"
)
PIECE = (
    '<Piece><BlocPiece><InfoPce><IdPce V="{0}"/><TypPce V="01"/><NatPce V="01"/><Obj V="Réfection des trottoirs"/>'
    "</InfoPce></BlocPiece>\n{1}</Piece>\n"
)
PIECES, LINES = 50, 2


def write_pes(path: Path, size: int) -> None:
    """A PES of dépense of at least ``size`` bytes: two lines by pièce, fifty pièces by bordereau."""
    lines = "".join(LINE.format(rank) for rank in range(1, LINES + 1))
    with path.open("w", encoding="iso-8859-1") as out:
        out.write(
            f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<n:PES_Aller xmlns:n="{ALLER}" Id="PES1">\n<Enveloppe>'
            '<Parametres><Version V="2"/><TypFic V="PESALR2"/><NomFic V="VALMONT_0001"/></Parametres><Emetteur>'
            '<Sigle V="ESSAI"/><Adresse V="ESSAI 1.0"/></Emetteur></Enveloppe>\n<EnTetePES><DteStr V="2026-09-14"/>'
            '<IdPost V="062099"/><IdColl V="21620991600016"/><CodCol V="123"/><CodBud V="00"/></EnTetePES>\n'
            '<PES_DepenseAller><EnTeteDepense><IdVer V="2"/><InfoDematerialisee V="0"/></EnTeteDepense>\n'
        )
        bordereau = 0
        while out.tell() < size:
            bordereau += 1
            first = bordereau * PIECES
            amount = f"{100 * PIECES * LINES}.00"
            out.write(
                f'<Bordereau Id="BORD{bordereau}"><BlocBordereau><Exer V="2026"/><IdBord V="{bordereau}"/>'
                f'<DteBordEm V="2026-09-14"/><TypBord V="01"/><NbrPce V="{PIECES}"/><MtCumulAnnuel V="{amount}"/>'
                f'<MtBordHT V="{amount}"/><MtBordTVA V="{20 * PIECES * LINES}.00"/></BlocBordereau>\n'
            )
            out.writelines(PIECE.format(rank, lines) for rank in range(first, first + PIECES))
            out.write("</Bordereau>\n")
        out.write("</PES_DepenseAller></n:PES_Aller>\n")


def tree(path: Path) -> int:
    """The whole of it as a tree, by lxml: what the others are compared with."""
    from lxml import etree

    return len(etree.parse(path).getroot())


def pieces(path: Path) -> int:
    """Every pièce with its lines."""
    from cdg62_connect.formats import PesPiece, iter_pes

    return sum(len(part.lignes) for part in iter_pes(path) if isinstance(part, PesPiece))


def checks(path: Path) -> int:
    """The checks made before a PES is sent."""
    from cdg62_connect.formats import check_pes

    return len(check_pes(path, limit=1 << 40))


def validation(path: Path, *, schemas: Path) -> int:
    """The schemas, as a stream."""
    from cdg62_connect.formats import SchemaStore

    verdict = SchemaStore(schemas).check(path)
    assert verdict is not None, "le jeu de schémas ne décrit pas de PES Aller"
    return len(verdict.faults)


def memory() -> tuple[int, int]:
    """What this process takes now, and the most that it took, in kB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    said = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("VmRSS", "VmHWM"))}
    return said["VmRSS"], said["VmHWM"]


def measure(task: str, small: Path, large: Path, schemas: Path) -> dict[str, float]:
    """Once on a small file (what is idle comes after it), then on the large one."""
    tasks: dict[str, Callable[[Path], int]] = {
        "lxml.etree.parse": tree,
        "iter_pes": pieces,
        "check_pes": checks,
        "SchemaStore.check": partial(validation, schemas=schemas),
    }
    run = tasks[task]
    run(small)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    idle, _ = memory()
    started, busy = time.perf_counter(), time.process_time()
    found = run(large)
    took, worked = time.perf_counter() - started, time.process_time() - busy
    return {"seconds": took, "busy": worked, "above_idle_mb": (memory()[1] - idle) / 1024, "found": found}


def apart(task: str, small: Path, large: Path, schemas: Path) -> dict[str, float]:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--mesure", task, *map(str, (small, large, schemas))]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Measure, show a table on the standard error and print one JSON object."""
    megabytes = int(sys.argv[1]) if sys.argv[1:] else 100
    rounds = int(sys.argv[2]) if sys.argv[2:] else 3
    given = Path(sys.argv[3]) if sys.argv[3:] else None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, large, larger = folder / "petit.xml", folder / "grand.xml", folder / "immense.xml"
        write_pes(small, 100_000)
        write_pes(large, megabytes * 1_000_000)
        tasks = ["lxml.etree.parse", "iter_pes", "check_pes"]
        if given is not None:
            from cdg62_connect.formats import SchemaStore

            SchemaStore(folder / "schemas").add(given, version="essai")
            tasks.append("SchemaStore.check")
        runs: dict[str, list[dict[str, float]]] = {task: [] for task in tasks}
        for _ in range(rounds):
            for task in tasks:  # by turns, so that they share the machine's moods
                runs[task].append(apart(task, small, large, folder / "schemas"))
        size = large.stat().st_size / 1e6
        found = {task: figures(runs, task, size) for task in tasks}
        write_pes(larger, LARGER * megabytes * 1_000_000)
        for task in tasks[1:]:
            run = apart(task, small, larger, folder / "schemas")
            found[task][f"above_idle_mb_{LARGER}_times_larger"] = round(run["above_idle_mb"], 1)
    print(table(found), file=sys.stderr)
    print(json.dumps({"megabytes": round(size, 1), "rounds": rounds, "tasks": found}, ensure_ascii=False))


def figures(runs: dict[str, list[dict[str, float]]], task: str, size: float) -> dict[str, float]:
    """Medians; the ratios compare each run with lxml's of the same round."""
    reference = runs["lxml.etree.parse"]
    ratios = {
        what: statistics.median(
            alone[what] / run[what] for alone, run in zip(reference, runs[task], strict=True)
        )
        for what in ("seconds", "busy")
    }
    return {
        "mb_per_s": round(size / statistics.median(run["seconds"] for run in runs[task]), 1),
        "ratio": round(ratios["seconds"], 2),
        "processor_ratio": round(ratios["busy"], 2),
        "above_idle_mb": round(statistics.median(run["above_idle_mb"] for run in runs[task]), 1),
    }


def table(found: dict[str, dict[str, float]]) -> str:
    """The same for people."""
    columns = list(dict.fromkeys(column for one in found.values() for column in one))
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for task, one in found.items():
        lines.append(f"| {task} | {' | '.join(str(one.get(column, '')) for column in columns)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--mesure"]:
        print(json.dumps(measure(sys.argv[2], *map(Path, sys.argv[3:6]))))
    else:
        main()
