"""What people do with their phones, and the pushes that come of it."""

import secrets
from typing import Any

from sandbox import events
from sandbox.accounts import Account, Person, Ticket
from sandbox.callbacks import Push, push
from sandbox.envelope import Fields
from sandbox.media import Sample, keep
from sandbox.pictures import picture
from sandbox.world import World

MESSAGE_FIELDS = {
    "text": ("Content",),
    "image": ("PicUrl", "MediaId"),
    "voice": ("MediaId", "Format"),
    "video": ("MediaId", "ThumbMediaId"),
    "shortvideo": ("MediaId", "ThumbMediaId"),
    "location": ("Location_X", "Location_Y", "Scale", "Label"),
    "link": ("Title", "Description", "Url"),
    "miniprogrampage": ("Title", "AppId", "PagePath", "ThumbUrl", "ThumbMediaId"),
}
"""Official docs, receiving standard messages: what each type carries besides the common fields."""

USUAL = {
    "PicUrl": "http://mmbiz.qpic.cn/mmbiz_jpg/sandbox/0",
    "Format": "amr",
    "Location_X": 23.137466,
    "Location_Y": 113.352425,
    "Scale": 15,
    "Label": "",
    "Title": "",
    "Description": "",
    "Url": "https://example.com/",
    "AppId": "",
    "PagePath": "pages/index/index",
    "ThumbUrl": "",
}

SAMPLES = {
    "image": Sample("image", "photo.png", "image/png", picture("photo")),
    "voice": Sample("voice", "voice.amr", "audio/amr", b"#!AMR\n" + b"\x04" * 320),
    "video": Sample("video", "video.mp4", "video/mp4", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 320),
    "shortvideo": Sample("video", "video.mp4", "video/mp4", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 320),
}


class Impossible(Exception):
    """A phone cannot do that; the text says why."""


