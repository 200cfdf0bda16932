"""Made-up files for imports: plants, their assessments and recommendations, a few of them wrong on purpose."""

from collections import Counter
from dataclasses import dataclass

MAPPING = """
sender = "crash"
[clients]
row_key = "id"
name = { template = "Plant {id}" }
country = { constant = "XA" }
province = "province"
[clients.site]
name = { template = "Works {id}" }
[assessments]
currency = "USD"
last_month = 9
[assessments.assessment]
row_key = "id"
client_key = "id"
year = "year"
[assessments.assessment.baseline]
output = "output"
output_unit = { constant = "t" }
energy = [{ carrier = "electricity", unit = "kWh", quantity = "power", cost = "bill" }]
[assessments.recommendation]
row_key = "advice"
assessment_key = "id"
year = "year"
title = { template = "Advice {advice}" }
option_class = { constant = "not_classified" }
investment = "cost"
annual_saving = "saving"
status = "status"
decisions = { I = "implemented", N = "refused", P = "pending" }
refusal_reason = { constant = "not_stated" }
[assessments.recommendation.stream]
code = "stream"
quantity = "saved"
kinds = { EC = ["energy", "electricity", "kWh"] }
"""
EVERY = 40  # one plant of so many lies in a province that nobody knows
STATUSES = ("I", "N", "P")
DECISIONS = {"I": "option_implemented", "N": "option_refused", "P": "option_postponed"}


@dataclass(frozen=True)
class Plants:
    """So many plants by their numbers."""

    count: int

    @property
    def keys(self) -> list[str]:
        return [f"P{number:04}" for number in range(self.count)]

    @property
    def wrong(self) -> set[str]:
        """Those that no rule lets in."""
        return {key for key in self.keys if int(key[1:]) % EVERY == EVERY - 1}

    @property
    def good(self) -> list[str]:
        return [key for key in self.keys if key not in self.wrong]

    def clients(self) -> bytes:
        rows = [f"{key},{'XA-NOWHERE' if key in self.wrong else 'XA-R'}" for key in self.keys]
        return "\n".join(["id,province", *rows, ""]).encode()

    def assessments(self, keys: list[str]) -> bytes:
        rows = [f"{key},2021,{1_000 + number},{50_000 + number},{7_000 + number}" for number, key in enumerate(keys)]
        return "\n".join(["id,year,output,power,bill", *rows, ""]).encode()

    def recommendations(self, keys: list[str]) -> bytes:
        """One for each assessment, decided in turn."""
        rows = [f"{key}-1,{key},2021,900,300,{_status(number)},EC,1200" for number, key in enumerate(keys)]
        return "\n".join(["advice,id,year,cost,saving,status,stream,saved", *rows, ""]).encode()


def decided(count: int) -> Counter[str]:
    """How often each decision stands in so many recommendations, by its event."""
    return Counter(DECISIONS[_status(number)] for number in range(count))


def _status(number: int) -> str:
    return STATUSES[number % len(STATUSES)]
