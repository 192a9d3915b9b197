from __future__ import annotations

import pytest

from rooms.errors import Misconfigured
from rooms.record.vault import Vault

SECRET = "0123456789abcdef"


def test_a_sealed_secret_opens_and_does_not_show_itself() -> None:
    vault = Vault(["first key"])
    sealed = vault.seal(SECRET, "accounts/wx1/secret")
    assert SECRET not in sealed
    assert sealed != vault.seal(SECRET, "accounts/wx1/secret")
    assert vault.open(sealed, "accounts/wx1/secret") == SECRET
    assert (vault.seal("", "x"), vault.open("", "x")) == ("", "")


def test_a_new_key_seals_and_the_old_one_still_opens() -> None:
    sealed = Vault(["old"]).seal(SECRET, "place")
    both = Vault(["new", "old"])
    assert both.open(sealed, "place") == SECRET
    assert Vault(["new"]).open(both.seal(SECRET, "place"), "place") == SECRET


def test_a_wrong_key_names_the_setting_and_not_the_secret() -> None:
    sealed = Vault(["first"]).seal(SECRET, "place")
    with pytest.raises(Misconfigured, match="TEAHOUSE_SECRET_KEY"):
        Vault(["second"]).open(sealed, "place")
    with pytest.raises(Misconfigured, match="TEAHOUSE_SECRET_KEY"):
        Vault([]).seal(SECRET, "place")


def test_a_sealed_text_that_was_moved_or_changed_does_not_open() -> None:
    vault = Vault(["key"])
    sealed = vault.seal(SECRET, "accounts/wx1/secret")
    for text, place in ((sealed, "accounts/wx2/secret"), (sealed[:-6] + "AAAA==", "accounts/wx1/secret")):
        with pytest.raises(Misconfigured):
            vault.open(text, place)
