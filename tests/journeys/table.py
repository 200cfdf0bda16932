"""The permission table written by hand: its rows, and what each promises to whom."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.journeys.world import Side

FOLDER = Path(__file__).parent / "matrix"
ROLES = (
    "officer",
    "reviewer",
    "assessor",
    "verifier",
    "provider",
    "client",
    "trainer",
    "ministry",
    "donor",
    "integrator",
    "administrator",
    "nobody",
)
WORDS = {"all", "territory", "own", "nowhere"}
SERVICES = ("clients", "matching", "assessments", "training", "impact", "exchange")
FILE = ("rows.csv", b"ID,Company\n1,Somebody\n", "text/csv")


@dataclass(frozen=True)
class Row:
    """One request, which roles may make it, and where; `{names}` in it are ids and facts of a side."""

    name: str
    method: str
    path: str
    may: dict[str, str]
    body: Any = None
    form: dict[str, str] | None = None
    files: tuple[str, ...] = ()
    shows: str | None = None
    missing: bool = False
    public: bool = False
    outside: int | list[int] = 404

    @property
    def operation(self) -> tuple[str, str]:
        """Method and path, every name in it left out."""
        return self.method, re.sub(r"\{\w+\}", "{}", self.path.partition("?")[0])

    @property
    def of_a_side(self) -> bool:
        return "{" in f"{self.path} {self.body}"

    def word(self, role: str) -> str | None:
        return "all" if self.public else self.may.get(role)

    def refusal(self, role: str, sides: list[Side], at: int) -> int | None:
        """The status of the refusal a role gets for a side; None where it is admitted."""
        word = self.word(role)
        if word is None:
            return 401 if role == "nobody" else 403
        near = sides[at].province == sides[0].province
        if word == "all" or (word == "territory" and near) or (word == "own" and at == 0):
            return None
        return self.outside[at] if isinstance(self.outside, list) else self.outside


def rows() -> list[Row]:
    """Every row of the table, those of each service written out."""
    found: list[Row] = []
    for path in sorted(FOLDER.glob("*.toml")):
        for name, facts in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found += _written_out(name, dict(facts))
    return found


def _written_out(name: str, facts: dict[str, Any]) -> Iterator[Row]:
    method, _, path = facts.pop("ask").partition(" ")
    may = {role: facts.pop(role) for role in ROLES if role in facts}
    assert set(may.values()) <= WORDS, f"{name}: {may}"
    facts["files"] = tuple(facts.get("files", ()))
    for service in SERVICES if "{service}" in path else ("",):
        yield Row(f"{name} {service}".strip(), method, path.replace("{service}", service), may, **facts)


def filled(value: Any, names: dict[str, str]) -> Any:
    """A path or body with the ids and facts of a side in it."""
    if isinstance(value, dict):
        return {key: filled(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, names) for each in value]
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: names[found[1]], value)
    return value


def names_of(side: Side, sides: list[Side]) -> dict[str, str]:
    """What may stand in a row for this side."""
    elsewhere = next(each.province for each in sides if each.province != side.province)
    facts = {"mark": side.mark, "province": side.province, "elsewhere": elsewhere, "language": side.language}
    return {**side.ids, **facts, "programme": side.programme}


async def send(http: httpx2.AsyncClient, row: Row, names: dict[str, str], query: str = "") -> httpx2.Response:
    """Make a row's request about a side; a change names the version that is there."""
    path = filled(row.path, names) + query
    if row.form is not None:
        return await http.post(path, data=row.form, files=dict.fromkeys(row.files, FILE))
    headers = {"If-Match": await etag(http, path)} if row.method == "PATCH" else {}
    return await http.request(row.method, path, json=filled(row.body, names), headers=headers)


async def etag(http: httpx2.AsyncClient, path: str) -> str:
    """The version of what stands at an address, as its reader sees it."""
    found = await http.get(path)
    return found.headers.get("ETag", '"1"') if found.status_code == 200 else '"1"'
