"""What an import's codes mean, in the reader's language: states, labels of odd rows, reasons of refused ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.rooms import N_
from portal.words import Words


@dataclass(frozen=True)
class Saying:
    """A sentence, and its language where it is not the page's."""

    words: str
    language: str | None = None


STATES: Mapping[str, str] = {
    "queued": N_("waits"),
    "running": N_("under way"),
    "finished": N_("finished"),
    "failed": N_("failed"),
    "cancelled": N_("stopped"),
}
OUTCOMES: Mapping[str, str] = {
    "registered": N_("new"),
    "already_there": N_("already there"),
    "refused": N_("refused"),
}
FIELDS: Mapping[str, str] = {
    "row_key": N_("Key"),
    "name": N_("Name"),
    "country": N_("Country"),
    "province": N_("Province"),
    "isic": N_("ISIC"),
    "national_code": N_("National code"),
    "national_scheme": N_("National scheme"),
    "size_class": N_("Size"),
    "tax_code": N_("Tax code"),
    "site.name": N_("Site"),
    "site.address": N_("Address"),
    "site.country": N_("Country of the site"),
    "site.province": N_("Province of the site"),
    "client_key": N_("Key of the client"),
    "assessment_key": N_("Key of the assessment"),
    "year": N_("Year"),
    "output": N_("Output"),
    "output_unit": N_("Unit of output"),
    "operating_hours": N_("Operating hours"),
    "waste": N_("Waste"),
    "title": N_("Title"),
    "option_class": N_("Class of the option"),
    "code": N_("Code"),
    "code_scheme": N_("Code list"),
    "investment": N_("Investment"),
    "annual_saving": N_("Saving a year"),
    "stream": N_("What is saved"),
    "status": N_("State"),
    "decision": N_("Decision"),
    "refusal_reason": N_("Reason of refusal"),
    "occurred_on": N_("Date"),
}
ODDITIES: Mapping[str, str] = {
    "in_lower_case": N_("%(field)s was put in capitals"),
    "is_no_number": N_("%(field)s is no number and stays unknown"),
    "is_out_of_range": N_("%(field)s is too large a number and stays unknown"),
    "is_a_placeholder": N_("%(field)s looks like a placeholder; it was kept"),
    "is_cut_off": N_("%(field)s is cut off in the sheet; it was kept"),
    "is_not_in_its_list": N_("%(field)s is none of the codes of its list; it was kept"),
    "not_in_table": N_("%(field)s stands in no row of its table and stays unknown"),
    "was_a_number": N_("%(field)s is typed as a number, where zeros at its beginning are lost; it was kept"),
    "has_hidden_characters": N_("%(field)s holds hidden characters, which were left out"),
    "is_ambiguous": N_("%(field)s may mean several things and stays unknown"),
}
LABELS: Mapping[str, str] = {
    "output_zero": N_("The output is zero and stays unknown"),
    "energy_incomplete": N_("Energy has a cost without a quantity; it stays unknown"),
    "period_is_the_reported_year": N_("The period is the reported year; the sheet names no months"),
}
REASONS: Mapping[str, str] = {
    "assessment_is_not_there": N_("No assessment with this key was sent with it, and none is there."),
    "assessment_was_refused": N_("Its assessment was refused."),
    "cell_does_not_fit": N_("What stands in the cell does not fit."),
    "cell_is_broken": N_("The cell holds a character that is none."),
    "cell_is_empty": N_("The cell is empty."),
    "cell_shows_an_error": N_("The cell shows an error of the workbook."),
    "client_is_not_there": N_("No company with this key and an open site is there: import the companies first."),
    "code_has_another_width": N_("The code has too many or too few characters."),
    "code_has_hidden_characters": N_("The code holds hidden characters: type it anew."),
    "code_lost_its_digits": N_("The code is a number so long that digits are lost: type it as text."),
    "code_may_have_lost_zeros": N_("The code may have lost its leading zeros: type it as text."),
    "column_stands_twice": N_("A column stands twice."),
    "no_recommendation": N_("It has no recommendation that could be taken in, so it cannot be completed."),
    "row_is_ragged": N_("The row has more or fewer cells than the header."),
    "row_key_is_missing": N_("The row has no key of its own."),
    "row_key_stands_twice": N_("Another row of the sheet has this key already."),
    "site_is_not_certain": N_("The company has several open sites, and the file does not say which one this is."),
}
FAILURES: Mapping[str, str] = {
    "cell_is_too_long": N_("A cell of the file is too long."),
    "columns_are_missing": N_("The mapping reads columns that the file does not have."),
    "encoding_does_not_fit": N_("The file is not written in the encoding that was named."),
    "encoding_is_not_recognised": N_("The encoding of the file cannot be recognised: save it as UTF-8."),
    "encoding_is_unknown": N_("There is no encoding of this name."),
    "file_has_no_rows": N_("The file has no rows."),
    "file_has_no_sheets": N_("A sheet was named, but the file is no workbook."),
    "file_is_a_web_page": N_("This is a web page, not a sheet."),
    "file_is_a_workbook": N_("This is a workbook of another kind: save it as XLSX."),
    "file_is_cut_off": N_("The file breaks off: send it whole."),
    "file_is_empty": N_("The file is empty."),
    "file_is_no_list": N_("The file is no list of rows."),
    "file_is_no_workbook": N_("The workbook cannot be opened."),
    "file_is_not_csv": N_("The file cannot be read as CSV."),
    "file_is_not_json": N_("The file cannot be read as JSON."),
    "file_is_not_text": N_("This is neither a workbook nor text: send XLSX, CSV or JSON."),
    "file_is_too_large": N_("The file has too many rows or columns: send it in parts."),
    "header_is_not_there": N_("The row that was named as the header is blank."),
    "header_stands_twice": N_("Two columns have the same name: give each its own."),
    "json_is_nested_too_deep": N_("The file is nested too deep."),
    "line_is_too_long": N_("A line of the file is too long."),
    "workbook_is_old": N_("This is an old workbook (XLS): save it as XLSX."),
    "workbook_is_protected": N_("The workbook is protected by a password: save it without one."),
}


@dataclass(frozen=True)
class Names:
    """What fields and codes of an import are called in the reader's language; `own` are the country's own fields."""

    words: Words
    own: Mapping[str, str]

    @classmethod
    def of(cls, words: Words, pack: Mapping[str, Any]) -> "Names":
        return cls(words, {each["name"]: each["label"] for form in pack["extra_fields"].values() for each in form})

    def field(self, name: str) -> str:
        """A field of a mapping."""
        if name in FIELDS:
            return self.words(FIELDS[name])
        plain = name.rpartition(".")[2].replace("_", " ")
        return self.own.get(name) or plain[:1].upper() + plain[1:]

    def oddity(self, label: str) -> str:
        """What a label says of a row; a label that only the mapping knows is shown as its words."""
        if label in LABELS:
            return self.words(LABELS[label])
        for ending, sentence in ODDITIES.items():
            if label.endswith(f"_{ending}"):
                return self.words(sentence, field=self.field(label.removesuffix(f"_{ending}")))
        return label.replace("_", " ")

    def reason(self, code: str, sentence: str) -> Saying:
        """Why a row or a file is refused. The API's sentence names the figures, but in English: elsewhere the same in
        general, where there is a sentence for it."""
        known = REASONS.get(code) or FAILURES.get(code)
        if self.words.language == "en":
            return Saying(sentence)
        return Saying(sentence, "en") if known is None else Saying(self.words(known))
