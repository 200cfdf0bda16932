"""What is missing or set wrongly, a sentence each, and how to mend it; asks and changes nothing."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from pydantic import ValidationError

from chassis.auth import TokenMint
from chassis.pack import Pack, PackInvalid
from chassis.settings import Settings
from openrecp.databases import EVERY, DatabaseIsAway, NoSuchService, behind, database_of, partitions
from openrecp.folder import pack_of
from openrecp.sentences import sentence_of
from openrecp.serve import GATEWAY, AddressIsMissing, ProcessSettings
from openrecp.services import NAMES

ROOM_BYTES = 1_000_000_000
PATIENCE_S = 5.0
OPENER = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `fault` says what is wrong, `mend` what to do about it. A note needs no mending."""

    what: str
    words: str
    mend: str | None = None

    @property
    def is_well(self) -> bool:
        return self.mend is None


async def examine(settings: Settings, own: ProcessSettings, which: str = "all") -> list[Finding]:
    """Look at everything that one service needs, or the whole deployment."""
    if which not in (*EVERY, "all"):
        raise NoSuchService(which)
    names = EVERY if which == "all" else (which,)
    if not settings.database.get_secret_value():
        settings = settings.model_copy(update={"pack": pack_of(settings)})
    found = [*_pack(settings), _disk(settings.data), *_keys(settings, own, names), _clock(settings, own)]
    if not settings.database.get_secret_value():
        return [*found, _folder(settings)]
    found += [await _database(settings, name) for name in names if name != "log" or not settings.kafka]
    if settings.kafka and which in ("all", "log"):
        found.append(await _topics(settings))
    return found + [each async for each in _services(own, names)]


def _pack(settings: Settings) -> Iterator[Finding]:
    folder = settings.packs / settings.pack
    mend = f"set OPENRECP_PACK to a folder of {settings.packs}, and see `openrecp pack check {settings.pack}`"
    try:
        Pack(folder)
    except PackInvalid as invalid:
        yield Finding("pack", f"{settings.pack} cannot be used: {'; '.join(invalid.faults)}", mend)
    except OSError as error:
        yield Finding("pack", f"{folder} cannot be read ({error.strerror})", mend)
    else:
        yield Finding("pack", f"{settings.pack} can be read")


def _disk(folder: Path) -> Finding:
    place = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    if os.statvfs(place).f_flag & os.ST_RDONLY or not os.access(place, os.W_OK):
        return Finding(
            "disk", f"nothing can be written at {place}", "make it writable for this account, or set OPENRECP_DATA"
        )
    free = shutil.disk_usage(place).free
    words = f"{free / 1e9:.1f} GB free at {place}"
    return Finding("disk", words, "make room: below 1 GB the next import may fill it" if free < ROOM_BYTES else None)


def _keys(settings: Settings, own: ProcessSettings, names: tuple[str, ...]) -> Iterator[Finding]:
    """Only processes apart need the public half in a file; the gateway needs the private one."""
    apart = len(names) == 1 or own.public_key or own.public_key_file or own.services
    if not settings.database.get_secret_value() or not apart:
        return
    mend = "`openrecp key signing --private … --public …` makes both, OPENRECP_PUBLIC_KEY_FILE names the public one"
    private = own.signing_key(settings)
    try:
        public = own.checking_key() if set(names) & set(NAMES) else None
    except Exception as error:
        yield Finding("public key", sentence_of(error) or str(error), mend)
        return
    if public is not None:
        yield Finding("public key", "is there")
    if GATEWAY in names and (own.signing_key_file is not None or private.exists()):
        yield _private(settings, private, public, mend)


def _private(settings: Settings, path: Path, public: str | None, mend: str) -> Finding:
    from gateway.signing import SigningKeyIsMissing, SigningKeyIsOpen, read_key

    try:
        mint = TokenMint(read_key(path), settings.issuer)
    except (SigningKeyIsMissing, SigningKeyIsOpen) as error:
        return Finding("signing key", str(error), mend)
    except ValueError:
        return Finding("signing key", f"{path} holds no key", f"remove it, then {mend}")
    if public is not None and mint.public_key.strip() != public.strip():
        return Finding("signing key", "the services would check with another key than the gateway signs with", mend)
    return Finding("signing key", "is there, and closed to others")


