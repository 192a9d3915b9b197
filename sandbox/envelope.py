"""Signatures, encryption and the two notations of a push, as the platform's message-push page has them."""

import base64
import binascii
import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Fields = dict[str, Any]


class Unreadable(Exception):
    """What came back cannot be understood; the text says why."""


def signature(*parts: str) -> str:
    """SHA-1 of the sorted parts, put together without anything between them."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def key_of(encoding_aes_key: str) -> bytes:
    """The 32 bytes behind the 43 characters of an EncodingAESKey."""
    return base64.b64decode(encoding_aes_key + "=")


def seal(encoding_aes_key: str, appid: str, message: str, salt: bytes | None = None) -> str:
    """The text of `Encrypt`: 16 random bytes, length, message, appid; AES-256-CBC, the key's head as IV."""
    key, body = key_of(encoding_aes_key), message.encode()
    plain = (salt or secrets.token_bytes(16)) + len(body).to_bytes(4, "big") + body + appid.encode()
    missing = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def unseal(encoding_aes_key: str, appid: str, sealed: str) -> str:
    """The message inside `Encrypt`; anything wrong with it is Unreadable."""
    key = key_of(encoding_aes_key)
    try:
        decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        padded = decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()
        plain = unpad(padded)
        end = 20 + int.from_bytes(plain[16:20], "big")
        message, owner = plain[20:end].decode(), plain[end:].decode()
    except (ValueError, binascii.Error) as error:
        raise Unreadable(f"Encrypt cannot be opened: {error}") from error
    if end > len(plain) or owner != appid:
        raise Unreadable("Encrypt is not of this appid")
    return message


def unpad(padded: bytes) -> bytes:
    """Take off the padding, which is of 32-byte blocks and must be whole."""
    missing = padded[-1] if padded else 0
    if not 1 <= missing <= BLOCK or padded[-missing:] != bytes([missing]) * missing:
        raise ValueError("bad padding")
    return padded[:-missing]


def write(fields: Fields, data_format: str) -> str:
    """The fields as the account wants its pushes: XML or JSON."""
    if data_format == "json":
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return "<xml>" + "".join(elements(fields)) + "</xml>"


def elements(fields: Fields) -> Iterator[str]:
    """Numbers bare, texts as CDATA, a list as its element repeated."""
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            yield f"<{name}>{inner(one)}</{name}>"


def inner(value: Any) -> str:
    """The inside of one element."""
    if isinstance(value, dict):
        return "".join(elements(value))
    if isinstance(value, (int, float)):
        return str(value)
    return "<![CDATA[" + NOT_XML.sub("", str(value)).replace("]]>", "]]]]><![CDATA[>") + "]]>"


def read(text: str) -> Fields:
    """An answer in either notation; XML that repeats an element gives a list."""
    try:
        if text.lstrip().startswith("{"):
            found = json.loads(text)
            return dict(found)
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise Unreadable("declares a document type")
        root = ElementTree.fromstring(text)  # noqa: S314  no document type gets this far
    except (ValueError, ElementTree.ParseError) as error:
        raise Unreadable(f"neither XML nor JSON: {error}") from error
    if root.tag != "xml":
        raise Unreadable(f"the root element is <{root.tag}>, not <xml>")
    return children(root)


def children(element: ElementTree.Element) -> Fields:
    """The elements below one, by name."""
    found: Fields = {}
    for child in element:
        value = children(child) if len(child) else (child.text or "")
        if child.tag in found:
            earlier = found[child.tag]
            found[child.tag] = [*(earlier if isinstance(earlier, list) else [earlier]), value]
        else:
            found[child.tag] = value
    return found
