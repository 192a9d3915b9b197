"""The door for WeChat's pushes, `GET` and `POST /wechat/{appid}`.

Whatever comes in is answered 200, 400, 403, or 503 where Redis or SQL are away and WeChat should try again. An account
that does not exist looks like a signature that is wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from rooms import accounts, tracing
from rooms.accounts import Account
from rooms.errors import Code, Refused
from rooms.store import Store
from sms.provider import chosen
from wechat import pushes, sessions
from wechat.conversation import Conversation, concerns_us, window
from wechat.followers import Known, key, opened
from wechat.once import Once
from wechat.platform import hosting
from wechat.pushes import BODY_BYTES, BadPush, Push
from wechat.replies import NOTHING, Answer, Rendered, render
from wechat.reports import NO_HANDLERS, Handler, Reports

if TYPE_CHECKING:
    from settings import Settings

T = TypeVar("T")
log = logging.getLogger(__name__)

LONGEST_APPID = 64
RETRY_AFTER_SECONDS = "1"


def blueprint(store: Store, settings: Settings, handlers: Mapping[str, Handler] = NO_HANDLERS) -> Blueprint:
    """The routes. `settings` gives the secret key, the pace and the greatest age of a push; `handlers` take events of
    mini-programs that are no business of this face, by their names in lower case."""
    face = Blueprint("wechat", __name__)
    door = Door(store, settings, handlers)
    face.add_url_rule("/wechat/<appid>", view_func=door.handle, methods=["GET", "POST"], endpoint="callback")
    return face


class Door:
    def __init__(self, store: Store, settings: Settings, handlers: Mapping[str, Handler]) -> None:
        self._store = store
        self._reports = Reports(store, handlers)
        self._hosted = frozenset(settings.cloud_hosting)
        self._max_age = settings.callback_max_age_seconds
        self._quiet_ms = settings.digest_pace_seconds[0] * 1000 if settings.digest_pace_seconds else 0
        self._known = Known(store)
        self._conversation = Conversation(store, settings.secret_key or "", chosen(settings))

    def handle(self, appid: str) -> Response:
        try:
            return self._handle(appid)
        except BadPush as bad:
            return _plain("bad request" if bad.status == 400 else "forbidden", bad.status)
        except Refused as refused:
            if refused.code is not Code.UNAVAILABLE:
                log.warning("a push was refused: %s", refused.code.value)
            answer = _plain("try again", 503)
            answer.headers["Retry-After"] = RETRY_AFTER_SECONDS
            return answer

    def _handle(self, appid: str) -> Response:
        account = self._account(appid)
        given = request.args.to_dict(flat=False)
        if request.method == "POST" and account.appid in self._hosted and "signature" not in given:
            return self._by_inner_line(account)
        query = pushes.read_query(given)
        now = self._store.clock.now()
        if request.method != "POST":
            _with_either(account, now, lambda known: pushes.verify_address(known, query, now, self._max_age))
            return _plain(pushes.echo(given), 200)
        body = _body()
        push, account = _with_either(account, now, lambda known: (
            pushes.open_push(known, query, body, now, self._max_age), known))
        return _answered(self._answer(account, push, now))

    def _by_inner_line(self, account: Account) -> Response:
        """As WeChat's own hosting hands it in: nothing is signed or sealed, neither there nor back."""
        push = pushes.open_inner(account, _body())
        if push is None:
            return _answered(NOTHING)
        if not request.headers.get(hosting.SOURCE):
            raise BadPush(403)
        return _answered(self._answer(account._replace(mode="plain"), push, self._store.clock.now()))

    def _account(self, appid: str) -> Account:
        account = accounts.of(self._store, appid) if len(appid) <= LONGEST_APPID else None
        if account is None or not (account.token or appid in self._hosted):
            raise BadPush(403)
        return account

    def _answer(self, account: Account, push: Push, now: int) -> Rendered:
        """Does what the push asks, once, and gives the same answer to each repetition."""
        if self._reports.concern(push):
            return self._reported(account, push)
        if account.kind == "mini_program" and push.kind != "event":
            self._store.live.hint(sessions.HINT, f"{account.appid} {push.openid}", surely=True)
        if account.kind == "mini_program" or not concerns_us(push):
            return NOTHING
        once = Once(self._store, account.organization, key(account.appid, push.openid), push.id, self._max_age)
        begun = once.begin(opened(window(push), now))
        if isinstance(begun, Answer):
            return render(account, push, begun)
        try:
            follower = self._known.meet(account, push.openid, begun)
            tracing.become(tracing.of_follower(follower.person.id, push.id))
            reply = self._conversation.reply(follower, push)
            answer = Answer(reply.text, now // 1000)
            once.finish(answer, follower.changes)
        except BaseException:
            once.give_up()
            raise
        if push.event == "unsubscribe":
            once.forget_state()
            self._known.forget(account, push.openid)
        self._conversation.told(follower, reply, now, self._quiet_ms)
        if tracing.tell is not None and reply.tail.digest is not None:
            tracing.reached("told in an answer", tracing.of_entries(reply.tail.digest.told))
        return render(account, push, answer)

    def _reported(self, account: Account, push: Push) -> Rendered:
        """What WeChat tells of itself is noted once, and never answered."""
        once = Once(self._store, account.organization, key(account.appid, push.openid), push.id, self._max_age)
        if isinstance(once.begin({}), Answer):
            return NOTHING
        try:
            self._reports.note(account, push)
            once.finish(Answer("", 0), {})
        except BaseException:
            once.give_up()
            raise
        return NOTHING


def _with_either(account: Account, now: int, act: Callable[[Account], T]) -> T:
    """With the account's credentials, or while they are exchanged with the old ones. Raises BadPush."""
    before = account.as_before(now)
    try:
        return act(account)
    except BadPush as bad:
        if before is None or bad.status != 403:
            raise
    return act(before)


def _body() -> bytes:
    """The raw body, never more than it may be. Raises BadPush."""
    if request.headers.get("Content-Encoding", "identity") != "identity" or (request.content_length or 0) > BODY_BYTES:
        raise BadPush(400)
    try:
        body = request.stream.read(BODY_BYTES + 1)
    except HTTPException:  # too slow
        raise
    except Exception:
        raise BadPush(400) from None
    if not body or len(body) > BODY_BYTES:
        raise BadPush(400)
    return body


def _answered(rendered: Rendered) -> Response:
    return Response(rendered.body, 200, content_type=f"{rendered.content_type}; charset=utf-8")


def _plain(text: str, status: int) -> Response:
    """As text, so that an echo cannot become a page."""
    answer = Response(text, status, content_type="text/plain; charset=utf-8")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
