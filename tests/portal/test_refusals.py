"""What the API refuses, said in the reader's language down to the codes it names."""

import pytest

from api_client import Trouble
from portal.forms import sentence_of
from portal.imports.words import Names
from portal.words import words_of


def _refusal(code: str, **params: str) -> Trouble:
    return Trouble(409, {"code": code, "detail": "The code's own words.", "params": params})


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (_refusal("offer_is_answered", status="accepted"), "acceptée."),
        (_refusal("not_found", thing="work report"), "(rapport de travail)"),
        (_refusal("not_found", thing="offer link"), "(lien vers une offre)"),
        (_refusal("rating_is_given", side="provider"), "(prestataire)"),
        (_refusal("client_lacks_facts", missing="its province"), " la province."),
        (
            _refusal("assessment_is_incomplete", assessment_id="7", missing="baseline, option"),
            " la situation de référence, une option.",
        ),
        (_refusal("carrier_is_unknown", carrier="peat"), "peat"),
    ],
)
def test_a_refusal_names_states_and_things_in_the_language_of_the_page(trouble: Trouble, said: str) -> None:
    sentence, language = sentence_of(trouble, words_of("fr"))
    assert said in sentence
    assert language is None


def test_in_english_a_refusal_is_the_apis_own_sentence() -> None:
    assert sentence_of(_refusal("offer_is_answered", status="accepted"), words_of("en"))[0] == "The code's own words."


@pytest.mark.parametrize("language", ["vi", "km", "lo", "fr"])
@pytest.mark.parametrize(
    "code",
    ["assessment_is_not_there", "client_is_not_there", "site_is_not_certain", "no_recommendation", "cell_is_empty"],
)
def test_a_refused_row_has_its_reason_in_the_readers_language(language: str, code: str) -> None:
    said = Names.of(words_of(language), {"extra_fields": {}}).reason(code, "The English one.")
    assert (said.language, said.words == "The English one.") == (None, False)
