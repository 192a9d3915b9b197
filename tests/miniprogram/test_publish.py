"""What is written from the protocol is what the protocol says now."""

from __future__ import annotations

import json

import pytest

from miniprogram import publish
from miniprogram.protocol import LATER_OPS, REQUESTS
from miniprogram.verbs import VERBS


def test_the_clients_types_are_up_to_date() -> None:
    assert publish.TYPESCRIPT.read_text(encoding="utf-8") == publish.typescript(), "run: python -m miniprogram.publish"


def test_the_document_is_up_to_date() -> None:
    assert publish.DOCUMENT.read_text(encoding="utf-8") == publish.document(), "run: python -m miniprogram.publish"


@pytest.mark.parametrize("kind", ["request", "answer", "entry", "event"])
def test_every_frame_has_an_example(kind: str) -> None:
    title = {"event": "passing"}.get(kind, kind)
    structs = next(structs for name, _, structs in publish.KINDS if name.lower() == title)
    ops = {str(struct.__struct_config__.tag) for struct in structs}
    assert ops == {path.name.split(".")[1] for path in publish.EXAMPLES.glob(f"{kind}.*.json")}


def test_an_example_is_what_its_name_says() -> None:
    for path in publish.EXAMPLES.glob("*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["op"] == path.name.split(".")[1]


def test_no_operation_is_both_built_and_announced_for_later() -> None:
    assert not LATER_OPS & {str(struct.__struct_config__.tag) for struct in REQUESTS}


def test_every_request_has_a_verb() -> None:
    assert set(REQUESTS) == set(VERBS)


def test_no_two_frames_share_a_name() -> None:
    names = [struct.__name__ for _, _, structs in publish.KINDS for struct in structs]
    assert len(names) == len(set(names)), "in TypeScript they would become one"
