"""Whom to speak to at a company: all contacts are one form, one row each."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble
from portal.clients.forms import only, refused
from portal.clients.intake import client_of, shown_step, step_of
from portal.forms import Form
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

COLUMNS = ("name", "function", "email", "phone")
MOST = 20


async def show_contacts(visit: Visit, client_id: UUID) -> Response:
    """The contacts as they are, and an empty row."""
    only(visit, "officer", "client")
    found = await visit.api.read_contacts(client_id)
    values: dict[str, Any] = {"version": found["version"]}
    for number, contact in enumerate(found["contacts"]):
        known: Mapping[str, Any] = contact
        values |= {f"contacts.{number}.{column}": known[column] for column in COLUMNS}
        values[f"contacts.{number}.is_main"] = "yes" if contact["is_main"] else None
    rows = len(found["contacts"]) + 1
    return await _form_page(visit, client_id, visit.form(**values, rows=rows), rows)


async def put_contacts(visit: Visit, client_id: UUID) -> Response:
    """Replace them, unless somebody else has done so since the form was shown; or show one more row."""
    form = visit.sent_form
    rows = _rows_of(form)
    if form["then"] == "row":
        return await _form_page(visit, client_id, form, min(rows + 1, MOST))
    contacts, fields = contacts_in(form, rows)
    if not form.fits:
        return await _form_page(visit, client_id, form, rows)
    try:
        await visit.api.put_contacts(client_id, {"contacts": contacts}, version=form["version"])
    except Trouble as trouble:
        if trouble.status != 412:
            return await _form_page(visit, client_id, refused(form, trouble, fields), rows)
        now = await visit.api.read_contacts(client_id)
        if now["contacts"] != contacts:  # else it was this very form, sent twice
            form.values = {**form.values, "version": [str(now["version"])]}
            said = visit.words("Somebody changed this client while you did. Look at both before you save again.")
            form.wrong(None, said)
            return await _form_page(visit, client_id, form, rows, now["contacts"])
    return visit.to(step_of(await client_of(visit, client_id), "contacts").onward, said="contacts_put")


def contacts_in(form: Form, rows: int) -> tuple[list["models.ClientsContact"], dict[str, str]]:
    """The rows in which something stands, and how the form calls what the API says of each."""
    contacts: list[models.ClientsContact] = []
    fields: dict[str, str] = {}
    for number in range(rows):
        row = f"contacts.{number}"
        if any(form[f"{row}.{column}"].strip() for column in COLUMNS):
            fields |= {f"/contacts/{len(contacts)}/{column}": f"{row}.{column}" for column in COLUMNS}
            contacts.append(
                {
                    "name": form.text(f"{row}.name"),
                    "function": form.text(f"{row}.function", needed=False),
                    "email": form.text(f"{row}.email", needed=False),
                    "phone": form.text(f"{row}.phone", needed=False),
                    "is_main": form[f"{row}.is_main"] == "yes",
                }
            )
    return contacts, fields


def _rows_of(form: Form) -> int:
    typed = form["rows"]
    return min(max(int(typed), 1), MOST) if typed.isdecimal() else 1


async def _form_page(
    visit: Visit, client_id: UUID, form: Form, rows: int, stored: list["models.ClientsContact"] | None = None
) -> Response:
    client = await client_of(visit, client_id)
    return visit.show(
        "clients/contacts.html",
        412 if stored is not None else 422 if form.faults else 200,
        form=form,
        rows=rows,
        most=MOST,
        client=client,
        step=await shown_step(visit, client, "contacts"),
        stored=stored,
    )
