"""Writes what others read of the protocol: the client's `protocol.ts` and `docs/protocol.md`.

    python -m miniprogram.publish            writes both
    python -m miniprogram.publish --check    exits with 1 where one differs
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Raw, UnsetType

from miniprogram import framing, protocol
from miniprogram.protocol import ANSWERS, ENTRIES, EVENTS, REQUESTS, Close
from rooms.drafts import TYPES
from rooms.errors import PASSING, Code

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "tests/miniprogram/frames"
TYPESCRIPT, DOCUMENT = ROOT / "miniprogram/client/protocol.ts", ROOT / "docs/protocol.md"

Struct = type[msgspec.Struct]
KINDS: tuple[tuple[str, str, tuple[Struct, ...]], ...] = (
    ("Request", "What a client says", REQUESTS), ("Answer", "Answers", ANSWERS), ("Entry", "Entries", ENTRIES),
    ("Passing", "Passing events", EVENTS),
)
PARTS: tuple[Struct, ...] = (*protocol.PARTS, *protocol.INSIDE_ANSWERS)
WORDS: dict[Any, str] = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null",
                         Any: "unknown", Raw: "Entry"}

CLOSES = {
    Close.NOT_AN_OBJECT: "a frame was no JSON object",
    Close.NO_HELLO: "hello is missing, late or refused",
    Close.EXPIRED: "the token is over: log in, then come back",
    Close.SIGNED_OUT: "signed out or banned: do not come back",
    Close.TOO_SLOW: "too slow to be sent everything",
    Close.REPLACED: "a newer socket of the same person took the place",
    Close.NO_HEARTBEAT: "no frame for two heartbeats",
    Close.DRAINING: "this process ends: come back",
    framing.PROTOCOL_ERROR: "the WebSocket protocol was broken",
    framing.NOT_TEXT: "a binary frame",
    framing.NOT_UTF8: "text that is not UTF-8",
    framing.TOO_BIG: "a message above 16 KiB",
}


class Field(NamedTuple):
    name: str
    type: str
    optional: bool
    limits: str


def fields(struct: Struct) -> list[Field]:
    """As they stand on the wire, `op` and `id` first."""
    hints = get_type_hints(struct, include_extras=True)
    config = struct.__struct_config__
    found = [Field(config.tag_field, f'"{config.tag}"', False, "")] if config.tag_field else []
    told = {field.name: field for field in msgspec.structs.fields(struct)}
    for name in sorted(told, key=lambda name: (name != "id", list(hints).index(name))):
        parts = [part for part in _parts(hints[name]) if part is not UnsetType]
        optional = len(parts) < len(_parts(hints[name])) or not told[name].required
        found.append(Field(told[name].encode_name, " | ".join(map(_word, parts)), optional,
                           ", ".join(filter(None, map(_limits, parts)))))
    return found


def _parts(hint: Any) -> list[Any]:
    return list(get_args(hint)) if get_origin(hint) in (Union, UnionType) else [hint]


def _word(hint: Any) -> str:
    origin, given = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _called(hint) or _word(given[0])
    if origin is Literal:
        return " | ".join(f'"{value}"' for value in given)
    if origin is list:
        word = " | ".join(map(_word, _parts(given[0])))
        return f"({word})[]" if "|" in word else f"{word}[]"
    if origin is dict:
        return f"Record<string, {_word(given[1])}>"
    return WORDS.get(hint) or str(hint.__name__)


def _called(hint: Any) -> str:
    """The name of what has one."""
    metas = (extra for extra in get_args(hint)[1:] if isinstance(extra, Meta))
    return next((str(meta.extra["called"]) for meta in metas if meta.extra), "")


def _limits(hint: Any) -> str:
    if get_origin(hint) is not Annotated or _called(hint):
        return ""
    meta = next((extra for extra in get_args(hint)[1:] if isinstance(extra, Meta)), None)
    if meta is None:
        return ""
    low, high = (meta.ge, meta.le) if meta.ge is not None else (meta.min_length or 0, meta.max_length)
    if meta.pattern:
        return meta.description or "1 to 64 printable ASCII characters"
    unit = "" if meta.ge is not None else " characters"
    return f"{_number(low)} to {_number(high)}{unit}"


def _number(value: Any) -> str:
    return {protocol.EXACT: "2^53", -protocol.EXACT: "-2^53"}.get(value, str(value))


def _doc(struct: Struct) -> str:
    text = inspect.cleandoc(struct.__dict__.get("__doc__") or "")
    return "" if text.startswith(f"{struct.__name__}(") else " ".join(text.split())


# ---- TypeScript


def typescript() -> str:
    lines = ["// Written by `python -m miniprogram.publish` from miniprogram/protocol/. Do not change it here.", "",
             f'export const SUBPROTOCOL = "{protocol.SUBPROTOCOL}";',
             f"export const TEXT_LIMIT = {protocol.TEXT_LIMIT};",
             f"export const HISTORY_LIMIT = {protocol.HISTORY_LIMIT};", "",
             "/** Why a socket was closed. */", "export const Close = {",
             *(f"  {name}: {code}," for name, code in _close_names()), "} as const;", "",
             "/** Why something was refused. */", *_union("Code", (f'"{code.value}"' for code in Code))]
    for struct in (*PARTS, *(struct for _, _, structs in KINDS for struct in structs)):
        lines += _interface(struct)
    for name, structs in (("Body", protocol.BODIES), *((name, structs) for name, _, structs in KINDS)):
        lines += _union(name, (struct.__name__ for struct in structs))
    lines += ["/** Everything a server may send. Ignore what you do not know. */",
              "export type FromServer = Answer | Entry | Passing;", ""]
    return "\n".join(lines)


def _close_names() -> Iterable[tuple[str, int]]:
    return ((name, code) for name, code in vars(Close).items() if isinstance(code, int))


def _union(name: str, words: Iterable[str]) -> list[str]:
    *most, last = words
    return [f"export type {name} =", *(f"  | {word}" for word in most), f"  | {last};", ""]


def _interface(struct: Struct) -> list[str]:
    doc = [f"/** {_doc(struct)} */"] if _doc(struct) else []
    body = [f"  {field.name}{'?' if field.optional else ''}: {field.type};" for field in fields(struct)]
    return [*doc, f"export interface {struct.__name__} {{", *body, "}", ""]


# ---- the document


PROSE = """\
# The protocol `teahouse.v1`

