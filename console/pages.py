"""The console's pages: the built client, and how to build it where it is not."""

from __future__ import annotations

from pathlib import Path

from flask import Response, redirect, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Answer

BUILT = Path(__file__).parent / "client" / "dist"
YEAR_SECONDS = 31_536_000
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
          "img-src 'self' data: blob:; media-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; "
          "base-uri 'none'; frame-ancestors 'none'")
"""No script and no style but our own files; styles of single elements may stand with them, as Element Plus and ECharts
write them. Pictures are ours too, or were drawn by the page itself (data, blob)."""

NOT_BUILT = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>Teahouse 茶馆</title>
<body style="font: 16px/1.6 system-ui, sans-serif; max-width: 40em; margin: 4em auto; padding: 0 1em">
<h1>茶馆 · Teahouse</h1>
<p>控制台的网页还没有构建。装好 Node 20 以上，然后：</p>
<p>The console's pages are not built yet. With Node 20 or newer:</p>
<pre>make console</pre>
<p>接口已经可用：API is there: <code>/console/api/v1</code></p>
</body></html>
"""


def page(path: str) -> Answer:
    """A file of the build, or the one page that shows every view."""
    if not (BUILT / "index.html").is_file():
        return Response(NOT_BUILT, content_type="text/html; charset=utf-8")
    if path.startswith("assets/"):
        response = send_from_directory(BUILT, path, max_age=YEAR_SECONDS)
        response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
        return response
    try:
        return send_from_directory(BUILT, path or "index.html", max_age=0)
    except NotFound:
        return send_from_directory(BUILT, "index.html", max_age=0)


def home() -> Answer:
    return redirect("/console/", 308)
