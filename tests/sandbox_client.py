"""A WeChat for a test: `Sandbox` starts `python -m sandbox` on a free port and speaks its control API.

    with Sandbox(house="http://127.0.0.1:8000", accounts=[official_account(), mini_program()]) as wechat:
        alice = wechat.follower(OFFICIAL)             # follows already
        wechat.say(alice, "你好")["reply"]["text"]     # the passive reply
        wechat.texts(alice)                           # all that reached her phone as text
        code, openid = wechat.login_code(MINI)        # what wx.login would give

An act answers when its push has ended, retries included:
`{"attempts", "reply": {"type", "text", …} | None, "failed", "problem", "messages": […]}`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import requests

Json = dict[str, Any]

OFFICIAL = "wx0123456789abcdef"
MINI = "wxfedcba9876543210"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ROOT = Path(__file__).parents[1]


def official_account(**changes: Any) -> Json:
    """Settings of an Official Account in plain mode; `mode="safe"` and the like change them."""
    usual = {"kind": "official_account", "appid": OFFICIAL, "secret": "official-secret", "token": "AAAAA"}
    return {**usual, "encoding_aes_key": AES_KEY, **changes}


def mini_program(**changes: Any) -> Json:
    """Settings of a mini-program whose pushes are JSON in plain mode."""
    usual = {"kind": "mini_program", "appid": MINI, "secret": "mini-secret", "token": "BBBBB"}
    return {**usual, "encoding_aes_key": AES_KEY, "data_format": "json", **changes}


class Sandbox:
    """One sandbox process. `url` is what TEAHOUSE_WECHAT_API_URL should be."""

    def __init__(self, accounts: Iterable[Json] = (), house: str = "", port: int = 0) -> None:
        self.accounts = list(accounts)
        self.house = house
        self.port = port
        self.url = ""
        self._http = requests.Session()
        self._http.trust_env = False
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def start(self) -> Sandbox:
        """Start it and wait until it says where it listens."""
        with TemporaryDirectory() as folder:
            file = Path(folder, "accounts.json")
            file.write_text(json.dumps({"accounts": self.accounts}), "utf-8")
            command = [sys.executable, "-m", "sandbox", "--port", str(self.port), "--house", self.house]
            command += ["--accounts", str(file)]
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
            line = self._process.stdout.readline() if self._process.stdout else ""
        if not line.startswith("sandbox: http"):
            self.stop()
            raise RuntimeError("the sandbox did not start; its complaint is above")
        self.url = line.removeprefix("sandbox: ").strip().rstrip("/")
        return self

    def stop(self) -> None:
        """End it at once; a second stop does nothing."""
        process, self._process = self._process, None
        if process:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
        self._http.close()

    # ---- people -------------------------------------------------------------------------------------------

    def follower(self, appid: str = OFFICIAL, nickname: str = "", unionid: str | None = None, **more: Any) -> str:
        """The openid of a new person who follows; with `follow=False` one who does not yet."""
        follow = more.pop("follow", True)
        order = {"appid": appid, "nickname": nickname, "unionid": unionid, **more}
        openid: str = self.post("/followers", order)["openid"]
        if follow:
            self.follow(openid)
        return openid

    def person(self, openid: str) -> Json:
        """What the sandbox knows of a person: subscribed, open quota by act, credits by template, typing."""
        return cast(Json, self.get(f"/followers/{openid}"))

    def follow(self, openid: str, scene: str = "") -> Json:
        """Follow, with a scene as if by scanning a parametric QR code."""
        return self.act(openid, "follow", scene=scene)

    def unfollow(self, openid: str) -> Json:
        """Stop following."""
        return self.act(openid, "unfollow")

    def say(self, openid: str, text: str = "", **message: Any) -> Json:
        """Send a text, or `type="image"` … with the platform's field names (PicUrl, MediaId, Location_X …)."""
        return self.act(openid, "say", text=text, **message)

    def click(self, openid: str, key: str) -> Json:
        """Tap a menu button of type click."""
        return self.act(openid, "click", key=key)

    def scan(self, openid: str, scene: str = "", ticket: str = "") -> Json:
        """Scan a parametric QR code, named by its scene or its ticket."""
        return self.act(openid, "scan", scene=scene, ticket=ticket)

    def tap_menu_item(self, openid: str, item: str, content: str) -> Json:
        """Tap an item of a message menu."""
        return self.act(openid, "tap_menu_item", id=item, content=content)

    def answer_subscription(self, openid: str, **templates: str) -> Json:
        """Answer a notification question: template id = "accept" or "reject"."""
        return self.act(openid, "answer_subscription", templates=templates)

    def event(self, openid: str, event: str, **fields: Any) -> Json:
        """Push any other event."""
        return self.act(openid, "event", event=event, fields=fields)

    def repeat(self, openid: str, times: int = 1, concurrent: bool = False) -> list[Json]:
        """The person's last push again, same MsgId; the outcomes. Replies are not shown twice on the phone."""
        outcomes: list[Json] = self.act(openid, "repeat", times=times, concurrent=concurrent)["outcomes"]
        return outcomes

    def act(self, openid: str, act: str, **order: Any) -> Json:
        """Any act of the control API on a person's phone."""
        return cast(Json, self.post(f"/followers/{openid}/{act}", order))

    # ---- mini-program -------------------------------------------------------------------------------------

    def login_code(self, appid: str = MINI, openid: str | None = None, unionid: str | None = None) -> tuple[str, str]:
        """A code as wx.login gives it, and the openid that it stands for (a new user's without one)."""
        answer = self.post("/login_code", {"appid": appid, "openid": openid, "unionid": unionid})
        return answer["code"], answer["openid"]

    def phone_code(self, openid: str, phone: str = "13800000000", appid: str = MINI) -> str:
        """A code as the phone button gives it."""
        code: str = self.post("/phone_code", {"appid": appid, "openid": openid, "phone": phone})["code"]
        return code

    def sms(self, phone: str = "", after: int = 0, wait_seconds: float = 60.0) -> list[Json]:
        """The SMS that reached a number (+86…), or anybody, oldest first. Waits until there is one."""
        query = {"after": after, "wait_seconds": wait_seconds} | ({"phone": phone} if phone else {})
        found: list[Json] = self.get("/sms", **query)
        return found

    # ---- what arrived, what was called --------------------------------------------------------------------

    def outbox(self, openid: str, after: int = 0, wait_seconds: float = 0.0) -> list[Json]:
        """Everything delivered to a person, in order: `kind` is passive_reply, customer_message, template_message,
        subscribe_message or service_failure; `type`, `text` …, `at`, `number`. Waits until there is something."""
        found: list[Json] = self.get("/outbox", openid=openid, after=after, wait_seconds=wait_seconds)
        return found

    def texts(self, openid: str) -> list[str]:
        """The texts among them."""
        return [each["text"] for each in self.outbox(openid) if each.get("text")]

    def wait_for(self, openid: str, kind: str, count: int = 1, seconds: float = 60.0) -> list[Json]:
        """The deliveries of that kind as soon as there are `count`; AssertionError after `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            everything = self.outbox(openid)
            found = [each for each in everything if each["kind"] == kind]
            left = deadline - time.monotonic()
            if len(found) >= count:
                return found
            assert left > 0, f"{len(found)} of {count} {kind} after {seconds} s: {everything}"
            self.outbox(openid, everything[-1]["number"] if everything else 0, min(left, 5.0))

    def pushes(self, **wanted: Any) -> list[Json]:
        """Pushes in full (`appid=`, `openid=`, `limit=`): fields, query, body, `tries` with answers, reply."""
        found: list[Json] = self.get("/pushes", **wanted)
        return found

    def calls(self, appid: str = OFFICIAL) -> dict[tuple[str, int], int]:
        """How often the account called each API, by (path, errcode)."""
        counts = self.get("/calls", appid=appid)["counts"]
        return {(each["api"], each["errcode"]): each["count"] for each in counts}

    # ---- the world ----------------------------------------------------------------------------------------

    def add_account(self, **account: Any) -> Json:
        """Add an account, or change one that is there."""
        return cast(Json, self.post("/accounts", account))

    def menu(self, appid: str = OFFICIAL) -> list[Json] | None:
        """The menu the account published."""
        account: Json = next(each for each in self.get("/accounts") if each["appid"] == appid)
        menu: list[Json] | None = account["menu"]
        return menu

    def advance(self, seconds: float) -> None:
        """Move the virtual clock forward: quota windows, tokens, codes, media."""
        self.post("/clock", {"advance_seconds": seconds})

    def inject(self, api: str, times: int = 1, appid: str = "", **fault: Any) -> None:
        """Trouble for the next calls of an API: errcode=, http_status=, html=True, delay_seconds=, or
        drop_after_effect=True (done, but the answer is lost). `api="*"` means any."""
        self.post("/inject", {"api": api, "times": times, "appid": appid, **fault})

    def clear_faults(self) -> None:
        """Forget the trouble that has not happened yet."""
        self.post("/inject", {"clear": True})

    def settings(self, **settings: Any) -> Json:
        """push_timeout_seconds (5), push_retries (3), retry_pause_seconds, fresh_nonce_on_retry, wire_clock."""
        return cast(Json, self.post("/settings", settings))

    def push_raw(self, appid: str = OFFICIAL, **order: Any) -> Json:
        """One hostile request to the account's callback: body=, query={…}, without=[…], content_type=,
        sealed=True (encrypts the body), sealed_for=APPID. Answers {"status", "answer"}."""
        return cast(Json, self.post("/push_raw", {"appid": appid, **order}))

    def verify_url(self, appid: str = OFFICIAL) -> Json:
        """The GET with echostr: {"verified", "status", "answer"}."""
        return cast(Json, self.post("/verify_url", {"appid": appid}))

    def reset(self) -> None:
        """Forget everything but the accounts from the start."""
        self.post("/reset", {})

    def get(self, path: str, **query: Any) -> Any:
        """GET of the control API."""
        return self._answer(self._http.get(f"{self.url}/control{path}", params=query, timeout=60))

    def post(self, path: str, order: Json) -> Any:
        """POST to the control API."""
        return self._answer(self._http.post(f"{self.url}/control{path}", json=order, timeout=60))

    @staticmethod
    def _answer(response: requests.Response) -> Any:
        if response.status_code != 200:
            raise RuntimeError(f"{response.request.url}: {response.status_code} {response.text[:500]}")
        return response.json()