Written by `python -m miniprogram.publish` from `miniprogram/protocol/` and the example frames of the tests.

`GET /ws` with the subprotocol `teahouse.v1`. One text frame holds one JSON object; `op` names what it is. A request
carries an `id` of the client's choice, which comes back in its answer. The first frame is `hello`, within 10 seconds.
One socket serves all channels. A client's message is at most 16 KiB, a server's at most 256 KiB. A client sends some
frame, at least `ping`, every `heartbeat_seconds`; after two such times without one the server closes with 4010.

Keys that are not named here are refused in what a client sends. In what it gets, a client ignores keys and operations
that it does not know. Of a key that stands twice in one object, the last one counts. Times are milliseconds since 1970.

What one may rely on:

- Requests of one socket are acted on in their order. `said` means that the entry has its number and is in the log.
- In a channel the entries come in the order of `seq`, each once, and none is missing unless a `gap` stands there.
- The author of a message gets it like anybody else. The same `client_id` of the same person within 24 hours is one
  message; saying it again is answered with the first `said`.
- After `welcome` come the entries that were missed, at most 200 a channel, or a `gap` in their place, and then the new.
- `present` and `read` come at most once a second and channel, and may be left out for a reader who lags.
- A reader who lags by more than 256 frames or 1 MB loses messages, and is told so by `gap`; one that takes nothing for
  10 seconds, or would lose anything else, is closed with 4008.
- A socket that sends more frames or bytes in a second than it may is not read until the next second begins.
- What is no JSON object ends the connection. A request with wrong fields is refused, and the connection lives.
- A token is signed and needs no cookie, so the `Origin` of a handshake is not judged.
"""


def document() -> str:
    lines = [PROSE]
    for _, title, structs in KINDS:
        lines += [f"## {title}", ""]
        for struct in structs:
            lines += _section(struct)
    lines += ["## Parts", "", "`Body` is the shape of the message's `type`: " + ", ".join(
        f"`{name}` as `{struct.__name__}`" for name, struct in TYPES.items()) + ".", ""]
    for struct in PARTS:
        lines += [f"### {struct.__name__}", "", *([_doc(struct), ""] if _doc(struct) else []), *_table(struct)]
    lines += ["## Refusal codes", "", "| code | may pass with time |", "|---|---|"]
    lines += [f"| `{code.value}` | {'yes' if code in PASSING else 'no'} |" for code in Code]
    later = ", ".join(f"`{op}`" for op in sorted(protocol.LATER_OPS))
    told = f"Known to the protocol, and refused as `unavailable` with `temporary` false on this server: {later}."
    lines += ["", *([told, ""] if later else [])]
    lines += ["## Close codes", "", "| code | why |", "|---|---|"]
    lines += [f"| {code} | {why} |" for code, why in sorted(CLOSES.items())]
    return "\n".join(lines) + "\n"


def _section(struct: Struct) -> list[str]:
    found = [f"### `{struct.__struct_config__.tag}`", ""]
    if _doc(struct):
        found += [_doc(struct), ""]
    found += _table(struct)
    kind = next(name for name, _, structs in KINDS if struct in structs).lower().replace("passing", "event")
    for path in sorted(EXAMPLES.glob(f"{kind}.{struct.__struct_config__.tag}.json")):
        found += ["```json", path.read_text(encoding="utf-8").strip(), "```", ""]
    return found


def _table(struct: Struct) -> list[str]:
    rows = []
    for field in fields(struct):
        shown = field.type.replace("|", "\\|")
        rows.append(f"| `{field.name}`{' ?' if field.optional else ''} | `{shown}` | {field.limits} |")
    return ["| key | type | limits |", "|---|---|---|", *rows, ""]


def main(arguments: list[str]) -> int:
    differs = False
    for path, text in ((TYPESCRIPT, typescript()), (DOCUMENT, document())):
        if "--check" in arguments:
            differs |= not path.exists() or path.read_text(encoding="utf-8") != text
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return int(differs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
