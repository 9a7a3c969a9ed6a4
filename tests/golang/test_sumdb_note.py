"""Signed notes, against the example in x/mod/sumdb/note and the key of the public database."""

from __future__ import annotations

import base64

import pytest

from unjam.golang.sumdb_note import open_note, parse_verifier, sign_note, verifier_of

KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = (
    TEXT + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
PUBLIC = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"


@pytest.mark.parametrize("text", [KEY, PUBLIC])
def test_a_key_is_read_and_written_the_same(text: str) -> None:
    """`NAME+HASH+KEY`."""
    assert str(parse_verifier(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sum.golang.org",
        KEY[:-4],
        KEY.replace("c74f20a3", "c74f20a4"),
        KEY.replace("+A", "+B"),
        KEY.replace("Peter", "Pe ter"),
    ],
)
def test_a_key_that_go_refuses_is_none(text: str) -> None:
    """A wrong hash, another algorithm, half a key."""
    assert parse_verifier(text) is None


def test_the_example_note_is_signed_and_opened() -> None:
    """Ed25519 signs the same text with the same bytes, always."""
    assert str(verifier_of("PeterNeumann", SEED)) == KEY
    assert sign_note(TEXT, "PeterNeumann", SEED) == NOTE
    verifier = parse_verifier(KEY)
    assert verifier
    assert open_note(NOTE, verifier) == TEXT


@pytest.mark.parametrize(
    "note",
    [
        b"",
        TEXT.encode(),
        NOTE.replace(b"problem is", b"problem was"),
        NOTE.replace(b"Peter", b"Petra"),
        NOTE[:-1],
        NOTE + b"and more\n",
        NOTE.replace(b"If", b"\xff\xfe"),
        NOTE.replace(b"If", b"\x07"),
    ],
)
def test_a_note_that_was_touched_says_nothing(note: bytes) -> None:
    """Neither another text nor another name nor a control character passes."""
    verifier = parse_verifier(KEY)
    assert verifier
    assert open_note(note, verifier) is None


def test_a_second_signature_does_no_harm() -> None:
    """Others may sign as well."""
    verifier = parse_verifier(KEY)
    assert verifier
    other = sign_note(TEXT, "other", bytes(32)).rpartition(b"\n\n")[2]
    assert open_note(NOTE + other, verifier) == TEXT


def test_the_text_of_a_note_ends_in_a_newline() -> None:
    """Otherwise its signature would be read as text."""
    with pytest.raises(ValueError, match="newline"):
        sign_note("no newline", "name", bytes(32))
