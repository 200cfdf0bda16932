"""What a country decides about clients."""

from pydantic import Field

from chassis.pack import ExtraField, Section
from contracts.values import Code


class ClientsPack(Section):
    """Codes and forms of client intake."""

    size_classes: tuple[Code, ...]
    decline_reasons: tuple[Code, ...]
    consent_purposes: tuple[Code, ...]
    tax_code_pattern: str = Field(default=r"^.{1,40}$", description="regular expression of the country's tax code")
    client_fields: tuple[ExtraField, ...] = ()
    service_request_fields: tuple[ExtraField, ...] = ()
