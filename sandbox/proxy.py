"""The house's HTTP API under /house/, so that the page's phones can ask it from this origin."""

from urllib.parse import quote

from flask import Blueprint, Request, Response, jsonify, request

from sandbox.control import refuse_strangers
from sandbox.orders import Unclear
from sandbox.outgoing import NoAnswer, exchange

METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]
PASSED = ("Authorization", "Content-Type", "Accept-Language")


def blueprint(house: str) -> Blueprint:
    """Only paths below /api/v1/ are passed on, with bodies of bounded size both ways."""
    proxy = Blueprint("proxy", __name__, url_prefix="/house")

    @proxy.before_request
    def only_from_here() -> None:
        refuse_strangers(request)

    @proxy.errorhandler(Unclear)
    def unclear(trouble: Unclear) -> tuple[Response, int]:
        return jsonify(error={"code": "forbidden", "message": str(trouble)}), trouble.status

    @proxy.route("/api/v1/<path:path>", methods=METHODS)
    def passed_on(path: str) -> Response | tuple[Response, int]:
        return ask(house, path, request)

    return proxy


def ask(house: str, path: str, asked: Request) -> Response | tuple[Response, int]:
    """One request to the house and its answer, or 502 in the house's own form."""
    if ".." in path.split("/"):
        return jsonify(error={"code": "not_found", "message": "no such path"}), 404
    query = f"?{asked.query_string.decode()}" if asked.query_string else ""
    url = f"{house}/api/v1/{quote(path, safe='/')}{query}"
    headers = {name: asked.headers[name] for name in PASSED if name in asked.headers}
    try:
        answer = exchange(asked.method, url, asked.get_data(), headers, 10.0)
    except NoAnswer as trouble:
        return jsonify(error={"code": "unavailable", "message": f"the house does not answer: {trouble}"}), 502
    back = ("content-type", "retry-after")
    kept = {name: value for name, value in answer.headers.items() if name.lower() in back}
    return Response(answer.body, answer.status, kept)
