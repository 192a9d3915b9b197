"""WeChat's own hosting of containers (微信云托管): accounts that WeChat meets there by an inner line.

TEAHOUSE_CLOUD_HOSTING names them. Their pushes come in without signature and seal, marked by a header that WeChat lets
nobody set from outside. What the first of them asks of WeChat goes out by plain HTTP to the same name without a token:
what stands beside the container takes it and puts the token in (开放接口服务). Where public access is on, others
could set the header, and this is an open door: so nothing of it is believed unless the operator says so.
"""

from __future__ import annotations

from collections.abc import Sequence

SOURCE = "X-WX-SOURCE"
CHECK = {"action": "CheckContainerPath"}
"""The whole of what WeChat sends to try the address; it asks for nothing but 200."""
INNER_LINE = "http://api.weixin.qq.com"
NO_TOKEN = ""

own: Sequence[str] = ()
"""The account whose environment this process runs in, if any; each process puts it in when it begins."""


def needs_no_token(appid: str) -> bool:
    return appid in own
