"""What a notice says, in which language, by which way; what is wrong with a pack's wording; the file it becomes."""

import shutil
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from chassis.clock import new_id, wall_now
from chassis.notices.figures import alarm, figures
from chassis.notices.kinds import BusinessDays, NoticeKind, Word
from chassis.notices.records import notices, shortened
from chassis.notices.senders.files import FileSender
from chassis.notices.senders.port import Message, NotSent
from chassis.notices.settings import NoticeSettings
from chassis.notices.wording import faults_of, one_line, wording_of
from chassis.notices.worker import TRIES
from chassis.notices.writing import Recipient, notify
from chassis.pack import Pack
from chassis.settings import ROOT, Settings
from chassis.unit_of_work import UnitOfWork
from openrecp.packs import faults_of as faults_of_pack
from tests.kit.notices import CAUSE, TOLD, bureau, small_pack


@pytest.mark.parametrize(
    ("language", "days", "one", "on", "word"),
    [
        ("en", "3 business days", "1 business day", "2026-03-09", "training"),
        ("vi", "3 ngày làm việc", "1 ngày làm việc", "09/03/2026", "đào tạo"),
        ("fr", "3 jours ouvrés", "1 jour ouvré", "09/03/2026", "formation"),
    ],
)
def test_values_are_told_in_the_language(language: str, days: str, one: str, on: str, word: str) -> None:
    wording = wording_of(Pack(ROOT / "packs" / "demo"), language)
    assert wording.told(BusinessDays(3)) == days
    assert wording.told(BusinessDays(1)) == one
    assert wording.told(date(2026, 3, 9)) == on
    assert wording.told(Word("training")) == word
    assert wording.told(Word("our_own_code")) == "our own code"
    assert wording.told(7) == "7"
    begins = datetime(2026, 3, 9, 1, 30, tzinfo=UTC).astimezone(ZoneInfo("Asia/Bangkok"))
    assert wording.told(begins) == f"{on} 08:30"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("Lan\r\nBcc: spy@spy.test", "Lan Bcc: spy@spy.test"),
        ("a\u2028b\u2029c\x00d\te", "a b c d e"),
        ("\u202eevil\u2066 text", "evil text"),
        ("  many   spaces ", "many spaces"),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_a_value_is_one_visible_line_of_bounded_length(value: str, told: str) -> None:
    assert one_line(value) == told


def test_braces_inside_a_value_mean_nothing(tmp_path: Path) -> None:
    wording = wording_of(small_pack(tmp_path), "en")
    subject, text = wording.of(TOLD, "mail", {"name": "{link} {0.__class__}", "link": "L"})
    assert (subject, text) == ("Hello {link} {0.__class__}", "Hello {link} {0.__class__}, see L")


FAULTS = {
    '"Hello {name}"': (
        '"Hello {naem}"',
        "notices/en.toml: kinds.told.subject: told has no variable naem; it has name, link",
    ),
    '"Hello {name}, see {link}"': ('"Hello {name!r}"', "notices/en.toml: kinds.told.text: a brace stands alone"),
    "[kinds.told]": ("[kinds.tlod]", "notices/en.toml: kinds.told is missing"),
    'sms = "{name}: {link}"': ("", "notices/en.toml: kinds.told.sms: Field required"),
    '"{year}-{month}-{day}"': ('"{year}-{month}"', "notices/en.toml: the file: Value error, date must be made of"),
    '"{count} days"': ('"days"', "notices/en.toml: the file: Value error, business_days must say"),
}


@pytest.mark.parametrize("old", FAULTS, ids=str)
def test_what_is_wrong_with_a_wording_is_said(tmp_path: Path, old: str) -> None:
    small_pack(tmp_path)
    path = tmp_path / "pack" / "notices" / "en.toml"
    new, expected = FAULTS[old]
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    (fault, *more) = faults_of(Pack(tmp_path / "pack"), [TOLD])
    assert fault.startswith(expected)
    assert more == []


def test_every_language_of_the_pack_needs_its_words(tmp_path: Path) -> None:
    pack = small_pack(tmp_path)
    (tmp_path / "pack" / "notices" / "vi.toml").unlink()
    worded = NoticeKind("told", ("name", "link"), words=("training",))
    assert faults_of(pack, [worded]) == [
        "notices/en.toml: words.training is missing, which told tells",
        "notices/vi.toml is missing",
        "notices/fr.toml: words.training is missing, which told tells",
    ]
    assert faults_of(pack, []) == []


def test_the_check_of_a_pack_finds_a_missing_text(tmp_path: Path) -> None:
    demo = Path(shutil.copytree(ROOT / "packs" / "demo", tmp_path / "demo"))
    assert faults_of_pack(demo) == []
    path = demo / "notices" / "fr.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("{firm}", "{frim}", 1), encoding="utf-8")
    (fault,) = faults_of_pack(demo)
    assert fault.startswith(
        "notices/fr.toml: kinds.offer_made.text: offer_made has no variable frim; it has firm, kind"
    )


async def test_the_first_language_that_the_pack_has_is_taken(tmp_path: Path) -> None:
    async with bureau(tmp_path) as here:
        for languages in (("km", "fr"), (), ("vi", "en")):
            await here.tell(languages=languages)
        assert [each.language for each in await here.all()] == ["fr", "en", "vi"]


