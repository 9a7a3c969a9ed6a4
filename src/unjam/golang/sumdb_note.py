"""Signed notes: how a checksum database signs the head of its tree (x/mod/sumdb/note).

A note is text that ends in a newline, a blank line, and signature lines `— NAME BASE64`. A verifier key, the value of
GOSUMDB, is `NAME+HASH+BASE64`: eight hex digits over name and key, and the key with its algorithm byte before it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

_ED25519 = b"\x01"


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and the name that goes with it."""

    name: str
    public: bytes

    @property
    def key_hash(self) -> bytes:
        """The four bytes that stand before a signature, and in hex in the key's text."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        """The key as GOSUMDB takes it."""
        return f"{self.name}+{self.key_hash.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"


def parse_verifier(text: str) -> Verifier | None:
    """The key that `text` (`NAME+HASH+BASE64`) says; None when go would refuse it."""
    name, _, rest = text.partition("+")
    digits, _, encoded = rest.partition("+")
    key = _decode(encoded)
    if not _is_name(name) or len(digits) != 8 or key is None or len(key) != 33 or key[:1] != _ED25519:
        return None
    verifier = Verifier(name, key[1:])
    return verifier if verifier.key_hash.hex() == digits.lower() else None


def sign_note(text: str, name: str, seed: bytes) -> bytes:
    """The note that says `text`, signed by the owner of the 32 bytes `seed` under `name`."""
    if not text.endswith("\n"):
        raise ValueError("the text of a note ends in a newline")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())
    line = base64.b64encode(verifier_of(name, seed).key_hash + signature).decode()
    return f"{text}\n— {name} {line}\n".encode()


def verifier_of(name: str, seed: bytes) -> Verifier:
    """The public half of the key that `seed` makes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Verifier(name, Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())


def open_note(note: bytes, verifier: Verifier) -> str | None:
    """The text of `note`, if `verifier` signed it; None if it is malformed, or its signature is missing or wrong."""
    body = _text(note)
    head, blank, signatures = body.rpartition("\n\n") if body else ("", "", "")
    if not blank or not signatures.endswith("\n"):
        return None
    text = head + "\n"
    lines = signatures.removesuffix("\n").split("\n")
    if len(lines) > 100:
        return None
    read = [_read_signature(line) for line in lines]
    ours = [signed[1] for signed in read if signed and signed[0] == verifier.name and signed[1][:4] == verifier.key_hash]
    if None in read or not ours:
        return None
    return text if _signed(verifier, text.encode(), ours[0][4:]) else None


def _text(note: bytes) -> str:
    try:
        text = note.decode()
    except UnicodeDecodeError:
        return ""
    return "" if any(letter < " " and letter != "\n" for letter in text) else text


def _read_signature(line: str) -> tuple[str, bytes] | None:
    if not line.startswith("— "):
        return None
    name, _, encoded = line.removeprefix("— ").partition(" ")
    signature = _decode(encoded)
    return (name, signature) if signature and len(signature) >= 5 and _is_name(name) else None


def _signed(verifier: Verifier, text: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(verifier.public).verify(signature, text)
    except InvalidSignature:
        return False
    return True


def _decode(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(letter.isspace() for letter in name)
