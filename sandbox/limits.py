"""The platform's numbers, read from its public documentation on their own, apart from any other program."""

from typing import NamedTuple

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Window(NamedTuple):
    """How many customer messages one act of a follower allows, and for how long."""

    messages: int
    seconds: int


CUSTOMER_WINDOWS = {
    "message": Window(5, 48 * HOUR),
    "menu": Window(3, MINUTE),
    "subscribe": Window(3, MINUTE),
    "scan": Window(3, MINUTE),
    "session": Window(2, MINUTE),
}

TOKEN_SECONDS = 7200
REPLACED_TOKEN_SECONDS = 300
STABLE_RENEWAL_SECONDS = 300
STABLE_FORCES_A_DAY = 20
STABLE_FORCE_PAUSE_SECONDS = 30

LOGIN_CODE_SECONDS = 5 * MINUTE
ACTIVE_IN_MINI_PROGRAM_SECONDS = 2 * HOUR
TYPING_NEEDS_INTERACTION_SECONDS = 30
TYPING_SECONDS = 15

TEXT_BYTES = 2048
ARTICLES = 1
CHECKED_CHARACTERS = 2500

MEDIA_SECONDS = 3 * DAY
MEDIA_BYTES = {"image": 2 << 20, "voice": 2 << 20, "video": 10 << 20, "thumb": 64 << 10}
MEDIA_ENDINGS = {
    "image": ("png", "jpg", "jpeg", "gif"),
    "voice": ("amr", "mp3"),
    "video": ("mp4",),
    "thumb": ("jpg", "jpeg"),
}

QR_DEFAULT_SECONDS = 60
QR_MOST_SECONDS = 30 * DAY
QR_SCENE_CHARACTERS = 64
MINI_CODE_SCENE_CHARACTERS = 32

MENU_BUTTONS = 3
MENU_SUB_BUTTONS = 5
MENU_NAME_BYTES = 16
MENU_SUB_NAME_BYTES = 60
MENU_KEY_BYTES = 128
MENU_URL_BYTES = 1024

CALLS_A_DAY = {
    "/cgi-bin/token": 2000,
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/message/mass/send": 100,
    "/cgi-bin/message/mass/sendall": 100,
    "/cgi-bin/user/info": 500_000,
    "/cgi-bin/user/get": 500,
    "/cgi-bin/qrcode/create": 100_000,
    "/cgi-bin/menu/create": 1000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/menu/delete": 1000,
    "/cgi-bin/media/upload": 5000,
    "/cgi-bin/media/get": 10_000,
    "/wxa/msg_sec_check": 2_000_000,
    "/wxa/media_check_async": 200_000,
}
"""Daily calls of a typical verified account; what is not named here is not counted against a limit."""

MASS_A_MONTH = 4
MASS_TO_ALL_A_DAY = 1
MASS_FEWEST, MASS_MOST = 2, 10_000
MASS_NAME_BYTES = 64

LEVELS = ("service", "subscription", "unverified_service", "unverified_subscription")
RIGHTS = {
    "/cgi-bin/menu": ("service", "subscription", "unverified_service"),
    "/cgi-bin/message/custom": ("service", "subscription"),
    "/cgi-bin/message/mass/sendall": ("service", "subscription"),
    "/cgi-bin/message/mass/send": ("service",),
    "/cgi-bin/message/template": ("service",),
    "/cgi-bin/message/subscribe/bizsend": ("service",),
    "/cgi-bin/qrcode": ("service",),
    "/cgi-bin/user": ("service", "subscription"),
}
"""Official docs, rights of interfaces: which Official Accounts may use what lies under a path. All else is free."""

LOGINS_A_MINUTE = 100
QUOTA_CLEARINGS_A_MONTH = 10

PUSH_SECONDS = 5.0
PUSH_RETRIES = 3
"""Official docs: without an answer in five seconds the connection is dropped; three repetitions in total."""

SMS_CHARACTERS = 500
"""The longest text that the providers' pages allow, signature included."""

# What this program itself keeps; older things make room for newer ones.
KEPT_DELIVERIES = 500
KEPT_STREAM = 5000
KEPT_PUSHES = 2000
KEPT_CALLS = 2000
KEPT_SMS = 500
KEPT_PEOPLE = 200_000
KEPT_TOKENS = 5000
KEPT_CODES = 50_000
KEPT_MEDIA = 200
KEPT_TICKETS = 10_000
REQUEST_BYTES = 12 << 20
ANSWER_BYTES = 1 << 20
