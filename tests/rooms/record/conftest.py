from __future__ import annotations

import pytest

from rooms import ids
from rooms.record import Record, channels, organizations, rooms, users
from rooms.record.channels import Channel
from rooms.record.organizations import Organization
from rooms.record.rooms import Room
from rooms.record.users import User

NOW = 1_800_000_000_000


class Tearoom:
    """Rows that stand in one organization: a room, a channel, and people by name."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.organization = ids.new("o")
        record.write(lambda c: organizations.add(c, Organization(self.organization, "茶馆", NOW)))
        self.room = self.add_room("茶馆")
        self.channel = self.add_channel("大厅")
        self.alice, self.bob, self.charlie = (self.add_user(name) for name in ("Alice", "Bob", "Charlie"))

    def add_room(self, name: str, private: bool = False) -> str:
        room = Room(ids.new("r"), self.organization, name, name, None, 0, private, "open", 0, NOW)
        assert self.record.write(lambda c: rooms.add(c, room))
        return room.id

    def add_channel(self, name: str, room: str = "") -> str:
        room = room or self.room
        channel = Channel(ids.new_channel(room), room, self.organization, name, name, 0, 0, "open", 0, NOW)
        assert self.record.write(lambda c: channels.add(c, channel))
        return channel.id

    def add_user(self, name: str) -> str:
        user = ids.new("u")
        self.record.write(lambda c: users.add(c, User(user, self.organization, name, "", 0, NOW)))
        return user


@pytest.fixture
def tearoom(record: Record) -> Tearoom:
    return Tearoom(record)
