"""Finds the digital signatures of a PDF, and takes them out of the copy that a rewrite has broken anyway."""

from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from agenda_docs.intake.limits import NAME_LENGTH
from agenda_docs.intake.verdict import Signature

_FIELDS = 10_000


def signatures_of(pdf: Pdf) -> list[Signature]:
    """The signatures in the form fields of the file, in their order."""
    return [
        Signature(_name(field), _signer(value)[:NAME_LENGTH])
        for field in _fields(pdf)
        if isinstance(value := field.get(Name.V), Dictionary) and _is_signature(value)
    ]


def drop_signatures(pdf: Pdf) -> None:
    """Take the values of signature fields out and leave how they look: a broken signature would say "forged"."""
    for field in _fields(pdf):
        value = field.get(Name.V)
        if isinstance(value, Dictionary) and _is_signature(value):
            del field[Name.V]
    for key in (Name.Perms, Name.DSS):
        if key in pdf.Root:
            del pdf.Root[key]
    form = pdf.Root.get(Name.AcroForm)
    if isinstance(form, Dictionary) and Name.SigFlags in form:
        del form[Name.SigFlags]


def _fields(pdf: Pdf) -> Iterator[Object]:
    form = pdf.Root.get(Name.AcroForm)
    fields = form.get(Name.Fields) if isinstance(form, Dictionary) else None
    waiting = list(fields)[::-1] if isinstance(fields, Array) else []
    seen = 0
    while waiting and seen < _FIELDS:
        field = waiting.pop()
        if not isinstance(field, Dictionary):
            continue
        seen += 1
        yield field
        kids = field.get(Name.Kids)
        if isinstance(kids, Array):
            waiting.extend(list(kids)[::-1])


def _is_signature(value: Object) -> bool:
    return Name.ByteRange in value and isinstance(value.get(Name.Contents), String)


def _name(field: Object) -> str:
    title = field.get(Name.T)
    return str(title)[:NAME_LENGTH] if isinstance(title, String) else ""


def _signer(value: Object) -> str:
    """The name in the signer's certificate; where that cannot be read, what the signing program wrote."""
    try:
        certificates = pkcs7.load_der_pkcs7_certificates(_der(bytes(value[Name.Contents])))
        return _common_name(_end_of_chain(certificates))
    except (ValueError, TypeError, IndexError, NotImplementedError):
        written = value.get(Name.Name)
        return str(written) if isinstance(written, String) else ""


def _der(padded: bytes) -> bytes:
    """The structure without the zeros behind it, by its own length."""
    first = padded[1]
    if first < 0x80:
        return padded[: 2 + first]
    head = 2 + (first & 0x7F)
    return padded[: head + int.from_bytes(padded[2:head], "big")]


def _end_of_chain(certificates: list[x509.Certificate]) -> x509.Certificate:
    issuers = {certificate.issuer for certificate in certificates}
    ends = [certificate for certificate in certificates if certificate.subject not in issuers]
    return (ends or certificates)[0]


def _common_name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value)
