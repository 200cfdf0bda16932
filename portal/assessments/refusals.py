"""Who is shown a form, and what is said when the API does not take it."""

import secrets
from collections.abc import Mapping

from portal.api import Trouble
from portal.forms import Form, sentence_of
from portal.visit import Visit


def only(visit: Visit, *roles: str) -> None:
    """Forms are shown to those who may send them."""
    if not visit.has(*roles):
        raise Trouble(403, {"code": "not_for_your_role"})


def refused(form: Form, trouble: Trouble, fields: Mapping[str, str] | None = None) -> None:
    """Note on the form what the API said; trouble that no other input would mend is raised again.

    A form that was taken, gone back to and sent with other words gets a new key, and its sender is told.
    """
    if trouble.status not in (409, 422):
        raise trouble
    if trouble.code == "key_was_used_otherwise":
        form.once = secrets.token_urlsafe(18)
        said = form.words("This form was sent before, with other words in it. Look at what was saved before you go on.")
        form.wrong(None, said)
    elif trouble.code == "extra_does_not_fit" and not trouble.errors:
        form.wrong(f"extra.{trouble.params.get('name')}", *sentence_of(trouble, form.words))
    else:
        form.refused(trouble, fields)
