"""Signatures and ciphers, against WeChat's published examples and against everything that could be wrong."""

from __future__ import annotations

import base64
import os
import struct

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from wechat.platform import crypto

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APPID = "wxb11529c136998cb6"

OFFICIAL = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT"
    "740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8Y"
    "L/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=")


def sealed(plain: bytes, key: str = KEY) -> str:
    """Any plain text of whole blocks under the key, as an attacker who has the key could make it."""
    raw = base64.b64decode(key + "=")
    encryptor = Cipher(algorithms.AES(raw), modes.CBC(raw[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def padded(plain: bytes, pad: int | None = None) -> bytes:
    missing = 32 - len(plain) % 32
    return plain + bytes([missing if pad is None else pad]) * missing


@pytest.mark.parametrize(("timestamp", "nonce", "signature"), [
    ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
    ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
])
def test_the_official_signatures_verify(timestamp: str, nonce: str, signature: str) -> None:
    crypto.verify(signature, "AAAAA", timestamp, nonce)
    with pytest.raises(crypto.Rejected):
        crypto.verify(signature, "AAAAA", timestamp, nonce + "1")


def test_the_official_encrypted_push_opens() -> None:
    crypto.verify("6c5c811b55cc85e0e1b54100749188c20beb3f5d", "AAAAA", "1714112445", "415670741")
    crypto.verify("046e02f8204d34f8ba5fa3b1db94908f3df2e9b3", "AAAAA", "1714112445", "415670741", OFFICIAL)
    message = crypto.decrypt("A" * 43, "wxba5fad812f8e6fb9", OFFICIAL)
    assert message == (
        b'{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,'
        b'"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}')


def test_a_push_for_another_appid_is_rejected() -> None:
    with pytest.raises(crypto.Rejected):
        crypto.decrypt("A" * 43, "wxba5fad812f8e6fb0", OFFICIAL)


def test_encryption_with_fixed_random_bytes_gives_the_known_text() -> None:
    message = "我是中文abcd123".encode()
    expected = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
    assert crypto.encrypt(KEY, APPID, message, b"aaaabbbbccccdddd") == expected
    assert crypto.decrypt(KEY, APPID, expected) == message


@given(st.binary(max_size=300))
def test_what_was_encrypted_opens_again(message: bytes) -> None:
    assert crypto.decrypt(KEY, APPID, crypto.encrypt(KEY, APPID, message)) == message


def test_the_random_bytes_differ_each_time() -> None:
    assert crypto.encrypt(KEY, APPID, b"x") != crypto.encrypt(KEY, APPID, b"x")


WHOLE = b"r" * 16 + struct.pack(">I", 2) + b"hi" + APPID.encode()

BROKEN = {
    "not base64": "!!!!", "base64 with a line break": crypto.encrypt(KEY, APPID, b"hi")[:20] + "\n" + "AAAA",
    "half a base64 group": crypto.encrypt(KEY, APPID, b"hi")[:-3], "empty": "", "not ascii": "密文",
    "not whole blocks": base64.b64encode(b"x" * 17).decode(),
    "padding 0": sealed(padded(WHOLE, 0)), "padding 33": sealed(padded(WHOLE, 33)),
    "padding 255": sealed(padded(WHOLE, 255)),
    "padding not uniform": sealed(padded(WHOLE)[:-2] + b"\x00" + padded(WHOLE)[-1:]),
    "padding longer than all": sealed(b"\x20" * 16),
    "length beyond the end": sealed(padded(b"r" * 16 + struct.pack(">I", 2**31) + b"hi" + APPID.encode())),
    "length short by one": sealed(padded(b"r" * 16 + struct.pack(">I", 1) + b"hi" + APPID.encode())),
    "no appid": sealed(padded(b"r" * 16 + struct.pack(">I", 2) + b"hi")),
    "another appid": crypto.encrypt(KEY, "wx0000000000000000", b"hi"),
    "a prefix of the appid": crypto.encrypt(KEY, APPID[:-1], b"hi"),
    "shorter than its head": sealed(padded(b"r" * 10)),
    "another key": crypto.encrypt("B" * 43, APPID, b"hi"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_every_broken_cipher_text_is_the_same_rejection(name: str) -> None:
    with pytest.raises(crypto.Rejected) as caught:
        crypto.decrypt(KEY, APPID, BROKEN[name])
    assert (caught.value.args == () and caught.value.__suppress_context__) or caught.value.__context__ is None


@pytest.mark.parametrize("key", ["", "a" * 42, "a" * 44, "密" * 43, "a" * 42 + "="])
def test_a_key_of_the_wrong_shape_is_a_rejection(key: str) -> None:
    with pytest.raises(crypto.Rejected):
        crypto.decrypt(key, APPID, crypto.encrypt(KEY, APPID, b"hi"))


def test_a_key_whose_last_character_carries_spare_bits_works() -> None:
    key = "A" * 42 + "B"
    assert crypto.decrypt(key, APPID, crypto.encrypt("A" * 43, APPID, b"hi")) == b"hi"


@given(st.binary(min_size=1, max_size=20))
def test_random_blocks_never_open_and_never_break(blocks: bytes) -> None:
    with pytest.raises(crypto.Rejected):
        crypto.decrypt(KEY, APPID, base64.b64encode(blocks * 16).decode())


def test_random_of_the_system_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "urandom", lambda count: b"abcdefghijklmnop"[:count])
    assert crypto.encrypt(KEY, APPID, b"hi") == crypto.encrypt(KEY, APPID, b"hi", b"abcdefghijklmnop")
