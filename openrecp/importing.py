"""Files into the running system: asked for over its API, followed to the end, refused rows brought back."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from openrecp.remote import AskedInVain, nobody_answers, problem_in_words

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
    form: Mapping[str, str] | None = None,
    as_json: bool = False,
    quiet: bool = False,
) -> int:
    """Import files and say what became of them, unless `quiet`. The exit code: 0 all is in, 3 some rows were refused
    (they stand beside their file), 1 the import failed or was cancelled. `form` says how the files are written."""
    with _asking(url, key) as http:
        shown = _ask(http, kind, files, mapping, {**(form or {}), "dry_run": str(dry_run).lower()})
        try:
            shown = _follow(http, kind, shown, quiet=quiet or as_json)
        except KeyboardInterrupt:
            typer.echo(f"The import goes on; {PATHS[kind]}/{shown['import_id']}/cancel stops it.", err=True)
            return INTERRUPTED
        if shown["refused"]:
            brought = [str(path) for path in _bring_back(http, kind, shown, files)]
            shown["refused_rows"] = brought[0] if len(brought) == 1 else brought
    if not quiet:
        typer.echo(json.dumps(shown, ensure_ascii=False) if as_json else "\n".join(_in_words(shown)))
    if shown["state"] != "finished":
        return FAILED
    return SOME_REFUSED if shown["refused"] else ALL_IN


def form_of(encoding: str | None, separator: str | None, header_row: int | None, **more: str | None) -> dict[str, str]:
    """What was said about how the files are written, as the fields of a request."""
    said = {"encoding": encoding, "separator": separator, "header_row": header_row, **more}
    return {name: str(value) for name, value in said.items() if value is not None}


@contextmanager
def _asking(url: str, key: str) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=url, headers=headers, timeout=300.0, trust_env=False) as http:
        yield http


def _ask(http: httpx2.Client, kind: str, files: list[Path], mapping: str, form: dict[str, str]) -> dict[str, Any]:
    path = Path(mapping)
    is_file = path.suffix == ".toml" or path.is_file()
    form |= {"mapping": path.read_text(encoding="utf-8")} if is_file else {"mapping_name": mapping}
    sent = {name: (file.name, file.read_bytes()) for name, file in zip(FILES[kind], files, strict=True)}
    try:
        answer = http.post(PATHS[kind], files=sent, data=form)
    except httpx2.HTTPError as error:
        raise AskedInVain(nobody_answers(str(http.base_url).rstrip("/"), type(error).__name__)) from None
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


def _bring_back(http: httpx2.Client, kind: str, shown: dict[str, Any], files: list[Path]) -> Iterator[Path]:
    """The refused rows of each file that has some, beside it and as it is written."""
    for name, beside in zip(FILES[kind], files, strict=True):
        facts: dict[str, Any] = next((each for each in shown["files"] if each["name"] == name), {})
        if not facts.get("refused"):
            continue
        answer = http.get(f"{PATHS[kind]}/{shown['import_id']}/refused-rows", params={"file": name})
        if answer.status_code != 200:
            raise AskedInVain(problem_in_words(answer))
        target = beside.with_name(f"{beside.stem}.refused.{facts['format']}")
        target.write_bytes(answer.content)
        yield target


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
    for each in shown["files"]:
        said = (each["format"], each["encoding"], each["sheet"] and f"sheet {each['sheet']}")
        where = ", ".join(part for part in said if part)
        separator = {"\t": "tab"}.get(each["separator"], each["separator"])
        how = f"{where}, separator {separator}" if separator else where
        yield f"{each['name']} ({how}): {', '.join(each['columns'][:20])}{' …' if len(each['columns']) > 20 else ''}"
    for row in shown["preview"]:
        yield _row_in_words(row)
    yield from shown["messages"]
    for path in shown["refused_rows"] if isinstance(shown.get("refused_rows"), list) else [shown.get("refused_rows")]:
        if path:
            yield f"Refused rows: {path}"


def _row_in_words(row: dict[str, Any]) -> str:
    """What would become of a row, and what it was understood to say."""
    why = f" ({row['column'] or 'the row'}: {row['sentence']})" if row["sentence"] else ""
    values = ", ".join(f"{name} = {value}" for name, value in row["values"].items() if value is not None)
    return f"{row['file']} row {row['row']}: {row['outcome'].replace('_', ' ')}{why}: {values}"
