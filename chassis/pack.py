"""A country pack: what a country decides, as data under `packs/<code>/` (TOML, one file per section)."""

import math
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from contracts.refusals import Refusal
from contracts.values import Amount, Code, CountryCode, Currency

SectionT = TypeVar("SectionT", bound="Section")


class PackInvalid(Exception):
    """The pack cannot be used; `faults` says where and why, a sentence each."""

    def __init__(self, pack: str, faults: list[str]) -> None:
        super().__init__(f"pack {pack}: " + "; ".join(faults))
        self.pack, self.faults = pack, faults


class Section(BaseModel):
    """A service's part of the pack: `services/<name>/pack.py` types it, `packs/<code>/<name>.toml` fills it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Province(Section):
    """A province with its time of validity; `became` names the codes that replaced it."""

    code: Code
    name: str
    valid_from: date | None = None
    valid_to: date | None = None
    became: tuple[Code, ...] = ()


class Holiday(Section):
    on: date
    name: str


class Programme(Section):
    """A donor's programme: its targets are figures per indicator over its period."""

    code: Code
    name: str
    donor: str
    starts_on: date
    ends_on: date
    currency: Currency
    targets: dict[Code, Amount] = Field(default_factory=dict)


class Country(Section):
    """The common section, `pack.toml`."""

    code: Code
    version: Code
    name: str
    country: CountryCode
    province_scheme: Code
    time_zone: str
    languages: tuple[str, ...]
    currencies: tuple[Currency, ...]
    weekend: tuple[int, ...] = Field(default=(5, 6), description="weekdays without work, Monday = 0")
    holidays: tuple[Holiday, ...] = ()
    provinces: tuple[Province, ...]
    programmes: tuple[Programme, ...] = ()

    @model_validator(mode="after")
    def _codes_are_unique(self) -> "Country":
        for name, codes in (
            ("province", [each.code for each in self.provinces]),
            ("programme", [each.code for each in self.programmes]),
        ):
            double = sorted({code for code in codes if codes.count(code) > 1})
            if double:
                raise ValueError(f"{name} codes stand twice: {', '.join(double)}")
        known = {each.code for each in self.provinces}
        lost = sorted({code for each in self.provinces for code in each.became} - known)
        if lost:
            raise ValueError(f"provinces became unknown ones: {', '.join(lost)}")
        return self


class ExtraField(Section):
    """A field a country adds to a form; its values stand in `extra`."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")
    kind: str = Field(default="text", pattern="^(text|number|yes_no|choice)$")
    choices: tuple[str, ...] = ()
    label: str = ""


class ExtraDoesNotFit(Refusal):
    status = 422
    sentence = "extra.{name}: {expected}."


def fit_extra(fields: tuple[ExtraField, ...], extra: dict[str, Any]) -> dict[str, Any]:
    """The extra values of a form if the pack knows each of them; raises `ExtraDoesNotFit`."""
    known = {each.name: each for each in fields}
    for name, value in extra.items():
        if name not in known:
            raise ExtraDoesNotFit(name=name, expected="the pack knows no such field")
        expected = _misfit(known[name], value)
        if expected:
            raise ExtraDoesNotFit(name=name, expected=expected)
    return extra


def _misfit(field: ExtraField, value: Any) -> str | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match field.kind:
        case "text" if not isinstance(value, str) or len(value) > 2_000:
            return "a text of at most 2,000 characters is expected"
        case "number" if not number or not math.isfinite(value):
            return "a number is expected"
        case "yes_no" if not isinstance(value, bool):
            return "true or false is expected"
        case "choice" if value not in field.choices:
            return f"one of {', '.join(field.choices)} is expected"
    return None


class Calendar:
    """Business days of the centre: not its weekend, not its holidays, in its own zone."""

    def __init__(self, zone: ZoneInfo, weekend: tuple[int, ...], holidays: frozenset[date]) -> None:
        self.zone, self._weekend, self._holidays = zone, frozenset(weekend), holidays

    def is_business_day(self, day: date) -> bool:
        return day.weekday() not in self._weekend and day not in self._holidays

    def day_of(self, moment: datetime) -> date:
        """The date of a moment in the centre's zone."""
        return moment.astimezone(self.zone).date()

    def deadline(self, moment: datetime, business_days: int) -> datetime:
        """The end of the n-th business day after the day of this moment (n at least 1)."""
        day, left = self.day_of(moment), business_days
        while left > 0:
            day += timedelta(days=1)
            left -= self.is_business_day(day)
        end = day + timedelta(days=1)
        return datetime(end.year, end.month, end.day, tzinfo=self.zone)

    def morning(self, deadline: datetime, business_days: int, hour: int) -> datetime:
        """The hour at which the n-th last business day before a deadline begins its work (1: the last one)."""
        day, left = self.day_of(deadline), business_days
        while left > 0:
            day -= timedelta(days=1)
            left -= self.is_business_day(day)
        return datetime(day.year, day.month, day.day, hour, tzinfo=self.zone)

    def business_days(self, first: date, last: date) -> int:
        """How many business days lie in a period, both ends included."""
        return sum(self.is_business_day(first + timedelta(days=n)) for n in range((last - first).days + 1))


class Pack:
    """A loaded pack; each service reads its own section through its typed `pack.py`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.country = _read(folder, "pack", Country)
        self._sections: dict[tuple[str, type[Section]], Any] = {}

    @cached_property
    def calendar(self) -> Calendar:
        holidays = frozenset(each.on for each in self.country.holidays)
        return Calendar(ZoneInfo(self.country.time_zone), self.country.weekend, holidays)

    def section(self, name: str, kind: type[SectionT]) -> SectionT:
        """`packs/<code>/<name>.toml` by its type, read once for each; a wrong one is `PackInvalid`."""
        if (name, kind) not in self._sections:
            self._sections[name, kind] = _read(self.folder, name, kind)
        section: SectionT = self._sections[name, kind]
        return section

    def has_province(self, code: str, on: date) -> bool:
        """Whether a province code of the pack's own country is valid on a day."""
        return any(
            each.code == code and (each.valid_from or date.min) <= on <= (each.valid_to or date.max)
            for each in self.country.provinces
        )

    def programme(self, code: str) -> Programme | None:
        return next((each for each in self.country.programmes if each.code == code), None)


def _read(folder: Path, name: str, kind: type[SectionT]) -> SectionT:
    path = folder / f"{name}.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        # TOML has no null: numbers may be written as text so that an amount stays exact.
        return TypeAdapter(kind).validate_python(data)
    except FileNotFoundError:
        raise PackInvalid(folder.name, [f"{name}.toml is missing"]) from None
    except tomllib.TOMLDecodeError as error:
        raise PackInvalid(folder.name, [f"{name}.toml is not TOML: {error}"]) from None
    except ValidationError as error:
        raise PackInvalid(folder.name, list(_sentences(f"{name}.toml", error))) from None


def _sentences(file: str, error: ValidationError) -> Iterator[str]:
    for each in error.errors(include_url=False, include_input=False):
        place: Any = ".".join(str(part) for part in each["loc"]) or "the file"
        yield f"{file}: {place}: {each['msg']}"
