"""A notice by mail: one SMTP conversation each, under a Message-ID by which a repetition is recognised."""

import asyncio
import re
import ssl
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib

from chassis.notices.senders.port import Message, NotSent
from chassis.notices.settings import SmtpSettings

FOR_GOOD = range(500, 600)
_DETAIL = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


class SmtpSender:
    """Speaks to the centre's mail server. What the server says of an address is told by its codes alone."""

    form = "smtp"

    def __init__(self, settings: SmtpSettings) -> None:
        self.settings = settings
        self._tls = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)

    async def send(self, message: Message) -> None:
        mail = self._mail(message)
        try:
            async with asyncio.timeout(self.settings.timeout_s):
                await self._conversation(mail)
        except TimeoutError:
            raise NotSent(f"the mail server gave no answer within {self.settings.timeout_s:g} s") from None

    async def _conversation(self, mail: EmailMessage) -> None:
        here = self.settings
        server = aiosmtplib.SMTP(
            hostname=here.host,
            port=here.at,
            use_tls=here.security == "tls",
            start_tls=here.security == "starttls",
            username=here.username,
            password=here.password.get_secret_value() if here.password else None,
            tls_context=None if here.security == "none" else self._tls,
            timeout=here.timeout_s,
        )
        try:
            await self._open(server)
            await self._hand_over(server, mail)
        finally:
            server.close()

    async def _open(self, server: aiosmtplib.SMTP) -> None:
        """Connect, encrypt, sign in; whatever fails here is no fault of an address."""
        try:
            await server.connect()
        except aiosmtplib.SMTPResponseException as error:
            raise NotSent(f"the mail server refused us: {_codes(error.code, error.message)}") from None
        except ssl.SSLError as error:
            raise NotSent(f"the mail server's certificate or encryption failed: {error.reason}") from None
        except aiosmtplib.SMTPException as error:
            words = "the mail server offers no STARTTLS" if _lacks_starttls(error) else "the mail server is not reached"
            raise NotSent(f"{words}: {type(error).__name__}") from None
        except OSError as error:
            raise NotSent(f"the mail server is not reached: {type(error).__name__}") from None

    async def _hand_over(self, server: aiosmtplib.SMTP, mail: EmailMessage) -> None:
        try:
            await server.send_message(mail)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            first = refused.recipients[0]
            said = _codes(first.code, first.message)
            raise NotSent(f"the address was refused: {said}", for_good=first.code in FOR_GOOD) from None
        except aiosmtplib.SMTPDataError as error:
            said = _codes(error.code, error.message)
            raise NotSent(f"the message was refused: {said}", for_good=error.code in FOR_GOOD) from None
        except aiosmtplib.SMTPResponseException as error:
            raise NotSent(f"the mail server refused: {_codes(error.code, error.message)}") from None
        except (aiosmtplib.SMTPNotSupported, ValueError):
            raise NotSent("the address is none this mail server can write to", for_good=True) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotSent(f"the mail server broke off: {type(error).__name__}") from None
        try:
            await server.quit()
        except (aiosmtplib.SMTPException, OSError):
            return  # it has the message: what follows the 250 changes nothing

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        try:
            mail["From"] = self.settings.sender
            name, _, domain = message.address.rpartition("@")
            mail["To"] = Address(username=name, domain=domain)
        except (ValueError, MessageError, IndexError):
            raise NotSent("the address cannot be written to", for_good=True) from None
        mail["Subject"] = message.subject
        mail["Date"] = format_datetime(message.made_at)
        mail["Message-ID"] = f"<{message.id}@{self.settings.domain}>"
        mail["Content-Language"] = message.language
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        return mail


def _codes(code: int, text: str) -> str:
    """The codes of an answer without its words, which may name somebody."""
    detail = _DETAIL.search(text)
    return f"{code} {detail[0]}" if detail else str(code)


def _lacks_starttls(error: aiosmtplib.SMTPException) -> bool:
    return "STARTTLS" in str(error).upper()