async def test_mail_goes_before_sms_and_who_has_neither_gets_nothing(tmp_path: Path) -> None:
    async with bureau(tmp_path) as here:
        await here.tell(email="lan@mill.test", phone="+84 1")
        await here.tell(email=None, phone="+84 1")
        assert await here.tell(email=None) is None
        assert [each.channel for each in await here.all()] == ["mail", "sms"]


async def test_a_kind_is_told_with_exactly_its_variables(tmp_path: Path) -> None:
    async with bureau(tmp_path) as here:
        uow = UnitOfWork(here.ground, CAUSE)
        with pytest.raises(TypeError, match="told is told with name, link"):
            await notify(uow, TOLD, Recipient(new_id()), cause=new_id(), name="Lan")


async def test_a_file_is_its_owners_whole_and_the_same_when_it_comes_again(tmp_path: Path) -> None:
    async with bureau(tmp_path) as here:
        await here.tell(languages=("vi",))
        notice = await here.one()
        await here.send()
        (path,) = (tmp_path / "notices").iterdir()
        assert path.name == f"told-{notice.id}.txt"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert path.read_text(encoding="utf-8") == (
            "To: lan@mill.test\nLanguage: vi\nSubject: Xin chào Lan\n\n"
            "Xin chào Lan, see http://centre.test/offer-links/c0de\n"
        )


async def test_a_folder_that_cannot_be_written_is_told_and_tried_again(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file stands here")
    async with bureau(tmp_path, NoticeSettings(folder=tmp_path / "taken")) as here:
        await here.tell()
        await here.send()
        notice = await here.one()
        assert notice.state == "waiting"
        assert (notice.error or "").startswith("the file could not be written: ")
        found = await figures(here.ground.store, "bureau", here.ground.clock.now())
        assert (found["due"], found["planned"], found["failed"]) == (1, 0, 0)


async def test_a_notice_whose_sender_always_dies_is_given_up(tmp_path: Path) -> None:
    async with bureau(tmp_path) as here:
        await here.tell()
        died = sa.update(notices.table).values(state="sending", attempts=TRIES, lease_until=wall_now())
        await here.ground.store.execute(died)
        await here.send()
        notice = await here.one()
        assert (notice.state, notice.error) == ("failed", "no attempt came to its end")
        assert not (tmp_path / "notices").exists()


async def test_a_mistake_of_ours_is_told_without_the_text_that_quotes_somebody(tmp_path: Path) -> None:
    class Quotes(FileSender):
        async def send(self, message: Message) -> None:
            raise RuntimeError(f"no such address {message.address}")

    async with bureau(tmp_path) as here:
        await here.tell()
        await here.postman(sender=Quotes(tmp_path)).send_due()
        assert (await here.one()).error == "our mistake: RuntimeError"


async def test_what_was_given_up_is_an_alarm_and_what_comes_later_is_planned(tmp_path: Path) -> None:
    class Refuses(FileSender):
        async def send(self, message: Message) -> None:
            raise NotSent("refused", for_good=True)

    async with bureau(tmp_path) as here:
        await here.tell()
        await here.tell(due_at=here.ground.clock.now() + timedelta(days=1))
        await here.postman(sender=Refuses(tmp_path)).send_due()
        found = await figures(here.ground.store, "bureau", here.ground.clock.now())
        assert (found["due"], found["planned"], found["failed"]) == (0, 1, 1)
        assert alarm("bureau", found) == {
            "notices": "notices that were given up and wait for an administrator: 1, "
            "see /v1/admin/bureau/notices?state=failed"
        }


@pytest.mark.parametrize(
    ("address", "short"),
    [
        ("lan.nguyen@mill.example.org", "l…@m….org"),
        ("a@b", "a…@…"),
        ("+84 912 345 678", "+84…78"),
        ("12345", "…"),
        ("l…@m….org", "l…@m….org"),
    ],
)
def test_of_an_address_stays_what_recognises_it(address: str, short: str) -> None:
    assert shortened(address) == short


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "MAIL": "smtp",
        "SMTP__HOST": "mail.example",
        "SMTP__SENDER": "centre@recp.test",
        "SMTP__USERNAME": "centre",
        "SMTP__PASSWORD": "s3cret",
        "SMS": "http",
        "HTTP__URL": "https://sms.example/send",
        "HTTP__HEADERS": '{"Authorization": "Bearer s3cret"}',
        "VERIFIERS": "verify@recp.test",
    }.items():
        monkeypatch.setenv(f"OPENRECP_NOTICES__{name}", value)
    monkeypatch.setenv("OPENRECP_PUBLIC_URL", "https://recp.example/")
    monkeypatch.setenv("OPENRECP_DATA", "/srv/openrecp")
    settings = Settings()
    found = settings.notice_settings
    assert found.smtp is not None
    assert (found.smtp.at, found.smtp.security) == (587, "starttls")
    assert (found.address, found.folder) == ("https://recp.example", Path("/srv/openrecp/notices"))
    assert "s3cret" not in repr(settings)


def test_the_default_is_files_and_an_unfinished_choice_is_refused() -> None:
    assert (Settings().notices.mail, Settings().notices.sms) == ("file", "file")
    assert Settings(host="127.0.0.1", port=8081).notice_settings.address == "http://127.0.0.1:8081"
    with pytest.raises(ValidationError, match="mail by smtp needs"):
        NoticeSettings(mail="smtp")
    with pytest.raises(ValidationError, match="sms by http needs"):
        NoticeSettings(sms="http")
