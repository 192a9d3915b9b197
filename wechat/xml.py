"""The XML of pushes: one element `xml` with texts inside. Nothing else of XML is wanted, so nothing else is read.

Document types, entities, processing instructions and repeated names are refused, and the text is UTF-8 whatever it
says of itself.
"""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

DEEPEST = 6
MOST_CHILDREN = 64
MOST_ELEMENTS = 1_000
_NOT_CARRIED = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class NotXml(ValueError):
    """Not what WeChat sends."""


def children(body: bytes) -> dict[str, str]:
    """The texts of the root's children by name; children of children are passed over. Raises NotXml."""
    reader = _Reader()
    try:
        reader.parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise NotXml from None
    return reader.found


def tree(body: bytes) -> dict[str, Any]:
    """What lies inside the root, children of children included: a text, a dict, or a list of what has the same name.
    Raises NotXml."""
    grower = _Grower()
    try:
        grower.parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise NotXml from None
    found = grower.root.get("xml")
    return found if isinstance(found, dict) else {}


def text(content: str) -> str:
    """A CDATA section that holds the content, whatever it holds. Characters that XML cannot carry are left out."""
    return f"<![CDATA[{_carried(content).replace(']]>', ']]]]><![CDATA[>')}]]>"


def _carried(content: str) -> str:
    return content if content.isprintable() else _NOT_CARRIED.sub("", content)


class _Grower:
    """Builds the tree, as bounded as `_Reader` is."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._open: list[dict[str, Any]] = [self.root]
        self._text: list[str] = []
        self._count = 0
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append
        self.parser.StartDoctypeDeclHandler = self._forbidden
        self.parser.EntityDeclHandler = self._forbidden

    def _start(self, _name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) > DEEPEST or self._count > MOST_ELEMENTS or attributes:
            raise NotXml
        self._text.clear()
        self._open.append({})

    def _end(self, name: str) -> None:
        inside, around = self._open.pop(), self._open[-1]
        value: Any = inside or "".join(self._text)
        if name in around:
            before = around[name]
            around[name] = [*(before if isinstance(before, list) else [before]), value]
        else:
            around[name] = value
        self._text.clear()

    def _forbidden(self, *_: object) -> None:
        raise NotXml


class _Reader:
    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._depth = 0
        self._text: list[str] = []
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append
        self.parser.StartDoctypeDeclHandler = self._forbidden
        self.parser.EntityDeclHandler = self._forbidden
        self.parser.ProcessingInstructionHandler = self._forbidden

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._text.clear()
        too_much = self._depth > DEEPEST or len(self.found) >= MOST_CHILDREN or bool(attributes)
        if too_much or (self._depth == 1 and name != "xml") or (self._depth == 2 and name in self.found):
            raise NotXml
        if self._depth == 2:
            self.found[name] = ""

    def _end(self, name: str) -> None:
        if self._depth == 2:
            self.found[name] = "".join(self._text)
        self._text.clear()
        self._depth -= 1

    def _forbidden(self, *_: object) -> None:
        raise NotXml
