"""The real files through a whole system of their own, and its results against their published totals."""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import httpx2
import sqlalchemy as sa
import typer
from rich.console import Console
from rich.table import Table

from chassis.settings import Settings
from chassis.tables import outbox
from chassis.telemetry import configure_logs
from openrecp.databases import store_of
from openrecp.folder import DataFolder
from openrecp.house import House, init, open_house
from openrecp.importing import ALL_IN, import_files
from openrecp.listening import listen, serving
from openrecp.services import NAMES

ENTERPRISES = "facilities/shtp_enterprises_no_personal.json"
PLANTS = "iac/assess_fy2005_2014.csv"
RECOMMENDATIONS = "iac/recc_fy2005_2014.csv"
IMPORTS = (
    ("clients", (ENTERPRISES,), "shtp-enterprises"),
    ("clients", (PLANTS,), "iac"),
    ("assessments", (PLANTS, RECOMMENDATIONS), "iac"),
)
# As counted in the files themselves: number, cost and saving a year in USD of the recommendations of each status.
OPTIONS = {
    "refused": ("N", 19_571, 820_587_705, 454_474_125),
    "implemented": ("I", 16_277, 311_898_038, 262_280_479),
    "pending": ("P", 2, 270_240, 207_478),
    "identified": ("no status", 175, None, None),
    "approved": ("none", 0, 0, 0),
    "verified": ("none", 0, 0, 0),
}
FUNNEL = {"registered": 76 + 4_423, "requested": 0, "assessed": 4_423, "verified": 0}
PATIENCE_S = 900


@dataclass(frozen=True)
class Compared:
    """One figure: what the files hold, and what the system shows; nothing published is nothing to compare."""

    figure: str
    published: int | None
    shown: int | Decimal

    @property
    def is_right(self) -> bool:
        return self.published is None or self.published == self.shown


def main(
    data: Annotated[Path, typer.Option("--data", help="The folder of the real files.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Import the real files into a temporary system and compare; exit code 1 on any difference."""
    import uvloop

    missing = [name for name in (ENTERPRISES, PLANTS, RECOMMENDATIONS) if not (data / name).is_file()]
    if missing:
        typer.echo(
            f"The real data is not at {data}: {', '.join(missing)} missing. Give its folder with --data.", err=True
        )
        raise typer.Exit(1)
    configure_logs("error")
    began = time.monotonic()
    compared = uvloop.run(_compare(data, quiet=as_json))
    _tell(compared, time.monotonic() - began, as_json=as_json)
    raise typer.Exit(0 if all(each.is_right for each in compared) else 1)


async def _compare(data: Path, *, quiet: bool) -> list[Compared]:
    with tempfile.TemporaryDirectory(prefix="openrecp-import-") as folder:
        settings = Settings(data=Path(folder), pack="demo", port=0)
        with DataFolder(settings.data):
            made = await init(settings)
            door = listen(settings)
            url = f"http://{settings.host}:{door.getsockname()[1]}"
            async with open_house(settings) as house, serving(house.gateway.app, door):
                failed = await bring_in(url, made["key"], data, quiet=quiet)
                if failed is not None:
                    return [failed]
                await _until_settled(house)
                headers = {"Authorization": f"Bearer {made['key']}"}
                async with httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=60.0) as http:
                    published = await published_events(settings)
                    return [each async for each in figures(http, published)]


async def bring_in(url: str, key: str, data: Path, *, quiet: bool = True) -> Compared | None:
    """Every real file into a running system; the one that did not come in whole, if so."""
    for kind, files, mapping in IMPORTS:
        paths = [data / name for name in files]
        code = await asyncio.to_thread(import_files, url, key, kind, paths, mapping, quiet=quiet)
        if code != ALL_IN:
            return Compared(f"exit code of importing {', '.join(files)}", ALL_IN, code)
    return None


async def _until_settled(house: House) -> None:
    """Wait until every event has arrived at every consumer."""
    for _ in range(PATIENCE_S * 10):
        if await house.settled():
            return
        await asyncio.sleep(0.1)
    raise TimeoutError(f"events are still on their way after {PATIENCE_S} s")


async def published_events(settings: Settings) -> int:
    """How many events all services have written, read past them."""
    count, found = sa.select(sa.func.count()).select_from(outbox.table), 0
    for name in NAMES:
        store = store_of(settings, name)
        await store.start()
        found += (await store.fetch(count))[0][0]
        await store.stop()
    return found


async def figures(http: httpx2.AsyncClient, published: int) -> AsyncIterator[Compared]:
    """What impact shows, beside what the files hold and the services have published."""
    feed = await _get(http, "/v1/events", after="end")
    yield Compared("events in the feed", published, int(feed["end"]))
    for name in NAMES:
        found = await _get(http, f"/v1/admin/{name}/failed-deliveries")
        yield Compared(f"events that failed at {name}", 0, len(found["items"]))
    funnel = await _get(http, "/v1/impact/funnel")
    for stage, number in FUNNEL.items():
        yield Compared(f"clients {stage}", number, funnel[stage])
    shown = await _get(http, "/v1/impact/options", by="status", basis="current")
    for item in shown["items"]:
        for each in _of_status(item["status"], item["figures"]):
            yield each


def _of_status(status: str, figures: dict[str, Any]) -> Iterator[Compared]:
    letter, number, cost, saving = OPTIONS[status]
    yield Compared(f"options {status} ({letter})", number, figures["count"])
    yield Compared(f"cost of options {status}, USD", cost, _usd(figures["investment"]))
    yield Compared(f"saving of options {status}, USD", saving, _usd(figures["annual_saving"]))


def _usd(sums: list[dict[str, str]]) -> Decimal:
    """The sum in USD, without the places it does not need."""
    return sum((Decimal(each["amount"]) for each in sums if each["currency"] == "USD"), Decimal(0)).normalize() + 0


async def _get(http: httpx2.AsyncClient, path: str, **params: str) -> Any:
    answer = await http.get(path, params=params)
    answer.raise_for_status()
    return answer.json()


def _tell(compared: list[Compared], took_s: float, *, as_json: bool) -> None:
    right = all(each.is_right for each in compared)
    if as_json:
        figures = [asdict(each) for each in compared]
        typer.echo(json.dumps({"equal": right, "seconds": round(took_s, 1), "figures": figures}, default=str))
        return
    table = Table("figure", "in the files", "in the system", "", title="The real files, and what impact shows of them")
    for name in ("in the files", "in the system"):
        next(column for column in table.columns if column.header == name).justify = "right"
    for each in compared:
        published = "not published" if each.published is None else f"{each.published:,}"
        verdict = "" if each.published is None else "equal" if each.is_right else "[red]DIFFERS[/red]"
        table.add_row(each.figure, published, f"{each.shown:,}", verdict)
    Console().print(table)
    typer.echo(f"{'All equal' if right else 'Not equal'}, after {took_s:.0f} s.")


if __name__ == "__main__":
    typer.run(main)
