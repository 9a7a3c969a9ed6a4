"""The lab's certificate authority, and the certificates that its servers show, good and bad."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_NAMES = ("localhost", "lab.example", "*.lab.example")
_DAY = dt.timedelta(days=1)


class Authority:
    """Signs what servers show. `ca_file` is what go has to trust (SSL_CERT_FILE)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._shown: dict[str, Path] = {}
        self._signer: tuple[x509.Certificate, EllipticCurvePrivateKey] | None = None
        self.ca_file = folder / "ca.pem"

    def context(self, kind: str, *, http2: bool) -> ssl.SSLContext:
        """A server's TLS settings. `kind` is good, or one of those of `BadCertificate`."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._file(kind))
        context.set_alpn_protocols(["h2", "http/1.1"] if http2 else ["http/1.1"])
        return context

    def _file(self, kind: str) -> Path:
        """The PEM file with certificate and key of this kind, made when it is first asked for."""
        with self._lock:
            if self._signer is None:
                self._signer = _root("unjam lab authority")
                self.ca_file.write_bytes(_pem(self._signer[0]))
            if kind not in self._shown:
                certificate, key = self._issue(kind)
                self._shown[kind] = self._folder / f"{kind}.pem"
                self._shown[kind].write_bytes(_pem(certificate) + _key_pem(key))
            return self._shown[kind]

    def _issue(self, kind: str) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
        if kind == "self-signed":
            return _sign("127.0.0.1", None)
        signer = _root("an authority nobody knows") if kind == "unknown-authority" else self._signer
        if kind == "other-host":
            return _sign("other.example", signer, names=("other.example",), here=False)
        return _sign("127.0.0.1", signer, ends=-1 if kind == "expired" else 1)


def _root(name: str) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    return _sign(name, None, authority=True)


def _sign(
    name: str,
    signer: tuple[x509.Certificate, EllipticCurvePrivateKey] | None,
    *,
    names: tuple[str, ...] = _NAMES,
    here: bool = True,
    ends: int = 1,
    authority: bool = False,
) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    """A certificate that ends `ends` days from now, signed by `signer` or by itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer[0].subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 2 * _DAY)
        .not_valid_after(now + ends * _DAY)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        alternatives: list[x509.GeneralName] = [x509.DNSName(each) for each in names]
        if here:
            alternatives.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return builder.sign(signer[1] if signer else key, hashes.SHA256()), key


def _pem(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def _key_pem(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
