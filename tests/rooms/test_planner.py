"""When Mei, a follower, hears from us: the pace, the buckets, and the message that is kept for her name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.planner import Bucket, Hold, Ledger, Notify, Owed, Send, Ticket, Wait, Way, Window, plan

PACE = (30, 120, 900, 7200)
HOUR = 3_600_000
NOON = 1_700_000_000_000
CHATTER, MENTION, NOTICE = Owed(3), Owed(1, mention=True), Owed(1, notice=True)


def wrote(used: int = 0, quota: int = 5, at: int = NOON) -> Bucket:
    return Bucket(Window.MESSAGE, at, at + 48 * HOUR, quota, used)


def touched(used: int = 0, at: int = NOON) -> Bucket:
    return Bucket(Window.ACT, at, at + 60_000, 3, used)


def after(seconds: float) -> int:
    return NOON + int(seconds * 1000)


def test_nothing_is_sent_before_thirty_quiet_seconds() -> None:
    ledger = Ledger([wrote()], NOON)
    assert plan(ledger, CHATTER, PACE, after(10)) == Wait(after(30), "the pace allows the next digest then")
    assert isinstance(plan(ledger, CHATTER, PACE, after(30)), Send)


def test_each_further_digest_waits_longer() -> None:
    for told, seconds in enumerate(PACE):
        ledger = Ledger([wrote(told)], NOON, digests=told, digest_at=NOON)
        assert isinstance(plan(ledger, CHATTER, PACE, after(seconds - 1)), Wait)
        assert isinstance(plan(ledger, CHATTER, PACE, after(seconds)), Send)


def test_at_the_end_of_the_pace_nothing_more_goes_out() -> None:
    ledger = Ledger([wrote(1)], NOON, digests=4, digest_at=NOON)
    assert isinstance(plan(ledger, CHATTER, PACE, after(40_000)), Hold)


def test_the_last_message_is_kept_for_a_mention_or_a_notice() -> None:
    ledger = Ledger([wrote(4)], NOON, digests=4, digest_at=after(8000))
    assert isinstance(plan(ledger, CHATTER, PACE, after(9000)), Hold)
    for owed in (MENTION, NOTICE):
        decision = plan(ledger, owed, PACE, after(9000))
        assert isinstance(decision, Send)
        assert not decision.paced


def test_the_kept_message_is_not_chatter_even_where_the_pace_is_long() -> None:
    decision = plan(Ledger([wrote(4)], NOON, digests=2), CHATTER, (1,) * 9, after(60))
    assert decision == Hold("the last message is kept for a mention or a notice")


def test_a_mention_does_not_wait_two_hours_but_never_comes_within_thirty_seconds() -> None:
    ledger = Ledger([wrote(3)], NOON, digests=3, digest_at=after(1000))
    assert plan(ledger, MENTION, PACE, after(1010)) == Wait(after(1030), "the pace allows the next digest then")
    assert isinstance(plan(ledger, MENTION, PACE, after(1030)), Send)


def test_the_first_digest_with_a_mention_counts_in_the_pace() -> None:
    decision = plan(Ledger([wrote()], NOON), MENTION, PACE, after(30))
    assert isinstance(decision, Send)
    assert decision.paced


def test_the_window_that_ends_first_is_spent_first() -> None:
    decision = plan(Ledger([wrote(), touched()], NOON), CHATTER, PACE, after(30))
    assert isinstance(decision, Send)
    assert decision.bucket.window is Window.ACT


def test_a_window_that_will_be_over_when_the_pace_allows_is_not_waited_for() -> None:
    ledger = Ledger([touched(1)], NOON, digests=1, digest_at=after(30))
    assert plan(ledger, CHATTER, PACE, after(31)) == Hold("no window is open then")


def test_the_other_window_serves_when_one_is_over_or_spent() -> None:
    for short in (touched(3), touched(at=NOON - HOUR)):
        decision = plan(Ledger([wrote(), short], NOON), CHATTER, PACE, after(30))
        assert isinstance(decision, Send)
        assert decision.bucket.window is Window.MESSAGE


def test_who_asked_for_quiet_is_left_alone_until_it_is_over() -> None:
    assert plan(Ledger([wrote()], NOON, quiet_until=after(9999)), MENTION, PACE, after(60)) == Wait(
        after(9999), "the follower asked for quiet")


@pytest.mark.parametrize(("ledger", "owed", "reason"), [
    (Ledger([wrote()], NOON), Owed(0), "nothing is owed"),
    (Ledger([wrote()], NOON, reachable=False), MENTION,
     "the follower cannot be reached: not following, or the address is not valid"),
    (Ledger([], NOON), CHATTER, "no window is open then"),
    (Ledger([wrote(5)], NOON), MENTION, "the window's messages are spent"),
    (Ledger([wrote(at=NOON - 49 * HOUR)], NOON - 49 * HOUR), CHATTER, "no window is open then"),
])
def test_it_says_why_nothing_is_sent(ledger: Ledger, owed: Owed, reason: str) -> None:
    assert plan(ledger, owed, PACE, after(60)) == Hold(reason)


def test_who_reads_along_on_a_live_socket_is_not_sent_the_same_again() -> None:
    ledger = Ledger([wrote()], NOON, present_elsewhere=True)
    assert plan(ledger, MENTION, PACE, after(60)) == Wait(after(90), "the same person reads along on a live socket")


def test_a_stopped_account_is_waited_for() -> None:
    ledger = Ledger([wrote()], NOON, stopped_until=after(100))
    assert plan(ledger, CHATTER, PACE, after(60)) == Wait(after(100), "calls for this account are stopped")


@given(st.lists(st.tuples(st.integers(1, 4000), st.sampled_from([CHATTER, MENTION, NOTICE, Owed(0)])), max_size=60))
def test_no_sequence_of_moments_breaks_quota_or_pace(moments: list[tuple[int, Owed]]) -> None:
    now, used, digests, digest_at, sent = NOON, 0, 0, 0, 0
    for seconds, owed in moments:
        now += seconds * 1000
        decision = plan(Ledger([wrote(used)], NOON, digests, digest_at), owed, PACE, now)
        if isinstance(decision, Wait):
            assert decision.until > now
        if isinstance(decision, Send):
            assert now - max(NOON, digest_at) >= 30_000
            if not owed.urgent:
                assert now - max(NOON, digest_at) >= PACE[digests] * 1000
                assert used < 4
            used, sent, digest_at = used + 1, sent + 1, now
            digests += decision.paced
    assert sent <= 5


def yes(way: Way = Way.SUBSCRIBE, left: int = 1, free_at: int = 0) -> Ticket:
    return Ticket(way, "wx", "o", "tmpl", left, free_at)


def test_where_no_window_is_open_a_mention_goes_by_the_first_ticket() -> None:
    tickets = [yes(left=0), yes(Way.BIZSEND), yes(Way.TEMPLATE)]
    decision = plan(Ledger([], NOON, tickets=tickets), MENTION, PACE, after(60))
    assert isinstance(decision, Notify)
    assert decision.ticket.way is Way.BIZSEND
    assert not decision.paced


def test_a_window_is_spent_before_a_ticket() -> None:
    assert isinstance(plan(Ledger([wrote()], NOON, tickets=[yes()]), MENTION, PACE, after(60)), Send)


def test_chatter_spends_a_ticket_only_after_two_silent_hours_and_within_the_pace() -> None:
    ledger = Ledger([], NOON, tickets=[yes()])
    assert plan(ledger, CHATTER, PACE, after(60)) == Wait(after(7200), "a template message may go then")
    decision = plan(ledger, CHATTER, PACE, after(7200))
    assert isinstance(decision, Notify)
    assert decision.paced
    assert isinstance(plan(ledger._replace(digests=4), CHATTER, PACE, after(90_000)), Hold)


def test_what_a_ticket_told_is_not_told_by_another() -> None:
    assert isinstance(plan(Ledger([], NOON, tickets=[yes()]), MENTION._replace(heard=True), PACE, after(60)), Hold)


def test_a_ticket_that_is_not_free_yet_is_waited_for() -> None:
    ledger = Ledger([], NOON, tickets=[yes(Way.TEMPLATE, free_at=after(3600))])
    assert plan(ledger, MENTION, PACE, after(60)) == Wait(after(3600), "a template message may go then")


def test_who_no_longer_follows_may_still_have_tickets_of_the_mini_program() -> None:
    ledger = Ledger([wrote()], NOON, reachable=False, tickets=[yes()])
    assert isinstance(plan(ledger, MENTION, PACE, after(60)), Notify)


def test_chatter_waits_for_the_morning_and_a_mention_does_not() -> None:
    ledger = Ledger([wrote()], NOON, night_until=after(9000))
    assert plan(ledger, CHATTER, PACE, after(60)) == Wait(after(9000), "it is night: chatter waits for the morning")
    assert isinstance(plan(ledger, MENTION, PACE, after(60)), Send)


def test_a_seat_presses_whatever_the_pace_and_even_in_quiet() -> None:
    ledger = Ledger([wrote(4)], NOON, digests=4, digest_at=after(59), quiet_until=after(9999))
    assert isinstance(plan(ledger, Owed(1, notice=True, pressing=True), PACE, after(60)), Send)
