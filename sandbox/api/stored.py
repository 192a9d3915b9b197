"""Temporary media over HTTP."""

from sandbox import media
from sandbox.api.wire import Answer, Call, File, endpoint
from sandbox.errors import Refusal
from sandbox.limits import MEDIA_BYTES, MEDIA_ENDINGS


@endpoint("/cgi-bin/media/upload")
def upload(call: Call) -> Answer:
    """A file in the multipart field `media`; its type, ending and size are checked."""
    kind = call.args.get("type", "")
    if kind not in MEDIA_BYTES:
        raise Refusal(40004)
    given = call.files.get("media")
    content = given.read() if given else b""
    if not given or not content:
        raise Refusal(41005)
    if (given.filename or "").rsplit(".", 1)[-1].lower() not in MEDIA_ENDINGS[kind]:
        raise Refusal(40005)
    if len(content) > MEDIA_BYTES[kind]:
        raise Refusal(45001)
    sample = media.Sample(kind, given.filename or "file", given.mimetype, content)
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: media.keep(call.account, sample, call.now), "created_at": int(call.now)}


@endpoint("/cgi-bin/media/get", method="GET")
def download(call: Call) -> Answer:
    """The bytes; of a video only where it can be had."""
    media_id = call.args.get("media_id", "")
    found = media.find(call.account, media_id, call.now)
    if found.type == "video":
        return {"video_url": f"http://mpvideo.qpic.cn/sandbox/{media_id}.mp4"}
    return File(found.content, found.content_type, found.filename)
