"""The databases of a deployment on PostgreSQL, all at one moment: a copy of their server by its own pg_basebackup."""

import os
import shlex
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.settings import Settings
from chassis.store.postgres import without_password
from openrecp.backup import UNREADABLE, BackupIsDamaged
from openrecp.sentences import InWords

COPY, CLUSTER = "cluster.tar", "postgres"
PROGRAM = "pg_basebackup"
# One tar to its output, with the log that was written meanwhile: without it the copy could not be started.
OPTIONS = ("--pgdata=-", "--format=tar", "--wal-method=fetch", "--checkpoint=fast", "--no-password")


class BackupSettings(BaseSettings):
    """`OPENRECP_PG_BASEBACKUP`: how pg_basebackup is called where it is not simply there, for instance
    `docker compose exec -T postgres pg_basebackup`; OPENRECP_DATABASE is then how that place reaches the server."""

    model_config = SettingsConfigDict(env_prefix="OPENRECP_", env_ignore_empty=True, extra="ignore")

    pg_basebackup: str = PROGRAM


class ProgramIsMissing(InWords):
    """PostgreSQL's own tools are needed where the backup is taken."""

    def __init__(self, program: str) -> None:
        super().__init__(
            f"{program} is not here, and a backup of PostgreSQL needs it: apt-get install postgresql-client (of the "
            "server's version or newer), or say how it is called: "
            "OPENRECP_PG_BASEBACKUP='docker compose exec -T postgres pg_basebackup'"
        )


class CopyWasRefused(InWords):
    """pg_basebackup ended with an error; the words are its own."""

    def __init__(self, words: str) -> None:
        words = " ".join(words.removeprefix(f"{PROGRAM}: error: ").split())
        super().__init__(f"The databases were not copied: {words}{_hint(words)}; nothing was written")


def _hint(words: str) -> str:
    if "replication" in words:
        return " (the account needs the right: ALTER ROLE … REPLICATION, and a line for `replication` in pg_hba.conf)"
    if "requested WAL segment" in words:
        return " (too much was written meanwhile: set wal_keep_size = 1GB at the server)"
    return ""


def copy_cluster(settings: Settings, folder: Path) -> dict[str, Path]:
    """All databases of the server, as they are at the end of the copy; writers do not wait."""
    address, password = without_password(settings.database.get_secret_value().replace("{service}", "postgres"))
    copy = folder / COPY
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    with copy.open("xb") as out:
        done = subprocess.run(  # noqa: S603  the operator's own command
            [*_program(), *OPTIONS, f"--dbname={address}"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            env=environment,
            check=False,
        )
    if done.returncode != 0:
        raise CopyWasRefused(done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}")
    return {COPY: copy}


def _program() -> list[str]:
    program, *given = shlex.split(BackupSettings().pg_basebackup)
    found = shutil.which(program)
    if found is None and program == PROGRAM:  # Debian keeps a server's programs beside it
        places = [path for path in Path("/usr/lib/postgresql").glob(f"*/bin/{PROGRAM}") if os.access(path, os.X_OK)]
        found = str(max(places, key=lambda path: float(path.parent.parent.name))) if places else None
    if found is None:
        raise ProgramIsMissing(program)
    return [found, *given]


def unpack_cluster(source: Path, folder: Path) -> None:
    """Make the folder a server is started on, of the copy that lies beside it."""
    copy = folder / COPY
    try:
        with tarfile.open(copy) as archive:
            archive.extractall(folder / CLUSTER, filter="data")
        (folder / CLUSTER / "PG_VERSION").read_text(encoding="ascii")
    except UNREADABLE as error:
        raise BackupIsDamaged(source, str(error) or type(error).__name__) from None
    copy.unlink()


def next_steps(folder: Path, data: Path, manifest: dict[str, Any]) -> list[str]:
    """What is left to do, in the operator's words."""
    version = (folder / CLUSTER / "PG_VERSION").read_text(encoding="ascii").strip()
    place = data.resolve() / CLUSTER
    steps = [
        f"Start PostgreSQL {version} on it, as its own account (chown -R postgres {place}): pg_ctl -D {place} start",
        "Set OPENRECP_DATABASE to that server, then: openrecp migrate all",
    ]
    if manifest["kafka_prefix"] is not None:
        steps.append(
            "The events in Kafka are older or newer than this backup: set OPENRECP_KAFKA_PREFIX to a name never used "
            f"(it was {manifest['kafka_prefix']!r}), then, before anything else is started: openrecp republish"
        )
    return [*steps, "Then start it as before"]
