"""A bureau that only writes notices: a real store, a small pack in two languages, and servers for what it sends."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aiosmtpd.smtp import SMTP, Envelope, Session

from chassis import tables
from chassis.clock import Clock, new_id, wall_now
from chassis.migrations.runner import CHASSIS, Part, migrate_postgres, migrate_sqlite
from chassis.notices.kinds import NoticeKind
from chassis.notices.records import Notice, notices
from chassis.notices.senders.port import Sender
from chassis.notices.settings import Channel, NoticeSettings, SmsSettings, SmtpSettings
from chassis.notices.worker import Postman, sender_of
from chassis.notices.writing import Recipient, notify
from chassis.pack import Pack
from chassis.settings import ROOT
from chassis.store.port import Store
from chassis.store.postgres import PostgresStore
from chassis.store.sqlite import SqliteStore
from chassis.unit_of_work import Cause, Ground, UnitOfWork, in_one_unit
from contracts.principals import SYSTEM_PRINCIPAL

PARTS = [Part("chassis", CHASSIS, tables.metadata)]
CAUSE = Cause(SYSTEM_PRINCIPAL, "tests:tell", "correlation")
TOLD = NoticeKind("told", ("name", "link"))
LINK = "http://centre.test/offer-links/c0de"
WORDING = """
date = "{{year}}-{{month}}-{{day}}"
one_business_day = "1 day"
business_days = "{{count}} days"
[kinds.told]
subject = "{hello} {{name}}"
text = "{hello} {{name}}, see {{link}}"
sms = "{{name}}: {{link}}"
"""


def small_pack(folder: Path) -> Pack:
    """The made-up country with a wording of its own."""
    made = folder / "pack"
    (made / "notices").mkdir(parents=True)
    shutil.copy(ROOT / "packs" / "demo" / "pack.toml", made / "pack.toml")
    for language, hello in (("en", "Hello"), ("vi", "Xin chào"), ("fr", "Bonjour")):
        (made / "notices" / f"{language}.toml").write_text(WORDING.format(hello=hello), encoding="utf-8")
    return Pack(made)


@dataclass
class Bureau:
    """`tell` writes a notice; `send` has what is due sent."""

    ground: Ground

    async def tell(self, *, cause: UUID | None = None, due_at: datetime | None = None, **to: Any) -> Notice | None:
        """A notice to somebody of the name "Lan", by mail unless told otherwise."""
        known: dict[str, Any] = {"id": new_id(), "email": "lan@mill.test", "name": "Lan", "link": LINK, **to}
        told = {name: known.pop(name) for name in TOLD.variables}
        about = cause or new_id()

        async def work(uow: UnitOfWork) -> Notice | None:
            return await notify(uow, TOLD, Recipient(**known), cause=about, due_at=due_at, **told)

        return await in_one_unit(self.ground, CAUSE, work)

    def postman(self, channel: Channel = "mail", sender: Sender | None = None) -> Postman:
        return Postman(self.ground, channel, sender or sender_of(channel, self.ground.notices))

    async def send(self, channel: Channel = "mail") -> int:
        return await self.postman(channel).send_due()

    async def pause_passes(self) -> None:
        """As if the pauses between attempts, and the leases of the dead, were over."""
        past = wall_now() - timedelta(seconds=1)
        held = sa.update(notices.table).values(next_attempt_at=past)
        await self.ground.store.execute(held, sa.update(notices.table).values(lease_until=past))

    async def all(self) -> list[Notice]:
        rows = await self.ground.store.fetch(sa.select(notices.table).order_by(notices.table.c.made_at))
        return [notices.state(row) for row in rows]

    async def one(self) -> Notice:
        (notice,) = await self.all()
        return notice


@asynccontextmanager
async def bureau(
    folder: Path, sending: NoticeSettings | None = None, *, dsn: str | None = None
) -> AsyncIterator[Bureau]:
    """The bureau on a SQLite file in a folder or on PostgreSQL; opened again it is one more process."""
    store: Store
    if dsn is None:
        migrate_sqlite(folder / "bureau.sqlite", PARTS)
        store = SqliteStore(folder / "bureau.sqlite")
    else:
        await migrate_postgres(dsn, PARTS)
        store = PostgresStore(dsn)
    pack = Pack(folder / "pack") if (folder / "pack").exists() else small_pack(folder)
    ground = Ground(
        "bureau",
        "//test/bureau",
        store,
        Clock(settable=True),
        pack,
        {Notice: lambda _: sa.true()},
        notices=sending or NoticeSettings(folder=folder / "notices"),
    )
    await store.start()
    try:
        yield Bureau(ground)
    finally:
        await store.stop()


Answering = Callable[[], Awaitable[str | None]]


@dataclass
class MailServer:
    """A mail server on loopback that answers as it is told, attempt by attempt, and keeps what it accepted."""

    port: int = 0
    answers: list[str | Answering] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: int = 0
    most_at_once: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            answer = self.answers.pop(0) if self.answers else "250 OK"
            said = answer if isinstance(answer, str) else await answer()
        finally:
            self.under_way -= 1
        if said is None or said.startswith("250"):
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.messages.append(message)
            self.recipients.append(list(envelope.rcpt_tos))
        if said is None:  # it has the message and dies before it can say so
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            return "250 OK"
        return said

    async def says_nothing(self) -> str:
        """No answer as long as the test lasts."""
        await self.closing.wait()
        return "421 closing"

    def settings(self, **facts: Any) -> NoticeSettings:
        """Notices by mail through this server, in clear unless told otherwise: it is on this machine."""
        known = {"host": "127.0.0.1", "port": self.port, "security": "none", "sender": "centre@recp.test"}
        return NoticeSettings(mail="smtp", smtp=SmtpSettings.model_validate(known | facts))


@asynccontextmanager
async def mail_server(**options: Any) -> AsyncIterator[MailServer]:
    """A mail server on a free port; `options` go to aiosmtpd (`tls_context`, `authenticator`)."""
    here = MailServer()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(here, hostname="mail.test", **options), "127.0.0.1", 0)
    here.port = server.sockets[0].getsockname()[1]
    try:
        yield here
    finally:
        here.closing.set()
        server.close()
        await asyncio.sleep(0.05)  # conversations under way come to their end


@dataclass
class HttpServer:
    """An SMS provider on loopback: answers each request as told, and keeps what it was asked."""

    port: int = 0
    answers: list[str] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    silent: bool = False
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.asked.append((first, headers, body.decode()))
            if self.silent:
                await self.closing.wait()
            status = self.answers.pop(0) if self.answers else "202 Accepted"
            writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        writer.close()

    def settings(self, **facts: Any) -> NoticeSettings:
        known = {"url": f"http://127.0.0.1:{self.port}/messages"}
        return NoticeSettings(sms="http", http=SmsSettings.model_validate(known | facts))


@asynccontextmanager
async def http_server() -> AsyncIterator[HttpServer]:
    here = HttpServer()
    server = await asyncio.start_server(here.serve, "127.0.0.1", 0)
    here.port = server.sockets[0].getsockname()[1]
    try:
        yield here
    finally:
        here.closing.set()
        server.close()
        await asyncio.sleep(0.05)
