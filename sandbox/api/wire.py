"""How a call is read and answered: what all endpoints of the platform have in common."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gevent
from flask import Request, Response
from werkzeug.datastructures import FileStorage

from sandbox.accounts import Account, Person
from sandbox.errors import Refusal
from sandbox.faults import Fault
from sandbox.limits import CALLS_A_DAY, RIGHTS
from sandbox.world import World

CONTENT_TYPE = "application/json; encoding=utf-8"
ESCAPED = re.compile(rb"(?<!\\)\\u(?!00[01][0-9a-fA-F])")
DRIP_SECONDS = 0.5
OK = {"errcode": 0, "errmsg": "ok"}


@dataclass
class File:
    """An answer that is no JSON."""

    content: bytes
    content_type: str
    filename: str


Answer = dict[str, Any] | File


@dataclass
class Call:
    """One call as an endpoint sees it; `account` is the one whose token or appid was given."""

    world: World
    api: str
    args: dict[str, str]
    body: dict[str, Any]
    files: dict[str, FileStorage]
    address: str
    account: Account

    @property
    def now(self) -> float:
        """The virtual time."""
        return self.world.clock.now()

    def text(self, name: str) -> str:
        """A text of the body; empty when it is missing or something else."""
        value = self.body.get(name, "")
        return value if isinstance(value, str) else ""

    def person(self, openid: Any) -> Person:
        """The person of this account with that openid, or 40003."""
        found = self.account.people.get(openid) if isinstance(openid, str) else None
        if not found:
            raise Refusal(40003)
        return found


Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Endpoint:
    handler: Handler
    method: str
    token: bool


ENDPOINTS: dict[str, Endpoint] = {}


def endpoint(api: str, method: str = "POST", token: bool = True) -> Callable[[Handler], Handler]:
    """Declare what answers this path."""

    def declare(handler: Handler) -> Handler:
        ENDPOINTS[api] = Endpoint(handler, method, token)
        return handler

    return declare


def serve(world: World, api: str, request: Request) -> Response:
    """Answer one call, misfortunes included, and write down how it ended."""
    appid, body = request.args.get("appid", ""), dict[str, Any]()
    fault: Fault | None = None
    answer: Answer | Response
    try:
        call = understand(world, api, request)
        appid, body = call.account.appid, call.body
        fault = world.faults.take(api, appid)
        answer = suffer(fault, call.address) or perform(call)
    except Refusal as refusal:
        answer = refusal.wire(api)
    world.record_call(appid, api, answer.get("errcode", 0) if isinstance(answer, dict) else 0, body)
    if fault and fault.drop_after_effect:
        cut(request)
    return respond(answer)


def understand(world: World, api: str, request: Request) -> Call:
    """Path, method, body and account, checked in the order in which the platform complains."""
    found = ENDPOINTS.get(api)
    if not found:
        raise Refusal(40066)
    if request.method != found.method:
        raise Refusal(43002 if found.method == "POST" else 43001)
    args = request.args.to_dict()
    if found.token and not args.get("access_token"):
        raise Refusal(41001)
    if found.method == "POST" and not request.files and not request.get_data(cache=True):
        raise Refusal(44002)
    body = read_body(request)
    account = owner(world, args["access_token"]) if found.token else named(world, {**body, **args})
    return Call(world, api, args, body, dict(request.files), request.remote_addr or "", account)


def owner(world: World, token: str) -> Account:
    """The account whose access_token stands in the query; elsewhere it is not looked for."""
    return world.accounts[world.mint.check(token)]


def named(world: World, given: dict[str, Any]) -> Account:
    """The account that a call without token names; its appid is judged before anything else."""
    appid = given.get("appid")
    if not appid:
        raise Refusal(41002)
    if appid not in world.accounts:
        raise Refusal(40013)
    return world.accounts[str(appid)]


def read_body(request: Request) -> dict[str, Any]:
    """The JSON of a POST whatever its header says; `\\uXXXX` stays as it is written, as on the platform."""
    if request.method != "POST" or request.files:
        return {}
    try:
        body = json.loads(ESCAPED.sub(rb"\\\\u", request.get_data(cache=True)))
    except ValueError as error:
        raise Refusal(47001) from error
    if not isinstance(body, dict):
        raise Refusal(47001)
    return body


def perform(call: Call) -> Answer:
    """Count the call against its day, then do it."""
    if not may(call.account, call.api):
        raise Refusal(48001)
    limit = CALLS_A_DAY.get(call.api)
    key = (call.account.appid, call.api, call.world.clock.day())
    call.world.used[key] = call.world.used.get(key, 0) + 1
    if limit is not None and call.world.used[key] > limit:
        raise Refusal(45009)
    return ENDPOINTS[call.api].handler(call)


def may(account: Account, api: str) -> bool:
    """Whether an account of this level has the right."""
    known = [path for path in RIGHTS if api == path or api.startswith(f"{path}/")]
    return account.kind != "official_account" or not known or account.level in RIGHTS[max(known, key=len)]


def suffer(fault: Fault | None, address: str) -> Response | None:
    """What the ordered misfortune does before the call has any effect."""
    if not fault:
        return None
    if fault.delay_seconds:
        gevent.sleep(fault.delay_seconds)
    if fault.errcode is not None:
        raise Refusal(fault.errcode, ip=address)
    if fault.drip:
        return Response(drops(), content_type=CONTENT_TYPE)
    if fault.answers:
        return Response("<html><body><h1>502 Bad Gateway</h1></body></html>", fault.http_status or 200)
    return None


def drops() -> Iterator[bytes]:
    """An answer whose bytes come so slowly that nobody waits for its end."""
    for letter in json.dumps(OK):
        yield letter.encode()
        gevent.sleep(DRIP_SECONDS)


def respond(answer: Answer | Response) -> Response:
    """JSON with the platform's odd header and status 200, or a file."""
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, dict):
        return Response(json.dumps(answer, ensure_ascii=False), content_type=CONTENT_TYPE)
    named_file = {"Content-disposition": f'attachment; filename="{answer.filename}"'}
    return Response(answer.content, content_type=answer.content_type, headers=named_file)


def cut(request: Request) -> None:
    """End the connection under the caller's feet."""
    request.environ["sandbox.socket"].shutdown(socket.SHUT_RDWR)
