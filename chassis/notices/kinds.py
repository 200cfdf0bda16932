"""Kinds of notice: what each may say, and the values that go into its text."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """What people are told of. A template may use exactly these variables; `words` are the codes that can stand in
    them, each of which every language needs a word for."""

    name: str
    variables: tuple[str, ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A code, told by the language's word for it; one of the pack's own that it has none for is told as it is."""

    code: str


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """A number of business days, told in words."""

    count: int


Value: TypeAlias = str | int | date | datetime | Word | BusinessDays
"""A moment is told as the clock shows it where it is set: give it in the zone of the place."""
