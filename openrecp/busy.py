"""A bar that moves while a command works on something long: on a terminal only, and beside what it prints."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


@contextmanager
def busy(words: str, *, quiet: bool = False) -> Iterator[None]:
    """Shows what is being done and for how long, where nobody can say how much is left; gone when it is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        progress.add_task(words, total=None)
        yield
