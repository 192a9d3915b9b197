"""Who acts where no person does: lists of words that mute, content safety that recalls, the clean-up of spam. Their
acts go the same way as everybody's and are in the audit under this name."""

from __future__ import annotations

from rooms.authority import Actor
from rooms.events import Door, Person
from rooms.permissions import Role

STEWARD = "s_steward"


def steward(organization: str) -> Actor:
    return Actor(Person(STEWARD, organization, "茶馆", Door.CONSOLE), Role.OWNER)
