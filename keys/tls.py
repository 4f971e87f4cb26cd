"""Self-signed TLS certificates for nodes without a public name; the directory pins them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from keys.errors import KeyInvalid

DEFAULT_LIFETIME = timedelta(days=825)
_BACKDATE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TlsCertificate:
    """A certificate and its key, both PEM.

    :param sha256: SHA-256 (hex) of the certificate's DER, as the directory pins it.
    """

    certificate: bytes
    private_key: bytes = field(repr=False)
    sha256: str


def make_certificate(
    hosts: Sequence[str], now: datetime, lifetime: timedelta = DEFAULT_LIFETIME
) -> TlsCertificate:
    """Make a self-signed server certificate (ECDSA P-256, which every TLS stack speaks).

    :param hosts: DNS names and IP addresses by which peers reach the node; at least one.
    :raises KeyInvalid: ``tls-hosts-invalid``.
    """
    try:
        names = [_general_name(host) for host in hosts]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:64])])
    except (IndexError, ValueError):
        raise KeyInvalid("tls-hosts-invalid", hint="Name the node's host or address.") from None
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATE)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return TlsCertificate(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest(),
    )


def certificate_sha256(pem: bytes) -> str:
    """Return the SHA-256 (hex) of the DER of the first certificate in ``pem``.

    :raises KeyInvalid: ``tls-certificate-invalid``.
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise KeyInvalid("tls-certificate-invalid") from None
    return hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        if not host or len(host) > 253 or not host.isascii() or not host.isprintable():
            raise ValueError("not a host") from None
        return x509.DNSName(host)


def _key_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
