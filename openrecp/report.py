"""The commands of `openrecp report`: a donor's report from the running system into a file."""

import json
import os
import re
import tempfile
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from openrecp.options import ADDRESS, FOLDER, AsJson, Data, Key, Url
from openrecp.sentences import InWords

report = typer.Typer(no_args_is_help=True, help="Reports from the running system, as workbooks.")
_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


class CannotBeWritten(InWords):
    """The place for the report is not there, or not ours."""


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
    _write(target, content)
    said = {"file": str(target), "programme": code, "period": period, "bytes": len(content)}
    typer.echo(json.dumps(said, ensure_ascii=False) if as_json else f"The report of {code} is in {target}")


def _write(target: Path, content: bytes) -> None:
    """Put the file in its place whole, or leave what was there."""
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".report-", delete=False) as file:
            partial = Path(file.name)
            file.write(content)
        try:
            partial.chmod(0o644 & ~_mask())
            partial.replace(target)
        except OSError:
            partial.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CannotBeWritten(f"{target} cannot be written: {error.strerror}.") from None


def _mask() -> int:
    """What new files are not to be allowed here."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
