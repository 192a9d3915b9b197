"""What can be ordered of this WeChat: each path of the control API and what it does."""

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, fields
from typing import Any

import gevent

from sandbox import callbacks
from sandbox.accounts import Account, Code, Person, new_openid
from sandbox.api.wire import ENDPOINTS
from sandbox.events import EVENTS
from sandbox.faults import Fault
from sandbox.followers import MESSAGE_FIELDS, Impossible, Phone
from sandbox.limits import KEPT_PEOPLE, LOGIN_CODE_SECONDS
from sandbox.world import Settings, World

MOST_REPEATS = 100

Order = dict[str, Any]


class Unclear(Exception):
    """An order that cannot be carried out; the number is the HTTP status."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        super().__init__(text)


class Orders:
    """What each path does."""

    def __init__(self, world: World) -> None:
        self.world = world

    def table(self) -> list[tuple[str, str, Callable[..., Any]]]:
        """Method, path, act."""
        return [
            ("GET", "/accounts", self.accounts),
            ("POST", "/accounts", self.add_account),
            ("GET", "/followers", self.followers),
            ("POST", "/followers", self.add_follower),
            ("POST", "/followers/many", self.many),
            ("GET", "/tally", self.tally),
            ("GET", "/followers/<openid>", self.follower),
            ("POST", "/followers/<openid>/repeat", self.repeat),
            ("POST", "/followers/<openid>/<act>", self.act),
            ("POST", "/login_code", self.login_code),
            ("POST", "/phone_code", self.phone_code),
            ("GET", "/events", self.events),
            ("GET", "/outbox", self.outbox),
            ("GET", "/screen", self.screen),
            ("GET", "/pushes", self.pushes),
            ("GET", "/calls", self.calls),
            ("GET", "/sms", self.sms),
            ("POST", "/push_raw", self.push_raw),
            ("POST", "/verify_url", self.verify_url),
            ("GET", "/clock", self.clock),
            ("POST", "/clock", self.advance),
            ("GET", "/inject", self.misfortunes),
            ("POST", "/inject", self.inject),
            ("POST", "/words", self.words),
            ("POST", "/settings", self.settings),
            ("POST", "/reset", self.reset),
        ]

    def accounts(self, _order: Order) -> Any:
        """The accounts with their menus, without secrets."""
        hidden = ("secret", "encoding_aes_key", "token")
        return [
            {name: value for name, value in each.settings().items() if name not in hidden}
            | {"menu": each.menu, "callback_url": self.world.callback_url(each), "codes": codes(each)}
            for each in self.world.accounts.values()
        ]

    def add_account(self, order: Order) -> Any:
        """A new account, or other settings for a known one; its people, menu and codes stay."""
        fresh = Account.of(order)
        known = self.world.accounts.setdefault(fresh.appid, fresh)
        for name, value in fresh.settings().items():
            setattr(known, name, value)
        return {"appid": known.appid, "original_id": known.original_id}

    def followers(self, order: Order) -> Any:
        """The newest hundred people of an account."""
        people = list(self.account(order).people.values())[-100:]
        return [each.describe(self.world.clock.now()) for each in people]

    def add_follower(self, order: Order) -> Any:
        """A person who does not follow yet; an openid that exists is found again."""
        account, openid = self.account(order), order.get("openid") or new_openid()
        other = self.world.person(openid)
        if other and other.appid != account.appid:
            raise Unclear(409, "that openid belongs to another account")
        person = account.person(openid)
        person.nickname = str(order.get("nickname") or person.nickname)
        person.unionid = order.get("unionid") or person.unionid
        return person.describe(self.world.clock.now())

    def many(self, order: Order) -> Any:
        """`count` people who follow already, and with `wrote` wrote just now; nothing is pushed. Their openids."""
        account, now = self.account(order), self.world.clock.now()
        made = [account.person(new_openid()) for _ in range(min(int(order["count"]), KEPT_PEOPLE))]
        for person in made:
            person.subscribed, person.subscribed_at = True, int(now)
            if order.get("wrote"):
                person.acted_at = now
                person.quota.open("message", now)
        return {"openids": [person.openid for person in made]}

    def tally(self, order: Order) -> Any:
        """kind of delivery → how often → how many people of the account got it so often."""
        found: dict[str, Counter[int]] = {}
        for person in self.account(order).people.values():
            for kind, times in Counter(each.kind for each in person.outbox).items():
                found.setdefault(kind, Counter())[times] += 1
        return found

    def follower(self, _order: Order, openid: str) -> Any:
        """One person with the quota that is open."""
        return self.person(openid).describe(self.world.clock.now())

    def act(self, order: Order, openid: str, act: str) -> Any:
        """One act on a phone; answers when the push has ended, retries included."""
        phone = Phone(self.world, self.person(openid))
        acts: dict[str, Callable[[], callbacks.Push]] = {
            "follow": lambda: phone.follow(str(order.get("scene", ""))),
            "unfollow": phone.unfollow,
            "say": lambda: phone.say(order),
            "click": lambda: phone.click(order["key"]),
            "view": lambda: phone.view(order["url"]),
            "scan": lambda: phone.scan(str(order.get("scene", "")), str(order.get("ticket", ""))),
            "tap_menu_item": lambda: phone.tap_menu_item(str(order["id"]), order["content"]),
            "enter_session": lambda: phone.enter_session(str(order.get("session_from", ""))),
            "answer_subscription": lambda: phone.answer_subscription(order["templates"]),
            "event": lambda: phone.raise_event(order["event"], order.get("fields", {})),
        }
        if act not in acts:
            raise Unclear(404, f"a phone cannot {act}; it can: {', '.join(acts)}, repeat")
        return acts[act]().outcome()

    def repeat(self, order: Order, openid: str) -> Any:
        """The last push again, unchanged, `times` times, one after another or all at once."""
        person, times = self.person(openid), min(int(order.get("times", 1)), MOST_REPEATS)
        if not person.last_push:
            raise Impossible("nothing was pushed yet")
        work = (self.world, self.world.accounts[person.appid], person.last_push)
        if order.get("concurrent"):
            tasks = [gevent.spawn(callbacks.repeat, *work) for _ in range(times)]
            outcomes = [each.get().outcome() for each in tasks]
        else:
            outcomes = [callbacks.repeat(*work).outcome() for _ in range(times)]
        return {"outcomes": outcomes}

    def login_code(self, order: Order) -> Any:
        """What wx.login gives; without an openid it is a new user's."""
        person = self.user(order)
        return {"code": self.new_code(person, self.account(order).login_codes), "openid": person.openid}

    def phone_code(self, order: Order) -> Any:
        """What the phone button gives, for the number in `phone`."""
        person = self.user(order)
        person.phone = str(order.get("phone") or person.phone or "13800000000")
        return {"code": self.new_code(person, self.account(order).phone_codes), "openid": person.openid}

    def events(self, _order: Order) -> Any:
        """What `event` knows by name, with the usual fields, and the types of messages that `say` knows."""
        return {"events": EVENTS, "messages": {kind: list(names) for kind, names in MESSAGE_FIELDS.items()},
                "apis": sorted(ENDPOINTS)}

    def outbox(self, order: Order) -> Any:
        """What an account delivered to a person after number `after`; waits up to `wait_seconds` for it."""
        person, after = self.person(order["openid"]), int(order.get("after", 0))
        self.wait(order, lambda: bool(delivered(person, after)))
        return delivered(person, after)

    def screen(self, order: Order) -> Any:
        """The outbox together with what the person did."""
        return [each.wire() for each in self.person(order["openid"]).outbox]

    def pushes(self, order: Order) -> Any:
        """The newest pushes in full, of one account or person when named."""
        wanted = {name: order[name] for name in ("appid", "openid") if name in order}
        kept = [each for each in self.world.pushes if all(getattr(each, n) == v for n, v in wanted.items())]
        return [each.record() for each in kept[-int(order.get("limit", 100)) :]]

    def calls(self, order: Order) -> Any:
        """How often each API was called and how that ended, and the newest calls."""
        appid = order.get("appid")
        counts = [
            {"appid": owner, "api": api, "errcode": code, "count": count}
            for (owner, api, code), count in sorted(self.world.call_counts.items())
            if appid in (None, owner)
        ]
        newest = [each for each in self.world.calls if appid in (None, each["appid"])]
        return {"counts": counts, "newest": newest[-int(order.get("limit", 100)) :]}

    def sms(self, order: Order) -> Any:
        """The SMS that reached a number (+86…), or all, after number `after`; waits up to `wait_seconds` for one."""
        after = int(order.get("after", 0))

        def found() -> list[Order]:
            return [each for each in self.world.texts
                    if each["number"] > after and order.get("phone") in (None, each["phone"])]

        self.wait(order, lambda: bool(found()))
        return found()

    def push_raw(self, order: Order) -> Any:
        """One request with any body and query to an account's callback."""
        return callbacks.push_raw(self.world, self.account(order), order)

    def verify_url(self, order: Order) -> Any:
        """Check the callback address as the platform's settings page does."""
        return callbacks.check_url(self.world, self.account(order))

    def clock(self, _order: Order) -> Any:
        """The virtual time in milliseconds."""
        clock = self.world.clock
        return {"now": int(clock.now() * 1000), "offset_seconds": clock.offset}

    def advance(self, order: Order) -> Any:
        """Move the virtual time forward."""
        self.world.clock.advance(float(order["advance_seconds"]))
        return self.clock(order)

    def misfortunes(self, _order: Order) -> Any:
        """Those that still wait."""
        return {"waiting": [asdict(each) for each in self.world.faults.waiting]}

    def inject(self, order: Order) -> Any:
        """Order a misfortune, or with `"clear": true` forget those that wait."""
        if order.get("clear"):
            self.world.faults.waiting = []
        else:
            self.world.faults.add(Fault(**order))
        return self.misfortunes(order)

    def words(self, order: Order) -> Any:
        """The words that content checks find risky or want reviewed."""
        self.world.words = {name: [str(word) for word in order.get(name, [])] for name in ("risky", "review")}
        return self.world.words

    def settings(self, order: Order) -> Any:
        """Turn what is named, show all."""
        known = {field.name: type(getattr(self.world.settings, field.name)) for field in fields(Settings)}
        for name, value in order.items():
            if name not in known:
                raise Unclear(400, f"no such setting: {name}")
            setattr(self.world.settings, name, known[name](value))
        return asdict(self.world.settings)

    def reset(self, _order: Order) -> Any:
        """Forget everything but the accounts from the start."""
        self.world.reset()
        return {"accounts": list(self.world.accounts)}

    def account(self, order: Order) -> Account:
        """The account that is named, or 404."""
        if order.get("appid") not in self.world.accounts:
            raise Unclear(404, f"no account {order.get('appid')!r}")
        return self.world.accounts[order["appid"]]

    def person(self, openid: str) -> Person:
        """The person that is named, or 404."""
        found = self.world.person(openid)
        if not found:
            raise Unclear(404, f"nobody has the openid {openid!r}")
        return found

    def user(self, order: Order) -> Person:
        """The person of an order with an optional openid."""
        return self.person(self.add_follower(order)["openid"])

    def new_code(self, person: Person, codes: dict[str, Code]) -> str:
        """A fresh code of 32 characters, like the real ones, good for five minutes."""
        code = "0" + secrets.token_hex(16)[1:]
        codes[code] = Code(person.openid, self.world.clock.now() + LOGIN_CODE_SECONDS)
        return code

    def wait(self, order: Order, ready: Callable[[], bool]) -> None:
        """Wait for something new, as long as the order allows, half a minute at most."""
        with self.world.journal.changed:
            self.world.journal.changed.wait_for(ready, min(float(order.get("wait_seconds", 0)), 30.0))


def delivered(person: Person, after: int) -> list[Order]:
    """What came from the account, not what the person did."""
    return [each.wire() for each in person.outbox if each.kind != "said" and each.number > after]


def codes(account: Account) -> list[Order]:
    """The newest parametric QR codes, for phones that scan."""
    newest = list(account.tickets.items())[-20:]
    return [{"ticket": ticket, "scene": code.scene} for ticket, code in newest]
