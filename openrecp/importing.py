"""Files into the running system: asked for over its API, followed to the end, refused rows brought back."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from openrecp.remote import AskedInVain, problem_in_words

PATHS = {"clients": "/v1/client-imports", "assessments": "/v1/assessment-imports"}
FILES = {"clients": ("file",), "assessments": ("assessments", "recommendations")}
ALL_IN, FAILED, SOME_REFUSED, INTERRUPTED = 0, 1, 3, 130
POLL_S = 0.3
SILENCE_S = 60.0  # a system that starts again goes on with the import


def import_files(
    url: str,
    key: str,
    kind: str,
    files: list[Path],
    mapping: str,
    *,
    dry_run: bool = False,
    as_json: bool = False,
    quiet: bool = False,
) -> int:
    """Import files and say what became of them, unless `quiet`. The exit code: 0 all is in, 3 some rows were refused
    (they stand beside the first file), 1 the import failed or was cancelled."""
    with _asking(url, key) as http:
        shown = _ask(http, kind, files, mapping, dry_run=dry_run)
        try:
            shown = _follow(http, kind, shown, quiet=quiet or as_json)
        except KeyboardInterrupt:
            typer.echo(f"The import goes on; {PATHS[kind]}/{shown['import_id']}/cancel stops it.", err=True)
            return INTERRUPTED
        if shown["refused"]:
            shown["refused_rows"] = str(_bring_back(http, kind, shown, files[0]))
    if not quiet:
        typer.echo(json.dumps(shown, ensure_ascii=False) if as_json else "\n".join(_in_words(shown)))
    if shown["state"] != "finished":
        return FAILED
    return SOME_REFUSED if shown["refused"] else ALL_IN


@contextmanager
def _asking(url: str, key: str) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=url, headers=headers, timeout=300.0, trust_env=False) as http:
        yield http


def _ask(http: httpx2.Client, kind: str, files: list[Path], mapping: str, *, dry_run: bool) -> dict[str, Any]:
    path = Path(mapping)
    text = path.read_text(encoding="utf-8") if path.suffix == ".toml" or path.is_file() else mapping
    sent = {name: (file.name, file.read_bytes()) for name, file in zip(FILES[kind], files, strict=True)}
    try:
        answer = http.post(PATHS[kind], files=sent, data={"mapping": text, "dry_run": str(dry_run).lower()})
    except httpx2.HTTPError as error:
        raise AskedInVain(f"No system answers at {http.base_url} ({type(error).__name__}): is it up?") from None
    return _read(answer)


def _follow(http: httpx2.Client, kind: str, shown: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """Wait for the end, showing how far it has come; a system that is away for a moment is waited for."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as progress:
        bar = progress.add_task(kind, total=None)
        heard = time.monotonic()
        while shown["state"] in ("queued", "running"):
            time.sleep(POLL_S)
            try:
                answer = http.get(f"{PATHS[kind]}/{shown['import_id']}", timeout=10.0)
            except httpx2.HTTPError:
                answer = None
            if answer is not None and answer.status_code not in (429, 502, 503, 504):
                shown, heard = _read(answer), time.monotonic()
                progress.update(bar, completed=shown["done"], total=shown["total"], description=_short(kind, shown))
            elif time.monotonic() - heard > SILENCE_S:
                raise AskedInVain(f"{http.base_url} is silent; when it is up again it goes on with the import.")
    return shown


def _bring_back(http: httpx2.Client, kind: str, shown: dict[str, Any], beside: Path) -> Path:
    answer = http.get(f"{PATHS[kind]}/{shown['import_id']}/refused-rows")
    if answer.status_code != 200:
        raise AskedInVain(problem_in_words(answer))
    target = beside.with_name(f"{beside.stem}.refused.csv")
    target.write_bytes(answer.content)
    return target


def _read(answer: httpx2.Response) -> dict[str, Any]:
    if answer.status_code >= 400:
        raise AskedInVain(problem_in_words(answer))
    shown: dict[str, Any] = answer.json()
    return shown


def _short(kind: str, shown: dict[str, Any]) -> str:
    refused = f", {shown['refused']:,} rows refused" if shown["refused"] else ""
    return f"{kind} {shown['state']}{refused}"


def _in_words(shown: dict[str, Any]) -> Iterator[str]:
    yield f"{shown['state']}: {shown['sentence']}" if shown["sentence"] else f"{shown['state']}."
    yield from shown["messages"]
    if "refused_rows" in shown:
        yield f"Refused rows: {shown['refused_rows']}"
