"""A QR code leads where its maker said, and nowhere else."""

from __future__ import annotations

from rooms import ids
from wechat.platform.scenes import sign, verify

KEY, APPID = "k" * 32, "wx0123456789abcdef"
ROOM = ids.new("r")
CHANNEL = ids.new_channel(ROOM)


def test_a_scene_leads_to_its_room_or_channel() -> None:
    for place in (ROOM, CHANNEL):
        scene = sign(KEY, APPID, place)
        assert len(scene) <= 64
        assert verify(KEY, APPID, scene, 1_700_000_000) == place
        assert verify(KEY, APPID, f"qrscene_{scene}", 1_700_000_000) == place


def test_a_scene_ends() -> None:
    scene = sign(KEY, APPID, CHANNEL, 1_700_000_000)
    assert len(scene) <= 64
    assert verify(KEY, APPID, scene, 1_699_999_999) == CHANNEL
    assert verify(KEY, APPID, scene, 1_700_000_000) is None


def test_a_scene_that_was_changed_or_is_anothers_leads_nowhere() -> None:
    scene = sign(KEY, APPID, CHANNEL, 1_700_000_000)
    other = ids.new_channel(ROOM)
    for wrong in ("", "42", scene[:-1], scene + "A", scene.replace(CHANNEL, other), scene.replace(".6", ".7", 1),
                  sign(KEY, "wxffffffffffffffff", CHANNEL), sign("x" * 32, APPID, CHANNEL), "qrscene_",
                  "c_x.0." + "A" * 22):
        assert verify(KEY, APPID, wrong, 1_600_000_000) is None
