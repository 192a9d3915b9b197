"""Tencent Cloud SMS (腾讯云短信), by its SDK: the extra `sms-tencent`.

The template has two places: the code, and the minutes for which it counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rooms.errors import Misconfigured
from sms.provider import FAILED, MINUTES, SENT, TIMEOUT_SECONDS, UNKNOWN, Outcome

if TYPE_CHECKING:
    from settings import Settings

REGION = "ap-guangzhou"
ENDPOINT = "https://sms.tencentcloudapi.com"
UNANSWERED = frozenset({"ClientNetworkError", "ServerNetworkError", "InternalError", "InternalError.Timeout"})
"""Codes after which the message may have been sent all the same."""


class Tencent:
    name = "tencent"

    def __init__(self, settings: Settings) -> None:
        try:
            from tencentcloud.common.credential import Credential
            from tencentcloud.common.profile.client_profile import ClientProfile
            from tencentcloud.common.profile.http_profile import HttpProfile
            from tencentcloud.sms.v20210111 import models
            from tencentcloud.sms.v20210111.sms_client import SmsClient
        except ImportError:
            raise Misconfigured(
                "TEAHOUSE_SMS_PROVIDER: tencent needs its SDK: pip install 'teahouse[sms-tencent]'") from None
        scheme, _, host = (settings.sms_api_url or ENDPOINT).partition("://")
        profile = ClientProfile(httpProfile=HttpProfile(protocol=scheme, endpoint=host, reqTimeout=TIMEOUT_SECONDS))
        self._models, self._settings = models, settings
        self._client = SmsClient(Credential(settings.sms_key_id, settings.sms_key_secret), REGION, profile)

    def send(self, number: str, code: str) -> Outcome:
        from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

        request = self._models.SendSmsRequest()
        request.SmsSdkAppId, request.SignName = self._settings.sms_app, self._settings.sms_sign
        request.TemplateId, request.TemplateParamSet = self._settings.sms_template, [code, str(MINUTES)]
        request.PhoneNumberSet = [number]
        try:
            status = self._client.SendSms(request).SendStatusSet[0]
        except TencentCloudSDKException as error:
            return Outcome(UNKNOWN if error.get_code() in UNANSWERED else FAILED, "", str(error.get_code()))
        except (OSError, ValueError, IndexError, TypeError, AttributeError) as error:
            return Outcome(UNKNOWN, "", type(error).__name__)
        return Outcome(SENT if status.Code == "Ok" else FAILED, str(status.SerialNo or ""), str(status.Code))
