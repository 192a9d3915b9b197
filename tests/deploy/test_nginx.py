"""The gateway as it is deployed: nginx itself, TLS, our template, a web process behind it."""

from __future__ import annotations

import datetime
import getpass
import json
import os
import re
import signal
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

from tests.miniprogram.web import Web, running
from tests.needs import needs
from tests.servers import free_port, wait_for

TEMPLATE = Path(__file__).parents[2] / "deploy" / "nginx" / "teahouse.conf.template"


class Gateway:
    """A running nginx in a folder of its own."""

    def __init__(self, folder: Path, web: Web, *others: int) -> None:
        """`others`: ports of more hosts."""
        self.folder, self.http, self.https = folder, free_port(), free_port()
        certificate, key = make_certificate(folder)
        filled = {"TEAHOUSE_UPSTREAM": f"127.0.0.1:{web.port}", "TEAHOUSE_NAME": "localhost",
                  "TEAHOUSE_HTTP_PORT": f"127.0.0.1:{self.http}", "TEAHOUSE_HTTPS_PORT": f"127.0.0.1:{self.https}",
                  "TEAHOUSE_CERTIFICATE": str(certificate), "TEAHOUSE_CERTIFICATE_KEY": str(key),
                  "TEAHOUSE_HANDSHAKES_PER_SECOND": "50"}
        site = re.sub(r"\$\{(\w+)\}", lambda found: filled[found[1]], TEMPLATE.read_text("utf-8"))
        site = re.sub(rf"server 127.0.0.1:{web.port}( [^;]*;)", lambda found: found[0] + "".join(
            f" server 127.0.0.1:{other}{found[1]}" for other in others), site)
        (folder / "site.conf").write_text(site.replace("/dev/stdout", str(self.log)), "utf-8")
        own = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""  # who else may write into the test's folder?
        (folder / "nginx.conf").write_text(
            f"{own} daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;\n"
            "events { worker_connections 512; }\n"
            f"http {{ client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n"
            f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
            f"include {folder}/site.conf; }}\n", "utf-8")
        self.process = subprocess.Popen([str(needs("nginx")), "-p", str(folder), "-c", str(folder / "nginx.conf")])
        self.trust = ssl.create_default_context(cafile=str(certificate))

    @property
    def log(self) -> Path:
        return self.folder / "access.log"

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        with requests.Session() as http:
            http.trust_env = False
            return http.request(method, f"https://localhost:{self.https}{path}", timeout=60,
                                verify=str(self.folder / "certificate.pem"), allow_redirects=False, **more)

    def socket(self) -> ClientConnection:
        """Once more where the connection ended before a word was said on it, which was seen once on a busy machine:
        nginx waits ten seconds for that."""
        try:
            return self._socket()
        except ConnectionClosed:
            return self._socket()

    def _socket(self) -> ClientConnection:
        return connect(f"wss://localhost:{self.https}/ws", subprotocols=[Subprotocol("teahouse.v1")], ssl=self.trust,
                       proxy=None)

    def wait(self) -> None:
        for _ in range(200):
            try:
                self.ask("GET", "/healthz")
                return
            except requests.ConnectionError:
                time.sleep(0.05)
        raise AssertionError((self.folder / "error.log").read_text("utf-8"))


def make_certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
                   .not_valid_after(now + datetime.timedelta(days=1))
                   .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
                   .sign(key, hashes.SHA256()))
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))
    return paths


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with running(tmp_path_factory.mktemp("behind"), TEAHOUSE_TRUSTED_PROXIES="1",
                 TEAHOUSE_LOGINS_PER_MINUTE="3") as web:
        yield web


@pytest.fixture
def gateway(web: Web, tmp_path: Path) -> Iterator[Gateway]:
    with opened(Gateway(tmp_path, web)) as gateway:
        yield gateway


@contextmanager
def opened(gateway: Gateway) -> Iterator[Gateway]:
    try:
        gateway.wait()
        yield gateway
    finally:
        gateway.process.send_signal(signal.SIGQUIT)
        gateway.process.terminate()
        gateway.process.wait(60)


