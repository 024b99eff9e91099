"""Signs the PDF with PAdES, and adds a field on the first page that names the signer.

References:
    ETSI EN 319 142-1 (PAdES), ISO 32000-1 12.8 (signatures) and 14.7 (structure)
"""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from asn1crypto import pem, x509
from pyhanko.pdf_utils import layout
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.stamp.static import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from echoforensics.report.pdf.document import FIELD
from echoforensics.report.pdf.own_certificate import own_certificate
from echoforensics.report.pdf.structure import tag_field
from echoforensics.report.pdf.texts import ShownTexts
from echoforensics.report.pdf.typesetter import json_bytes

if TYPE_CHECKING:
    from chain_of_custody.signer import Signer
    from echoforensics.report.pdf.typesetter import Typesetter
    from echoforensics.report.words.language import Language

#: The name of the signature's field.
FIELD_NAME = "ExaminerSignature"
#: The field's position on the first page, in points from the left and lower edges, matching the template.
_LEFT, _BOTTOM = 51, 60
_SIGNATURE_SIZE = 80


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class DocumentSigner:
    """The signer of a document.

    Attributes:
        key: the examiner's key.
        name: the examiner's name in the case.
        since: when a self-signed certificate becomes valid: the time the case was begun.
        provisional: whether the program generated the key on first use and nobody has claimed it by name.
        certificates: the key's certificate in PEM, followed by its issuers'; empty if there is none.
        when: the time of the signature by the examiner's computer.
    """

    key: Signer
    name: str
    since: datetime
    provisional: bool = False
    certificates: str = ""
    when: datetime = field(default_factory=_now)

    def chain(self) -> list[x509.Certificate]:
        """The signature's certificate, followed by its issuers'."""
        if self.certificates:
            found = pem.unarmor(self.certificates.encode(), multiple=True)
            return [x509.Certificate.load(der) for _, _, der in found]
        return [x509.Certificate.load(own_certificate(self.key, self.name, self.since))]


class _KeySigner(signers.Signer):
    """Signs a document through the examiner's key, which may be on a token."""

    def __init__(self, key: Signer, chain: list[x509.Certificate]) -> None:
        store = SimpleCertificateStore()
        store.register_multiple(chain[1:])
        super().__init__(signing_cert=chain[0], cert_registry=store)
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if digest_algorithm != "sha256":
            raise ValueError(digest_algorithm)
        return bytes(_SIGNATURE_SIZE) if dry_run else self._key.sign(data)


def sign_document(
    document: bytes, signer: DocumentSigner, setter: Typesetter, words: Language, missing: frozenset[str]
) -> bytes:
    """Sign a document. The signature covers all its bytes.

    Args:
        document: the typeset document, with space for the field on its first page.
        signer: the signer.
        setter: typesets the visible part of the signature.
        words: the language.
        missing: characters that no font has.
    """
    chain = signer.chain()
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    box = (_LEFT, _BOTTOM, _LEFT + FIELD[0], _BOTTOM + FIELD[1])
    spec = fields.SigFieldSpec(
        FIELD_NAME, on_page=0, box=box, readable_field_name=words.text("Signature of the examiner")
    )
    fields.append_signature_field(writer, spec)
    tag_field(writer, FIELD_NAME)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD_NAME, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES,
        name=signer.name or None, reason=words.text("Report of an examination"),
    )  # fmt: skip
    with TemporaryDirectory(prefix="echoforensics-") as folder:
        stamp = Path(folder) / "stamp.pdf"
        stamp.write_bytes(setter.stamp(_stamp_content(signer, chain[0], setter, words, missing)))
        style = StaticStampStyle.from_pdf_file(
            str(stamp), border_width=0, background_layout=layout.SimpleBoxLayoutRule(
                x_align=layout.AxisAlignment.ALIGN_MIN, y_align=layout.AxisAlignment.ALIGN_MIN,
                margins=layout.Margins.uniform(0),
            ),
        )  # fmt: skip
        pdf_signer = signers.PdfSigner(metadata, _KeySigner(signer.key, chain), stamp_style=style)
        # It starts an asyncio loop; this thread may already run one, for example in a notebook.
        with ThreadPoolExecutor(1) as own_thread:
            signed = own_thread.submit(pdf_signer.sign_pdf, writer, existing_fields_only=True).result()
    return bytes(signed.getbuffer())


def _stamp_content(
    signer: DocumentSigner, certificate: x509.Certificate, setter: Typesetter, words: Language, missing: frozenset[str]
) -> dict[str, bytes]:
    say = words.text
    printed = signer.key.public.fingerprint
    groups = " ".join(printed[at : at + 4] for at in range(0, len(printed), 4))
    issued = (
        say("Certificate: issued by {issuer}", issuer=certificate.issuer.human_friendly)
        if signer.certificates
        else say("Certificate: made from the key itself. Nobody vouches for the name; compare the fingerprint.")
    )
    lines = [
        ("own", say("Signed electronically by {name}", name=certificate.subject.native.get("common_name", ""))),
        ("own", say("Key (SHA-256 of the public key):")),
        ("code", groups),
        ("own", issued),
        *([("own", say("PROVISIONAL key: no examiner has put a name to it."))] if signer.provisional else []),
        ("own", say("{time} UTC, by the examiner's computer", time=f"{signer.when:%Y-%m-%d %H:%M:%S}")),
    ]
    seen = {each for _, text in lines for each in text if not each.isascii()}
    texts = ShownTexts(missing | setter.missing(seen - missing))
    data = {
        "width": FIELD[0], "height": FIELD[1], "fonts": setter.fonts,
        "lines": [[kind, texts.shown(text)] for kind, text in lines],
    }  # fmt: skip
    return {"document.json": json_bytes(data)}
