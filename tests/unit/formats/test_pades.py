from __future__ import annotations

import asyncio
import io
import logging
import random
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation.dss import DocumentSecurityStore

from cdg62_connect.errors import ConfigurationError, HostileInput, InvalidFile, InvalidInput
from cdg62_connect.formats import PadesSignature, PadesVerdict, verify_pades

if TYPE_CHECKING:
    Authority = Any
    Write = Callable[[bytes], Path]
    Sign = Callable[..., bytes]

MOMENT = datetime(2025, 6, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def once(make_pdf: Callable[..., bytes], sign: Sign, maire: signers.SimpleSigner) -> bytes:
    """A PDF signed once."""
    return sign(make_pdf("Arrêté"), maire)


@pytest.fixture(scope="module")
def twice(once: bytes, sign: Sign, authority: Authority) -> bytes:
    """A PDF signed once, then by somebody else."""
    return sign(once, authority.signer("Dominique Petit"), field="Signature2")


def changed(content: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """The PDF with one more revision, not signed."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def named(entries: dict[str, Any]) -> dict[Any, Any]:
    return {generic.pdf_name(key): value for key, value in entries.items()}


def page_rewritten(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT (Refus) Tj ET"))
    writer.update_container(page)


def test_a_signed_document_is_intact_whole_and_trusted(once: bytes, pdf: Write, authority: Authority) -> None:
    verdict = verify_pades(pdf(once), anchors=[authority.anchor], moment=MOMENT)
    assert (verdict.signed, verdict.trusted, verdict.problem) == (True, True, "")
    (signature,) = verdict.signatures
    assert (signature.field, signature.signer) == ("Signature1", "Camille Martin")
    assert (signature.intact, signature.covers_document, signature.trusted) == (True, True, True)
    assert signature.problem == ""


def test_the_moment_of_signing_is_the_signers_own_and_aware(
    make_pdf: Callable[..., bytes], sign: Sign, pdf: Write, maire: signers.SimpleSigner
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    path = pdf(sign(make_pdf(), maire))
    (signature,) = verify_pades(path, anchors=[], moment=MOMENT).signatures
    assert signature.signed_at is not None
    assert before <= signature.signed_at <= datetime.now(UTC)


def test_without_anchors_a_signature_is_whole_but_nobody_is_trusted(once: bytes, pdf: Write) -> None:
    verdict = verify_pades(pdf(once), anchors=[], moment=MOMENT)
    assert verdict.signed
    assert not verdict.trusted
    assert "autorité de confiance" in verdict.problem
    assert "Camille Martin" in verdict.problem


def test_the_signer_of_an_unknown_authority_is_not_trusted(
    make_pdf: Callable[..., bytes], sign: Sign, pdf: Write, authority: Authority, stranger: Authority
) -> None:
    content = sign(make_pdf(), stranger.signer("Camille Martin"))
    assert not verify_pades(pdf(content), anchors=[authority.anchor], moment=MOMENT).trusted
    assert verify_pades(pdf(content), anchors=[authority.anchor, stranger.anchor], moment=MOMENT).trusted


def test_one_file_may_hold_several_anchors(
    once: bytes, pdf: Write, authority: Authority, stranger: Authority, tmp_path: Path
) -> None:
    bundle = tmp_path / "autorites.pem"
    bundle.write_bytes(
        b"# nos autorites\n" + stranger.anchor.read_bytes() + b"\n" + authority.anchor.read_bytes()
    )
    assert verify_pades(pdf(once), anchors=[bundle], moment=MOMENT).trusted


@pytest.mark.parametrize("moment", [datetime(1999, 6, 1, tzinfo=UTC), datetime(2050, 6, 1, tzinfo=UTC)])
def test_certificates_are_judged_at_the_given_moment(
    moment: datetime, once: bytes, pdf: Write, authority: Authority
) -> None:
    verdict = verify_pades(pdf(once), anchors=[authority.anchor], moment=moment)
    assert verdict.signed
    assert not verdict.trusted
    assert "pas valide à ce moment" in verdict.problem


@pytest.mark.parametrize(
    ("usage", "trusted"),
    [("content_commitment", True), ("digital_signature", True), ("key_encipherment", False)],
)
def test_a_person_and_a_seal_may_sign_but_not_a_certificate_made_for_something_else(
    usage: str,
    trusted: bool,
    make_pdf: Callable[..., bytes],
    sign: Sign,
    pdf: Write,
    authority: Authority,
) -> None:
    content = sign(make_pdf(), authority.signer("Cachet", key_usage=usage))
    verdict = verify_pades(pdf(content), anchors=[authority.anchor], moment=MOMENT)
    assert verdict.signed
    assert verdict.trusted is trusted
    assert trusted or "pas fait pour signer" in verdict.problem


def test_a_signature_by_a_worn_out_algorithm_is_not_trusted(
    make_pdf: Callable[..., bytes], sign: Sign, pdf: Write, authority: Authority, maire: signers.SimpleSigner
) -> None:
    content = sign(make_pdf(), maire, md_algorithm="sha1")
    verdict = verify_pades(pdf(content), anchors=[authority.anchor], moment=MOMENT)
    assert not verdict.trusted
    assert "plus sûr" in verdict.problem


def test_a_document_changed_under_its_signature_is_not_intact(
    once: bytes, pdf: Write, authority: Authority
) -> None:
    verdict = verify_pades(
        pdf(once.replace(b"/MediaBox", b"/mediaBox", 1)), anchors=[authority.anchor], moment=MOMENT
    )
    (signature,) = verdict.signatures
    assert (signature.intact, signature.covers_document, signature.trusted) == (False, False, False)
    assert "modifié" in signature.problem
    assert not verdict.signed


def test_two_signatures_are_both_whole_and_in_order(twice: bytes, pdf: Write, authority: Authority) -> None:
    verdict = verify_pades(pdf(twice), anchors=[authority.anchor], moment=MOMENT)
    assert [signature.signer for signature in verdict.signatures] == ["Camille Martin", "Dominique Petit"]
    assert all(signature.covers_document for signature in verdict.signatures)
    assert verdict.trusted


def test_a_page_changed_after_the_last_signature_is_not_covered(
    once: bytes, pdf: Write, authority: Authority
) -> None:
    verdict = verify_pades(pdf(changed(once, page_rewritten)), anchors=[authority.anchor], moment=MOMENT)
    (signature,) = verdict.signatures
    assert (signature.intact, signature.covers_document) == (True, False)
    assert "ne couvre pas tout" in signature.problem
    assert not verdict.signed


def test_a_page_changed_between_two_signatures_is_held_against_the_first_only(
    once: bytes, sign: Sign, pdf: Write, authority: Authority
) -> None:
    content = sign(changed(once, page_rewritten), authority.signer("Dominique Petit"), field="Signature2")
    verdict = verify_pades(pdf(content), anchors=[authority.anchor], moment=MOMENT)
    assert [signature.covers_document for signature in verdict.signatures] == [False, True]
    assert verdict.signed


def test_bytes_after_the_signed_part_are_not_covered(once: bytes, pdf: Write, authority: Authority) -> None:
    verdict = verify_pades(pdf(once + b"\n% ajout\n"), anchors=[authority.anchor], moment=MOMENT)
    assert verdict.signatures[0].intact
    assert not verdict.signed


def test_validation_data_added_after_the_last_signature_takes_nothing_away(
    once: bytes, pdf: Write, authority: Authority, maire: signers.SimpleSigner
) -> None:
    completed = io.BytesIO(once)
    DocumentSecurityStore.add_dss(completed, sig_contents=None, certs=[maire.signing_cert])
    assert len(completed.getvalue()) > len(once)
    verdict = verify_pades(pdf(completed.getvalue()), anchors=[authority.anchor], moment=MOMENT)
    assert verdict.trusted
    assert verdict.signatures[0].covers_document


def test_a_form_filled_after_the_signature_is_a_change_like_another(
    make_pdf: Callable[..., bytes], sign: Sign, pdf: Write, authority: Authority, maire: signers.SimpleSigner
) -> None:
    def with_form(writer: IncrementalPdfFileWriter) -> None:
        text = {
            "/FT": generic.pdf_name("/Tx"),
            "/T": generic.pdf_string("Montant"),
            "/V": generic.pdf_string("1"),
        }
        field = generic.DictionaryObject(named(text))
        form = generic.DictionaryObject(
            {generic.pdf_name("/Fields"): generic.ArrayObject([writer.add_object(field)])}
        )
        writer.root["/AcroForm"] = writer.add_object(form)
        writer.update_root()

    def filled(writer: IncrementalPdfFileWriter) -> None:
        field = writer.root["/AcroForm"]["/Fields"][0]
        field["/V"] = generic.pdf_string("100000")
        writer.update_container(field)

    signed = sign(changed(make_pdf(), with_form), maire)
    assert verify_pades(pdf(signed), anchors=[authority.anchor], moment=MOMENT).signed
    content = sign(changed(signed, filled), authority.signer("Dominique Petit"), field="Signature2")
    verdict = verify_pades(pdf(content), anchors=[authority.anchor], moment=MOMENT)
    assert [signature.covers_document for signature in verdict.signatures] == [False, True]


def test_an_unsigned_document_is_not_signed(
    make_pdf: Callable[..., bytes], pdf: Write, authority: Authority
) -> None:
    verdict = verify_pades(pdf(make_pdf()), anchors=[authority.anchor], moment=MOMENT)
    assert verdict == PadesVerdict(signatures=())
    assert (verdict.signed, verdict.trusted) == (False, False)
    assert "pas signé" in verdict.problem


@pytest.mark.parametrize("form", ["", "/Fields []", "/Fields null", "/Fields [42 (x) 1 0 R]"])
def test_a_form_without_signatures_is_not_signed(
    form: str, make_pdf: Callable[..., bytes], pdf: Write
) -> None:
    content = make_pdf(catalogue=f"/AcroForm << {form} >>")
    assert verify_pades(pdf(content), anchors=[], moment=MOMENT).signatures == ()


def test_a_place_kept_for_a_signature_is_not_a_signature(
    make_pdf: Callable[..., bytes], pdf: Write, authority: Authority
) -> None:
    content = changed(
        make_pdf(), lambda writer: fields.append_signature_field(writer, fields.SigFieldSpec("Signature1"))
    )
    assert verify_pades(pdf(content), anchors=[authority.anchor], moment=MOMENT).signatures == ()


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"/ETSI.CAdES.detached", b"/ETSI.Autre.detached"), (b"/Contents <30", b"/Contents <99")],
)
def test_a_signature_that_cannot_be_read_is_a_verdict_not_an_error(
    before: bytes, after: bytes, once: bytes, pdf: Write, authority: Authority
) -> None:
    assert before in once
    verdict = verify_pades(pdf(once.replace(before, after)), anchors=[authority.anchor], moment=MOMENT)
    (signature,) = verdict.signatures
    assert (signature.field, signature.intact) == ("Signature1", False)
    assert "illisible" in signature.problem
    assert not verdict.signed


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FICHIER_VIDE"),
        (b"<html>", "PAS_UN_PDF"),
        (b"%PDF-1.7\nrien\n%%EOF\n", "PAS_UN_PDF"),
    ],
)
def test_what_is_not_a_pdf_is_an_invalid_file(content: bytes, code: str, pdf: Write) -> None:
    with pytest.raises(InvalidFile) as refused:
        verify_pades(pdf(content), anchors=[], moment=MOMENT)
    assert refused.value.code == code


def test_a_pdf_whose_catalogue_is_broken_is_an_invalid_file(once: bytes, pdf: Write) -> None:
    with pytest.raises(InvalidFile) as refused:
        verify_pades(pdf(once.replace(b"/Root 1 0 R", b"/Root 9 9 R")), anchors=[], moment=MOMENT)
    assert refused.value.code == "PAS_UN_PDF"


def test_a_protected_pdf_is_an_invalid_file(make_pdf: Callable[..., bytes], pdf: Write) -> None:
    with pytest.raises(InvalidFile) as refused:
        verify_pades(pdf(make_pdf(trailer="/Encrypt 9 0 R")), anchors=[], moment=MOMENT)
    assert refused.value.code == "PDF_CHIFFRE"


def test_the_same_signature_in_a_hundred_fields_is_put_aside(
    once: bytes, pdf: Write, authority: Authority
) -> None:
    def repeated(writer: IncrementalPdfFileWriter) -> None:
        form = writer.root["/AcroForm"]
        value = form["/Fields"][0].raw_get("/V")
        for number in range(100):
            field = {"/FT": generic.pdf_name("/Sig"), "/T": generic.pdf_string(f"S{number}"), "/V": value}
            form["/Fields"].append(writer.add_object(generic.DictionaryObject(named(field))))
        writer.update_container(form["/Fields"])

    with pytest.raises(HostileInput, match="signatures"):
        verify_pades(pdf(changed(once, repeated)), anchors=[authority.anchor], moment=MOMENT)


@pytest.mark.parametrize("apart", [False, True], ids=["children inside", "children apart"])
def test_a_form_that_folds_onto_itself_is_put_aside(
    apart: bool, once: bytes, pdf: Write, authority: Authority
) -> None:
    def folded(writer: IncrementalPdfFileWriter) -> None:
        below = writer.add_object(generic.DictionaryObject(named({"/T": generic.pdf_string("x")})))
        for _ in range(60):
            twice_below = generic.ArrayObject([below, below])
            kids = writer.add_object(twice_below) if apart else twice_below
            field = named({"/T": generic.pdf_string("x"), "/Kids": kids})
            below = writer.add_object(generic.DictionaryObject(field))
        form = writer.root["/AcroForm"]
        form["/Fields"].append(below)
        writer.update_container(form["/Fields"])

    with pytest.raises(HostileInput, match="champs"):
        verify_pades(pdf(changed(once, folded)), anchors=[authority.anchor], moment=MOMENT)


@pytest.mark.parametrize(
    "content",
    [None, b"", b"bonjour", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
    ids=["absent", "empty", "not PEM", "not a certificate"],
)
def test_an_anchor_that_cannot_be_read_is_a_configuration_to_correct(
    content: bytes | None, once: bytes, pdf: Write, tmp_path: Path
) -> None:
    anchor = tmp_path / "ac.pem"
    if content is not None:
        anchor.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"ac\.pem"):
        verify_pades(pdf(once), anchors=[anchor], moment=MOMENT)


def test_a_moment_without_its_time_zone_is_refused(once: bytes, pdf: Write) -> None:
    with pytest.raises(InvalidInput, match="fuseau"):
        verify_pades(pdf(once), anchors=[], moment=datetime(2025, 6, 2))  # noqa: DTZ001 - the point of the test


def test_nothing_is_logged_and_the_loggers_are_given_back(
    once: bytes, pdf: Write, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("pyhanko")
    before = logger.level
    with caplog.at_level(logging.DEBUG):
        verify_pades(pdf(once), anchors=[], moment=MOMENT)
    assert not [record for record in caplog.records if record.name.startswith("pyhanko")]
    assert logger.level == before


def test_it_works_from_within_an_event_loop(once: bytes, pdf: Write, authority: Authority) -> None:
    path = pdf(once)

    async def within() -> PadesVerdict:
        return verify_pades(path, anchors=[authority.anchor], moment=MOMENT)

    assert asyncio.run(within()).trusted


def test_a_large_document_is_never_held_in_memory(
    make_pdf: Callable[..., bytes], sign: Sign, pdf: Write, authority: Authority, maire: signers.SimpleSigner
) -> None:
    path = pdf(sign(make_pdf(padding=b"x" * 30_000_000), maire))
    tracemalloc.start()
    try:
        assert verify_pades(path, anchors=[authority.anchor], moment=MOMENT).trusted
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_damage_outside_the_signature_itself_goes_unseen(
    seed: int, once: bytes, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chance = random.Random(seed)
    start, length, resume, _ = PdfFileReader(io.BytesIO(once)).embedded_signatures[0].byte_range
    place = chance.choice([*range(start, length), *range(resume, len(once))])
    damaged = bytearray(once)
    damaged[place] ^= chance.randrange(1, 256)
    path = tmp_path_factory.getbasetemp() / "damaged-signed.pdf"
    path.write_bytes(damaged)
    try:
        verdict = verify_pades(path, anchors=[authority.anchor], moment=MOMENT)
    except InvalidFile:
        return
    assert not verdict.signed


def test_a_verdict_needs_every_signature_intact_and_the_last_one_whole() -> None:
    def signature(*, intact: bool = True, covers: bool = True, trusted: bool = True) -> PadesSignature:
        return PadesSignature(
            field="S",
            intact=intact,
            covers_document=covers,
            trusted=trusted,
            signer="X",
            signed_at=None,
            problem="",
        )

    assert PadesVerdict(signatures=(signature(covers=False), signature())).signed
    assert not PadesVerdict(signatures=(signature(intact=False), signature())).signed
    assert not PadesVerdict(signatures=(signature(), signature(covers=False))).signed
    assert not PadesVerdict(signatures=(signature(trusted=False), signature())).trusted
