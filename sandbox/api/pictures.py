"""QR codes with a scene, and mini-program codes. The pictures are placeholders."""

import re
import secrets
from typing import Any

from sandbox import limits
from sandbox.accounts import Ticket
from sandbox.api.wire import Answer, Call, File, endpoint
from sandbox.errors import Refusal
from sandbox.pictures import picture

MINI_CODE_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+")


@endpoint("/cgi-bin/qrcode/create")
def create(call: Call) -> Answer:
    """A ticket for a scene: temporary up to thirty days, or permanent."""
    action = call.text("action_name")
    scene = scene_of(action, call.body)
    ticket = "gQ" + secrets.token_urlsafe(64)
    url = f"http://weixin.qq.com/q/{secrets.token_urlsafe(12)}"
    if "LIMIT" in action:
        call.account.tickets[ticket] = Ticket(scene, None)
        return {"ticket": ticket, "url": url}
    seconds = lifetime(call.body.get("expire_seconds", limits.QR_DEFAULT_SECONDS))
    call.account.tickets[ticket] = Ticket(scene, call.now + seconds)
    return {"ticket": ticket, "expire_seconds": seconds, "url": url}


@endpoint("/wxa/getwxacodeunlimit")
def mini_code(call: Call) -> Answer:
    """A mini-program code for a scene of at most 32 plain characters."""
    scene, page = call.text("scene"), call.text("page")
    if not MINI_CODE_SCENE.fullmatch(scene) or len(scene) > limits.MINI_CODE_SCENE_CHARACTERS:
        raise Refusal(40169)
    if page.startswith("/") or "?" in page:
        raise Refusal(40097)
    return File(picture(f"{page}?{scene}"), "image/png", "code.png")


def lifetime(seconds: Any) -> int:
    """Between a second and thirty days."""
    if not isinstance(seconds, int) or seconds < 1:
        raise Refusal(40035)
    return min(seconds, limits.QR_MOST_SECONDS)


def scene_of(action: str, body: dict[str, Any]) -> str:
    """The scene in the form that the action asks for."""
    info = body.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    if not isinstance(scene, dict):
        raise Refusal(40035)
    if action in ("QR_STR_SCENE", "QR_LIMIT_STR_SCENE"):
        return good_text(scene.get("scene_str"))
    if action in ("QR_SCENE", "QR_LIMIT_SCENE"):
        return good_number(scene.get("scene_id"), 100_000 if "LIMIT" in action else 2**32 - 1)
    raise Refusal(40035)


def good_text(text: Any) -> str:
    """One to 64 characters."""
    if not isinstance(text, str) or not 1 <= len(text) <= limits.QR_SCENE_CHARACTERS:
        raise Refusal(40035)
    return text


def good_number(number: Any, most: int) -> str:
    """Not zero, not too large."""
    if not isinstance(number, int) or not 1 <= number <= most:
        raise Refusal(40035)
    return str(number)
