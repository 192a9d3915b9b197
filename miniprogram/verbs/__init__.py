"""What is done about each request: one small module for each kind of thing, and a table of what they do.

A verb may wait; it answers on its session, or raises Refused. Frames of one socket are acted on in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from miniprogram.verbs import changing, entering, greeting, looking, moderating, reading, talking

VERBS: Mapping[type, Callable[[Any, Any], None]] = {
    **greeting.VERBS, **entering.VERBS, **talking.VERBS, **changing.VERBS, **reading.VERBS, **moderating.VERBS,
    **looking.VERBS}
