"""Sending sheets: always as a trial first, which writes nothing; then, having looked, the same sheets for good."""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from starlette.datastructures import UploadFile
from starlette.responses import Response

from api_client import Trouble
from portal.forms import Form
from portal.imports.asking import Files, mappings, one, saved_mapping, sent
from portal.imports.kinds import Kind
from portal.imports.results import is_same_file, stated
from portal.imports.show import show_import
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

MOST_MB = 64
PREVIEWED = 20
MOST_ROW = 1_000
MAILBOX = re.compile(r"[^@\s<>]+@[^@\s<>]+")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True)
class Choice:
    """A mapping to choose: by its name, with its title."""

    name: str
    words: str


async def show_new(visit: Visit, kind: Kind, form: Form | None = None) -> Response:
    """The form for new sheets; without a mapping nobody could read them."""
    given = form or visit.form()
    choices = await _mappings(visit, kind)
    view = {"kind": kind, "form": given, "most_mb": MOST_MB}
    view |= {"mappings": [(each.name, each.words) for each in choices]}
    return visit.show("imports/new.html", 422 if given.faults else 200, **view)


async def try_sheets(visit: Visit, kind: Kind) -> Response:
    """Send sheets as a trial: nothing is written."""
    form = visit.sent_form
    files = await _files(form, kind)
    said = _said(form, kind)
    mapping = await _own_mapping(form)
    chosen = form["mapping_name"]
    if (mapping is None) == (not chosen) and not any(form.fault_of(name) for name in ("own_name", "own_text")):
        form.wrong("mapping_name", visit.words("Choose a mapping, or bring one of your own: one of the two."))
    if form.fits:
        try:
            if mapping is not None:
                mark = hashlib.sha256(repr(mapping).encode()).hexdigest()[:16]  # another text is another request
                saved = await saved_mapping(visit.api, kind, mapping, once=f"{form.once}-{mark}")
                chosen = saved["name"]
            asked = await _ask(visit, kind, files, {**said, "mapping_name": chosen}, once=form.once, is_trial=True)
            return visit.to(f"{kind.path}/{asked['import_id']}")
        except Trouble as trouble:
            if trouble.status not in (409, 422):
                raise
            form.refused(trouble, {"/name": "own_name", "/mapping": "own_text", **_in_forms(form)})
    return await show_new(visit, kind, form)


async def take_in(visit: Visit, kind: Kind, import_id: UUID) -> Response:
    """The sheets of a trial once more, for good. Sheets that are not the ones looked at are tried first."""
    form = visit.sent_form
    trial = await one(visit.api, kind)(import_id)
    if not trial["dry_run"] or trial["mapping_name"] is None:
        return visit.to(f"{kind.path}/{import_id}")
    files = await _files(form, kind)
    _require_mailbox(form)
    if not form.fits:
        return await show_import(visit, kind, import_id, form)
    said = {**stated(trial, kind), "mapping_name": trial["mapping_name"], "notify": form["notify"].strip()}
    is_other = not await asyncio.to_thread(_are_the_same, trial, files)
    try:
        asked = await _ask(visit, kind, files, said, once=form.once, is_trial=is_other)
    except Trouble as trouble:
        if trouble.status not in (409, 422):
            raise
        return await show_import(visit, kind, import_id, form.refused(trouble, _in_forms(form)))
    return visit.to(f"{kind.path}/{asked['import_id']}", said="import_of_other_file" if is_other else None)


async def _ask(
    visit: Visit, kind: Kind, files: Files, said: Mapping[str, str], *, once: str, is_trial: bool
) -> Mapping[str, Any]:
    fields = {name: value for name, value in said.items() if value}
    return await sent(visit.api, kind, files, {**fields, "dry_run": is_trial, "preview": PREVIEWED}, once=once)


async def _mappings(visit: Visit, kind: Kind) -> list[Choice]:
    """Saved ones first, then those of the pack that speak of this kind."""
    saved = await mappings(visit.api, kind)
    names = {each["name"] for each in saved}
    shipped = [each for each in visit.pack["mappings"] if kind.section in each["sections"]]
    found = [_choice(each["name"], each["title"]) for each in sorted(saved, key=lambda each: str(each["name"]))]
    return found + [_choice(each["code"], each["name"]) for each in shipped if each["code"] not in names]


def _choice(name: str, title: str) -> Choice:
    return Choice(name, f"{name}: {title}" if title else name)


async def _files(form: Form, kind: Kind) -> Files:
    found: Files = {}
    for each in kind.sheets:
        given = form.files.get(each.name)
        if given is None or not given.filename:
            form.wrong(each.name, form.words("Choose the file."))
        else:
            found[each.name] = (given.filename, await given.read())
    return found


def _said(form: Form, kind: Kind) -> dict[str, str]:
    """What somebody says of how the sheets are written, and whom to tell."""
    row = form.number("header_row", needed=False, whole=True)
    if row is not None and not 1 <= row <= MOST_ROW:
        form.wrong("header_row", form.words("Write a row from 1 to %(most)s.", most=MOST_ROW))
    _require_mailbox(form)
    names = ("encoding", "separator", *(each.sheet for each in kind.sheets), "notify")
    return {"header_row": "" if row is None else f"{row:f}", **{name: form[name].strip() for name in names}}


def _require_mailbox(form: Form) -> None:
    mailbox = form["notify"].strip()
    if mailbox and MAILBOX.fullmatch(mailbox) is None:
        form.wrong("notify", form.words("Write an e-mail address, e.g. office@centre.example."))


def _in_forms(form: Form) -> dict[str, str]:
    """Where the API points to in a form: it calls the whole of it body."""
    return {f"/body/{name}": name for name in form.values}


async def _own_mapping(form: Form) -> "models.SaveMapping | None":
    """A mapping that was brought along, by its name and its text; None if there is none."""
    text = form["own_text"].strip() or await _text_of(form, form.files.get("own_file"))
    if not text and not form["own_name"].strip():
        return None
    if not text:
        form.wrong("own_text", form.words("Choose the file of the mapping, or put its text here."))
    name = form.text("own_name")
    if name and NAME.fullmatch(name) is None:
        form.wrong("own_name", form.words("Write letters, digits, _ and - only."))
    return {"name": name, "mapping": text}


async def _text_of(form: Form, file: UploadFile | None) -> str:
    if file is None or not file.filename:
        return ""
    try:
        return (await file.read()).decode("utf-8-sig")
    except UnicodeDecodeError:
        form.wrong("own_text", form.words("The file of the mapping is no text in UTF-8."))
        return ""


def _are_the_same(trial: Mapping[str, Any], files: Files) -> bool:
    return all(is_same_file(trial, name, hashlib.sha256(content).hexdigest()) for name, (_, content) in files.items())
