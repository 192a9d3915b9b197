"""A follower's words, line by line: what is a command, what is said aloud, what is asked back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechat.commands import WORDS, AskBack, Command, Speech, Verb, understand

COMMANDS = [
    ("帮助", Verb.HELP, ""), ("help", Verb.HELP, ""), ("HELP", Verb.HELP, ""), ("Help", Verb.HELP, ""),
    ("/help", Verb.HELP, ""), ("／ｈｅｌｐ", Verb.HELP, ""), ("/帮助", Verb.HELP, ""), ("/ help", Verb.HELP, ""),
    ("ｈｅｌｐ", Verb.HELP, ""), (" 帮助 ", Verb.HELP, ""), ("　帮助　", Verb.HELP, ""), ("帮助。", Verb.HELP, ""),
    ("帮助！", Verb.HELP, ""), ("帮 助", Verb.HELP, ""), ("\u200b帮助\u200b", Verb.HELP, ""),
    ("房间", Verb.ROOMS, ""), ("rooms", Verb.ROOMS, ""), ("/rooms", Verb.ROOMS, ""),
    ("频道", Verb.CHANNELS, ""), ("channels", Verb.CHANNELS, ""),
    ("加入 茶馆", Verb.JOIN, "茶馆"), ("加入　茶馆", Verb.JOIN, "茶馆"), ("加入  茶馆", Verb.JOIN, "茶馆"),
    ("加入：茶馆", Verb.JOIN, "茶馆"), ("加入: 茶馆", Verb.JOIN, "茶馆"), ("加入 茶馆 暗号", Verb.JOIN, "茶馆 暗号"),
    ("join 茶馆", Verb.JOIN, "茶馆"), ("Join Tea House secret", Verb.JOIN, "Tea House secret"),
    ("/join 茶馆", Verb.JOIN, "茶馆"), ("／加入 茶馆", Verb.JOIN, "茶馆"), ("加入 Ｐａｓｓ", Verb.JOIN, "Ｐａｓｓ"),
    ("退出", Verb.LEAVE, ""), ("leave", Verb.LEAVE, ""), ("切换 闲聊", Verb.SWITCH, "闲聊"),
    ("switch 闲聊", Verb.SWITCH, "闲聊"), ("谁在", Verb.WHO, ""), ("谁在？", Verb.WHO, ""), ("谁在?", Verb.WHO, ""),
    ("who", Verb.WHO, ""), ("未读", Verb.MORE, ""), ("更多", Verb.MORE, ""), ("more", Verb.MORE, ""),
    ("/more", Verb.MORE, ""), ("历史", Verb.HISTORY, ""), ("history", Verb.HISTORY, ""),
    ("昵称 小明", Verb.NICK, "小明"), ("昵称：小明", Verb.NICK, "小明"), ("nick Ming Li", Verb.NICK, "Ming Li"),
    ("免打扰", Verb.QUIET, ""), ("免打扰 2小时", Verb.QUIET, "2小时"), ("免打扰 两小时", Verb.QUIET, "两小时"),
    ("免打扰 30 分钟", Verb.QUIET, "30 分钟"), ("quiet 2h", Verb.QUIET, "2h"), ("恢复", Verb.RESUME, ""),
    ("resume", Verb.RESUME, ""), ("排队", Verb.QUEUE, ""), ("queue", Verb.QUEUE, ""),
    ("绑定 13800138000", Verb.BIND, "13800138000"), ("绑定 +86 138-0013-8000", Verb.BIND, "+86 138-0013-8000"),
    ("绑定 １３８００１３８０００", Verb.BIND, "１３８００１３８０００"),
    ("验证 123456", Verb.VERIFY, "123456"), ("验证 １２３４５６", Verb.VERIFY, "１２３４５６"),
    ("举报 他骂人", Verb.REPORT, "他骂人"), ("report spam", Verb.REPORT, "spam"),
    ("禁言 @小明 10分钟 刷屏", Verb.MUTE, "@小明 10分钟 刷屏"), ("禁言 ＠小明 10分钟", Verb.MUTE, "＠小明 10分钟"),
    ("解禁 @小明", Verb.UNMUTE, "@小明"), ("踢出 @小明", Verb.KICK, "@小明"), ("封禁 @小明 7天", Verb.BAN, "@小明 7天"),
    ("全员禁言", Verb.MUTE_ALL, ""), ("解除", Verb.UNMUTE_ALL, ""), ("公告 明天休息", Verb.ANNOUNCE, "明天休息"),
    ("公告 第一行\n第二行", Verb.ANNOUNCE, "第一行\n第二行"),
    ("幫助", Verb.HELP, ""), ("房間", Verb.ROOMS, ""), ("切換 閒聊", Verb.SWITCH, "閒聊"), ("誰在？", Verb.WHO, ""),
    ("未讀", Verb.MORE, ""), ("歷史", Verb.HISTORY, ""), ("暱稱 小明", Verb.NICK, "小明"),
    ("免打擾 兩小時", Verb.QUIET, "兩小時"),
    ("排隊", Verb.QUEUE, ""), ("舉報 罵人", Verb.REPORT, "罵人"), ("全員禁言", Verb.MUTE_ALL, ""),
    ("/mute @Bob 10m spam", Verb.MUTE, "@Bob 10m spam"), ("/ban @Bob 7d", Verb.BAN, "@Bob 7d"),
    ("/muteall", Verb.MUTE_ALL, ""), ("/announce closed tomorrow", Verb.ANNOUNCE, "closed tomorrow"),
]

SPEECH = [
    "加入我们吧", "加油", "时间", "你好", "大家好！", "加入茶馆", "帮助 我一下", "help me please", "who is there",
    "more tea please", "历史 真有趣", "leave me alone", "退出 游戏", "解除 警报", "quiet please", "免打扰 他吧",
    "hello",    "quite", "room", "时间到了", "房价", "房间里有人吗", "他在谁那里", "1", "好", "?", "？", "😀", "12345",
    "我要加入 茶馆", "http://example.com/help", "a/help", "帮忙", "the history of tea", "频道 很多", "更多的茶",
    "全员大会", "queue up!", "mute @Bob 10m", "ban him", "announce it", "免打扰 到什么时候",
]

ASKED_NEAR = [
    ("全员禁严", Verb.MUTE_ALL), ("免打绕", Verb.QUIET), ("帮助我", Verb.HELP), ("加入吧", Verb.JOIN),
    ("谁在呢", Verb.WHO), ("helpp", Verb.HELP), ("channel", Verb.CHANNELS), ("histroy1", None), ("leavee", Verb.LEAVE),
    ("swich", Verb.SWITCH), ("histor", Verb.HISTORY), ("Historyy", Verb.HISTORY),
    ("ｃｈａｎｎｅｌ", Verb.CHANNELS), ("帮助我！", Verb.HELP),
    ("免打", None),
]

ASKED_MISSING = [
    ("加入", Verb.JOIN), ("join", Verb.JOIN), ("/join", Verb.JOIN), ("切换", Verb.SWITCH),
    ("昵称", Verb.NICK),    ("举报", Verb.REPORT), ("report", Verb.REPORT),
    ("禁言", Verb.MUTE), ("禁言 小明", Verb.MUTE), ("解禁", Verb.UNMUTE),
    ("踢出", Verb.KICK), ("封禁", Verb.BAN), ("公告", Verb.ANNOUNCE), ("绑定", Verb.BIND), ("绑定 一下", Verb.BIND),
    ("验证", Verb.VERIFY), ("验证 12345", Verb.VERIFY), ("加入：", Verb.JOIN), ("加入 ", Verb.JOIN),
]

NEVER_SAID = ["/", "/x", "/::)", "/foo bar", "／", "/加油", "/hepl", "/who is", "//", "/ ", "/房间 一", "/\n帮助我一下"]


@pytest.mark.parametrize(("text", "verb", "argument"), COMMANDS)
def test_it_knows_the_command(text: str, verb: Verb, argument: str) -> None:
    meant = understand(text)
    assert isinstance(meant, Command)
    assert (meant.verb, meant.argument) == (verb, argument)


@pytest.mark.parametrize("text", SPEECH)
def test_anything_else_is_said_as_it_was_typed(text: str) -> None:
    assert understand(text) == Speech(text)


@pytest.mark.parametrize(("text", "verb"), ASKED_NEAR)
def test_a_lone_word_that_is_almost_a_command_is_asked_back(text: str, verb: Verb | None) -> None:
    meant = understand(text)
    if verb is None:
        assert meant == Speech(text)
    else:
        assert isinstance(meant, AskBack)
        assert meant.verb == verb
        assert not meant.missing


@pytest.mark.parametrize(("text", "verb"), ASKED_MISSING)
def test_a_word_that_lacks_what_it_needs_is_asked_back(text: str, verb: Verb) -> None:
    meant = understand(text)
    assert isinstance(meant, AskBack)
    assert meant.verb == verb
    assert meant.missing


@pytest.mark.parametrize("text", NEVER_SAID)
def test_a_text_that_begins_with_a_slash_is_never_said(text: str) -> None:
    assert not isinstance(understand(text), Speech)


def test_a_slip_behind_a_slash_names_the_command_that_was_meant() -> None:
    assert understand("/hepp") == AskBack(Verb.HELP, False, True)
    assert understand("/nothing") == AskBack(None, False, True)


def test_two_letter_chinese_words_one_edit_away_are_speech() -> None:
    for word in ("加油", "时间", "空间", "退回", "谁说", "多更"):
        assert understand(word) == Speech(word)


def test_the_language_is_that_of_the_word() -> None:
    assert understand("help") == Command(Verb.HELP, "", True)
    assert understand("帮助") == Command(Verb.HELP, "", False)


@given(st.text(max_size=60))
def test_any_text_means_something_and_slashes_are_never_said(text: str) -> None:
    meant = understand(text)
    if isinstance(meant, Speech):
        assert not meant.text.startswith(("/", "／"))
        assert meant.text in text


@given(st.sampled_from(sorted(WORDS)), st.text(alphabet="我们吧的了a1b2好", min_size=2, max_size=6))
def test_a_command_word_glued_to_other_letters_is_speech(word: str, tail: str) -> None:
    glued = word + tail
    if glued not in WORDS:
        assert isinstance(understand(glued), Speech)
