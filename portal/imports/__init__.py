"""Imports: sheets of companies and of assessments, tried first, then taken in; what is refused goes back."""

from functools import partial

from portal.imports.kinds import ASSESSMENTS, CLIENTS, KINDS
from portal.imports.lists import show_imports, waiting
from portal.imports.sending import show_new, take_in, try_sheets
from portal.imports.show import cancel, show_import, take_refused
from portal.rooms import N_, Address, Room, entry, form, page


def _addresses() -> list[Address]:
    return [
        each
        for kind in KINDS
        for each in (
            page(kind.path, partial(show_imports, kind=kind)),
            page(f"{kind.path}/new", partial(show_new, kind=kind)),
            form(f"{kind.path}/new", partial(try_sheets, kind=kind)),
            page(f"{kind.path}/{{import_id:uuid}}", partial(show_import, kind=kind)),
            form(f"{kind.path}/{{import_id:uuid}}/take-in", partial(take_in, kind=kind)),
            form(f"{kind.path}/{{import_id:uuid}}/cancel", partial(cancel, kind=kind)),
            page(f"{kind.path}/{{import_id:uuid}}/refused-rows", partial(take_refused, kind=kind)),
        )
    ]


room = Room(
    routes=_addresses(),
    menu=(entry(CLIENTS.path, N_("Imports"), "officer", "administrator", order=70, also=(ASSESSMENTS.path,)),),
    tasks=waiting,
    said={
        "import_cancel_asked": N_("It stops at its next step. What was taken in by then stays."),
        "import_of_other_file": N_(
            "This is not the sheet you looked at, so it was tried first. Nothing is written yet."
        ),
    },
)
