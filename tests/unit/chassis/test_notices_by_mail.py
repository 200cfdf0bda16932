"""Mail: a real conversation with a server that accepts, hesitates, refuses, dies, or says nothing at all."""

import asyncio
import json
import re
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError
from structlog.testing import capture_logs

from chassis.notices.records import notices
from chassis.notices.settings import NoticeSettings, SmtpSettings
from tests.kit.notices import bureau, http_server, mail_server


async def _dies() -> None:
    """The server has the message and goes away before it says so."""


async def test_an_accepted_message_is_marked_sent_and_let_go(tmp_path: Path) -> None:
    async with mail_server() as server, bureau(tmp_path, server.settings()) as here:
        await here.tell(name="Lan", languages=("vi",))
        assert await here.send() == 1
        (message,) = server.messages
        assert message["From"] == "centre@recp.test"
        assert message["To"] == "lan@mill.test"
        assert message["Subject"] == "Xin chào Lan"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message.get_content().strip() == "Xin chào Lan, see http://centre.test/offer-links/c0de"
        notice = await here.one()
        assert message["Message-ID"] == f"<{notice.id}@recp.test>"
        assert (notice.state, notice.subject, notice.text, notice.address) == ("sent", "", "", "l…@m….test")
        assert await here.send() == 0
    assert len(server.messages) == 1


async def test_a_temporary_refusal_is_tried_again_under_the_same_id(tmp_path: Path) -> None:
    async with mail_server() as server, bureau(tmp_path, server.settings()) as here:
        server.answers += ["451 4.3.0 Mailbox lan@mill.test is busy", "250 OK"]
        await here.tell()
        await here.send()
        notice = await here.one()
        assert (notice.state, notice.attempts, notice.error) == ("waiting", 1, "the message was refused: 451 4.3.0")
        assert await here.send() == 0  # not before the pause is over
        await here.pause_passes()
        await here.send()
        assert ((await here.one()).state, (await here.one()).attempts) == ("sent", 2)
        assert [each["Message-ID"] for each in server.messages] == [f"<{notice.id}@recp.test>"]


async def test_the_pauses_grow_and_then_it_is_given_up(tmp_path: Path) -> None:
    async with mail_server() as server, bureau(tmp_path, server.settings()) as here:
        await here.tell()
        pauses = []
        while (await here.one()).state == "waiting":
            server.answers.append("451 later")
            began = datetime.now(UTC)
            await here.send()
            pauses.append(round((await here.one()).next_attempt_at.timestamp() - began.timestamp()))
            await here.pause_passes()
        assert (await here.one()).state == "failed"
        assert pauses[:4] == pytest.approx([30, 60, 120, 240], abs=5)
        assert max(pauses) == pytest.approx(3600, abs=5)
        assert len(pauses) == 20
        assert (await here.one()).text  # it can be tried again


async def test_an_address_refused_for_good_is_given_up_at_once_and_holds_up_nobody(tmp_path: Path) -> None:
    async with mail_server() as server, bureau(tmp_path, server.settings()) as here:
        server.refuses["nobody@mill.test"] = "550 5.1.1 nobody@mill.test: no such user"
        server.refuses["full@mill.test"] = "452 4.2.2 full@mill.test is over quota"
        for address in ("nobody@mill.test", "full@mill.test", "lan@mill.test", "lần@mill.test"):
            await here.tell(email=address)
        with capture_logs() as logs:
            await here.send()
        states = {each.address: (each.state, each.error) for each in await here.all()}
        assert states["nobody@mill.test"] == ("failed", "the address was refused: 550 5.1.1")
        assert states["full@mill.test"] == ("waiting", "the address was refused: 452 4.2.2")
        assert states["lần@mill.test"][0] == "failed"
        assert states["l…@m….test"] == ("sent", None)
        assert "mill.test" not in str(logs)
        assert len(logs) == 3


async def test_a_server_that_dies_before_it_answers_gets_the_same_message_again(tmp_path: Path) -> None:
    async with mail_server() as server, bureau(tmp_path, server.settings()) as here:
        server.answers.append(_dies)
        await here.tell()
        await here.send()
        assert ((await here.one()).state, len(server.messages)) == ("waiting", 1)
        await here.pause_passes()
        await here.send()
        assert (await here.one()).state == "sent"
        first, second = server.messages
        assert (first["Message-ID"], first["Date"]) == (second["Message-ID"], second["Date"])


async def test_a_server_that_never_answers_costs_its_deadline_and_no_other_notice(tmp_path: Path) -> None:
    async with mail_server() as server, bureau(tmp_path, server.settings(timeout_s=1.5)) as here:
        server.answers.append(server.says_nothing)
        for number in range(20):
            await here.tell(email=f"n{number}@mill.test")
        began = time.monotonic()
        while await here.send():
            pass
        assert time.monotonic() - began < 8
        states = [each.state for each in await here.all()]
        assert (states.count("sent"), states.count("waiting")) == (19, 1)
        (slow,) = [each for each in await here.all() if each.state == "waiting"]
        assert slow.error == "the mail server gave no answer within 1.5 s"
        assert server.most_at_once <= 8


