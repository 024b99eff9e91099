"""Signing the PDF, and what checks it: pyHanko and poppler's ``pdfsig``."""

from __future__ import annotations

import asyncio
import io
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import pem, x509
from cryptography.x509 import load_der_x509_certificate
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from echoforensics.report.pdf.own_certificate import SELF_SIGNED, own_certificate
from echoforensics.report.pdf.signature import FIELD_NAME, DocumentSigner

BEGUN = datetime(2024, 3, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def signed(sealed: Any, pdf_of: Any) -> Path:
    path: Path = pdf_of(sealed.path, None, DocumentSigner(sealed.key, "Tëster", BEGUN))[0]
    return path


def is_valid(content: bytes) -> bool:
    """Whether pyHanko finds one signature, of all bytes, and valid with its own certificate as the anchor."""
    try:
        (found,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
        trusted = ValidationContext(trust_roots=[found.signer_cert])
        # It begins a loop of asyncio, and the driver of a browser may have one in this thread.
        with ThreadPoolExecutor(1) as own_thread:
            status = own_thread.submit(validate_pdf_signature, found, trusted).result()
    except (PdfReadError, ValueError, KeyError):
        return False  # the byte was one of the file's own structure
    return bool(status.intact and status.valid and status.trusted and status.bottom_line)


def poppler(path: Path) -> str:
    if shutil.which("pdfsig") is None:
        pytest.skip("pdfsig is not installed")
    return subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout


def test_a_document_is_signed_where_a_loop_is_running(sealed: Any, pdf_of: Any) -> None:
    async def signed_within() -> bytes:
        path: Path = pdf_of(sealed.path, None, DocumentSigner(sealed.key, "Tester", BEGUN))[0]
        return path.read_bytes()

    with ThreadPoolExecutor(1) as own_thread:
        assert is_valid(own_thread.submit(asyncio.run, signed_within()).result())


def test_two_programs_accept_the_signature(signed: Path, sealed: Any) -> None:
    assert is_valid(signed.read_bytes())
    says = poppler(signed)
    assert "Signature is Valid." in says
    assert "Total document signed" in says
    assert "ETSI.CAdES.detached" in says
    (found,) = PdfFileReader(io.BytesIO(signed.read_bytes())).embedded_signatures
    assert found.signer_cert.public_key.dump() == sealed.key.public.der


@pytest.mark.parametrize("place", [0.02, 0.5, 0.9])
def test_one_flipped_byte_is_refused_by_both(signed: Path, place: float) -> None:
    content = bytearray(signed.read_bytes())
    content[int(len(content) * place)] ^= 1
    signed.write_bytes(content)
    assert not is_valid(bytes(content))
    assert "Signature is Valid." not in poppler(signed)


def test_the_first_page_says_who_signed_and_with_which_key(signed: Path, sealed: Any) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    done = subprocess.run(["pdftotext", "-l", "1", str(signed), "-"], capture_output=True, text=True, check=True)
    page = "".join(done.stdout.split())
    assert "SignedelectronicallybyTëster" in page
    assert sealed.key.public.fingerprint in page
    assert "Nobodyvouchesforthename" in page
    assert "Thisdocumentisnotsigned" not in page


def test_the_field_has_its_place_in_the_structure(signed: Path) -> None:
    reader = PdfFileReader(io.BytesIO(signed.read_bytes()))
    assert len(reader.root["/AcroForm"]["/Fields"]) == 1
    field = reader.root["/AcroForm"]["/Fields"][0]
    assert field["/T"] == FIELD_NAME
    assert field["/TU"] == "Signature of the examiner"
    tree = reader.root["/StructTreeRoot"]
    numbers = tree["/ParentTree"]["/Nums"]
    elements = {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}
    element = elements[int(field["/StructParent"])]
    assert element["/S"] == "/Form"
    assert element["/K"]["/Obj"]["/T"] == FIELD_NAME
    assert tree["/ParentTreeNextKey"] == max(elements) + 1
    last = tree["/K"][0]["/K"][-1]
    assert last["/S"] == "/Form"


def test_a_certificate_of_an_agency_is_used_with_its_issuers(sealed: Any, pdf_of: Any) -> None:
    certificate = own_certificate(sealed.key, "Agency", BEGUN)
    given = pem.armor("CERTIFICATE", certificate).decode()
    path = pdf_of(sealed.path, None, DocumentSigner(sealed.key, "Tester", BEGUN, certificates=given))[0]
    (found,) = PdfFileReader(io.BytesIO(path.read_bytes())).embedded_signatures
    assert found.signer_cert.dump() == certificate


def test_a_provisional_key_is_named_so(sealed: Any, pdf_of: Any) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    path = pdf_of(sealed.path, None, DocumentSigner(sealed.key, "Tester", BEGUN, provisional=True))[0]
    done = subprocess.run(["pdftotext", "-l", "1", str(path), "-"], capture_output=True, text=True, check=True)
    assert "PROVISIONAL key: no examiner has put a name to it." in " ".join(done.stdout.split())


def test_the_certificate_of_a_key_s_own_says_that_nobody_vouches(sealed: Any) -> None:
    made = own_certificate(sealed.key, "T" * 100, BEGUN)
    assert made == own_certificate(sealed.key, "T" * 100, BEGUN)
    read = load_der_x509_certificate(made)
    read.verify_directly_issued_by(read)
    assert SELF_SIGNED in read.subject.rfc4514_string().replace("\\", "")
    assert read.not_valid_before_utc == BEGUN
    assert x509.Certificate.load(own_certificate(sealed.key, "", BEGUN)).subject.native["common_name"] == (
        f"Key {sealed.key.public.fingerprint[:16]}"
    )
