"""The face's logger. Frames, tokens and message bodies never go into it."""

from __future__ import annotations

import logging

log = logging.getLogger("teahouse.miniprogram")
