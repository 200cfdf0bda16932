"""The page that says whether a certificate holds: a few words, no script, nothing from elsewhere."""

import base64
import hashlib
from collections.abc import Iterator
from html import escape

from services.training.domain.certificates import Standing
from services.training.schemas.results import CertificateCheckOut

STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:0 auto;padding:1rem;color:#1a1a1a;"
    "background:#fff}"
    "h1{font-size:1.2rem}p{font-size:1.3rem;padding:.6rem .8rem;border-left:.4rem solid #b00020;background:#fdf0f0}"
    "p.valid{border-color:#1b6e2d;background:#eef7ef}dt{color:#555;font-size:.9rem}dd{margin:0 0 .8rem;"
    "overflow-wrap:anywhere}"
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{_HASH}'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "sandbox",
    )
)
PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p role="status" class="{standing}">{sentence}</p>
{facts}</main>
</body>
</html>
"""
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Certificate check",
        "valid": "This certificate is valid.",
        "expired": "This certificate has expired.",
        "revoked": "This certificate was revoked.",
        "none": "There is no certificate with this code. Please check that it was typed completely.",
        "course": "Course",
        "holder": "Holder",
        "no_name": "not shown: the holder has not agreed to it",
        "competences": "Competences",
        "level": "level",
        "hours": "Hours of teaching",
        "held": "Held",
        "issued": "Issued on",
        "until": "Valid until",
        "no_end": "without end",
        "taken_back": "Revoked on",
        "code": "Code",
    },
    "vi": {
        "title": "Kiểm tra chứng nhận",
        "valid": "Chứng nhận này còn hiệu lực.",
        "expired": "Chứng nhận này đã hết hiệu lực.",
        "revoked": "Chứng nhận này đã bị thu hồi.",
        "none": "Không có chứng nhận nào mang mã này. Vui lòng kiểm tra xem mã đã được nhập đầy đủ chưa.",
        "course": "Khóa học",
        "holder": "Người được cấp",
        "no_name": "không hiển thị: người được cấp chưa đồng ý",
        "competences": "Năng lực",
        "level": "bậc",
        "hours": "Số giờ học",
        "held": "Thời gian học",
        "issued": "Ngày cấp",
        "until": "Có hiệu lực đến hết ngày",
        "no_end": "không thời hạn",
        "taken_back": "Ngày thu hồi",
        "code": "Mã",
    },
    "fr": {
        "title": "Vérification d’un certificat",
        "valid": "Ce certificat est valable.",
        "expired": "Ce certificat a expiré.",
        "revoked": "Ce certificat a été révoqué.",
        "none": "Aucun certificat ne porte ce code. Vérifiez qu’il a été saisi en entier.",
        "course": "Formation",
        "holder": "Titulaire",
        "no_name": "non affiché : le titulaire n’a pas donné son accord",
        "competences": "Compétences",
        "level": "niveau",
        "hours": "Heures d’enseignement",
        "held": "Dates de la session",
        "issued": "Délivré le",
        "until": "Valable jusqu’au",
        "no_end": "sans limite",
        "taken_back": "Révoqué le",
        "code": "Code",
    },
}
LANGUAGES = tuple(WORDS)


def page_of(check: CertificateCheckOut, language: str) -> str:
    """The page of a certificate."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>\n" for name, value in _facts(check, language))
    return _page(language, check.standing, f"<dl>\n{rows}</dl>\n")


def page_of_none(language: str) -> str:
    """The page of a code that is none of ours, whatever it was."""
    return _page(language, "none", "")


def _page(language: str, standing: Standing | str, facts: str) -> str:
    words = WORDS[language]
    return PAGE.format(
        language=language,
        title=escape(words["title"]),
        style=STYLE,
        standing=standing,
        sentence=escape(words[standing]),
        facts=facts,
    )


def _facts(check: CertificateCheckOut, language: str) -> Iterator[tuple[str, str]]:
    """What the page tells, each with its name; dates as ISO writes them, for every reader alike."""
    words = WORDS[language]
    levels = (f"{each.code.replace('_', ' ')} ({words['level']} {each.level})" for each in check.competences)
    yield words["course"], check.title
    yield words["holder"], check.holder_name or words["no_name"]
    yield words["competences"], ", ".join(levels) or "–"
    yield words["hours"], f"{check.hours.normalize():f}"
    held = {check.held_from.isoformat(): None, check.held_until.isoformat(): None}
    yield words["held"], " – ".join(held)
    yield words["issued"], check.issued_on.isoformat()
    yield words["until"], check.valid_until.isoformat() if check.valid_until else words["no_end"]
    if check.revoked_on is not None:
        yield words["taken_back"], check.revoked_on.isoformat()
    yield words["code"], check.check_code
