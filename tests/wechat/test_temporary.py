"""Where a video of WeChat's lies, WeChat says; a request goes to no other house."""

from __future__ import annotations

import pytest

from wechat.platform.client import CallFailed
from wechat.platform.temporary import _address


@pytest.mark.parametrize("url", [
    "http://127.0.0.1/v.mp4", "http://169.254.169.254/", "file:///etc/passwd.qq.com", "gopher://a.qq.com/",
    "http://qq.com.example.com/v.mp4", "http://evilqq.com/v.mp4", "http://a.qq.com@example.com/", "http://[::1]/.qq.com",
    "https://example.com/?.qq.com", "https://example.com#.qq.com", "", "//a.qq.com/v.mp4"])
def test_an_address_that_is_not_wechat_s_is_not_asked(url: str) -> None:
    with pytest.raises(CallFailed):
        _address({"video_url": url})


@pytest.mark.parametrize("url", ["http://vweixinp.tc.qq.com/1007_x.f10.mp4?key=1", "https://mmbiz.qpic.cn/v"])
def test_wechat_s_own_are(url: str) -> None:
    assert _address({"video_url": url}) == url
