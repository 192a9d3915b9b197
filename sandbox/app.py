"""This WeChat as one web application: the platform's API, the control API, the page."""

from pathlib import Path

from flask import Flask, Response, jsonify, request, send_from_directory

from sandbox import control, elsewhere, proxy, texts
from sandbox.api import serve
from sandbox.limits import REQUEST_BYTES
from sandbox.world import World

PAGE = Path(__file__).parent / "page"


def create(world: World) -> Flask:
    """Put it together. Every path that is nothing else is taken for an API of the platform."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = REQUEST_BYTES
    app.register_blueprint(control.blueprint(world))
    app.register_blueprint(texts.blueprint(world))
    app.register_blueprint(elsewhere.blueprint(world))
    app.register_blueprint(proxy.blueprint(world.house))

    @app.get("/")
    def page() -> Response:
        return send_from_directory(PAGE, "phone.html")

    @app.after_request
    def nothing_from_elsewhere(response: Response) -> Response:
        socket = world.house.replace("http", "ws", 1)
        response.headers["Content-Security-Policy"] = f"default-src 'self'; connect-src 'self' {socket}"
        return response

    @app.get("/page/<path:name>")
    def part_of_page(name: str) -> Response:
        return send_from_directory(PAGE, name, max_age=0)

    @app.get("/favicon.ico")
    def icon() -> Response:
        return send_from_directory(PAGE, "leaf.svg")

    @app.get("/about")
    def about() -> Response:
        return jsonify(house=world.house)

    @app.route("/<path:path>", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
    def platform(path: str) -> Response:
        return serve(world, f"/{path}", request)

    return app
