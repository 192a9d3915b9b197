"""What an account may know about its followers."""

from typing import Any

from sandbox.api.wire import Answer, Call, endpoint
from sandbox.errors import Refusal

PAGE = 10_000
BATCH = 100


@endpoint("/cgi-bin/user/info", method="GET")
def user_info(call: Call) -> Answer:
    """One person: since 2021 without a name or a picture."""
    return about(call, call.args.get("openid"))


@endpoint("/cgi-bin/user/info/batchget")
def batchget(call: Call) -> Answer:
    """Up to a hundred people."""
    wanted = call.body.get("user_list")
    if not isinstance(wanted, list) or len(wanted) > BATCH:
        raise Refusal(40097)
    return {"user_info_list": [about(call, each.get("openid")) for each in wanted if isinstance(each, dict)]}


@endpoint("/cgi-bin/user/get", method="GET")
def user_get(call: Call) -> Answer:
    """All followers, ten thousand at a time, after `next_openid`."""
    followers = [person.openid for person in call.account.people.values() if person.subscribed]
    after = call.args.get("next_openid", "")
    if after and after not in followers:
        raise Refusal(40003)
    page = followers[followers.index(after) + 1 if after else 0 :][:PAGE]
    last = page[-1] if page else ""
    data = {"data": {"openid": page}} if page else {}
    return {"total": len(followers), "count": len(page), "next_openid": last, **data}


def about(call: Call, openid: Any) -> dict[str, Any]:
    """The documented fields; of those who do not follow only that they do not."""
    person = call.person(openid)
    union = {"unionid": person.unionid} if person.unionid else {}
    if not person.subscribed:
        return {"subscribe": 0, "openid": person.openid, "tagid_list": [], **union}
    return {
        "subscribe": 1,
        "openid": person.openid,
        "nickname": "",
        "sex": 0,
        "language": "zh_CN",
        "headimgurl": "",
        "subscribe_time": person.subscribed_at,
        "remark": "",
        "groupid": 0,
        "tagid_list": [],
        "subscribe_scene": person.subscribe_scene,
        "qr_scene": int(person.qr_scene) if person.qr_scene.isdigit() else 0,
        "qr_scene_str": "" if person.qr_scene.isdigit() else person.qr_scene,
        **union,
    }
