"""What every benchmark of documents needs: documents that nothing compresses, a server, memory, base64 alone."""

from __future__ import annotations

import base64
import binascii
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

BESIDE = Path(__file__).parent
_WRITTEN = 768 * 1024  # bytes; a multiple of 3, so that pieces of base64 follow one another
_CODED = 3 * 1024 * 1024


def write_document(path: Path, size: int) -> int:
    """Write a document of ``size`` bytes that nothing compresses, and its base64 text beside it."""
    head = b"%PDF-1.7\n"
    with path.open("wb") as raw, path.with_name(f"{path.name}.b64").open("wb") as encoded:
        for start in range(0, size, _WRITTEN):
            data = (head + os.urandom(_WRITTEN - len(head)))[: size - start]
            raw.write(data)
            encoded.write(base64.b64encode(data))
    return path.stat().st_size


@contextmanager
def light_platform(folder: Path) -> Generator[str]:
    """The address of the light platform, which serves what lies in ``folder`` from a process of its own."""
    command = [sys.executable, str(BESIDE / "light_platform.py"), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        finally:
            server.terminate()


def in_a_process(script: str, *arguments: str) -> dict[str, float]:
    """What a script of this folder prints, in a process that dies of it."""
    command = [sys.executable, str(BESIDE / script), *arguments]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def cost(work: Callable[[], object]) -> dict[str, float]:
    """Seconds of ``work`` by the clock and of processor (``busy``), and the peak of RSS above what it is now, in MB."""
    Path("/proc/self/clear_refs").write_text("5")
    idle = peak()
    start, busy = time.perf_counter(), time.process_time()
    work()
    return {
        "seconds": time.perf_counter() - start,
        "busy": time.process_time() - busy,
        "above_idle_mb": (peak() - idle) * 1024 / 1e6,
    }


def peak() -> int:
    """Peak RSS of this process since it was last cleared, in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def base64_alone(documents: Iterable[Path], *, encoding: bool) -> dict[str, float]:
    """Seconds, by the clock and of processor, that encoding or decoding these documents takes in this process."""
    work = binascii.b2a_base64 if encoding else binascii.a2b_base64
    total = busy = 0.0
    for document in documents:
        with (document if encoding else document.with_name(f"{document.name}.b64")).open("rb") as content:
            while data := content.read(_CODED):
                start, started = time.perf_counter(), time.process_time()
                work(data)
                total += time.perf_counter() - start
                busy += time.process_time() - started
    return {"alone": total, "alone_busy": busy}
