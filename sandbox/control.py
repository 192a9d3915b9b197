"""The control API: what a test, or the page, does to this WeChat. JSON in, JSON out, this machine only."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Request, Response, jsonify, request

from sandbox.followers import Impossible
from sandbox.orders import Order, Orders, Unclear
from sandbox.world import World

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def blueprint(world: World) -> Blueprint:
    """All orders, on this world."""
    control = Blueprint("control", __name__, url_prefix="/control")
    orders = Orders(world)

    @control.before_request
    def only_from_here() -> None:
        refuse_strangers(request)

    @control.errorhandler(Unclear)
    def unclear(trouble: Unclear) -> tuple[Response, int]:
        return jsonify(error=str(trouble)), trouble.status

    def declare(method: str, path: str, act: Callable[..., Any]) -> None:
        def view(**names: str) -> Response:
            return jsonify(carry_out(act, order_of(request), names))

        control.add_url_rule(path, f"{method} {path}", view, methods=[method])

    for method, path, act in orders.table():
        declare(method, path, act)
    control.add_url_rule("/stream", "stream", lambda: stream(world, request))
    return control


def refuse_strangers(asked: Request) -> None:
    """Only this machine, and no page of another site that a browser on this machine happens to show."""
    origin = asked.headers.get("Origin")
    if asked.remote_addr not in LOOPBACK or urlsplit(f"//{asked.host}").hostname not in LOOPBACK:
        raise Unclear(403, "the control API answers on this machine only")
    if origin is not None and urlsplit(origin).netloc != asked.host:  # "null" is another site as well
        raise Unclear(403, "the control API does not answer pages of other sites")


def order_of(asked: Request) -> Order:
    """The query of a GET, the JSON object of a POST; an empty POST is an empty order."""
    if asked.method == "GET":
        return dict(asked.args)
    try:
        order = json.loads(asked.get_data() or b"{}")
    except ValueError as error:
        raise Unclear(400, "the body is not JSON") from error
    if not isinstance(order, dict):
        raise Unclear(400, "the body is not a JSON object")
    return order


def carry_out(act: Callable[..., Any], order: Order, names: dict[str, str]) -> Any:
    """Do it; what a phone cannot do is a conflict, what makes no sense a bad request."""
    try:
        return act(order, **names)
    except Impossible as trouble:
        raise Unclear(409, str(trouble)) from trouble
    except (KeyError, TypeError, ValueError) as trouble:
        raise Unclear(400, f"{type(trouble).__name__}: {trouble}") from trouble


def stream(world: World, asked: Request) -> Response:
    """Everything that appears on any phone, as server-sent events, after the number the browser saw last."""
    seen = int(asked.headers.get("Last-Event-ID") or asked.args.get("after") or world.journal.number)

    def events() -> Iterator[str]:
        number = seen
        yield "retry: 1000\n\n"
        while True:
            news = world.journal.wait(number, 15.0)
            number = news[-1].number if news else number
            for each in news:
                yield f"id: {each.number}\ndata: {json.dumps(each.wire(), ensure_ascii=False)}\n\n"
            if not news:
                yield ": still here\n\n"

    return Response(events(), content_type="text/event-stream", headers={"Cache-Control": "no-store"})
