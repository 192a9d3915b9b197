"""The way of a message through the house is one trace, from the door that took it to whoever it reached."""

from __future__ import annotations

from rooms import tracing
from tests.collector import Collector, Span
from tests.flows.people import follower, wait_until_shown
from tests.house_client import House, Json
from tests.phone import Phone


def trace_of(phone: Phone, channel: str, text: str) -> str:
    """Made of nothing but what stands in the entry that everybody has."""
    phone.wait_for_text(channel, text)
    entry: Json = next(one for one in phone.entries(channel) if (one.get("body") or {}).get("text") == text)
    return tracing.of_message(entry["from"]["id"], entry["client_id"]).name


def hangs_together(spans: list[Span]) -> None:
    first, = [span for span in spans if not span.parent]
    known = {span.id for span in spans}
    assert all(span.parent in known for span in spans if span is not first)
    assert all(span.began <= span.ended for span in spans)


def test_from_the_callback_to_the_delivery(house: House, collector: Collector) -> None:
    phone = house.phone("看见的人")
    phone.enter(house.hall)
    speaker, listener = follower(house, "说话人"), follower(house, "听话人")
    house.wechat.say(speaker, "一路走好的话")
    trace = trace_of(phone, house.hall, "一路走好的话")
    wait_until_shown(house, listener, "一路走好的话")
    spans = collector.wait_for(trace, {"POST /wechat/<appid>", "post", "hand over", "deliver", "call WeChat"})
    hangs_together(spans)
    by_name = {span.name: span for span in spans}
    delivered = {span.id: span for span in spans if span.name == "deliver"}  # others may follow in the same place
    sends = [span for span in spans if span.facts.get("path") == "/cgi-bin/message/custom/send"]
    assert sends
    assert {span.parent for span in sends} <= set(delivered)
    assert by_name["deliver"].facts["state"] == "sent"
    assert by_name["hand over"].facts["readers"] >= 1
    assert {span.process.split("-")[0] for span in spans} == {"web", "clock"}
    run, = by_name["deliver"].links
    assert {span.name for span in collector.wait_for(run, {"task tasks.deliver.deliver"})}
    assert not any("一路走好" in str(value) for span in spans for value in span.facts.values())


def test_from_a_socket_to_everybody_and_to_a_follower_s_answer(house: House, collector: Collector) -> None:
    phone, reader = house.phone("说给大家"), house.phone("大家")
    channel, = house.new_channels("一路")
    for each in (phone, reader):
        each.enter(channel)
    listener = follower(house, "问的人", "茶馆 一路")
    phone.say(channel, "答里也有的话")
    trace = trace_of(reader, channel, "答里也有的话")
    house.wechat.say(listener, "更多")
    told = {"told in an answer", "deliver"}  # whichever was first
    house.wait(lambda: told & {span.name for span in collector.of(trace)}, 60, "a follower was told")
    spans = collector.wait_for(trace, {"say", "post", "hand over"})
    hangs_together(spans)
    say = next(span for span in spans if span.name == "say")
    assert (say.facts["channel"], say.facts["outcome"]) == (channel, "said")
