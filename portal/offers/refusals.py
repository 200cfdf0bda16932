"""What the API refuses, said beside the form that was sent."""

from collections.abc import Mapping

from api_client import Trouble
from portal.forms import Form


def refused(form: Form, trouble: Trouble, places: Mapping[str, str] | None = None) -> Form:
    """The form with what was refused; a trouble that no form can mend goes on to the frame."""
    if trouble.status not in (409, 422):
        raise trouble
    return form.refused(trouble, places)
