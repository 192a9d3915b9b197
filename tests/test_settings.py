"""Settings are read once, and a wrong one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from rooms.errors import Misconfigured
from settings import Settings

KEY = "k" * 32


def read(**environ: str) -> Settings:
    return Settings.from_environment(environ)


def test_an_empty_environment_is_the_embedded_house_on_loopback() -> None:
    settings = read()
    assert settings.embedded
    assert (settings.host, settings.port, settings.durability) == ("127.0.0.1", 8000, "local")
    assert settings.digest_pace_seconds == (30, 120, 900, 7200)
    assert settings.wechat_api_url == "https://api.weixin.qq.com"


@pytest.mark.parametrize(("variable", "value"), [
    ("TEAHOUSE_PORT", "eighty"), ("TEAHOUSE_PORT", "0"), ("TEAHOUSE_PORT", "65536"), ("TEAHOUSE_PORT", "８０００"),
    ("TEAHOUSE_DURABILITY", "always"), ("TEAHOUSE_WECHAT_API_URL", "api.weixin.qq.com"),
    ("TEAHOUSE_QUIET_HOURS", "night"), ("TEAHOUSE_QUIET_HOURS", "23-24"),
    ("TEAHOUSE_DIGEST_PACE_SECONDS", "30,,900"), ("TEAHOUSE_DIGEST_PACE_SECONDS", "120,30"),
    ("TEAHOUSE_SECRET_KEY", "short"), ("REDIS_URL", "http://somewhere"), ("REDIS_URL", "redis://host:port"),
    ("DATABASE_URL", "postgres://x"), ("TEAHOUSE_REDIS_PREFIX", "a:{b}"), ("TEAHOUSE_LOG_LEVEL", "loud"),
    ("TEAHOUSE_TRACES", "all"), ("TEAHOUSE_TRACES", "1.5"),
    ("TEAHOUSE_SOCKETS_PER_USER", "-1"), ("TEAHOUSE_PUBLIC_URL", "https://chat.example.com/path"),
])
def test_a_wrong_value_is_refused_in_one_line_that_names_the_variable(variable: str, value: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        read(**{variable: value})
    assert str(refused.value).startswith(f"{variable}: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("server", [{"REDIS_URL": "redis://h"}, {"DATABASE_URL": "mysql+pymysql://u@h/d"}])
def test_a_real_server_demands_a_secret_key_of_one_s_own(server: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="^TEAHOUSE_SECRET_KEY: required"):
        read(**server)
    assert read(TEAHOUSE_SECRET_KEY=KEY, **server).secret_key == KEY


def test_a_password_in_a_wrong_address_is_not_repeated() -> None:
    with pytest.raises(Misconfigured) as refused:
        read(DATABASE_URL="postgres://u:hunter2@h/d")
    assert "hunter2" not in str(refused.value)


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    assert read(TEAHOUSE_SECRET_KEY_FILE=str(path)).secret_key == KEY


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="^REDIS_URL_FILE: cannot read"):
        read(REDIS_URL_FILE=str(tmp_path / "nothing"))


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="^TEAHOUSE_SECRET_KEY: set together with"):
        read(TEAHOUSE_SECRET_KEY=KEY, TEAHOUSE_SECRET_KEY_FILE=str(tmp_path))


def test_an_empty_variable_counts_as_not_set() -> None:
    assert read(TEAHOUSE_PORT="", REDIS_URL="").port == 8000


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    shown = repr(read(TEAHOUSE_SECRET_KEY=KEY, REDIS_URL="redis://:hunter2@h", TEAHOUSE_METRICS_TOKEN="hunter3"))
    assert KEY not in shown
    assert "hunter" not in shown
