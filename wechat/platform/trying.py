"""One message of a template to one person, with the facts of its example, so that staff see how it looks."""

from __future__ import annotations

from rooms import accounts, auditing, identities, templates
from rooms.authority import Actor
from rooms.errors import Code, Refused
from rooms.planner import Way
from rooms.record import Connection, consents
from rooms.record import identities as identity_rows
from rooms.store import Store
from rooms.templates import FACTS, Kind
from wechat.platform import calls, features
from wechat.platform.limits import LIMITS, PlatformLimits
from wechat.platform.sending import Outcome, send_template


def send(store: Store, base: str, actor: Actor, appid: str, way: str, kind: str, user: str,
         limits: PlatformLimits = LIMITS) -> Outcome:
    """To the address of `user` in this account. Costs a yes where the way needs one; WeChat's answer is returned
    whatever it is.

    Raises Refused: forbidden, not_found (account, template, or nobody with an address there).
    """
    known = [one for one in templates.of_account(store, actor, appid) if (one.way, one.kind) == (way, kind)]
    account = accounts.of(store, appid)
    whole = identities.whole(store, user)
    openid = store.record.read(lambda c: next(
        (one.openid for one in identity_rows.of_user(c, whole) if one.appid == appid), ""))
    if not known or account is None or not openid:
        raise Refused(Code.NOT_FOUND, "no such template, or nobody with an address in this account")
    template = known[0]

    def act(connection: Connection) -> None:
        consents.spend(connection, appid, openid, template.template_id)
        auditing.note(connection, store, actor, account.organization, "template_test", user,
                      after={"appid": appid, "kind": kind, "way": way})

    store.record.write(act)
    calls.count(store, limits, appid, Way(way))
    outcome = send_template(features.client(store, base, account), Way(way), openid,
                            templates.filled(template, FACTS[Kind(kind)]))
    if outcome.errcode == 43101:
        templates.refused(store, appid, openid, template.template_id)
    return outcome
