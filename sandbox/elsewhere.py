"""What the platform keeps on other hosts than that of its API: pictures of QR codes, and videos."""

from urllib.parse import unquote

from flask import Blueprint, Response, request

from sandbox import media
from sandbox.pictures import picture
from sandbox.world import World


def blueprint(world: World) -> Blueprint:
    """Nobody needs a token here."""
    pages = Blueprint("elsewhere", __name__)

    @pages.get("/cgi-bin/showqrcode")
    def showqrcode() -> Response:
        ticket = unquote(request.args.get("ticket", ""))
        known = any(ticket in account.tickets for account in world.accounts.values())
        return Response(picture(ticket), 200, content_type="image/png") if known else Response("", 404)

    @pages.get("/sandbox/<media_id>.mp4")
    def video(media_id: str) -> Response:
        """Where `media/get` says that a video lies."""
        for account in world.accounts.values():
            if media_id in account.media:
                found = media.find(account, media_id, world.clock.now())
                return Response(found.content, 200, content_type=found.content_type)
        return Response("", 404)

    return pages
