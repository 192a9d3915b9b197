"""Short messages: what a program sends through some SMS provider's API arrives here, and the page shows it."""

import json
import re

from flask import Blueprint, Response, jsonify, request

from sandbox.limits import SMS_CHARACTERS
from sandbox.world import World

API = "/sms/send"
NUMBER = re.compile(r"\+[1-9]\d{6,14}")


def blueprint(world: World) -> Blueprint:
    """`POST /sms/send {"phone": "+86…", "text": "…"}` → `{"id": …}`; trouble can be ordered for it like for any API."""
    texts = Blueprint("texts", __name__)

    @texts.post(API)
    def send() -> tuple[Response, int]:
        order = read(request.get_data())
        if order is None:
            return jsonify(error="phone: +86…, text: up to 500 characters"), 400
        fault = world.faults.take(API, "")
        if fault and (fault.errcode is not None or fault.answers):
            return jsonify(error="ordered"), fault.http_status or 500
        shown = world.receive(*order)
        if fault and fault.drop_after_effect:
            return jsonify(error="ordered"), 504
        return jsonify(id=str(shown["number"])), 200

    return texts


def read(body: bytes) -> tuple[str, str] | None:
    """The number and the text of a request that makes sense."""
    try:
        order = json.loads(body)
        phone, text = order["phone"], order["text"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(phone, str) or not isinstance(text, str) or not NUMBER.fullmatch(phone):
        return None
    return (phone, text) if 0 < len(text) <= SMS_CHARACTERS else None
