"""The private key that signs the internal tokens: a file of the data folder that only its owner may read."""

import os
import stat
from pathlib import Path

from chassis.auth import TokenMint

FILE = "gateway.key"


class SigningKeyIsOpen(Exception):
    """Others may read the key with which this deployment vouches for everybody."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} may be read by others: chmod 600 {path}; if it has been, delete it and start again")


class SigningKeyIsMissing(Exception):
    """The gateway has nothing to sign with."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"The signing key {path} is missing: `openrecp key signing` makes it")


def signing_key(folder: Path) -> str:
    """The key as PEM text, made on the first start. Whoever makes it first is right."""
    path = folder / FILE
    if not path.exists():
        _make(path)
    return read_key(path)


def write_pair(private: Path, public: Path, issuer: str) -> bool:
    """Make the signing key unless it is there, and write its public half beside the services; whether it was made."""
    made = not private.exists()
    if made:
        _make(private)
    mint = TokenMint(read_key(private), issuer)
    public.parent.mkdir(parents=True, exist_ok=True)
    part = public.with_suffix(f".{os.getpid()}.part")
    part.write_text(mint.public_key, encoding="ascii")
    part.chmod(0o644)  # it is no secret, and the services run under other accounts
    part.replace(public)
    return made


def read_key(path: Path) -> str:
    """The key as PEM text; raises `SigningKeyIsMissing` or `SigningKeyIsOpen`."""
    if not path.exists():
        raise SigningKeyIsMissing(path)
    if is_open(path.stat()):
        raise SigningKeyIsOpen(path)
    return path.read_text(encoding="ascii")


def is_open(found: os.stat_result) -> bool:
    """Whether others may read it. A file that is not ours was mounted by whoever runs us: there our group may read."""
    closed = 0o077 if found.st_uid == os.geteuid() else 0o027
    return bool(stat.S_IMODE(found.st_mode) & closed)


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(f".{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(TokenMint.new_key())
            out.flush()
            os.fsync(out.fileno())
        os.link(part, path)  # whole or not at all, and never over another process's key
    except FileExistsError:
        return
    finally:
        part.unlink()