def _clock(settings: Settings, own: ProcessSettings) -> Finding:
    if settings.clock == "settable":
        return Finding("clock", "settable, as for a demo: a centre at work sets OPENRECP_CLOCK=wall")
    if own.clock_begins is not None:
        mend = "set OPENRECP_CLOCK=settable for a demo, or leave OPENRECP_CLOCK_BEGINS empty"
        return Finding("clock", "OPENRECP_CLOCK_BEGINS is set, but the clock is the wall's", mend)
    return Finding("clock", "the wall's")


def _folder(settings: Settings) -> Finding:
    missing = [name for name in EVERY if not database_of(settings, name)[0].exists()]
    if len(missing) == len(EVERY):
        mend = f"`openrecp init --pack {settings.pack} --data {settings.data}`, or set OPENRECP_DATABASE"
        return Finding("data folder", f"{settings.data} holds no deployment", mend)
    if missing:
        words = f"{settings.data} lacks the databases of {', '.join(missing)}"
        return Finding("data folder", words, "`openrecp migrate` makes what a newer version has added")
    return Finding("data folder", f"{settings.data} holds a deployment")


async def _database(settings: Settings, name: str) -> Finding:
    what = f"database of {name}"
    try:
        async with asyncio.timeout(PATIENCE_S):
            late = await behind(settings, name)
    except (DatabaseIsAway, TimeoutError) as error:
        return Finding(what, str(error) or "does not answer in time", "start PostgreSQL, or mend OPENRECP_DATABASE")
    except ModuleNotFoundError as error:
        return Finding(what, f"its code is not here ({error.name})", f"ask for one service: openrecp doctor {name}")
    except Exception as error:
        words = sentence_of(error)
        if words is None:
            raise
        return Finding(what, words, f"`openrecp migrate {name} --create`, or mend OPENRECP_DATABASE")
    if late:
        return Finding(what, f"behind this version ({'; '.join(late)})", f"`openrecp migrate {name}`")
    return Finding(what, "answers, at this version's schema")


async def _topics(settings: Settings) -> Finding:
    from chassis.log.kafka import check_topics
    from chassis.log.port import LogAway
    from chassis.log.topics import TopicsDiffer

    try:
        await check_topics(settings.cluster, partitions())
    except LogAway as away:
        return Finding("event log", f"Kafka at {settings.kafka}: {away}", "start Kafka, or mend OPENRECP_KAFKA")
    except TopicsDiffer as differ:
        return Finding("event log", str(differ), "`openrecp migrate log` makes those that are missing")
    return Finding("event log", f"Kafka at {settings.kafka} has every topic")


async def _services(own: ProcessSettings, names: tuple[str, ...]) -> AsyncIterator[Finding]:
    """Whether the gateway would reach them, where it was told of addresses."""
    if GATEWAY not in names or not own.services:
        return
    for name in NAMES:
        try:
            address = own.address_of(name)
        except AddressIsMissing as missing:
            yield Finding(f"service {name}", str(missing), f"set OPENRECP_SERVICES__{name.upper()}")
            continue
        yield await asyncio.to_thread(_answers, name, address)


def _answers(name: str, address: str) -> Finding:
    what, mend = f"service {name}", f"start it (`openrecp serve {name}`), and read its log"
    try:
        with OPENER.open(f"{address}/health/ready", timeout=PATIENCE_S) as answer:
            told: dict[str, Any] = json.load(answer)
    except (OSError, HTTPException, ValueError) as error:
        return Finding(what, f"does not answer at {address} ({getattr(error, 'reason', None) or error})", mend)
    alarms = (told.get("details") or {}).get("alarms") or {}
    if alarms:
        return Finding(what, "; ".join(alarms.values()), f"`openrecp failed-deliveries list {name}`")
    return Finding(what, f"answers at {address}")


def settings_of(data: Path | None) -> tuple[Settings, ProcessSettings] | Finding:
    """The settings, or what is wrong with them."""
    try:
        return Settings() if data is None else Settings(data=data), ProcessSettings()
    except ValidationError as error:
        return Finding("settings", sentence_of(error) or str(error), "mend that variable")
