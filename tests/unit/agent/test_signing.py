"""Keys, signatures, digests and the words people compare."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from agent import signing


def test_canonical_json_is_one_byte_form() -> None:
    assert signing.canonical({"b": [1, True], "a": "é"}) == '{"a":"é","b":[1,true]}'.encode()


def test_canonical_json_has_no_nan() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        signing.canonical({"a": math.nan})


def test_a_digest_names_its_algorithm() -> None:
    assert signing.digest(b"").startswith("sha256:e3b0c44298fc1c14")


def test_a_signature_holds_for_its_key_and_bytes_only() -> None:
    key, other = signing.new_signing_key(), signing.new_signing_key()
    signature = signing.sign(key, b"text")
    public = signing.public_bytes(key)
    assert signing.verify(public, signature, b"text")
    assert not signing.verify(public, signature, b"test")
    assert not signing.verify(signing.public_bytes(other), signature, b"text")
    assert not signing.verify(public, signature[:-1], b"text")
    assert not signing.verify(b"short", signature, b"text")


def test_the_signed_text_of_a_call_covers_method_path_and_body() -> None:
    texts = {
        signing.request_text("post", "/a", b"1"),
        signing.request_text("GET", "/a", b"1"),
        signing.request_text("POST", "/b", b"1"),
        signing.request_text("POST", "/a", b"2"),
    }
    assert len(texts) == 4
    assert signing.request_text("post", "/a", b"1") == signing.request_text("POST", "/a", b"1")


def test_keys_are_saved_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "identity" / "sign.key"
    key = signing.new_signing_key()
    signing.save_key(path, key)
    assert path.stat().st_mode & 0o777 == 0o600
    assert signing.public_bytes(signing.load_signing_key(path)) == signing.public_bytes(key)
    with pytest.raises(FileExistsError):
        signing.save_key(path, key)


def test_a_key_file_open_to_others_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sign.key"
    signing.save_key(path, signing.new_signing_key())
    path.chmod(0o644)
    with pytest.raises(signing.KeyFileError, match="0600"):
        signing.load_signing_key(path)


def test_a_key_of_the_wrong_kind_is_refused(tmp_path: Path) -> None:
    sealing, broken = tmp_path / "seal.key", tmp_path / "broken.key"
    signing.save_key(sealing, signing.new_sealing_key())
    broken.touch(mode=0o600)
    with pytest.raises(signing.KeyFileError, match="Ed25519"):
        signing.load_signing_key(sealing)
    assert signing.public_bytes(signing.load_sealing_key(sealing))
    for path in (broken, tmp_path / "missing.key"):
        with pytest.raises(signing.KeyFileError, match="cannot be read"):
            signing.load_sealing_key(path)


def test_fingerprints_are_five_words_that_differ() -> None:
    words = signing.fingerprint(b"a" * 32)
    assert len(words.split("-")) == 5
    assert words == signing.fingerprint(b"a" * 32)
    assert words != signing.fingerprint(b"b" * 32)
