"""The settings of VAT: `[vat]` and `[vies]` of company.toml."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from etl.company.section import Section
from etl.company.values import (
    Category,
    Country,
    Rate,
    RegisterUrl,
    SupplyType,
    Text,
    Turnover,
    VatCodes,
    VatNumber,
)


class Threshold(Section):
    """Turnover to consumers in other EU countries (goods, electronic services), excl. VAT, before what is staged."""

    prior_year_eur: Turnover | None = Field(None, description="The whole of last year, in EUR.")
    year_to_date_eur: Turnover | None = Field(None, description="This year until our first staged order, in EUR.")
    year: Annotated[int, Field(ge=2021, le=2100)] | None = Field(
        None, description="The year that `year_to_date_eur` is of; not set = that of the first staged sale that counts."
    )
    eur_rate: Rate = Field(
        Decimal("7.4415"),
        description="Company currency for EUR 1 where a limit in EUR is looked at; the tax authority writes the limit"
        " of EUR 10,000 as DKK 74,415.",
    )


class Vat(Section):
    """VAT: registrations, and the company's own VAT codes."""

    registered: bool | None = Field(None, description="Is the company registered for VAT? No default: answer it.")
    oss: Literal["none", "union", "nonunion", "ioss"] = Field("none", description="The One Stop Shop scheme joined.")
    ship_from: Country | None = Field(None, description="Country the goods leave from; not set = `company.country`.")
    ship_from_postcode: Annotated[str, Field(max_length=20)] = Field(
        "", description="Postcode they leave from; only where it decides the VAT territory (BT, Canary Islands ...)."
    )
    ship_from_city: Annotated[str, Field(max_length=60)] = Field("", description="City they leave from, likewise.")
    registrations: dict[Country, VatNumber] = Field(
        {}, description="Our VAT numbers in other EU states: goods that lie there, or sales declared there."
    )
    established_elsewhere: bool = Field(
        default=False,
        description="Established in, or sending goods from, another EU state too: the EUR 10,000 do not apply.",
    )
    destination_from_first_sale: bool = Field(
        default=False, description="The buyer's state is chosen as the place of taxation, whatever the turnover."
    )
    threshold: Threshold = Field(Threshold(), description="Where the sales stand against the EU limit of EUR 10,000.")
    sells_mainly_to_consumers: bool = Field(
        default=True,
        description="More than half of phones, consoles, tablets etc. goes to consumers (no domestic reverse charge).",
    )
    accept_unverified_vat_number: Literal["confirm_once", "accept", "never"] = Field(
        "confirm_once",
        description="A well-formed EU VAT number that nobody has checked: ask once, accept, or always hold.",
    )
    codes: VatCodes = Field(
        {}, description="TREATMENT[:COUNTRY[:RATE]] = the ERP's VAT code; the longest key wins. No default."
    )
    categories: dict[Text, Category] = Field(
        {}, description="Product category as the shop writes it = category of the rate table (reduced rates)."
    )
    supply_types: dict[Text, SupplyType] = Field(
        {}, description="Product category as the shop writes it = what it is, where that is no ordinary goods."
    )
    gift_cards: Literal["multi_purpose", "single_purpose"] = Field(
        "multi_purpose",
        description="Gift cards sold: good for different rates or states (no VAT until used), or VAT at the sale.",
    )
    sales_list_period: Literal["month", "quarter"] = Field(
        "month",
        description="Period of the EC sales list. Not verified: the tax authority's pages name both as the rule.",
    )
    sales_list_separator: Literal[",", ";"] = Field(",", description="Separator in the EC sales list's file.")
    return_period: Literal["month", "quarter", "half_year"] = Field(
        "quarter", description="Period of the ordinary VAT return, which goes by turnover."
    )
    oss_services_box: Literal["C", "B_GOODS_NO_ESL", "NONE"] = Field(
        "C",
        description="Box of the ordinary return for services in the One Stop Shop. Not verified: ask the accountant.",
    )
    oss_correction_rate: Literal["corrected_period", "return_period"] = Field(
        "corrected_period",
        description="ECB rate of a correction in the One Stop Shop: of the period corrected, or of the return it stands"
        " in. Not verified at the source of law.",
    )


class Vies(Section):
    """VIES, the EU's check of VAT numbers. Off: no number leaves this machine. See docs/vies.md."""

    enabled: bool = Field(
        default=False, description="Ask VIES for the buyers' VAT numbers that a sale without VAT would rest on."
    )
    url: RegisterUrl = Field(
        "https://ec.europa.eu/taxation_customs/vies/rest-api/check-vat-number",
        description="The service. HTTPS, but for this machine. Its form is not verified against the service itself.",
    )
    requester: VatNumber | None = Field(
        None,
        description="Our number, sent along: only then there is a consultation number, the evidence of the check."
        " Not set = `company.vat_number`.",
    )
    requests_per_minute: Annotated[int, Field(ge=1, le=600)] = Field(30, description="Most questions in a minute.")
    timeout_seconds: Annotated[int, Field(ge=1, le=60)] = Field(20, description="Longest wait for one answer.")
    valid_days: Annotated[int, Field(ge=1, le=365)] = Field(
        30, description="Days after the check on which a sale may still rest on the answer; then it is asked again."
    )
    at_most: Annotated[int, Field(ge=1, le=10_000)] = Field(100, description="Most numbers that one run asks.")
    run_seconds: Annotated[int, Field(ge=1, le=3600)] = Field(
        120, description="Longest time that one run spends asking; the rest is asked by later runs."
    )
