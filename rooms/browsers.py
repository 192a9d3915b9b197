"""What a browser says of itself, as people call it. Pure."""

from __future__ import annotations

import re

_BROWSERS = (("WeChat", r"MicroMessenger/(\d+)"), ("Edge", r"Edg\w*/(\d+)"), ("Firefox", r"Firefox/(\d+)"),
             ("Chrome", r"Chrome/(\d+)"), ("Safari", r"Version/(\d+).*Safari"))
_SYSTEMS = {"Windows": "Windows", "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Mac OS X": "macOS",
            "Linux": "Linux"}


def called(agent: str) -> str:
    """"Chrome 142 · Windows"; empty where nothing is known. Nothing of it is the browser's own words."""
    found = ((name, re.search(pattern, agent)) for name, pattern in _BROWSERS)
    browser = next((f"{name} {match[1]}" for name, match in found if match), "")
    system = next((name for sign, name in _SYSTEMS.items() if sign in agent), "")
    return " · ".join(word for word in (browser, system) if word)
