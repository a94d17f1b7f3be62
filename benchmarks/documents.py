"""A large document through each operation that carries one, by three clients: speed and memory.

Run: ``python benchmarks/documents.py [megabytes] [rounds] [operation…]``
"""

from __future__ import annotations

import base64
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from contenders import CLIENTS, OPERATIONS

BLOCK = 768 * 1024
BESIDE = Path(__file__).parent


def main() -> None:
    """Measure, show a table on the standard error and print one JSON object."""
    megabytes = int(sys.argv[1]) if sys.argv[1:] else 150
    rounds = int(sys.argv[2]) if sys.argv[2:] else 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_document(folder / "petit", 100_000)
        size = write_document(folder / "grand", megabytes * 1_000_000)
        command = [sys.executable, str(BESIDE / "light_platform.py"), str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            address = f"http://127.0.0.1:{server.stdout.readline().strip()}"
            try:
                found = compared(address, folder, sys.argv[3:] or OPERATIONS, rounds=rounds, size=size)
            finally:
                server.terminate()
    print(table(found), file=sys.stderr)
    print(json.dumps({"megabytes": size / 1e6, "rounds": rounds, "operations": found}, ensure_ascii=False))


def write_document(path: Path, size: int) -> int:
    """Write a document of ``size`` bytes that nothing compresses, and its base64 text beside it."""
    head = b"%PDF-1.7\n"
    with path.open("wb") as raw, path.with_name(f"{path.name}.b64").open("wb") as encoded:
        for start in range(0, size, BLOCK):
            data = (head + os.urandom(BLOCK - len(head)))[: size - start]
            raw.write(data)
            encoded.write(base64.b64encode(data))
    return path.stat().st_size


def compared(
    address: str, folder: Path, operations: Sequence[str], *, rounds: int, size: int
) -> dict[str, dict[str, object]]:
    """Medians by operation and client; the clients take turns, so that they share the machine's moods."""
    runs: dict[tuple[str, str], list[dict[str, float]]] = {}
    for _ in range(rounds):
        for operation in operations:
            for client in CLIENTS:
                if (client, operation) != ("zeep", "actes_transac_create"):  # which is not SOAP
                    run = once(client, operation, address, folder)
                    runs.setdefault((operation, client), []).append(run)
    return {
        operation: {
            client: figures(runs[operation, client], size)
            for client in CLIENTS
            if (operation, client) in runs
        }
        for operation in operations
    }


def once(client: str, operation: str, address: str, folder: Path) -> dict[str, float]:
    """One operation in a process that dies of it."""
    command = [sys.executable, str(BESIDE / "contenders.py"), client, operation, address, str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def figures(runs: list[dict[str, float]], size: int) -> dict[str, float]:
    """What is told of several runs; the ratios compare each with base64 alone in the same process."""
    ratios = [run["alone"] / run["seconds"] for run in runs]
    return {
        "mb_per_s": round(size / 1e6 / statistics.median(run["seconds"] for run in runs)),
        "base64_alone_mb_per_s": round(size / 1e6 / statistics.median(run["alone"] for run in runs)),
        "ratio": round(statistics.median(ratios), 2),
        "best_ratio": round(max(ratios), 2),
        "processor_ratio": round(statistics.median(run["alone_busy"] / run["busy"] for run in runs), 2),
        "above_idle_mb": round(statistics.median(run["above_idle_mb"] for run in runs), 1),
    }


def table(found: dict[str, dict[str, object]]) -> str:
    """The same for people."""
    columns = ("mb_per_s", "base64_alone_mb_per_s", "ratio", "best_ratio", "processor_ratio", "above_idle_mb")
    lines = [f"| operation | client | {' | '.join(columns)} |", "|---" * (len(columns) + 2) + "|"]
    for operation, clients in found.items():
        for client, figures in clients.items():
            cells = " | ".join(str(figures[column]) for column in columns)
            lines.append(f"| {operation} | {client} | {cells} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
