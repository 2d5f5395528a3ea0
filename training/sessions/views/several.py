"""Doing one thing to several sessions: what it means to each is shown first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, InvalidInputError
from training.sessions.queries import Trainer, form_choices, get_sessions
from training.sessions.rules.several import SeveralAct, Wanted
from training.sessions.schedule_queries import ids_that_fit
from training.sessions.service.several import Done, do_to_several, prospects
from training.sessions.several_forms import (
    MOST_AT_ONCE,
    SendForm,
    WantedForm,
    chosen,
    pieces,
)
from training.sessions.views.blueprint import bp
from training.sessions.views.schedule_address import address
from training.sessions.views.several_words import (
    Line,
    button_words,
    consequences,
    lines_of,
    now_words,
    title_of,
)
from training.submissions.resending import why_refused
from training.submissions.service import Send, find_result, find_stored, remember
from training.web.error_pages import headers_for, status_of

#: What it is sent as.
_PURPOSE = "several"
#: Sessions that change in one transaction: others wait for their turn no longer than that takes.
AT_ONCE = 50
#: The days by which sessions move unless somebody says otherwise.
_WEEK = "7"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Page:
    """What a request is about."""

    act: SeveralAct
    #: Session → the revision that was shown; None: none was yet.
    shown: Mapping[int, int | None]
    form: WantedForm
    send: SendForm
    #: Whether more fit the filters than are taken at once.
    has_more: bool = False
    #: Whether the form was filled in.
    is_asked: bool = True


@bp.route("/staff/schedule/several", methods=["GET", "POST"])
@allows(Action.SCHEDULE)
def several() -> ResponseReturnValue:
    """Say what an act means to each of the chosen sessions, then do it."""
    is_sent = request.method == "POST"
    values = request.form if is_sent else request.args
    if values.get("act") not in set(SeveralAct):
        return redirect(url_for(SCHEDULE), code=303)
    page = _read(SeveralAct(values["act"]), is_sent=is_sent)
    if page.shown and len(page.shown) <= MOST_AT_ONCE and page.is_asked and page.form.validate():
        wanted = page.form.to_wanted(page.act)
        return _answer(page, wanted) if is_sent else _render(page, HTTPStatus.OK, wanted)
    # Without a choice, or before anything is asked, there is nothing wrong yet.
    is_wrong = is_sent or (page.is_asked and bool(page.shown))
    return _render(page, HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK)


def _answer(page: _Page, wanted: Wanted) -> ResponseReturnValue:
    page.send.check_key()
    key = page.send.key.data
    try:
        is_any_done = _do(page, wanted)
    except (ConflictError, InvalidInputError, BusyError) as error:
        page.send.refuse(error)
        return _render(page, status_of(error), wanted, keeps_shown=True)
    if not is_any_done:
        page.send.renew_key()
        return _render(page, HTTPStatus.CONFLICT, wanted)
    return redirect(url_for("sessions.several_done", key=key), code=303)


@bp.get("/staff/schedule/several/done")
@allows(Action.SCHEDULE)
def several_done() -> ResponseReturnValue:
    """Say what was done to several sessions, and which were left out."""
    results = _stored(request.args.get("key", "")[:255])
    if not results:
        return redirect(url_for(SCHEDULE), code=303)
    left_out = {
        int(id_): (message, told)
        for result in results
        for id_, (message, told) in result["left_out"].items()
    }
    done = [id_ for result in results for id_ in result["done"]]
    found = {one.id: one for one in get_sessions([*done, *left_out], now=utc_now())}
    return render_workplace(
        "sessions/several_done.html",
        current=SCHEDULE,
        title=title_of(SeveralAct(results[0]["act"])),
        done=[(found[id_], now_words(found[id_])) for id_ in sorted(done) if id_ in found],
        left_out=[
            (found[id_], _(message, **told))
            for id_, (message, told) in sorted(left_out.items())
            if id_ in found
        ],
    )


def _read(act: SeveralAct, *, is_sent: bool) -> _Page:
    values: MultiDict[str, str] = request.form if is_sent else request.args
    shown, has_more = chosen(values), False
    if not is_sent and "all" in values:
        ids, has_more = ids_that_fit(address().filters, MOST_AT_ONCE, now=utc_now())
        shown = dict.fromkeys(sorted(ids))
    # What is sent says all that is wanted: nothing is filled in for it.
    is_asked = is_sent or bool({"days", "trainer"} & values.keys())
    if not is_asked and act is SeveralAct.MOVE:
        values, is_asked = MultiDict({"days": _WEEK}), True
    form = WantedForm(values)
    form.ask_for(act, _trainers(act, list(shown)))
    return _Page(
        act=act,
        shown=shown,
        form=form,
        send=SendForm(),
        has_more=has_more,
        is_asked=is_asked or act in {SeveralAct.PUBLISH, SeveralAct.CANCEL},
    )


def _trainers(act: SeveralAct, ids: Sequence[int]) -> Sequence[Trainer]:
    if act not in {SeveralAct.ASSIGN, SeveralAct.UNASSIGN}:
        return ()
    found = [trainer for one in get_sessions(ids, now=utc_now()) for trainer in one.trainers]
    if act is SeveralAct.UNASSIGN:
        return sorted(set(found), key=lambda one: (one.name.casefold(), one.person_id))
    return form_choices(found).trainers


def _do(page: _Page, wanted: Wanted) -> bool:
    """Do it, some sessions in each transaction; tells whether anything was done."""
    ids, is_any_done = list(page.shown), False
    for number, some in enumerate(pieces(ids, AT_ONCE)):
        send = Send(
            key=_key(page.send.key.data, number),
            purpose=_PURPOSE,
            actor_id=signed_in().person_id,
            content={
                "wanted": repr(wanted),
                "shown": {str(id_): page.shown[id_] for id_ in some},
            },
        )
        later = ids[ids.index(some[-1]) + 1 :]
        try:
            result = _do_some(page, wanted, some, later, send)
        except (ConflictError, BusyError) as error:
            refused = why_refused(page.send, send, error)
            if refused is not None:
                raise refused from error
            result = find_result(send) or {"done": []}
        is_any_done = is_any_done or bool(result["done"])
    return is_any_done


def _do_some(
    page: _Page, wanted: Wanted, some: Sequence[int], later: Sequence[int], send: Send
) -> dict[str, Any]:
    actor_id, now = signed_in().person_id, utc_now()
    with transaction():
        done = do_to_several(
            # What was never shown is as if it had changed since.
            {id_: -1 if page.shown[id_] is None else page.shown[id_] or 0 for id_ in some},
            wanted,
            beside=later,
            actor_id=actor_id,
            now=now,
        )
        result = _as_stored(done, wanted.act)
        remember(send, result, now=now)
    return result


def _as_stored(done: Done, act: SeveralAct) -> dict[str, Any]:
    return {
        "act": act,
        "actor": signed_in().person_id,
        "done": list(done.ids),
        "left_out": {
            str(id_): [error.message, {name: str(value) for name, value in error.values.items()}]
            for id_, error in done.left_out.items()
        },
    }


def _stored(key: str) -> list[dict[str, Any]]:
    """Return what a send of one's own led to, transaction by transaction; empty: nothing."""
    found = (find_stored(_key(key, number), _PURPOSE) for number in range(MOST_AT_ONCE // AT_ONCE))
    return [one for one in found if one and one["actor"] == signed_in().person_id]


def _key(key: str, number: int) -> str:
    return f"{key}.{number}"


class _Row(NamedTuple):
    """One session of the preview."""

    line: Line
    #: What the form sends back of it: key and revision.
    value: str
    #: What was shown before, where that is something else; else "".
    was: str


def _render(
    page: _Page,
    status: HTTPStatus,
    wanted: Wanted | None = None,
    *,
    keeps_shown: bool = False,
) -> ResponseReturnValue:
    """Render what happens to each session.

    :param wanted: None: it is not known yet what to show.
    :param keeps_shown: what was shown is sent again as it was: the same send, once more.
    """
    now = utc_now()
    ids = list(page.shown)[:MOST_AT_ONCE]
    found = prospects(ids, wanted, now=now) if wanted else []
    found.sort(key=lambda one: (one.stored.clock.starts_at, one.id))
    lines = lines_of(found, wanted) if wanted else []
    rows = []
    for line in lines:
        revision = page.shown[line.id] if keeps_shown else line.revision
        shown = request.form.get(f"was-{line.id}", "")[:500]
        rows.append(
            _Row(line, f"{line.id}:{revision}", shown if shown and shown != line.now else "")
        )
    text = render_workplace(
        "sessions/several.html",
        current=SCHEDULE,
        title=title_of(page.act),
        act=page.act,
        form=page.form,
        send=page.send,
        ids=ids,
        rows=rows,
        wanted=wanted,
        is_too_many=len(page.shown) > MOST_AT_ONCE,
        has_more=page.has_more,
        most=MOST_AT_ONCE,
        is_conflict=status is HTTPStatus.CONFLICT,
        consequences=consequences(lines, wanted) if wanted else [],
        button=button_words(lines, page.act) if any(not line.obstacle for line in lines) else "",
    )
    return text, status, headers_for(status)
