"""Names that people give themselves. The organization's lists of words hold for them as for what is said, whatever they
do about a message: such a name is not taken. Where the organization has texts judged, WeChat judges the name after it
was taken, and what it finds fault with is taken back."""

from __future__ import annotations

from rooms import identities, members, names, safety
from rooms.drafts import Draft
from rooms.errors import Code, Refused
from rooms.events import Person
from rooms.store import Store

PER_MINUTE = 5
"""Each may cost one of the calls a minute in which WeChat judges what everybody says."""


def rename(store: Store, person: Person, name: str) -> Person:
    """Under the new name from their next message on.

    Raises Refused: bad_frame, too_long, blocked_words, rate_limited, unavailable.
    """
    shown = names.name(name, names.LONGEST_OF_A_PERSON).shown
    book = store.shelf.read(store, person.organization)
    if book.find("", Draft("text", {"text": shown}, "")):
        raise Refused(Code.BLOCKED_WORDS, "a name like this is not allowed here")
    members.count_try(store, "rename", person.id, PER_MINUTE)
    renamed = identities.rename(store, person, shown)
    safety.ask_about_name(store, renamed)
    return renamed
