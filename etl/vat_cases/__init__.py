"""What VAT is due on a sale, asked by anyone: a case becomes an order of one line, and the models of a run decide it.

A case is a mapping from the names in `INPUTS` to words; what it leaves out is the company's own setting, else the
default that is given there. The answer has the columns of `ANSWERS`, all text; nothing is decided here.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from etl.entities import VOCABULARIES

if TYPE_CHECKING:
    from etl.company import Company
    from etl.vat.overrides import RateOverrides

ANSWERS = (
    "decision", "treatment", "vat_country", "region", "vat_rate", "rate_source", "vat_code", "dk_box", "esl",
    "oss_section", "legal_basis", "evidence", "rejected_alternatives", "hold_code", "field", "value_read", "expected",
)  # fmt: skip
_YES_NO = ("yes", "no")


class Input(NamedTuple):
    """One thing a case can say: its name, what it means, its words (empty: free), and its default in words."""

    name: str
    help: str
    words: tuple[str, ...] = ()
    default: str = ""


INPUTS = (
    Input("date", "Day of supply: dispatch, else payment, else order.", default="today"),
    Input("order-date", "Day of the order, where a rate may have changed since."),
    Input("seller-country", "Where the seller is established.", default="DK"),
    Input("registered", "Is the seller registered for VAT there?", (*_YES_NO, "unknown"), "yes"),
    Input("oss", "One Stop Shop scheme of the seller.", ("union", "none", "nonunion", "ioss", "unknown"), "union"),
    Input("prior-year-eur", "Sales to consumers in other EU states last year, net, in EUR.", default="unknown"),
    Input("year-to-date-eur", "The same this year before this sale.", default="unknown"),
    Input("established-elsewhere", "Established in, or sending from, another EU state too.", _YES_NO, "no"),
    Input("destination-from-first-sale", "Has chosen taxation at the buyer's, whatever the turnover.", _YES_NO, "no"),
    Input("registrations", "Other EU states where the seller has a VAT number: DE SE."),
    Input("mainly-consumers", "Sells most electronics to consumers (no domestic reverse charge).", _YES_NO, "yes"),
    Input("ship-from", "Country the goods leave from.", default="seller-country"),
    Input("ship-from-postcode", "Postcode they leave from."),
    Input("ship-from-city", "City they leave from."),
    Input("ship-to", "Country the goods go to."),
    Input("postcode", "Postcode they go to."),
    Input("city", "City they go to."),
    Input("bill-to", "Country of the billing address."),
    Input("bill-to-postcode", "Postcode of the billing address."),
    Input("bill-to-city", "City of the billing address."),
    Input("event-country", "Country where an event takes place."),
    Input("delivery", "Sent, or collected where the goods lie.", VOCABULARIES["delivery"], "shipped"),
    Input("supply", "What is sold; a voucher is a gift card.", (*VOCABULARIES["supply_type"], "voucher"), "goods"),
    Input("line", "What kind of line it is.", VOCABULARIES["order_line_type"], "item"),
    Input("gift-cards", "What the seller's gift cards are.", ("multi_purpose", "single_purpose"), "multi_purpose"),
    Input("category", "Category of the rate table or the shop's own; none = the standard rate."),
    Input("buyer", "Who buys; ean and public are the same.", (*VOCABULARIES["buyer_type"], "public"), "b2c"),
    Input("vat-number", "The buyer's VAT number."),
    Input("vat-number-status", "What a register or the shop says of it.", VOCABULARIES["vat_number_status"]),
    Input("accept-unverified", "A number nobody has checked.", ("confirm_once", "accept", "never"), "confirm_once"),
    Input("confirmed", "Has a person confirmed the number?", _YES_NO, "no"),
    Input("value-eur", "Net value of the sale in EUR: for the limits of 150 and 10,000.", default="unknown, nothing"),
    Input("shop-rate", "The rate the shop charged, in percent."),
)


def decide(
    rows: Sequence[Mapping[str, str]], company: "Company | None" = None, own_rates: "RateOverrides | None" = None
) -> list[dict[str, str]]:
    """The answer to each case, in order; without a company nobody's VAT codes are known, so that none is missing.

    `own_rates` are the company's own VAT rates, which win over the shipped ones.

    Raises UsageError(VAT_CASE_VALUE) that names the case (from 1), the input, what was read and what is expected.
    """
    from etl.vat_cases import asking  # the engine, which `etl --help` does without

    return asking.decide(rows, company, own_rates)


def folded(name: str) -> str:
    """The name of an input however it is spelt: `Ship_to` is ship-to."""
    return name.strip().lower().replace("_", "-")
