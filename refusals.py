"""Refusals and errors as HTTP answers: always `{"error":{"code","message","retry_after_seconds"?}}`."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from rooms.errors import Code, Refused

log = structlog.get_logger(__name__)

STATUS = {
    Code.BAD_FRAME: 400, Code.UNAUTHENTICATED: 401, Code.EXPIRED: 401, Code.NOT_FOUND: 404, Code.DUPLICATE: 409,
    Code.TOO_LONG: 413, Code.SLOW_MODE: 429, Code.RATE_LIMITED: 429, Code.FULL: 503, Code.QUEUE_FULL: 503,
    Code.UNAVAILABLE: 503,
}
"""What is not here is 403: understood, and not allowed."""


def register(app: Flask) -> None:
    """Every error of `app` leaves in one form, also those that no view caused."""
    app.register_error_handler(Refused, refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _mistake)


def refused(refusal: Refused) -> Response:
    return error(STATUS.get(refusal.code, 403), refusal.code, refusal.message, refusal.retry_after_seconds)


def error(status: int, code: str, message: str, retry_after_seconds: int | None = None) -> Response:
    """An answer that says no, and when to come back where that is known."""
    told: dict[str, str | int] = {"code": code, "message": message}
    if retry_after_seconds is not None:
        told["retry_after_seconds"] = retry_after_seconds
    response = jsonify(error=told)
    response.status_code = status
    if retry_after_seconds is not None:
        response.headers["Retry-After"] = str(retry_after_seconds)
    return response


def _http_error(problem: HTTPException) -> Response:
    """What Flask refuses by itself: no such path, another method, too large. Its headers (Allow) are kept."""
    status = HTTPStatus(problem.code or 500)
    response = error(status, status.phrase.lower().replace(" ", "_").replace("-", "_"), status.phrase)
    allow = dict(problem.get_headers()).get("Allow")
    if allow:
        response.headers["Allow"] = allow
    return response


def _mistake(problem: Exception) -> Response:
    log.error("a mistake of ours", route=str(request.url_rule), method=request.method, exc_info=problem)
    return error(500, "internal", "the server made a mistake; it is in its log")
