"""A dossier of 150 MB with an annexe of 50 MB, submitted then collected through the port: speed and memory.

Run: ``python benchmarks/dossier.py [megabytes] [rounds]``. By SOAP (answers inline, then MTOM) beside base64 alone; by
the REST API of version 5 beside requests, which streams the same form from its files, streams the same ZIP into one
file, or does the same work by hand (that ZIP, then zipfile, SHA-256 and fsync).
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from measures import base64_alone, cost, in_a_process, light_platform, write_document

WORKS = (
    "submit: SOAP",
    "collect: SOAP",
    "collect: SOAP MTOM",
    "submit: REST",
    "submit: requests",
    "collect: REST",
    "collect: requests, ZIP only",
    "collect: requests, same work",
)
AIMS = {
    "submit: SOAP": ("base64 alone", 0.6),
    "collect: SOAP": ("base64 alone", 0.5),
    "collect: SOAP MTOM": ("base64 alone", 0.5),
    "submit: REST": ("submit: requests", 0.6),
    "collect: REST": ("collect: requests, same work", 0.6),
}
"""What each of ours is compared with, and the ratio of speeds that is aimed at."""

PREMIS = (
    '<premis xmlns="http://www.loc.gov/premis/v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0">'
    '<object xsi:type="intellectualEntity"><originalName>Banc</originalName></object></premis>'
)
BOUNDARY = "banc"
Work = Callable[[str, Path], object]


def documents(folder: Path, size: str) -> tuple[Path, Path]:
    """The main document and the annexe of the small or of the large dossier."""
    return folder / size, folder / f"{size}-annexe"


def ours(work: str, address: str, folder: Path) -> Work:
    """This project."""
    from cdg62_connect import HttpSession, IparapheurSoap, Secret
    from cdg62_connect.iparapheur import Document, SoapParapheur, Submission
    from cdg62_connect.iparapheur.rest_v5 import Compte, IparapheurRest, ParapheurRest
    from cdg62_connect.transport import Payload

    if "SOAP" in work:
        place = "/ws-iparapheur" if work.endswith("MTOM") else "/ws-iparapheur-no-mtom"
        port = SoapParapheur(IparapheurSoap(HttpSession(address + place, platform="banc")))
    else:
        session = HttpSession(address, platform="banc")
        port = ParapheurRest(IparapheurRest(session, compte=Compte("banc", Secret("x"))))

    def submit(size: str, _: Path) -> None:
        main, annexe = (Document(f"{one.name}.pdf", Payload.of(one)) for one in documents(folder, size))
        port.submit(
            Submission(key=size, titre="Banc", type="T", sous_type="T", documents=(main,), annexes=(annexe,))
        )

    def collect(size: str, into: Path) -> None:
        found = port.collect(size, into=into, limit=1 << 30)
        back = (found.documents[0].file, found.annexes[0])
        assert [one.size for one in back] == [one.stat().st_size for one in documents(folder, size)]

    return submit if work.startswith("submit") else collect


class Form:
    """The same form as ours, streamed from its files by requests; it knows its length."""

    def __init__(self, files: tuple[Path, Path]) -> None:
        self._files = files
        self._heads = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="documents"; filename="{file.name}.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n".encode()
            for file in files
        ]
        self._end = f"--{BOUNDARY}--\r\n".encode()

    def __len__(self) -> int:
        files = sum(file.stat().st_size + 2 for file in self._files)
        return files + sum(map(len, self._heads)) + len(self._end)

    def __iter__(self) -> Iterator[bytes]:
        for head, file in zip(self._heads, self._files, strict=True):
            yield head
            with file.open("rb") as content:
                while block := content.read(768 * 1024):
                    yield block
            yield b"\r\n"
        yield self._end


def plain(work: str, address: str, folder: Path) -> Work:
    """Requests, streaming both ways."""
    import requests

    session = requests.Session()
    session.trust_env = False
    url = f"{address}/api/standard/v1/tenant/1/desk/1/folder"

    def submit(size: str, _: Path) -> None:
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        form = Form(documents(folder, size))
        session.post(url, data=form, headers=headers, timeout=600).raise_for_status()

    def collect(size: str, into: Path) -> None:
        archive = into / f"{size}.zip"
        with session.get(f"{url}/{size}/zip", stream=True, timeout=600) as answer, archive.open("wb") as out:
            for block in answer.iter_content(512 * 1024):
                out.write(block)
        if work.endswith("same work"):
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(into)
                for name in opened.namelist():
                    with (into / name).open("rb+") as content:
                        hashlib.file_digest(content, "sha256")
                        os.fsync(content.fileno())

    return submit if work.startswith("submit") else collect


def measured(work: str, address: str, folder: Path) -> dict[str, float]:
    """What one operation costs in a process that has done it once with little, and base64 alone beside it."""
    made = (plain if "requests" in work else ours)(work, address, folder)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        made("petit", Path(name))
        taken = cost(lambda: made("grand", Path(name)))
    if "SOAP" not in work:
        return taken
    return {**taken, **base64_alone(documents(folder, "grand"), encoding=work.startswith("submit"))}


def prepare(folder: Path, size: str, lengths: tuple[int, int]) -> int:
    """The documents, and the ZIP that comes back (stored: PDFs hardly compress); bytes of both together."""
    main, annexe = documents(folder, size)
    for path, length in zip((main, annexe), lengths, strict=True):
        write_document(path, length)
    with zipfile.ZipFile(folder / f"{size}.zip", "w") as archive:
        archive.writestr("i_Parapheur_internal_premis.xml", PREMIS)
        archive.write(main, "Documents principaux/principal.pdf")
        archive.write(annexe, "Annexes/annexe.pdf")
    return sum(lengths)


def main() -> None:
    """Measure, show a table on the standard error and print one JSON object."""
    megabytes = int(sys.argv[1]) if sys.argv[1:] else 150
    rounds = int(sys.argv[2]) if sys.argv[2:] else 5
    runs: dict[str, list[dict[str, float]]] = {work: [] for work in WORKS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, "petit", (100_000, 10_000))
        size = prepare(folder, "grand", (megabytes * 1_000_000, megabytes * 1_000_000 // 3))
        with light_platform(folder) as address:
            for _ in range(rounds):  # they take turns, so that they share the machine's moods
                for work, found in runs.items():
                    found.append(in_a_process("dossier.py", "once", work, address, name))
    told = {work: figures(work, runs, size) for work in WORKS}
    columns = ("mb_per_s", "ratio", "best_ratio", "processor_ratio", "aim", "busy_s", "above_idle_mb")
    print(f"| | {' | '.join(columns)} |\n{'|---' * (len(columns) + 1)}|", file=sys.stderr)
    for work, row in told.items():
        print(f"| {work} | {' | '.join(str(row[column]) for column in columns)} |", file=sys.stderr)
    print(json.dumps({"megabytes": size / 1e6, "rounds": rounds, "load": os.getloadavg()[0], "works": told}))


def figures(work: str, runs: dict[str, list[dict[str, float]]], size: int) -> dict[str, object]:
    """What is told of several runs: medians; each is compared with its neighbour of the same round."""
    found = runs[work]
    beside, aim = AIMS.get(work, ("", ""))
    base64 = beside == "base64 alone"
    others = found if base64 else runs.get(beside, [])
    ratios = [
        other["alone" if base64 else "seconds"] / mine["seconds"]
        for mine, other in zip(found, others, strict=False)
    ]
    processor = [
        other["alone_busy" if base64 else "busy"] / mine["busy"]
        for mine, other in zip(found, others, strict=False)
    ]
    return {
        "mb_per_s": round(size / 1e6 / statistics.median(run["seconds"] for run in found)),
        "beside": beside,
        "ratio": round(statistics.median(ratios), 2) if ratios else "",
        "best_ratio": round(max(ratios), 2) if ratios else "",
        "processor_ratio": round(statistics.median(processor), 2) if processor else "",
        "aim": aim,
        "busy_s": round(statistics.median(run["busy"] for run in found), 2),
        "above_idle_mb": round(statistics.median(run["above_idle_mb"] for run in found), 1),
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["once"]:
        print(json.dumps(measured(sys.argv[2], sys.argv[3], Path(sys.argv[4]))))
    else:
        main()