class Phone:
    """One person's phone, open at one account."""

    def __init__(self, world: World, person: Person) -> None:
        self.world = world
        self.person = person
        self.account: Account = world.accounts[person.appid]

    def follow(self, scene: str = "") -> Push:
        """Follow the account, from a parametric QR code when there is a scene."""
        if self.person.subscribed:
            raise Impossible("follows already")
        self.person.subscribed, self.person.subscribed_at = True, int(self.world.clock.now())
        self.person.subscribe_scene = "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH"
        self.person.qr_scene = scene
        extra = {"EventKey": f"qrscene_{scene}", "Ticket": self.ticket(scene)} if scene else {"EventKey": ""}
        return self.act("subscribe", did("follow", scene), self.event("subscribe", **extra))

    def unfollow(self) -> Push:
        """Leave: no customer message can be sent from then on."""
        self.must_follow()
        self.person.subscribed = False
        self.person.quota.close()
        return self.act("", did("unfollow"), self.event("unsubscribe", EventKey=""))

    def say(self, message: dict[str, Any]) -> Push:
        """A message of any type; the fields have the platform's own names, `text` stands for Content."""
        self.must_follow()
        kind = message.get("type", "text")
        if kind not in MESSAGE_FIELDS:
            raise Impossible(f"there are no {kind} messages")
        given = {**USUAL, "Content": message.get("text", ""), **message}
        fields = {name: given.get(name) or self.usual(kind, name) for name in MESSAGE_FIELDS[kind]}
        return self.act("message", said(given["Content"] or f"[{kind}]"), self.message(kind, fields))

    def tap_menu_item(self, item: str, content: str) -> Push:
        """Tap an item of a message menu: it looks like a text, but counts as a menu click only."""
        self.must_follow()
        fields = self.message("text", {"Content": content, "bizmsgmenuid": item})
        return self.act("menu", said(content), fields)

    def click(self, key: str) -> Push:
        """A menu button of type click."""
        self.must_follow()
        return self.act("menu", did("click", self.button(key)), self.event("CLICK", EventKey=key))

    def view(self, url: str) -> Push:
        """A menu button that opens a page: pushed, but it allows no messages."""
        self.must_follow()
        return self.act("", did("view", url), self.event("VIEW", EventKey=url))

    def scan(self, scene: str = "", ticket: str = "") -> Push:
        """Scan a parametric QR code: a follower's SCAN, or following by it."""
        if ticket:
            scene = self.scene_of(ticket)
        if not self.person.subscribed:
            return self.follow(scene)
        fields = self.event("SCAN", EventKey=scene, Ticket=ticket or self.ticket(scene))
        return self.act("scan", did("scan", scene), fields)

    def enter_session(self, source: str = "") -> Push:
        """Open the customer-service session of a mini-program."""
        return self.act("session", did("session"), self.event("user_enter_tempsession", SessionFrom=source))

    def answer_subscription(self, templates: dict[str, str]) -> Push:
        """Answer the question for notifications: each acceptance is worth one message of that template."""
        for template, answer in templates.items():
            if answer == "accept":
                self.person.credits[template] = self.person.credits.get(template, 0) + 1
        scene = "0" if self.account.kind == "mini_program" else "1"
        items = [
            {"TemplateId": template, "SubscribeStatusString": answer, "PopupScene": scene}
            for template, answer in templates.items()
        ]
        fields = self.event("subscribe_msg_popup_event", **subscription(self.account, "Popup", items))
        return self.act("", did("subscription"), fields)

    def raise_event(self, name: str, fields: Fields) -> Push:
        """Any other event, with its usual fields and those given."""
        known = events.fields_of(name, self.account.data_format, self.account.appid, self.person.openid, fields)
        pushed = self.event(name, **known)
        if events.about_authorization(name):
            pushed["FromUserName"] = fields.get("FromUserName", events.PLATFORM)
        return self.act(events.OPENS.get(name, ""), did("event", name), pushed)

    def usual(self, kind: str, name: str) -> Any:
        """A field nobody gave: a MediaId then stands for a file that the account may fetch for three days."""
        if name in ("MediaId", "ThumbMediaId"):
            return keep(self.account, SAMPLES.get(kind, SAMPLES["image"]), self.world.clock.now())
        return USUAL.get(name, "")

    def act(self, opens: str, shown: dict[str, str], fields: Fields) -> Push:
        """Open the window, put one's own words on the screen, push."""
        now = self.world.clock.now()
        self.person.acted_at = now
        if opens:
            self.person.quota.open(opens, now)
        self.world.show(self.person, "said", shown)
        return push(self.world, self.account, self.person.openid, fields)

    def message(self, kind: str, fields: Fields) -> Fields:
        """A standard message with its own MsgId."""
        common = self.common(self.world.wire_now(), kind)
        return {**common, **fields, "MsgId": next(self.world.message_ids)}

    def event(self, name: str, **fields: Any) -> Fields:
        """An event. Sender and CreateTime identify it, so no two events of a person share a second."""
        self.person.last_create_time = max(self.world.wire_now(), self.person.last_create_time + 1)
        return {**self.common(self.person.last_create_time, "event"), "Event": name, **fields}

    def common(self, at: int, kind: str) -> Fields:
        """What every push begins with."""
        return {
            "ToUserName": self.account.original_id,
            "FromUserName": self.person.openid,
            "CreateTime": at,
            "MsgType": kind,
        }

    def must_follow(self) -> None:
        """Only followers write to an Official Account; everybody writes to a mini-program's service."""
        if self.account.kind == "official_account" and not self.person.subscribed:
            raise Impossible("does not follow the account")

    def ticket(self, scene: str) -> str:
        """A ticket for this scene, made when the account has none."""
        for ticket, code in self.account.tickets.items():
            if code.scene == scene:
                return ticket
        ticket = "g" + secrets.token_urlsafe(60)
        self.account.tickets[ticket] = Ticket(scene, None)
        return ticket

    def scene_of(self, ticket: str) -> str:
        """The scene of a code that is still good."""
        code = self.account.tickets.get(ticket)
        if not code or (code.expires_at is not None and code.expires_at <= self.world.clock.now()):
            raise Impossible("the QR code is unknown or too old")
        return code.scene

    def button(self, key: str) -> str:
        """The words on the button with this key, or the key."""
        for button in self.account.menu or []:
            for each in [button, *button.get("sub_button", [])]:
                if each.get("key") == key:
                    return str(each["name"])
        return key


def said(text: str) -> dict[str, str]:
    """One's own words, as they stand on one's own screen."""
    return {"type": "text", "text": text}


def did(act: str, text: str = "") -> dict[str, str]:
    """Something done without words."""
    return {"type": "act", "act": f"{act}_act", "text": text}


def subscription(account: Account, kind: str, items: list[dict[str, Any]]) -> Fields:
    """The list of a subscribe event: wrapped in XML; bare in JSON, where a single entry is no list."""
    if account.data_format == "json":
        return {"List": items[0] if len(items) == 1 else items}
    return {f"SubscribeMsg{kind}Event": {"List": items}}
