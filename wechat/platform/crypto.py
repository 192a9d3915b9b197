"""Signatures and encryption of pushes and of their answers.

A push is signed by sha1 over the sorted token, timestamp and nonce; an encrypted one also over its cipher text. The
key is 43 characters of base64 (its last character may carry bits that decode to nothing), the cipher AES-256-CBC with
the first 16 bytes of the key as IV, padded to blocks of 32 bytes. Inside: 16 random bytes, the length of the message
in bytes, the message, the appid. Whatever is wrong with a cipher text, the error is the same `Rejected`, so that
nobody learns from the difference.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import os
import re
import struct
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 32
HEAD = 20
_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


class Rejected(Exception):
    """The push is not WeChat's, or was changed on its way. There is never more to say than that."""


def sign(*parts: str) -> str:
    """The signature WeChat makes of these words, whatever their order."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def verify(signature: str, *parts: str) -> None:
    """Raises Rejected unless the signature is right; takes the same time for any wrong one."""
    if not hmac.compare_digest(sign(*parts).encode(), signature.encode()):
        raise Rejected


def is_key(encoding_aes_key: str) -> bool:
    return _KEY.fullmatch(encoding_aes_key) is not None


def encrypt(encoding_aes_key: str, appid: str, message: bytes, random: bytes | None = None) -> str:
    """The base64 text for `Encrypt`. `random` is 16 bytes and only given to reproduce a published example."""
    plain = (random or os.urandom(16)) + struct.pack(">I", len(message)) + message + appid.encode()
    pad = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(encoding_aes_key).encryptor()
    return binascii.b2a_base64(encryptor.update(plain + bytes([pad]) * pad), newline=False).decode()


def decrypt(encoding_aes_key: str, appid: str, encrypted: str) -> bytes:
    """The message inside. Raises Rejected for anything that this account's key and appid did not make."""
    try:
        sealed = binascii.a2b_base64(encrypted, strict_mode=True)
    except (binascii.Error, ValueError):
        raise Rejected from None
    if not sealed or len(sealed) % 16:
        raise Rejected
    return _open(_cipher(encoding_aes_key).decryptor().update(sealed), appid.encode())


def _open(plain: bytes, appid: bytes) -> bytes:
    pad = plain[-1]
    end = len(plain) - pad
    sound = 1 <= pad <= BLOCK and end >= HEAD and plain[end:] == bytes([pad]) * pad
    if not sound:
        raise Rejected
    stop = HEAD + int.from_bytes(plain[16:HEAD], "big")
    if stop > end or not hmac.compare_digest(plain[stop:end], appid):
        raise Rejected
    return plain[HEAD:stop]


@lru_cache(maxsize=256)
def _cipher(encoding_aes_key: str) -> Cipher[CBC]:
    if not is_key(encoding_aes_key):
        raise Rejected
    key = binascii.a2b_base64(encoding_aes_key + "=")
    return Cipher(AES256(key), CBC(key[:16]))
