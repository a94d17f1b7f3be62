"""Whatever bytes come back, only documented errors leave the client."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdg62_connect.errors import OutcomeUnknown, PlatformError

ANSWERS = (
    b"OK\n48211\n\n",
    b"OK\n4\n<?xml version='1.0'?><a:AR xmlns:a='urn:x'><b/></a:AR>\n",
    b"OK\n-1\n<a><b></b></a>Anomalie signal\xe9e",
    "KO\nUn acte portant le même numéro interne existe déjà\n".encode("iso-8859-1"),
    b"KO\nAcc\xe8s refus\xe9\n",
    b'[{"id":9001,"name":"a.xml","posted_filename":"","mimetype":"text\\/xml","size":"14","code_pj":""}]',
    b'{"status_id":"1","limit":100,"transactions":[{"id":"5","number":"A1","date":"2025-03-14","type":"1"}]}',
    b"<!DOCTYPE html><html><head><title>Connexion</title></head></html>",
    b"<?xml version='1.0'?><!-- c --><r:Racine xmlns:r='urn:x'></r:Racine>",
    b"%PDF-1.7\n%%EOF\n",
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    body = draw(st.sampled_from(ANSWERS))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 12)))
        patch = draw(
            st.binary(max_size=4) | st.sampled_from([b"\n", b"<", b"</", b"\xef\xbb\xbf", b"&#039;"])
        )
        body = body[:start] + patch + body[end:]
    return body


def refused_by(call: Callable[[], object]) -> PlatformError | None:
    try:
        call()
    except PlatformError as error:
        return error
    return None


QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(body=mutated(), status=st.sampled_from([200, 200, 200, 302, 403, 500]), location=st.text(max_size=12))
def test_reads_give_a_value_or_a_platform_error(s2low, platform, tmp_path, body, status, location):
    ascii_location = location.encode("ascii", "ignore").decode().replace("\r", "").replace("\n", "")
    platform.answers(body, status=status, Location=ascii_location)
    reads: list[Callable[[], object]] = [
        s2low.connexion.test,
        s2low.classification.lire,
        lambda: s2low.actes.statut(1),
        lambda: s2low.actes.ar(1),
        lambda: s2low.actes.fichiers(1),
        lambda: s2low.actes.lister(1),
        lambda: s2low.actes.bordereau(1, into=tmp_path),
    ]
    for read in reads:
        error = refused_by(read)
        assert not isinstance(error, OutcomeUnknown)
        assert error is None or (error.operation and error.advice)


@QUICK
@given(body=mutated(), status=st.sampled_from([200, 200, 200, 302, 500]))
def test_a_deposit_gives_a_number_or_a_platform_error_and_only_ko_proves_a_refusal(
    s2low, platform, acte, body, status
):
    platform.answers(body, status=status)
    try:
        number = s2low.actes.transmettre(acte())
    except OutcomeUnknown:
        return
    except PlatformError:
        assert status == 200
        assert body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"KO")
        return
    assert status == 200
    assert str(number).encode() in body


@pytest.mark.parametrize("cut", range(len(b"OK\n48211\n")))
def test_a_deposit_cut_anywhere_before_its_line_end_is_never_believed(s2low, platform, acte, cut):
    platform.answers(b"OK\n48211\n\n"[:cut])
    with pytest.raises(OutcomeUnknown):
        s2low.actes.transmettre(acte())
