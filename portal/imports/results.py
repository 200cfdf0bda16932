"""What an import's pages show: its progress, what became of its rows, and what was understood of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.imports.kinds import Kind, Sheet
from portal.imports.words import OUTCOMES, STATES, Names, Saying

MEETS = ("registered", "already_there", "refused")
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
UNDER_WAY = ("queued", "running")
FORMATS = {"csv": "CSV", "xlsx": "XLSX", "json": "JSON"}


@dataclass(frozen=True)
class PreviewedRow:
    """A row of a trial: what would become of it, why, and its values in the order of the headings."""

    row: int
    outcome: str
    outcome_words: str
    remarks: list[Saying]
    values: list[str]


@dataclass(frozen=True)
class Preview:
    """The first rows of one file, under the fields they were understood as."""

    headings: list[str]
    rows: list[PreviewedRow]


@dataclass(frozen=True)
class RefusedRow:
    """A row that was sent back: where, why, and what stood in the cell."""

    row: int
    column: str
    reason: Saying
    value: str


@dataclass(frozen=True)
class FileRead:
    """One file: how it was read, and what became of it."""

    sheet: Sheet
    sent_as: str
    facts: Mapping[str, Any]
    labels: list[tuple[str, int, list[int]]]
    """What is odd, of how many rows, and the first of them."""
    preview: Preview
    refused: list[RefusedRow]

    @property
    def format(self) -> str:
        return FORMATS.get(self.facts["format"] or "", "")

    @property
    def columns(self) -> list[str]:
        return list(self.facts["columns"])


@dataclass(frozen=True)
class ImportView:
    """An import as its page shows it."""

    import_id: str
    state: str
    is_trial: bool
    total: int | None
    done: int
    counts: Mapping[str, int]
    cancel_asked: bool
    mapping_name: str | None
    asked_at: str
    files: list[FileRead]
    failure: Saying | None

    @classmethod
    def of(cls, answer: Mapping[str, Any], kind: Kind, names: Names) -> "ImportView":
        """The API's answer in the reader's words."""
        sheets = {each.name: each for each in kind.sheets}
        return cls(
            import_id=answer["import_id"],
            state=answer["state"],
            is_trial=answer["dry_run"],
            total=answer["total"],
            done=answer["done"],
            counts={name: answer[name] for name in MEETS},
            cancel_asked=answer["cancel_asked"],
            mapping_name=answer["mapping_name"],
            asked_at=answer["asked_at"],
            files=[_file(each, answer, sheets[each["name"]], names) for each in answer["files"]],
            failure=_failure(answer, names),
        )

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def can_be_taken_in(self) -> bool:
        """A trial that came to its end by a mapping with a name: it can be repeated for good."""
        return self.is_trial and self.state == "finished" and self.mapping_name is not None

    @property
    def name(self) -> str:
        """What it is called in a list: by its files."""
        return ", ".join(each.sent_as for each in self.files) or "–"

    @property
    def state_name(self) -> str:
        return STATES[self.state]

    @property
    def quarter(self) -> int:
        """How many quarters are behind it: what is read out changes only with these."""
        return 0 if not self.total else min(4, 4 * self.done // self.total)

    @property
    def refused_kept(self) -> int:
        """How many refused rows the page shows."""
        return sum(len(each.refused) for each in self.files)

    @property
    def has_guessed(self) -> bool:
        """Whether names should be looked at, because an encoding is a guess."""
        return any(each.facts["encoding_guessed"] for each in self.files)


def is_same_file(answer: Mapping[str, Any], name: str, sha256: str) -> bool:
    """Whether a file is the one that an import has read under this name."""
    return any(each["name"] == name and each["sha256"] == sha256 for each in answer["files"])


def stated(answer: Mapping[str, Any], kind: Kind) -> dict[str, str]:
    """What the request of an import said about how its files are written, as fields of another request."""
    fields: dict[str, str] = {}
    for each in answer["files"]:
        sheet = next(known for known in kind.sheets if known.name == each["name"])
        fields |= {sheet.sheet if name == "sheet" else name: str(said) for name, said in each["stated"].items()}
    if "separator" in fields:
        fields["separator"] = SEPARATORS[fields["separator"]]
    return fields


def _failure(answer: Mapping[str, Any], names: Names) -> Saying | None:
    if answer["error"] is None:
        return None
    return names.reason(answer["error"], answer["sentence"] or answer["error"])


def _file(facts: Mapping[str, Any], answer: Mapping[str, Any], sheet: Sheet, names: Names) -> FileRead:
    name = facts["name"]
    labels = [
        (names.oddity(each["label"]), each["rows"], each["examples"])
        for each in answer["oddities"]
        if each["file"] == name
    ]
    previewed = [each for each in answer["preview"] if each["file"] == name]
    refused = [_refused(each, names) for each in answer["refused_rows"] if each["file"] == name]
    return FileRead(sheet, facts["sent_as"] or "–", facts, labels, _preview(previewed, names), refused)


def _refused(row: Mapping[str, Any], names: Names) -> RefusedRow:
    said = names.reason(row["code"], row["sentence"])
    columns = [each for each in row["column"].split(" + ") if each in row["values"]]
    shown = columns or [name for name, value in row["values"].items() if value.strip()]
    value = " · ".join(row["values"][name] for name in shown).strip()
    return RefusedRow(row["row"], row["column"], said, value or "–")


def _preview(rows: list[Mapping[str, Any]], names: Names) -> Preview:
    fields = list(dict.fromkeys(name for each in rows for name in each["values"]))
    found = [
        PreviewedRow(
            row=each["row"],
            outcome=each["outcome"],
            outcome_words=names.words(OUTCOMES[each["outcome"]]),
            remarks=list(_remarks(each, names)),
            values=["–" if each["values"].get(name) is None else str(each["values"][name]) for name in fields],
        )
        for each in rows
    ]
    return Preview([names.field(name) for name in fields], found)


def _remarks(row: Mapping[str, Any], names: Names) -> Iterator[Saying]:
    if row["sentence"]:
        yield names.reason(row["code"], row["sentence"])
    for label in row["labels"]:
        yield Saying(names.oddity(label) + ".")