async def test_what_is_tried_again_stands_behind_what_is_new(tmp_path: Path) -> None:
    async with mail_server() as server, bureau(tmp_path, server.settings()) as here:
        for number in range(40):
            server.refuses[f"full{number}@mill.test"] = "452 4.2.2 full"
            await here.tell(email=f"full{number}@mill.test", due_at=here.ground.clock.now() - timedelta(days=1))
        while await here.send():
            pass
        past = datetime.now(UTC) - timedelta(milliseconds=1)
        await here.ground.store.execute(sa.update(notices.table).values(next_attempt_at=past + timedelta(seconds=1)))
        await here.tell(email="new@mill.test")
        await asyncio.sleep(1.1)
        await here.send()
        assert server.recipients == [["new@mill.test"]]


async def test_each_message_goes_to_its_own_recipient_and_says_nothing_of_another(tmp_path: Path) -> None:
    async with mail_server() as server, http_server() as provider:
        both = {"mail": "smtp", "sms": "http", "smtp": server.settings().smtp, "http": provider.settings().http}
        async with bureau(tmp_path, NoticeSettings.model_validate(both)) as here:
            for n in range(30):
                secret: dict[str, Any] = {"name": f"name{n:02}", "link": f"http://centre.test/code{n:02}"}
                way: dict[str, Any] = (
                    {"phone": f"+8491200{n:02}", "email": None} if n % 3 == 0 else {"email": f"mail{n:02}@mill.test"}
                )
                await here.tell(**secret, **way)
            while await here.send("mail") + await here.send("sms"):
                pass
    told = {each["To"]: str(each) for each in server.messages}
    assert server.recipients == [[each["To"]] for each in server.messages]
    told |= {json.loads(body)["to"]: body for _, _, body in provider.asked}
    assert len(told) == 30
    for to, text in told.items():
        own = to.removesuffix("@mill.test")[-2:]
        assert set(re.findall(r"(?:name|code|mail|\+8491200)(\d\d)", text)) == {own}


async def test_a_server_that_is_not_there_is_told_and_tried_again(tmp_path: Path) -> None:
    async with mail_server() as server:
        gone = server.settings()
    async with bureau(tmp_path, gone) as here:
        await here.tell()
        await here.send()
        notice = await here.one()
        assert (notice.state, notice.error) == ("waiting", "the mail server is not reached: SMTPConnectError")


async def test_without_starttls_nothing_is_sent_where_it_is_required(tmp_path: Path) -> None:
    async with mail_server() as server, bureau(tmp_path, server.settings(security="starttls")) as here:
        await here.tell()
        await here.send()
        notice = await here.one()
        assert notice.state == "waiting"
        assert (notice.error or "").startswith("the mail server offers no STARTTLS")
        assert server.messages == []


async def test_with_starttls_the_certificate_must_be_one_we_trust(tmp_path: Path) -> None:
    certificate, context = _certified(tmp_path)
    async with mail_server(tls_context=context, require_starttls=True) as server:
        strange, trusted = (
            server.settings(security="starttls"),
            server.settings(security="starttls", ca_file=certificate),
        )
        async with bureau(tmp_path, strange) as here:
            await here.tell()
            await here.send()
            assert (await here.one()).state == "waiting"
            assert server.messages == []
        async with bureau(tmp_path, trusted) as here:
            await here.pause_passes()
            await here.send()
            assert (await here.one()).state == "sent"


async def test_it_signs_in_and_a_wrong_password_is_no_fault_of_the_address(tmp_path: Path) -> None:
    def judged(server: object, session: object, envelope: object, mechanism: str, asked: LoginPassword) -> AuthResult:
        return AuthResult(success=asked.password == b"right", handled=False)

    certificate, context = _certified(tmp_path)
    safe = {"security": "starttls", "ca_file": certificate, "username": "centre"}
    async with mail_server(authenticator=judged, auth_required=True, tls_context=context) as server:
        async with bureau(tmp_path, server.settings(**safe, password="wrong")) as here:
            await here.tell()
            await here.send()
            notice = await here.one()
            assert (notice.state, notice.error) == ("waiting", "the mail server refused us: 535 5.7.8")
        async with bureau(tmp_path, server.settings(**safe, password="right")) as here:
            await here.pause_passes()
            await here.send()
            assert (await here.one()).state == "sent"


@pytest.mark.parametrize(
    "name", ["Lan\r\nBcc: spy@spy.test", "Lan\nBcc: spy@spy.test\n\nBody", "Lan\u2028Bcc: spy@spy.test"]
)
async def test_a_value_cannot_forge_a_header(tmp_path: Path, name: str) -> None:
    async with mail_server() as server, bureau(tmp_path, server.settings()) as here:
        await here.tell(name=name)
        await here.send()
        (message,) = server.messages
        assert message["Bcc"] is None
        assert message["Subject"].startswith("Hello Lan Bcc: spy@spy.test")
        assert server.recipients == [["lan@mill.test"]]
        assert "\nBcc" not in message.get_content()


@pytest.mark.parametrize(
    "facts",
    [
        {"security": "none", "username": "a", "password": "b", "host": "mail.example"},
        {"username": "a"},
        {"sender": "no address"},
        {"security": "maybe"},
    ],
    ids=str,
)
def test_settings_that_would_send_a_password_in_clear_or_make_no_sense_are_refused(facts: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SmtpSettings.model_validate({"host": "127.0.0.1", "sender": "centre@recp.test"} | facts)


def _certified(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of its own for 127.0.0.1, and the server side of it."""
    import ipaddress

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "mail.pem", folder / "mail.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    return certificate, context
