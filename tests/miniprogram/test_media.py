"""Files over HTTP, on the web process as it runs in production."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from media.links import HOUR_MS, Links
from rooms import archive, identities, media, members, messages, recalls, sanctions
from rooms.authority import Actor
from rooms.drafts import Draft
from rooms.events import Person
from rooms.record import media as rows
from rooms.record import organizations, users
from tests.media import samples
from tests.miniprogram.web import SECRET, Web, ask, events

numbers = itertools.count()


class Files:
    """Alice and Bob are in the hall, Charlie is in no room, Mallory is of another organization."""

    def __init__(self, web: Web) -> None:
        self.web, self.store = web, web.store
        self.hall = web.channel(f"files {next(numbers)}")
        self.alice, self.bob, self.charlie = (web.cast.person(name) for name in ("Alice", "Bob", "Charlie"))
        for person in (self.alice, self.bob):
            members.join(self.store, person, web.cast.room)
        other = f"o_other{next(numbers)}"
        self.store.record.write(lambda c: organizations.add(c, organizations.Organization(other, "Other", 0)))
        self.mallory = Person(f"u_mallory{next(numbers)}", other, "Mallory", self.alice.door)
        self.store.record.write(lambda c: users.add(c, users.User(self.mallory.id, other, "Mallory", "", 0, 0)))

    def headers(self, person: Person) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.web.token(person)}"}

    def upload(self, content: bytes, person: Person | None = None, name: str = "x.jpg") -> requests.Response:
        return requests.post(f"http://127.0.0.1:{self.web.port}/api/v1/media", timeout=60,
                             headers=self.headers(person or self.alice), files={"file": (name, content)})

    def took(self, content: bytes, **given: Any) -> dict[str, Any]:
        answer = self.upload(content, **given)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()["media"]
        return told

    def say(self, told: dict[str, Any], person: Person | None = None, channel: str = "") -> dict[str, Any]:
        socket = self.web.member(person or self.alice, channel or self.hall)
        said = ask(socket, {"op": "say", "channel": channel or self.hall, "client_id": f"c{next(numbers)}",
                            "type": told["type"], "body": {"media": told["id"]}})
        socket.vanish()
        return said

    def about(self, person: Person, id_: str) -> requests.Response:
        return self.web.get(f"/api/v1/media/{id_}", headers=self.headers(person))


@pytest.fixture
def files(web: Web) -> Files:
    return Files(web)


def test_a_photo_is_uploaded_said_and_seen(files: Files) -> None:
    told = files.took(samples.photo())
    assert told["body"] == {"media": told["id"], "width": 32, "height": 64}
    reader = files.web.member(files.bob, files.hall)
    assert files.say(told)["op"] == "said"
    [message] = events(reader, "message", 1)
    assert (message["type"], message["body"]) == ("image", told["body"])
    seen = files.about(files.bob, told["id"]).json()["media"]
    picture, thumb = files.web.get(seen["url"]), files.web.get(seen["thumbnail"])
    assert picture.status_code == thumb.status_code == 200
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert b"TelephoneMaker" not in picture.content
    assert len(picture.content) == told["bytes"]


def test_what_the_client_says_about_it_does_not_count(files: Files) -> None:
    told = files.took(samples.picture())
    socket = files.web.member(files.alice, files.hall)
    body = {"media": told["id"], "width": 1, "height": 99_999}
    say = {"op": "say", "channel": files.hall, "client_id": "lie", "type": "image"}
    reader = files.web.member(files.bob, files.hall)
    assert ask(socket, say | {"body": body})["op"] == "said"
    assert events(reader, "message", 1)[0]["body"] == told["body"]
    for wrong in ({"media": told["id"], "onclick": "x"}, {"media": "m_nobodyhas0"}, {"width": 3}, {"media": 5}):
        assert ask(socket, say | {"body": wrong, "client_id": "w"})["code"] in ("bad_frame", "not_found")
    assert ask(socket, say | {"type": "video", "body": {"media": told["id"]}})["code"] == "bad_frame"


def test_a_file_is_given_out_to_be_saved_and_never_to_be_run(files: Files) -> None:
    told = files.took(samples.SVG, name="../..\\evil\0name.svg")
    assert told["body"] == {"media": told["id"], "name": "evilname.svg", "bytes": len(samples.SVG)}
    answer = files.web.get(told["url"])
    assert answer.content == samples.SVG
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert ".svg" not in answer.headers["Content-Disposition"]


def test_parts_of_a_file_are_given_where_they_are_asked_for(files: Files) -> None:
    told = files.took(bytes(range(48, 58)), name="ten.txt")

    def part(words: str, **headers: str) -> tuple[int, bytes, str]:
        answer = files.web.get(told["url"], headers={"Range": words, **headers})
        return answer.status_code, answer.content, answer.headers.get("Content-Range", "")

    assert part("bytes=2-4") == (206, b"234", "bytes 2-4/10")
    assert part("bytes=7-") == (206, b"789", "bytes 7-9/10")
    assert part("bytes=-3") == (206, b"789", "bytes 7-9/10")
    assert part("bytes=0-99") == (206, b"0123456789", "bytes 0-9/10")
    assert part("bytes=10-") == (416, b"", "bytes */10")
    assert part("bytes=5-2")[0] == 416
    assert part("bytes=1-2", **{"If-Range": '"another"'})[:2] == (200, b"0123456789")
    tag = files.web.get(told["url"]).headers["ETag"]
    assert files.web.get(told["url"], headers={"If-None-Match": tag}).status_code == 304


def test_nobody_else_sees_it_and_not_found_is_all_they_hear(files: Files) -> None:
    """Everybody who may not, at every address: the same status and the same words as for what is not there."""
    told = files.took(samples.picture())
    files.say(told)
    nowhere = files.about(files.bob, "m_nobodyhas0")
    for person in (files.charlie, files.mallory):
        assert (files.about(person, told["id"]).status_code, files.about(person, told["id"]).text) == (
            nowhere.status_code, nowhere.text) == (404, nowhere.text)
        asked = files.web.get(f"/api/v1/media?ids={told['id']}", headers=files.headers(person))
        assert asked.json() == {"media": []}
        with_it = files.web.get(urlsplit(told["url"]).path, params={
            **{k: v[0] for k, v in parse_qs(urlsplit(told["url"]).query).items()}, "u": person.id})
        assert with_it.status_code == 404
    assert files.web.get(f"/api/v1/media?ids={told['id']}", headers=files.headers(files.bob)).json()["media"]
    assert files.about(files.bob, told["id"]).status_code == 200


def test_an_address_counts_for_one_file_one_person_and_a_while(files: Files) -> None:
    told, other = files.took(samples.picture()), files.took(samples.picture())
    links, now = Links(SECRET), files.store.clock.now()
    held = media.one(files.store, files.alice, told["id"])
    assert files.web.get(links.to(held, "full.jpg", files.alice.id, now)).status_code == 200
    good = links.to(held, "full.jpg", files.alice.id, now)
    tampered = [
        good.replace(told["id"], other["id"]), good.replace("full.jpg", "thumb.jpg"),
        good.replace("full.jpg", "original.jpg"), good.replace(files.alice.id, files.bob.id),
        re.sub(r"e=\d+", f"e={now + 9 * HOUR_MS}", good), good[:-1] + "x", re.sub(r"e=\d+", "e=soon", good),
        links.to(held, "full.jpg", files.charlie.id, now), links.to(held, "full.jpg", files.mallory.id, now),
        links.to(held, "full.jpg", files.alice.id, now - 3 * HOUR_MS), links.to(held, "none", files.alice.id, now)]
    for url in tampered:
        assert files.web.get(url).status_code == 404, url


def test_an_address_ends_with_the_right_to_read(files: Files) -> None:
    told = files.took(samples.picture())
    files.say(told)
    url = files.about(files.bob, told["id"]).json()["media"]["url"]
    assert files.web.get(url).status_code == 200
    members.leave(files.store, files.bob, files.web.cast.room)
    assert files.web.get(url).status_code == 404
    members.join(files.store, files.bob, files.web.cast.room)
    identities.revoke(files.store, files.bob.id)  # signed out is not put out
    assert files.web.get(url).status_code == 200


def test_who_was_put_out_sees_what_was_said_before_and_nothing_after(files: Files) -> None:
    members.set_role(files.store, files.web.cast.room, files.alice.id, "owner")
    before, after = files.took(samples.picture()), files.took(samples.picture())
    files.say(before)
    files.web.member(files.bob, files.hall).vanish()
    sanctions.kick(files.store, Actor(files.alice), files.hall, files.bob.id)
    files.say(after)
    assert files.about(files.bob, before["id"]).status_code == 200
    assert files.about(files.bob, after["id"]).status_code == 404


def test_it_is_gone_with_the_last_message_that_shows_it(files: Files) -> None:
    told = files.took(samples.picture())
    first = files.say(told)
    second = files.say(files.about(files.bob, told["id"]).json()["media"], person=files.bob)
    assert second["op"] == "said", "who may see it may forward it"
    recalls.recall(files.store, Actor(files.alice), files.hall, first["seq"])
    assert files.web.get(told["url"]).status_code == 200
    recalls.recall(files.store, Actor(files.bob), files.hall, second["seq"])
    assert files.web.get(told["url"]).status_code == 404
    assert files.about(files.alice, told["id"]).status_code == 404


def test_the_archive_knows_what_a_message_shows_when_its_author_died_at_once(files: Files) -> None:
    told = files.took(samples.picture())
    said = files.say(told)
    files.store.record.write(lambda c: rows.drop(c, files.hall, [0, said["seq"]]))
    assert files.about(files.bob, told["id"]).status_code == 404
    archive.archive_channel(files.store, files.hall)
    assert files.about(files.bob, told["id"]).status_code == 200


def test_where_somebody_is_and_a_link_are_messages_too(files: Files) -> None:
    socket = files.web.member(files.alice, files.hall)
    place = {"latitude": 31.23, "longitude": 121.47, "name": "茶馆", "address": "豫园"}
    link = {"title": "Tea", "url": "https://example.com/tea?a=1", "description": ""}
    say = {"op": "say", "channel": files.hall}
    for number, (type_, body) in enumerate((("location", place), ("link", link))):
        assert ask(socket, say | {"client_id": f"p{number}", "type": type_, "body": body})["op"] == "said"
        [message] = events(socket, "message", 1)
        assert (message["type"], message["body"]) == (type_, body)
    for number, (type_, body) in enumerate((
            ("location", place | {"latitude": 91}), ("location", place | {"longitude": math.pi * 1e9}),
            ("link", link | {"url": "javascript:alert(1)"}), ("link", link | {"url": "file:///etc/passwd"}),
            ("link", {"url": "https://example.com"}), ("location", {}), ("sticker", {}))):
        said = ask(socket, say | {"client_id": f"w{number}", "type": type_, "body": body})
        assert said["code"] == "bad_frame", (type_, body)


REFUSED = {
    "a bomb": (samples.bomb, 400), "nothing": (bytes, 400), "a program": (lambda: b"\x7fELF" + bytes(99), 400),
    "a zip bomb": (samples.zip_bomb, 400), "2,000 frames": (lambda: samples.animation(2_000, (1, 1)), 400),
    "21 MB": (lambda: bytes(21 << 20), 413),
}


@pytest.mark.parametrize(("content", "status"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_taken_is_refused_and_leaves_nothing(files: Files, content: Callable[[], bytes],
                                                         status: int) -> None:
    answer = files.upload(content())
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"]
    assert files.store.record.read(lambda c: rows.of_user(c, files.alice.id)) == []


FORMS = {
    "no file": (b"--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--b--\r\n", 400),
    "a file without an end": (b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc", 400),
    "1,001 parts": (b"".join(b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n"
                             for _ in range(1_001)) + b"--b--\r\n", 413),
    "two files": (b"".join(b"--b\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"a\"\r\n\r\nx\r\n" % name
                           for name in (b"file", b"more")) + b"--b--\r\n", 400),
    "no form at all": (b"{}", 400),
}


@pytest.mark.parametrize(("content", "status"), FORMS.values(), ids=FORMS)
def test_a_form_that_is_wrong_is_refused(files: Files, content: bytes, status: int) -> None:
    answer = requests.post(f"http://127.0.0.1:{files.web.port}/api/v1/media", content, timeout=60, headers={
        **files.headers(files.alice), "Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status_code == status, answer.text
    assert requests.post(f"http://127.0.0.1:{files.web.port}/api/v1/media", content, timeout=60).status_code == 401


def test_messages_that_do_not_come_through_a_socket_show_files_as_well(files: Files) -> None:
    told = files.took(samples.office(), name="茶.docx")
    files.web.member(files.alice, files.hall)
    draft = Draft("file", {"media": told["id"]}, "by-core")
    said = messages.post(files.store, files.alice, files.hall, draft)
    [shown] = files.web.get(f"/api/v1/channels/{files.hall}/messages?after={said.seq - 1}",
                            headers=files.headers(files.bob)).json()["messages"]
    assert shown["body"] == {"media": told["id"], "name": "茶.docx", "bytes": told["bytes"]}


def test_one_asks_for_ones_data_and_to_be_forgotten(files: Files) -> None:
    base, headers = f"http://127.0.0.1:{files.web.port}/api/v1", files.headers(files.charlie)
    asked = requests.post(f"{base}/me/export", headers=headers, timeout=60)
    assert asked.json()["export"]["state"] == "waiting"
    assert requests.get(f"{base}/me/export", headers=headers, timeout=60).json()["exports"] == [asked.json()["export"]]
    assert requests.post(f"{base}/rooms/{files.web.cast.room}/export", headers=headers, timeout=60).status_code == 403
    assert requests.delete(f"{base}/me", timeout=60).status_code == 401
    assert requests.delete(f"{base}/me", headers=headers, timeout=60).status_code == 200
    assert requests.get(f"{base}/me", headers=headers, timeout=60).status_code in (401, 403)
    assert identities.who(files.store, files.charlie.id) is None


def test_a_person_gives_themselves_a_picture_that_others_find_and_nobody_guesses(files: Files) -> None:
    def choose(content: bytes, person: Person = files.alice) -> requests.Response:
        return requests.post(f"http://127.0.0.1:{files.web.port}/api/v1/me/avatar", timeout=60,
                             headers=files.headers(person), files={"file": ("x.jpg", content)})

    def seen(by: Person) -> list[dict[str, str]]:
        answer = files.web.get(f"/api/v1/people?ids={files.alice.id},u_nobody", headers=files.headers(by))
        people: list[dict[str, str]] = answer.json()["people"]
        return people

    chosen = choose(samples.photo()).json()
    assert seen(files.bob) == [{"id": files.alice.id, "name": "Alice", "avatar": chosen["avatar"]}]
    assert seen(files.mallory) == []
    picture = files.web.get(chosen["avatar"])
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/jpeg")
    assert b"TelephoneMaker" not in picture.content
    assert files.web.get(chosen["avatar"], headers={"If-None-Match": picture.headers["ETag"]}).status_code == 304
    assert files.web.get(chosen["avatar"][:-1] + "~").status_code == 404
    assert files.web.get(f"/avatar/m_nobody/{chosen['avatar'][-16:]}").status_code == 404
    for wrong in (samples.SVG, b"", b"GIF89a nothing more"):
        assert choose(wrong).json()["error"]["code"] == "bad_frame"
    assert files.web.get("/api/v1/me", headers=files.headers(files.alice)).json() == chosen
    again = choose(samples.picture()).json()
    assert [files.web.get(each["avatar"]).status_code for each in (chosen, again)] == [404, 200]
    said = files.web.member(files.alice, files.hall)
    assert said.welcome["user"] == again  # type: ignore[attr-defined]
    say = {"op": "say", "channel": files.hall, "client_id": f"f{next(numbers)}", "type": "image",
           "body": {"media": again["avatar"].split("/")[2]}}
    assert ask(said, say)["code"] == "bad_frame", "a picture of a person is no message"
    gone = requests.delete(f"http://127.0.0.1:{files.web.port}/api/v1/me/avatar", timeout=60,
                           headers=files.headers(files.alice))
    assert gone.json() == {"id": files.alice.id, "name": "Alice", "avatar": ""}
    assert files.web.get(again["avatar"]).status_code == 404
