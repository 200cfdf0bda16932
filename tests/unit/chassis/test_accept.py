"""Which form and which language a caller likes best."""

import pytest

from chassis.accept import best_language, liking

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("header", "media", "weight"),
    [
        (BROWSER, "text/html", 1.0),
        (BROWSER, "application/json", 0.8),
        ("*/*", "text/html", 1.0),
        ("text/*;q=0.5, text/html;q=0", "text/html", 0.0),
        ("TEXT/HTML ; q=0.25", "text/html", 0.25),
        ("", "text/html", 0.0),
        ("text/html;q=nonsense", "text/html", 1.0),
    ],
)
def test_the_most_exact_range_decides(header: str, media: str, weight: float) -> None:
    assert liking(header, media) == weight


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("vi", "vi"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("de,fr;q=0.7,en;q=0.3", "fr"),
        ("fr;q=0.2,vi;q=0.9", "vi"),
        ("fr,vi", "fr"),
        ("FR-ca", "fr"),
        ("vi;q=0,fr;q=0.1", "fr"),
        ("km", "en"),
        ("*", "en"),
        (",;q=,,", "en"),
    ],
)
def test_the_language_liked_best_is_spoken_else_the_first(header: str, language: str) -> None:
    assert best_language(header, ("en", "vi", "fr")) == language
