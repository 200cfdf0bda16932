"""When two descriptions speak of one person, and what is known of a person afterwards."""

from uuid import UUID

import pytest

from services.training.domain.participants import (
    Described,
    PersonHasNoName,
    PersonIsKnownByAnotherName,
    PersonIsNamedTwice,
    are_one,
    describe,
    require_different,
)

ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Described("Ana Example", ONE), Described("Quite Another", ONE), True),
        (Described("Ana Example", ONE), Described("Ana Example", OTHER), False),
        (Described("Ana Example"), Described("ana\u200b  EXAMPLE"), True),
        (Described("Ana Example", ONE), Described("Ana Example"), True),
        (Described("Ana Example"), Described("Ana Exemple"), False),
        (Described("Hùng Example"), Described("Hưng Example"), False),  # two names, not two spellings
        (Described("Ana\u0301 Example"), Described("Aná Example"), True),  # composed or not
        (Described("\u202eAna Ex\u00adample\u2069"), Described("Ana Example"), True),  # turned or not, to the eye alike
        (Described("Ana", email="a@example.org"), Described("Ana", email="A@example.org"), True),
        (Described("Ana", email="a@example.org"), Described("Ana", email="b@example.org"), False),
        (Described("Ana", phone="+6681234567"), Described("Ana", phone="+6681234568"), False),
        (Described("Ana", email="a@example.org"), Described("Ana"), True),
    ],
)
def test_who_is_one_person(one: Described, other: Described, same: bool) -> None:
    assert are_one(one, other) is same
    assert are_one(other, one) is same


def test_a_group_says_who_stands_in_it_twice() -> None:
    require_different([Described("Ana"), Described("Bo"), Described("Cy")])
    with pytest.raises(PersonIsNamedTwice) as refusal:
        require_different([Described("Ana"), Described("Bo"), Described("ANA")])
    assert str(refusal.value) == "ANA stands twice in this request, as number 1 and number 3."


def test_a_name_without_its_marks_is_the_same_name_of_a_known_person() -> None:
    known = describe(None, Described("Đặng Thị Ví Dụ"), ONE)
    assert describe(known, Described("DANG thi vi du", ONE), ONE).full_name == "DANG thi vi du"
    with pytest.raises(PersonIsKnownByAnotherName):
        describe(known, Described("Dang Van Vi Du", ONE), ONE)


# drawn as nothing: a soft hyphen, a turn of direction, a formula's separator, a tag, fillers, a mark without a letter
@pytest.mark.parametrize(
    "name",
    ["", " ", "\u200b\u2060", "\t\n", "\u00ad", "\u202e", "\u2063", "\U000e0041", "\u3164\uffa0", "\u2800", "\u0300"],
)
def test_a_name_can_be_seen(name: str) -> None:
    with pytest.raises(PersonHasNoName):
        describe(None, Described(name), ONE)


def test_agreement_to_be_named_stands_until_it_is_withdrawn() -> None:
    assert describe(None, Described("Ana"), ONE).name_may_be_shown is False
    known = describe(None, Described("Ana", name_may_be_shown=True, sex="female"), ONE)
    later = describe(known, Described("Ana", ONE), ONE)
    assert (later.name_may_be_shown, later.sex) == (True, "female")
    assert describe(later, Described("Ana", ONE, name_may_be_shown=False), ONE).name_may_be_shown is False
