"""The sandbox shows the SMS on its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from sms.provider import FAILED, MINUTES, SENT, TIMEOUT_SECONDS, UNKNOWN, Outcome

if TYPE_CHECKING:
    from settings import Settings


class Sandbox:
    name = "sandbox"

    def __init__(self, settings: Settings) -> None:
        self._url = f"{settings.sms_api_url or settings.wechat_api_url}/sms/send"
        self._sign = settings.sms_sign or "茶馆"
        self._http = requests.Session()
        self._http.trust_env = False

    def send(self, number: str, code: str) -> Outcome:
        text = f"【{self._sign}】验证码 {code}，{MINUTES} 分钟内有效。不是您本人的操作，请不要理会。"
        try:
            answer = self._http.post(self._url, json={"phone": number, "text": text}, timeout=TIMEOUT_SECONDS)
        except requests.ConnectTimeout:
            return Outcome(FAILED, "", "no connection")
        except requests.RequestException as error:
            return Outcome(UNKNOWN, "", type(error).__name__)
        if answer.status_code != 200:
            return Outcome(FAILED, "", str(answer.status_code))
        return Outcome(SENT, str(answer.json().get("id", "")))
