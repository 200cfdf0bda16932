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