def hear(socket: ClientConnection, op: str) -> dict[str, Any]:
    while True:
        heard: dict[str, Any] = json.loads(socket.recv(10))
        if heard["op"] == op:
            return heard


def tell(socket: ClientConnection, **request: Any) -> None:
    socket.send(json.dumps(request))


@pytest.mark.needs("nginx")
def test_people_talk_through_it_and_a_reload_cuts_nobody(gateway: Gateway, web: Web) -> None:
    """F49: the workers of before keep their sockets until those end by themselves."""
    alice, hall = web.cast.person("alice"), web.channel("hall")
    with gateway.socket() as socket:
        assert "Sec-WebSocket-Extensions" not in socket.response.headers
        tell(socket, op="hello", id=1, token=web.token(alice))
        hear(socket, "welcome")
        tell(socket, op="enter", id=2, channel=hall)
        hear(socket, "entered")
        gateway.process.send_signal(signal.SIGHUP)
        gateway.wait()
        tell(socket, op="say", id=3, channel=hall, client_id="behind-nginx", type="text", body={"text": "听得到"})
        assert hear(socket, "said")["client_id"] == "behind-nginx"
    with gateway.socket() as socket:
        tell(socket, op="hello", id=1, token=web.token(alice))
        hear(socket, "welcome")


@pytest.mark.needs("nginx")
def test_what_is_not_for_everybody_stays_inside(gateway: Gateway) -> None:
    for path in ("/metrics", "/healthz", "/readyz"):
        assert gateway.ask("GET", path).status_code == 404
    with requests.Session() as http:
        http.trust_env = False
        plain = http.get(f"http://localhost:{gateway.http}/ws?token=x", allow_redirects=False, timeout=60)
    assert (plain.status_code, plain.headers["Location"].split(":")[0]) == (308, "https")


@pytest.mark.needs("nginx")
def test_a_body_has_the_limit_of_its_path(gateway: Gateway) -> None:
    assert gateway.ask("POST", "/wechat/wx1", data=b"x" * 100_000).status_code == 413
    assert gateway.ask("POST", "/api/v1/media", data=b"x" * 100_000).status_code == 401


@pytest.mark.needs("nginx")
def test_no_query_string_is_written_down(gateway: Gateway) -> None:
    gateway.ask("GET", "/api/v1/rooms?token=secret-canary")
    gateway.ask("GET", "/wechat/wx1?signature=secret-canary")
    assert "/api/v1/rooms" in gateway.log.read_text("utf-8")
    assert "canary" not in gateway.log.read_text("utf-8")


@pytest.mark.needs("nginx")
def test_nobody_chooses_the_address_that_is_counted(gateway: Gateway) -> None:
    """The house counts logins by the address that nginx saw, whatever the request claims."""
    answers = [gateway.ask("POST", "/api/v1/login", json={"appid": "wx0000000000000000", "code": "wrong"},
                           headers={"X-Forwarded-For": f"10.0.0.{number}"}) for number in range(8)]
    assert 429 in {answer.status_code for answer in answers}


def test_a_host_that_was_away_gets_its_share_of_the_sockets_as_soon_as_it_is_back(web: Web, tmp_path: Path) -> None:
    came: list[ServerConnection] = []

    def hold(socket: ServerConnection) -> None:
        came.append(socket)
        with suppress(ConnectionClosed):
            socket.recv()

    port = free_port()
    with opened(Gateway(tmp_path, web, port)) as gateway, ExitStack() as stack:
        for _ in range(8):  # half of them are refused there first
            stack.enter_context(gateway.socket())
        host = stack.enter_context(serve(hold, "127.0.0.1", port, subprotocols=[Subprotocol("teahouse.v1")]))
        threading.Thread(target=host.serve_forever, daemon=True).start()
        sockets = [stack.enter_context(gateway.socket()) for _ in range(8)]
        wait_for(lambda: len(came) == 4, "half of them")
        for socket in sockets:
            socket.close()
