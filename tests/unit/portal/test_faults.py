"""What the API finds wrong with a field is said in a sentence of the page."""

import pytest

from portal.faults import FAULTS, fault_in_words
from portal.words import words_of


@pytest.mark.parametrize(
    ("code", "detail", "said"),
    [
        ("missing", "Field required", "Fill this in."),
        ("string_too_long", "String should have at most 40 characters", "Write at most 40 characters."),
        ("greater_than_equal", "Input should be greater than or equal to 0.5", "Write 0.5 or more."),
        ("less_than", "Input should be less than -1", "Write less than -1."),
        ("date_parsing", "Input should be a valid date", "Write the date as year-month-day, e.g. 2026-11-25."),
    ],
)
def test_a_known_fault_is_a_sentence_of_ours_with_its_figure(code: str, detail: str, said: str) -> None:
    assert fault_in_words({"pointer": "/x", "code": code, "detail": detail}, words_of("en")) == (said, None)


def test_what_has_no_sentence_is_said_as_the_api_says_it_and_marked_as_english() -> None:
    odd = {"pointer": "/x", "code": "value_error", "detail": "Value error, 100 % of nothing"}
    assert fault_in_words(odd, words_of("en")) == ("Value error, 100 % of nothing", None)
    assert fault_in_words(odd, words_of("vi")) == ("Value error, 100 % of nothing", "en")
    without = {"pointer": "/x", "code": "too_long", "detail": "Too long"}
    assert fault_in_words(without, words_of("fr")) == ("Too long", "en")


def test_every_sentence_can_be_put_into_words() -> None:
    for code in FAULTS:
        said, language = fault_in_words({"code": code, "detail": "at most 7"}, words_of("en"))
        assert (said.endswith("."), language) == (True, None)
