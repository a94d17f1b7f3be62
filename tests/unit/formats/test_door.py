from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cdg62_connect import formats

HEAVY = {"lxml", "pyhanko", "pyhanko_certvalidator", "cryptography", "asn1crypto"}


def test_every_public_name_is_there() -> None:
    assert sorted(formats.__all__) == sorted(set(formats.__all__))
    assert all(hasattr(formats, name) for name in formats.__all__)


def test_without_pyhanko_the_extra_to_install_is_named(tmp_path: Path) -> None:
    code = """
import sys; sys.modules["pyhanko"] = None
from datetime import datetime, UTC
from pathlib import Path
from cdg62_connect.errors import MissingExtra
from cdg62_connect.formats import check_pdf, verify_pades
for call in (lambda: check_pdf(Path(sys.argv[1]), limit=9),
             lambda: verify_pades(Path(sys.argv[1]), anchors=[], moment=datetime.now(UTC))):
    try: call()
    except MissingExtra as missing: print(missing.extra)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "document.pdf")]
    assert (
        subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() == ["journey"] * 2
    )


def test_importing_the_package_loads_neither_lxml_nor_pyhanko() -> None:
    code = "import sys, cdg62_connect.formats; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert not HEAVY & set(loaded.split())
