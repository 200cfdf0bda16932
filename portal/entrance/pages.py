"""Signing in with a key, and the pages that everybody may read."""

from starlette.responses import Response

from api_client import Trouble
from portal.forms import Form
from portal.session import Session
from portal.visit import Visit, trouble_page

START = "/work"


async def show_sign_in(visit: Visit, form: Form | None = None) -> Response:
    """The key opens the door; whoever is in already goes on."""
    if visit.me is not None:
        return visit.to(START)
    given = form or visit.form()
    return visit.show("entrance/sign_in.html", 422 if given.faults else 200, form=given, next=_onward(visit))


async def begin_session(visit: Visit) -> Response:
    """Try the key at the API's door, and let the browser keep it, sealed."""
    form = visit.sent_form
    key = form.text("key")
    if key:
        try:
            await visit.asking_with(key).read_me()
        except Trouble as trouble:
            if trouble.status != 401:
                raise
            form.wrong("key", visit.words("This key does not open the door. Look for a missing letter at either end."))
    if not form.fits:
        return await show_sign_in(visit, form)
    return visit.signs_in(visit.to(_onward(visit)), Session.begun_with(key))


async def end_session(visit: Visit) -> Response:
    return visit.signs_out(visit.to("/sign-in", said="signed_out"))


async def show_account(visit: Visit) -> Response:
    return visit.show("entrance/account.html")


async def show_help(visit: Visit) -> Response:
    return visit.show("entrance/help.html")


async def show_accessibility(visit: Visit) -> Response:
    return visit.show("entrance/accessibility.html")


async def show_privacy(visit: Visit) -> Response:
    return visit.show("entrance/privacy.html")


async def show_too_large(visit: Visit) -> Response:
    """What the door shows to whoever sent more than it lets in."""
    return trouble_page(visit, Trouble(413, {"code": "body_is_too_large"}))


def _onward(visit: Visit) -> str:
    """The page that was asked for before, if it is one of ours."""
    wanted = visit.request.query_params.get("next", "")
    is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and "\n" not in wanted
    return wanted if is_ours else START
