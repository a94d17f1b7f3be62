"""A large document through each operation that carries one, by three clients: speed and memory.

Run: ``python benchmarks/documents.py [megabytes] [rounds] [operation…]``
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from contenders import CLIENTS, OPERATIONS
from measures import in_a_process, light_platform, write_document


def main() -> None:
    """Measure, show a table on the standard error and print one JSON object."""
    megabytes = int(sys.argv[1]) if sys.argv[1:] else 150
    rounds = int(sys.argv[2]) if sys.argv[2:] else 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_document(folder / "petit", 100_000)
        size = write_document(folder / "grand", megabytes * 1_000_000)
        with light_platform(folder) as address:
            found = compared(address, folder, sys.argv[3:] or OPERATIONS, rounds=rounds, size=size)
    print(table(found), file=sys.stderr)
    print(json.dumps({"megabytes": size / 1e6, "rounds": rounds, "operations": found}, ensure_ascii=False))


def compared(
    address: str, folder: Path, operations: Sequence[str], *, rounds: int, size: int
) -> dict[str, dict[str, object]]:
    """Medians by operation and client; the clients take turns, so that they share the machine's moods."""
    runs: dict[tuple[str, str], list[dict[str, float]]] = {}
    for _ in range(rounds):
        for operation in operations:
            for client in CLIENTS:
                if (client, operation) != ("zeep", "actes_transac_create"):  # which is not SOAP
                    run = in_a_process("contenders.py", client, operation, address, str(folder))
                    runs.setdefault((operation, client), []).append(run)
    return {
        operation: {
            client: figures(runs[operation, client], size)
            for client in CLIENTS
            if (operation, client) in runs
        }
        for operation in operations
    }


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
