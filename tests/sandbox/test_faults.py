"""Misfortunes on order."""

import time

import pytest
import requests

from tests.sandbox.conftest import Api
from tests.sandbox_client import MINI, Sandbox

SEND = "/cgi-bin/message/custom/send"


def test_an_ordered_errcode_comes_as_often_as_it_was_ordered(wechat: Sandbox, api: Api) -> None:
    alice = wechat.follower()
    wechat.inject(SEND, times=2, errcode=45047)
    assert [api.send(alice), api.send(alice), api.send(alice)] == [45047, 45047, 0]
    assert len(wechat.outbox(alice)) == 1


def test_a_fault_of_one_account_leaves_the_others_alone(wechat: Sandbox, api: Api) -> None:
    wechat.inject(SEND, appid=MINI, errcode=-1)
    assert api.send(wechat.follower()) == 0


def test_a_lost_answer_is_a_cut_connection_after_the_message_was_delivered(wechat: Sandbox, api: Api) -> None:
    alice, token = wechat.follower(), api.token()
    wechat.inject(SEND, drop_after_effect=True)
    with pytest.raises(requests.ConnectionError):
        api.send(alice, "到了吗", token=token)
    assert wechat.texts(alice) == ["到了吗"]
    assert api.send(alice, token=token) == 0


def test_a_failing_gateway_answers_html_and_nothing_arrives(wechat: Sandbox, api: Api) -> None:
    alice, token = wechat.follower(), api.token()
    wechat.inject(SEND, html=True)
    wechat.inject(SEND, http_status=503)
    body = {"touser": alice, "msgtype": "text", "text": {"content": "x"}}
    first, second = (api.post(SEND, body, access_token=token) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 503)
    assert first.text.startswith("<html>")
    assert wechat.outbox(alice) == []


def test_a_slow_answer_is_as_slow_as_ordered(wechat: Sandbox, api: Api) -> None:
    alice, token = wechat.follower(), api.token()
    wechat.inject(SEND, delay_seconds=0.3)
    began = time.monotonic()
    assert api.send(alice, token=token) == 0
    assert time.monotonic() - began >= 0.3


def test_faults_can_be_forgotten(wechat: Sandbox, api: Api) -> None:
    wechat.inject("*", times=50, http_status=500)
    wechat.clear_faults()
    assert api.token()
