"""What a country decides about clients."""

import re
from typing import Self

from pydantic import Field, model_validator

from chassis.pack import ExtraField, Section
from contracts.values import Code


class CheckDigit(Section):
    """How a tax code shows a slip of the pen: the digit behind the weighted ones is `base` less the remainder of
    their weighted sum by `modulus`."""

    weights: tuple[int, ...] = Field(min_length=1)
    modulus: int = Field(ge=2)
    base: int

    def fits(self, tax_code: str) -> bool:
        """Whether the check digit of this code is right; other characters than digits do not count."""
        digits = [int(each) for each in re.findall("[0-9]", tax_code)]
        if len(digits) <= len(self.weights):
            return False
        weighted = sum(weight * digit for weight, digit in zip(self.weights, digits, strict=False))
        return self.base - weighted % self.modulus == digits[len(self.weights)]


class ClientsPack(Section):
    """Codes and forms of client intake."""

    size_classes: tuple[Code, ...]
    decline_reasons: tuple[Code, ...]
    consent_purposes: tuple[Code, ...]
    tax_code_pattern: str = Field(default=r"^.{1,40}$", description="regular expression of the country's tax code")
    tax_code_check: CheckDigit | None = None
    client_fields: tuple[ExtraField, ...] = ()
    service_request_fields: tuple[ExtraField, ...] = ()

    def is_tax_code(self, code: str) -> bool:
        """Whether a code has the form of the country's tax codes, and its check digit is right where it has one."""
        in_form = re.fullmatch(self.tax_code_pattern, code) is not None
        return in_form and (self.tax_code_check is None or self.tax_code_check.fits(code))

    @model_validator(mode="after")
    def _pattern_can_be_read(self) -> Self:
        try:
            re.compile(self.tax_code_pattern)
        except re.error as error:
            raise ValueError(f"tax_code_pattern is no regular expression: {error}") from None
        return self
