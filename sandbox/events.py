"""Every other event that the platform pushes, with the fields it usually has. Read from its pages on events."""

from typing import Any

from sandbox.envelope import Fields

PLATFORM = "oTheWeChatPlatformItself-000"
"""Who pushes what is about an account's users and not from them: the person is named inside."""

PICTURE = {"Count": 1, "PicList": {"item": {"PicMd5Sum": "5a75aaca956d97be686719218f275c6b"}}}
PLACE = {"Location_X": "23.137", "Location_Y": "113.352", "Scale": "15", "Label": "龙井村", "Poiname": "茶园"}
SCANNED = {"ScanType": "qrcode", "ScanResult": "1"}
ANSWER = {"TemplateId": "template", "SubscribeStatusString": "reject"}
RESULT = {"TemplateId": "template", "MsgID": "1", "ErrorCode": "0", "ErrorStatus": "success"}

EVENTS: dict[str, Fields] = {
    "LOCATION": {"Latitude": "23.137", "Longitude": "113.352", "Precision": "119.38"},
    "view_miniprogram": {"EventKey": "pages/index/index", "MenuId": "1"},
    "scancode_push": {"EventKey": "scan", "ScanCodeInfo": SCANNED},
    "scancode_waitmsg": {"EventKey": "scan", "ScanCodeInfo": SCANNED},
    "pic_sysphoto": {"EventKey": "picture", "SendPicsInfo": PICTURE},
    "pic_photo_or_album": {"EventKey": "picture", "SendPicsInfo": PICTURE},
    "pic_weixin": {"EventKey": "picture", "SendPicsInfo": PICTURE},
    "location_select": {"EventKey": "place", "SendLocationInfo": PLACE},
    "TEMPLATESENDJOBFINISH": {"MsgID": 1, "Status": "failed:user block"},
    "MASSSENDJOBFINISH": {"MsgID": 1, "Status": "send success", "TotalCount": 1, "FilterCount": 1, "SentCount": 1,
                          "ErrorCount": 0},
    "subscribe_msg_change_event": {"List": ANSWER},
    "subscribe_msg_sent_event": {"List": RESULT},
    "user_info_modified": {},
    "user_authorization_revoke": {"RevokeInfo": "205"},
    "user_authorization_cancellation": {},
    "kf_create_session": {"KfAccount": "tea@house"},
    "kf_close_session": {"KfAccount": "tea@house"},
    "kf_switch_session": {"FromKfAccount": "tea@house", "ToKfAccount": "cake@house"},
    "qualification_verify_success": {"ExpiredTime": 1_900_000_000},
    "qualification_verify_fail": {"FailTime": 1_700_000_000, "FailReason": "by time"},
    "naming_verify_success": {"ExpiredTime": 1_900_000_000},
    "naming_verify_fail": {"FailTime": 1_700_000_000, "FailReason": "by time"},
    "annual_renew": {"ExpiredTime": 1_900_000_000},
    "verify_expired": {"ExpiredTime": 1_700_000_000},
    "debug_demo": {"debug_str": "hello world"},
}
OPENS = {"scancode_push": "menu", "scancode_waitmsg": "menu"}
"""Those that open a window for customer messages."""
WRAPPERS = {"subscribe_msg_change_event": "Change", "subscribe_msg_sent_event": "Sent"}


def fields_of(name: str, data_format: str, appid: str, openid: str, given: Fields) -> Fields:
    """The usual fields and what was given. Lists of the subscribe events are wrapped in XML and bare in JSON; what
    concerns somebody's authorization names them inside."""
    fields: dict[str, Any] = {**EVENTS.get(name, {}), **given}
    if name in WRAPPERS and data_format == "xml" and "List" in fields:
        fields = {f"SubscribeMsg{WRAPPERS[name]}Event": {"List": fields["List"]}}
    if about_authorization(name):
        fields = {"OpenID": openid, "AppID": appid, **fields}
    return fields


def about_authorization(name: str) -> bool:
    return name == "user_info_modified" or name.startswith("user_authorization_")
