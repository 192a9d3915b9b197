"""A picture is shown when WeChat has judged it, and not before: what a new organization with a mini-program has."""

from __future__ import annotations

import io
import json
import secrets
import time
from typing import Any

from PIL import Image

from tests.house_client import House
from tests.phone import Phone

PATIENCE = 60.0


def test_a_picture_waits_for_its_verdict_and_then_is_said_or_rejected(house: House) -> None:
    """WeChat finds fault with the first of two, whose id it was told; both are fetched where it was told to."""
    (gallery,) = house.new_channels(f"画廊{secrets.token_hex(3)}")
    painter, guest = house.phone("画师"), house.phone("看客")
    for phone in (painter, guest):
        assert phone.enter(gallery)["op"] == "entered"
    bad, good = (uploaded(painter, colour) for colour in ("red", "blue"))
    house.wechat.post("/words", {"risky": [bad], "review": []})
    for media in (bad, good):
        assert shown(painter, gallery, media)["op"] == "held"
    painter.wait(lambda: painter.events("rejected", gallery), PATIENCE, "the verdict on the bad one")
    guest.wait(lambda: pictures(guest, gallery), PATIENCE, "the good one")

    (rejected,) = painter.events("rejected", gallery)
    assert (rejected["client_id"], bool(rejected["reason"])) == (bad, True)
    painter.wait(lambda: pictures(painter, gallery), PATIENCE, "the good one is its author's too")
    for phone in (painter, guest):
        (entry,) = pictures(phone, gallery)
        assert (entry["body"]["media"], entry["client_id"]) == (good, good)
    assert guest.events("rejected", gallery) == []
    again = shown(painter, gallery, good)
    assert (again["op"], again["seq"]) == ("said", entry["seq"]), "the same message said once more"
    facts = json.loads(house.command("safety", house.organization, "--json"))
    assert facts == {"text": "after", "media": "before", "outage": "show"}


def test_a_person_is_seen_with_a_new_picture_when_it_was_judged(house: House) -> None:
    painter, guest = house.phone("画师"), house.phone("看客")
    me = painter.api("GET", "/me").json()

    def seen() -> str:
        (person,) = guest.api("GET", f"/people?ids={me['id']}").json()["people"]
        return str(person["avatar"])

    for colour in ("green", "white"):
        before = seen()
        chosen = painter.api("POST", "/me/avatar", files={"file": ("x.jpg", jpeg(colour))}).json()
        assert (chosen["avatar_state"], chosen["avatar"]) == ("held", before)
        deadline = time.monotonic() + PATIENCE
        while seen() == before:
            assert time.monotonic() < deadline, "no verdict"
            time.sleep(0.2)
    assert painter.api("GET", "/me").json() == {**me, "avatar": seen()}


def jpeg(colour: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(content, "JPEG")
    return content.getvalue()


def uploaded(phone: Phone, colour: str) -> str:
    """The id of a picture that is ready to be shown."""
    told = phone.api("POST", "/media", files={"file": ("x.jpg", jpeg(colour))}).json()["media"]
    return str(told["id"])


def shown(phone: Phone, channel: str, media: str) -> dict[str, Any]:
    return phone.ask({"op": "say", "channel": channel, "client_id": media, "type": "image", "body": {"media": media}})


def pictures(phone: Phone, channel: str) -> list[dict[str, Any]]:
    return [entry for entry in phone.entries(channel) if entry["op"] == "message" and entry["type"] == "image"]
