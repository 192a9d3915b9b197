from __future__ import annotations

import os
from pathlib import Path

import pytest

from rooms import parcel
from rooms.errors import Misconfigured
from rooms.parcel import Parcel

KEY = "a key for backups, long enough"


def made(folder: Path, size: int = 3_000_000) -> Path:
    path = folder / "one.backup"
    with Parcel(path, KEY) as inside:
        assert inside.put("a", [b"first", b"", b"second"]) == 11
        inside.put("empty", [])
        inside.put("noise", [os.urandom(size)])
    return path


def names(path: Path, key: str = KEY) -> list[tuple[str, int]]:
    return [(name, sum(map(len, pieces))) for name, pieces in parcel.opened(path, key)]


def test_what_is_put_in_comes_out_in_order_and_parts_may_be_passed_over(tmp_path: Path) -> None:
    path = made(tmp_path)
    assert names(path) == [("a", 11), ("empty", 0), ("noise", 3_000_000)]
    assert [name for name, _ in parcel.opened(path, KEY)] == ["a", "empty", "noise"]
    assert path.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_is_left_where_it_fails_halfway(tmp_path: Path) -> None:
    def broken() -> None:
        with Parcel(tmp_path / "x.backup", KEY) as inside:
            inside.put("a", [b"x"])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert list(tmp_path.iterdir()) == []


def test_another_key_another_file_and_none_are_told_apart(tmp_path: Path) -> None:
    path = made(tmp_path, 10)
    with pytest.raises(Misconfigured, match="not the key"):
        names(path, KEY + "!")
    other = tmp_path / "other"
    other.write_bytes(b"teahouse")
    with pytest.raises(Misconfigured, match="not a backup"):
        names(other)
    with pytest.raises(Misconfigured, match="cannot read"):
        names(tmp_path / "none")


def test_what_was_changed_or_cut_off_anywhere_does_not_open(tmp_path: Path) -> None:
    path = made(tmp_path)
    whole = path.read_bytes()
    chunk = (1 << 20) + parcel.TAG + 4
    start = len(parcel.MAGIC) + parcel.SALT
    swapped = whole[:start] + whole[start + chunk:start + 2 * chunk] + whole[start:start + chunk] + whole[
        start + 2 * chunk:]
    changed = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:] for at in (20, 60, 1_500_000, len(whole) - 1)]
    for damaged in (whole[:-1], whole[:start + chunk], whole[:start], whole[:start + 2], swapped, *changed):
        path.write_bytes(damaged)
        with pytest.raises(Misconfigured, match=r"damaged|cut off|not the key"):
            names(path)
