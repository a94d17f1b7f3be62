"""The page that tells what each operation does on each version of Pastell is what the tests of operations show."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cdg62_connect.pastell import Pastell
from support.pastell_operations import (
    COMMAND,
    PAGE,
    REFUSED,
    WORKS,
    Seen,
    page,
    public_resources,
    resources,
    told,
)


def test_the_page_has_a_cell_for_each_operation_on_each_version_and_none_is_untried() -> None:
    assert page(told()) == PAGE.read_text("utf-8"), f"lancez : {COMMAND}"
    assert set(told().values()) == {WORKS, REFUSED}


def test_every_public_object_that_has_operations_is_in_the_page() -> None:
    reached = {base for one in resources().values() for base in one.__mro__}
    assert public_resources() <= reached


def test_an_operation_of_which_the_page_says_something_else_is_caught(
    operations: Seen, connect: Callable[..., Pastell]
) -> None:
    assert connect().flux.connu("pdf-generique")
    operations.compare()
    operations.cells["pastell.flux.connu()", "4.0"] = REFUSED
    with pytest.raises(AssertionError, match="dit autre chose"):
        operations.compare()
    operations.cells["pastell.flux.connu()", "4.0"] = WORKS
