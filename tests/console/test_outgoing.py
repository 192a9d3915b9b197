"""Our calls go to public addresses only, and end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from console.outgoing import Forbidden, is_public, send
from rooms.record.webhooks import Call
from rooms.webhooks import Outgoing


def call(url: str) -> Outgoing:
    row = Call("n_1", "w_1", "o_1", "test", "", "calling", 1, 0, None, "", 0, None)
    return Outgoing(row, url, {"X-Teahouse-Event": "test"}, b'{"id":"n_1"}')


class Server:
    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes, str]] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                heard.append((self.path, body, self.headers["X-Teahouse-Event"]))
                self.send_response(302 if self.path == "/moved" else 200)
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                while self.path == "/endless":
                    try:
                        self.wfile.write(bytes(1 << 16))
                    except OSError:
                        return

            def log_message(self, *args: Any) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


def test_a_call_arrives_whole(server: Server) -> None:
    assert send(call(f"{server.url}/hook?a=b"), private=True) == 200
    assert server.heard == [("/hook?a=b", b'{"id":"n_1"}', "test")]


def test_a_redirect_is_an_answer_and_not_followed(server: Server) -> None:
    assert send(call(f"{server.url}/moved"), private=True) == 302
    assert len(server.heard) == 1


def test_of_an_answer_without_an_end_only_the_beginning_is_read(server: Server) -> None:
    assert send(call(f"{server.url}/endless"), private=True) == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "0", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]",
                                  "0177.0.0.1", "[::ffff:127.0.0.1]", "10.0.0.1", "192.168.1.1", "172.16.0.1",
                                  "169.254.169.254", "100.100.100.200", "[fd00::1]", "[fe80::1]", "[2002:7f00:1::]",
                                  "[64:ff9b::7f00:1]", "224.0.0.1", "255.255.255.255", "[::]"])
def test_nothing_inside_a_private_network_is_called(server: Server, host: str) -> None:
    with pytest.raises((Forbidden, socket.gaierror)):
        send(call(f"http://{host}:{server.http.server_port}/"), private=False)
    assert server.heard == []


def test_a_name_with_one_private_address_among_its_addresses_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Forbidden):
        send(call("https://rebinding.example/"), private=False)


def test_the_connection_goes_to_the_address_that_was_looked_at(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def look(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    connect = socket.create_connection
    reached: list[Any] = []
    monkeypatch.setattr(socket, "create_connection",
                        lambda address, timeout: reached.append(address) or connect(address, timeout))
    monkeypatch.setattr(socket, "getaddrinfo", look)
    with pytest.raises(Forbidden):
        send(call(f"http://hook.example:{server.http.server_port}/"), private=False)
    assert (asked, reached) == (["hook.example"], [])


@pytest.mark.parametrize(("address", "public"), [("93.184.216.34", True), ("2606:4700::1111", True), ("::1", False),
                                                 ("64:ff9b::5db8:d822", True), ("fe80::1%eth0", False)])
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public
