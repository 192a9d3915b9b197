"""The wire, without a wire: what becomes of a client's bytes."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from miniprogram import protocol
from miniprogram.protocol import NotAnObject, Refusal, decode
from rooms.drafts import TYPES
from rooms.errors import Code, Refused

FRAMES = Path(__file__).parent / "frames"
CHANNEL = "c_4f7k2m9qxz01ab"
SAY: dict[str, Any] = json.loads((FRAMES / "request.say.json").read_text(encoding="utf-8"))
REQUESTS = sorted(FRAMES.glob("request.*.json"))
TOLD = sorted(path for path in FRAMES.glob("*.json") if path not in REQUESTS)
STRUCTS = {struct.__struct_config__.tag: struct
           for struct in (*protocol.ANSWERS, *protocol.ENTRIES, *protocol.EVENTS)}


def encoded(**frame: Any) -> bytes:
    return json.dumps(frame, ensure_ascii=False).encode()


def refused(payload: bytes) -> Refusal:
    answer = decode(payload)
    assert isinstance(answer, Refusal), answer
    return answer


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_an_example_request_is_understood(path: Path) -> None:
    frame = json.loads(path.read_text(encoding="utf-8"))
    request = decode(path.read_bytes())
    assert not isinstance(request, Refusal)
    assert msgspec.to_builtins(request) == {"epoch": None, **frame} or json.loads(protocol.encode(request)) == frame


@pytest.mark.parametrize("path", TOLD, ids=lambda path: path.stem)
def test_an_example_of_ours_is_what_we_would_send(path: Path) -> None:
    frame = json.loads(path.read_text(encoding="utf-8"))
    struct: Any = protocol.Page if path.stem == "answer.history" else STRUCTS[frame["op"]]
    if path.stem == "answer.welcome":
        struct = None  # its channels are of two shapes; their keys are compared below
        states = [channel for channel in frame["channels"] if "refused" not in channel]
        assert set(states[0]) == {field.name for field in msgspec.structs.fields(protocol.State)}
        return
    again = protocol.encode(msgspec.json.decode(path.read_bytes(), type=struct))
    assert json.loads(again) == frame


def _values() -> list[Any]:
    return [None, True, 1.5, -1, 0, 2**53 + 1, 10**30, "", "x", [], {}, [1], {"a": 1}, "x" * 5000]


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_a_wrong_value_in_any_field_is_refused_or_harmless(path: Path) -> None:
    frame = json.loads(path.read_text(encoding="utf-8"))
    for key in frame:
        for value in _values():
            answer = decode(encoded(**(frame | {key: value})))
            if isinstance(answer, Refusal):
                assert answer.code in (Code.BAD_FRAME, Code.NOT_FOUND, Code.TOO_LONG)


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_a_missing_field_or_one_too_many_is_refused_with_the_id(path: Path) -> None:
    frame = json.loads(path.read_text(encoding="utf-8"))
    struct = next(struct for struct in protocol.REQUESTS if struct.__struct_config__.tag == frame["op"])
    optional = {field.encode_name for field in msgspec.structs.fields(struct) if not field.required}
    for key in set(frame) - optional:
        less = {name: value for name, value in frame.items() if name != key}
        assert refused(encoded(**less)) == (less.get("id"), Code.BAD_FRAME, *refused(encoded(**less))[2:])
    assert refused(encoded(**frame, more=1)).id == frame.get("id")


@pytest.mark.parametrize("payload", [
    b"", b" ", b"x", b"[]", b"1", b'"a"', b"null", b"{", b"\xef\xbb\xbf{}", b'{"op":"ping","id":NaN}',
    b'{"a":Infinity}',
    b'{"op":"ping","id":1} {}', b"[" * 10_000, b'{"a":' * 2_000, b'{"op":"ping","id":1,"x":' + b"[" * 8_000 + b"}",
    b'{"op":"say","body":{"text":"\\ud800"}}',
])
def test_what_is_no_json_object_ends_the_connection(payload: bytes) -> None:
    with pytest.raises(NotAnObject) as broken:
        decode(payload)
    assert broken.value.utf8


@pytest.mark.parametrize("payload", [b"\xff", b'{"op":"\xc0\xaf"}', b'{"op":"ping","id":1,"\xed\xa0\x80":1}',
                                     b'{"x":{"y":"\xf5\x80\x80\x80"},"op":"ping"}'])
def test_what_is_not_utf8_is_told_apart(payload: bytes) -> None:
    with pytest.raises(NotAnObject) as broken:
        decode(payload)
    assert not broken.value.utf8


@pytest.mark.parametrize("where", [{}, {"channel": CHANNEL, "room": "r_4f7k2m9qxz"}])
def test_an_act_names_a_channel_or_a_room_and_not_both(where: dict[str, str]) -> None:
    assert refused(encoded(op="mute", id=3, user="u_y", **where))[:2] == (3, Code.BAD_FRAME)


def test_an_unknown_operation_is_refused() -> None:
    assert refused(encoded(op="dance", id=3))[:2] == (3, Code.BAD_FRAME)
    assert refused(encoded(id=3))[:2] == (3, Code.BAD_FRAME)
    assert refused(encoded(op=["ping"], id="x"))[:2] == (None, Code.BAD_FRAME)


@pytest.mark.parametrize("op", sorted(protocol.LATER_OPS))
def test_what_is_not_built_yet_is_refused_for_good(op: str) -> None:
    answer = refused(encoded(op=op, id=3, channel=CHANNEL, anything=1))
    assert (answer.id, answer.code, answer.temporary) == (3, Code.UNAVAILABLE, False)


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_a_body_is_an_object_and_the_core_judges_its_shape(kind: str) -> None:
    assert not isinstance(decode(encoded(**(SAY | {"type": kind, "body": {"anything": 1}}))), Refusal)
    assert refused(encoded(**(SAY | {"type": kind, "body": "x"}))).code is Code.BAD_FRAME
    assert refused(encoded(**(SAY | {"type": "sticker"}))).code is Code.BAD_FRAME


@pytest.mark.parametrize("channel", ["c_}", "c_{x}", "c_a:b", "c_*", CHANNEL + "\n", "*", "", "r_4f7k2m9qxz",
                                     CHANNEL.upper()])
def test_what_can_be_no_channel_is_not_found(channel: str) -> None:
    for frame in (SAY, {"op": "enter", "id": 4}, {"op": "history", "id": 4}, {"op": "read", "id": 4, "seq": 1}):
        assert refused(encoded(**(frame | {"channel": channel})))[:2] == (4, Code.NOT_FOUND)


@pytest.mark.parametrize("client_id", ["", "x" * 65, "a b", "a\nb", "茶", "a\0"])
def test_a_client_id_is_short_and_printable(client_id: str) -> None:
    assert refused(encoded(**(SAY | {"client_id": client_id}))).code is Code.BAD_FRAME


def test_the_last_of_two_equal_keys_counts() -> None:
    assert decode(b'{"op":"ping","id":1,"id":2}').id == 2
    assert refused(b'{"op":"ping","op":"leave","id":1}').code is Code.BAD_FRAME


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode())
       | st.dictionaries(st.sampled_from(["op", "id", "channel", "body", "type", "seq", "resume"]), JSON).map(
           lambda frame: json.dumps({"op": "say", **frame}).encode()))
def test_no_bytes_at_all_raise_anything_else(payload: bytes) -> None:
    with suppress(NotAnObject):
        decode(payload)


def test_a_refusal_rounds_its_wait_up() -> None:
    told = json.loads(protocol.refused(4, Refused(Code.MUTED, retry_after_ms=4_001)))
    assert told == {"op": "refused", "id": 4, "code": "muted", "message": "muted", "temporary": True,
                    "retry_after_seconds": 5}
