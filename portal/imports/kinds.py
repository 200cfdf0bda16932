"""The two kinds of imports: companies from one sheet, assessments with their recommendations from two."""

from dataclasses import dataclass

from portal.rooms import N_


@dataclass(frozen=True)
class Sheet:
    """A file of an import: what the API calls it and the name of a workbook's sheet in it."""

    name: str
    sheet: str
    label: str


@dataclass(frozen=True)
class Kind:
    """A kind of import: where its pages are, what the API calls it, and what a visitor reads about it."""

    path: str
    section: str
    sheets: tuple[Sheet, ...]
    tab: str
    title: str
    empty: str
    found: tuple[str, str]
    """Where what was taken in can be seen, and the words of that link."""
    found_by: tuple[str, ...]
    """The roles that may look there."""


CLIENTS = Kind(
    path="/client-imports",
    section="clients",
    sheets=(Sheet("file", "sheet", N_("Sheet of companies")),),
    tab=N_("Companies"),
    title=N_("Take in companies from a sheet"),
    empty=N_("A sheet of companies that you take in will stand here with its progress and its refused rows."),
    found=("/clients", N_("To the clients")),
    found_by=("officer", "administrator"),
)
ASSESSMENTS = Kind(
    path="/assessment-imports",
    section="assessments",
    sheets=(
        Sheet("assessments", "assessments_sheet", N_("Sheet of assessments")),
        Sheet("recommendations", "recommendations_sheet", N_("Sheet of recommendations")),
    ),
    tab=N_("Assessments"),
    title=N_("Take in assessments from two sheets"),
    empty=N_("Assessments that you take in from sheets will stand here with their progress and their refused rows."),
    found=("/assessments", N_("To the assessments")),
    found_by=("officer",),
)
KINDS = (CLIENTS, ASSESSMENTS)
