"""Alibaba Cloud SMS (阿里云短信服务), by its SDK: the extra `sms-aliyun`.

The template has one place, `code`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rooms.errors import Misconfigured
from sms.provider import FAILED, SENT, TIMEOUT_SECONDS, UNKNOWN, Outcome

if TYPE_CHECKING:
    from settings import Settings

ENDPOINT = "https://dysmsapi.aliyuncs.com"


class Aliyun:
    name = "aliyun"

    def __init__(self, settings: Settings) -> None:
        try:
            from alibabacloud_dysmsapi20170525 import models
            from alibabacloud_dysmsapi20170525.client import Client
            from alibabacloud_tea_openapi.utils_models import Config
            from darabonba.runtime import RuntimeOptions
        except ImportError:
            raise Misconfigured(
                "TEAHOUSE_SMS_PROVIDER: aliyun needs its SDK: pip install 'teahouse[sms-aliyun]'") from None
        scheme, _, host = (settings.sms_api_url or ENDPOINT).partition("://")
        milliseconds = TIMEOUT_SECONDS * 1_000
        self._models, self._settings = models, settings
        self._options = RuntimeOptions(autoretry=False, connect_timeout=milliseconds, read_timeout=milliseconds)
        self._client = Client(Config(access_key_id=settings.sms_key_id, access_key_secret=settings.sms_key_secret,
                                     endpoint=host, protocol=scheme))

    def send(self, number: str, code: str) -> Outcome:
        request = self._models.SendSmsRequest(
            phone_numbers=number.removeprefix("+86").removeprefix("+"), sign_name=self._settings.sms_sign,
            template_code=self._settings.sms_template, template_param=json.dumps({"code": code}))
        try:
            body = self._client.send_sms_with_options(request, self._options).body
        except Exception as error:  # the SDK's errors have no common parent
            told = getattr(error, "code", None)
            refused = getattr(error, "status_code", None) or getattr(error, "statusCode", None)
            return Outcome(FAILED if refused and refused < 500 else UNKNOWN, "", str(told or type(error).__name__))
        return Outcome(SENT if body.code == "OK" else FAILED, str(body.biz_id or ""), str(body.code))
