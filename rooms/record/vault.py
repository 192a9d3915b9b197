"""Secrets of WeChat accounts at rest: AES-256-GCM under a key derived from TEAHOUSE_SECRET_KEY.

A sealed text is `1.KEY.BASE64`: the format's version, eight hexadecimal digits that name the key, and nonce with
ciphertext. The name allows rotation: a vault seals with its first key and opens with any that it was given. What a
secret belongs to (table, row, field) is authenticated, so that a sealed text cannot be moved to another place.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rooms.errors import Misconfigured

NONCE = 12


class Vault:
    def __init__(self, secret_keys: Sequence[str], setting: str = "TEAHOUSE_SECRET_KEY") -> None:
        self._setting = setting
        self._keys = {_derive(key, "name", 4).hex(): AESGCM(_derive(key, "accounts", 32)) for key in secret_keys}
        self._digests = _derive(secret_keys[0], "digests", 32) if secret_keys else b""

    def seal(self, secret: str, place: str) -> str:
        """An empty secret stays empty."""
        if not secret:
            return ""
        if not self._keys:
            raise Misconfigured(f"{self._setting}: needed to keep secrets")
        name, key = next(iter(self._keys.items()))
        nonce = os.urandom(NONCE)
        box = nonce + key.encrypt(nonce, secret.encode(), place.encode())
        return f"1.{name}.{urlsafe_b64encode(box).decode()}"

    def open(self, sealed: str, place: str) -> str:
        """Raises Misconfigured when no key of ours fits: then the secrets must be entered again."""
        if not sealed:
            return ""
        version, _, rest = sealed.partition(".")
        name, _, text = rest.partition(".")
        key = self._keys.get(name)
        if version != "1" or key is None:
            raise Misconfigured(f"{self._setting}: not the key that sealed {place}")
        box = urlsafe_b64decode(text)
        try:
            return key.decrypt(box[:NONCE], box[NONCE:], place.encode()).decode()
        except InvalidTag:
            raise Misconfigured(f"{place}: the sealed text was changed or moved") from None

    def digest(self, *words: str) -> str:
        """64 hexadecimal digits that only our key makes of these words, to find something by that may not be read.

        Under the first key only: after a change of keys such digests have to be made anew.
        """
        if not self._digests:
            raise Misconfigured("TEAHOUSE_SECRET_KEY: needed to keep phone numbers and codes")
        return hmac.new(self._digests, "\0".join(words).encode(), hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return f"Vault({len(self._keys)} keys)"


def _derive(secret_key: str, purpose: str, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=f"teahouse record {purpose}".encode()).derive(secret_key.encode())
