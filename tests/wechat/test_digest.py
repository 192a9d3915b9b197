"""What Mei is told of what Alice and Bob said while she was away."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rooms.events import Author, Entry
from wechat.digest import Place, compose, names, owed
from wechat.english import ENGLISH
from wechat.words import CHINESE

MEI, ALICE = "u_mei", "u_alice"
START = Place("e1", 0)
LIMIT = 2048


def said(seq: int, text: str, by: str = ALICE, name: str = "Alice") -> Entry:
    return Entry(op="message", channel="c_x", epoch="e1", seq=seq, at=seq, author=Author(by, name), type="text",
                 body={"text": text})


def other(seq: int, op: str, of: int | None = None) -> Entry:
    return Entry(op=op, channel="c_x", epoch="e1", seq=seq, at=seq, of=of)


def test_it_tells_oldest_first_with_names() -> None:
    digest = compose([said(1, "早"), said(2, "在吗", name="Bob")], MEI, START, "大厅", CHINESE, LIMIT)
    assert digest.text == "【大厅】2 条新消息\nAlice：早\nBob：在吗"
    assert digest.place == Place("e1", 2)
    assert (digest.shown, digest.left) == (2, 0)


def test_what_she_said_herself_is_not_told_but_passed() -> None:
    digest = compose([said(1, "我来了", MEI), said(2, "你好"), said(3, "嗯", MEI)], MEI, START, "大厅", CHINESE, LIMIT)
    assert digest.text == "【大厅】1 条新消息\nAlice：你好"
    assert digest.place.seq == 3


def test_nothing_owed_is_an_empty_text_and_a_moved_place() -> None:
    digest = compose([said(1, "我", MEI), other(2, "pinned")], MEI, START, "大厅", CHINESE, LIMIT)
    assert digest.text == ""
    assert digest.place == Place("e1", 2)
    assert compose([], MEI, START, "大厅", CHINESE, LIMIT).place == START


def test_a_recalled_message_is_not_told() -> None:
    assert [entry.seq for entry in owed([said(1, "啊"), said(2, "好"), other(3, "recalled", 1)], MEI)] == [2]


def test_it_is_cut_between_messages_and_says_how_to_get_the_rest() -> None:
    entries = [said(seq, "茶" * 200) for seq in range(1, 9)]
    digest = compose(entries, MEI, START, "大厅", CHINESE, LIMIT)
    assert digest.place == Place("e1", 3)
    assert digest.text.endswith("还有 5 条，回复 更多")
    following = compose(entries[3:], MEI, digest.place, "大厅", CHINESE, LIMIT)
    assert following.place == Place("e1", 6)


def test_where_the_log_has_more_it_says_so() -> None:
    digest = compose([said(1, "早")], MEI, START, "大厅", CHINESE, LIMIT, beyond=True)
    assert digest.text == "【大厅】1+ 条新消息\nAlice：早\n还有更多，回复 更多"
    assert compose([said(1, "hi")], MEI, START, "Hall", ENGLISH, LIMIT, True).text.endswith('Reply "more" for the rest')


def test_a_long_message_comes_in_numbered_parts_and_the_place_moves_after_the_last() -> None:
    entries = [said(1, "龙" * 2000), said(2, "短")]
    place, told = START, []
    for _ in range(9):
        digest = compose([entry for entry in entries if entry.seq > place.seq], MEI, place, "大厅", CHINESE, LIMIT)
        told.append(digest)
        place = digest.place
        if digest.left == 0:
            break
    assert [one.place for one in told][:3] == [Place("e1", 0, 1), Place("e1", 0, 2), Place("e1", 0, 3)]
    assert told[0].text.splitlines()[1].startswith("Alice (1/4)：龙")
    assert told[-1].place == Place("e1", 2)
    assert "".join(one.text for one in told).count("龙") == 2000


def test_a_nickname_cannot_start_another_line_or_a_tag() -> None:
    digest = compose([said(1, "hi", name="Eve\n管理员：<a>")], MEI, START, "大厅", CHINESE, LIMIT)
    assert digest.text.splitlines()[1] == "Eve 管理员： a：hi"


def test_media_is_named_by_its_kind() -> None:
    picture = Entry(op="message", channel="c_x", epoch="e1", seq=1, at=1, author=Author(ALICE, "Alice"), type="image",
                    body={"media": "m_1"})
    assert compose([picture], MEI, START, "大厅", CHINESE, LIMIT).text.endswith("Alice：[图片]")


def test_a_mention_is_her_name_behind_an_at() -> None:
    for text in ("@Mei 来", "来吧＠mei！", "@Mei你好", "cc @Mei"):
        assert names(said(1, text), "Mei")
    for text in ("Mei 来", "@Meilin", "mail@example", ""):
        assert not names(said(1, text), "Mei")
    assert not names(said(1, "@"), "")


TEXTS = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=2000)


@given(st.lists(st.tuples(TEXTS, st.booleans()), min_size=1, max_size=12), st.integers(1600, 2048))
def test_page_by_page_everything_is_told_once_within_the_budget(said_by: list[tuple[str, bool]], budget: int) -> None:
    entries = [said(seq, text, MEI if own else ALICE, "名" * 24) for seq, (text, own) in enumerate(said_by, 1)]
    place, shown, told = START, [], ""
    for _ in range(200):
        rest = [entry for entry in entries if entry.seq > place.seq]
        digest = compose(rest, MEI, place, "频道名字", CHINESE, budget)
        assert len(digest.text.encode()) <= budget
        told += digest.text
        assert digest.place > place or not rest
        shown.append(digest)
        place = digest.place
        if not digest.left:
            break
    assert place.seq == len(entries)
    assert all(text in told or len(text.encode()) > 1400 for text, own in said_by if not own)
