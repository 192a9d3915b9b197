"""Every route of the console's API, and who may use it."""

from __future__ import annotations

from console import (
    api_accounts,
    api_analytics,
    api_audit,
    api_channels,
    api_live,
    api_organization,
    api_overview,
    api_people,
    api_rooms,
    api_sanctions,
    api_session,
    api_staff,
    api_tokens,
)
from console.routes import ADMINS, MODERATORS, STAFF, Route, delete, get, patch, post, put

ROUTES: list[Route] = [
    post("/session", api_session.sign_in, frozenset()),
    get("/session", api_session.current),
    delete("/session", api_session.sign_out, STAFF, people=True),
    put("/session/password", api_session.change_password, STAFF, people=True),
    get("/session/sessions", api_session.listed, people=True),
    delete("/session/sessions", api_session.end_others, STAFF, people=True),
    delete("/session/sessions/<name>", api_session.end_one, STAFF, people=True),
    post("/session/totp", api_session.begin_totp, STAFF, people=True),
    post("/session/totp/confirm", api_session.confirm_totp, STAFF, people=True),
    delete("/session/totp", api_session.end_totp, STAFF, people=True),

    get("/overview", api_overview.shown),

    get("/live/overview", api_live.overview, streams=True),
    get("/live/channels/<channel>", api_live.channel, streams=True),

    get("/rooms", api_rooms.listed),
    post("/rooms", api_rooms.make),
    put("/rooms/order", api_rooms.order),
    get("/rooms/<room>", api_rooms.one),
    patch("/rooms/<room>", api_rooms.edit),
    put("/rooms/<room>/channels/order", api_rooms.order_channels),
    post("/rooms/<room>/channels", api_channels.make),
    post("/rooms/<room>/announcements", api_channels.announce_in_all, MODERATORS),
    get("/rooms/<room>/members", api_rooms.members_of),
    patch("/rooms/<room>/members/<user>", api_rooms.set_member),
    get("/rooms/<room>/invitations", api_rooms.invitations_of),
    post("/rooms/<room>/invitations", api_rooms.invite, MODERATORS),
    delete("/rooms/<room>/invitations/<name>", api_rooms.uninvite, MODERATORS),
    get("/rooms/<room>/requests", api_rooms.requests_of),
    post("/rooms/<room>/requests/<user>", api_rooms.answer, MODERATORS),

    get("/channels/<channel>", api_channels.one),
    patch("/channels/<channel>", api_channels.edit),
    patch("/channels/<channel>/rules", api_channels.set_rules, MODERATORS),
    get("/channels/<channel>/messages", api_channels.history),
    post("/channels/<channel>/messages", api_channels.say, MODERATORS),
    post("/channels/<channel>/announcements", api_channels.announce, MODERATORS),
    put("/channels/<channel>/messages/<int:seq>/pin", api_channels.pin, MODERATORS),
    post("/channels/<channel>/messages/<int:seq>/recall", api_channels.recall, MODERATORS),
    get("/channels/<channel>/present", api_channels.present),
    get("/channels/<channel>/queue", api_channels.queue),

    get("/people", api_people.listed),
    get("/people/<user>", api_people.one),

    get("/sanctions", api_sanctions.listed),
    post("/sanctions", api_sanctions.act, MODERATORS),

    get("/audit", api_audit.listed),
    get("/audit/verify", api_audit.verify),
    get("/audit/export", api_audit.export),

    get("/analytics/series", api_analytics.series),
    get("/analytics/active", api_analytics.active),
    get("/analytics/heat", api_analytics.heat),
    get("/analytics/top", api_analytics.top),
    get("/analytics/cohorts", api_analytics.cohorts),
    get("/analytics/export", api_analytics.export),

    get("/organization", api_organization.shown),
    patch("/organization", api_organization.edit),
    get("/staff", api_staff.listed),
    post("/staff", api_staff.make, people=True),
    patch("/staff/<account>", api_staff.edit, people=True),
    delete("/staff/<account>/totp", api_staff.reset_totp, people=True),
    get("/tokens", api_tokens.listed, ADMINS),
    post("/tokens", api_tokens.make, people=True),
    delete("/tokens/<account>", api_tokens.revoke, people=True),
    get("/accounts", api_accounts.listed),
    post("/accounts", api_accounts.make),
    patch("/accounts/<appid>", api_accounts.edit),
    post("/accounts/<appid>/test", api_accounts.self_test),
]
