"""Options that many commands share."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path, typer.Option("--data", help="The deployment's data folder.")]
Url = Annotated[str, typer.Option("--url", envvar="OPENRECP_URL", help="Address of the running system.")]
Key = Annotated[
    str | None, typer.Option("--key", envvar="OPENRECP_KEY", help="API key; else the administrator's of the demo.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object (a line each) instead of words.")]
ADDRESS = "http://127.0.0.1:8080"
FOLDER = Path("data")
MappingGiven = Annotated[str, typer.Option("--mapping", help="A saved or shipped mapping's name, or a file.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen; write nothing.")]
Preview = Annotated[bool, typer.Option("--preview", help="A dry run, which shows what the first rows would become.")]
Encoding = Annotated[str | None, typer.Option("--encoding", help="How a text is written, where it is not guessed.")]
Separator = Annotated[str | None, typer.Option("--separator", help="comma, semicolon, tab or bar.")]
HeaderRow = Annotated[int | None, typer.Option("--header-row", help="The row in which the titles stand.")]
SheetNamed = Annotated[str | None, typer.Option(help="The sheet of a workbook to read, if not the first.")]
