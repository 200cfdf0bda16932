"""The commands of `openrecp report`: a donor's report from the running system into a file."""

import json
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from openrecp.options import ADDRESS, FOLDER, AsJson, Data, Key, Url
from openrecp.placing import place

report = typer.Typer(no_args_is_help=True, help="Reports from the running system, as workbooks.")
_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


@report.callback()
def reports() -> None:
    """Keeps `programme` a command of its own: others will stand beside it."""


@report.command()
def programme(
    code: str,
    period: Annotated[str | None, typer.Option(help="Calendar years, 2025 or 2025..2026; else all so far.")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The file; else report-CODE-PERIOD.xlsx.")] = None,
    url: Url = ADDRESS,
    key: Key = None,
    data: Data = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Write a programme's report for its donor; what it shows is what the key may see."""
    from chassis.sheets_out import XLSX
    from openrecp.remote import Remote

    name = "-".join(["report", code, *([period] if period else [])])
    target = out or Path(_NOT_IN_FILE_NAMES.sub("_", name) + ".xlsx")
    content = Remote(url, key, data).file(f"/v1/impact/programmes/{quote(code, safe='')}", XLSX, period=period)
    place(target, content)
    said = {"file": str(target), "programme": code, "period": period, "bytes": len(content)}
    typer.echo(json.dumps(said, ensure_ascii=False) if as_json else f"The report of {code} is in {target}")
