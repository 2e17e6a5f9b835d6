"""A company that sells abroad for a few years, for the tests of the returns: its files, dropped in two steps.

Nordlys sells to consumers in DE, SE and FR under the One Stop Shop, in three currencies, and to companies in DE, GR and
Northern Ireland. `SALES` are sent first; then `REFUNDS` come, some within the quarter, some later, one much too late.
"""

from pathlib import Path

from scenario import COMPANY
from workspaces import Office, office

SETTINGS = (
    COMPANY.replace('source = "shopify_orders"', 'source = "generic_orders"')
    .replace('"OSS_UNION:DE:19" = "U_DE19"', '"OSS_UNION" = "UOSS"\n"RC_SERVICE" = "UYD"')
    .replace('[payment_methods."Shopify Payments"]', '[payment_methods."card"]')
)
HEADER = (
    "order_no;order_date;shipped_date;state;currency;exchange_rate;prices_include_vat;customer_name;customer_email;"
    "customer_vat_number;vat_number_status;buyer_type;billing_postcode;billing_country;shipping_postcode;shipping_country;"
    "ship_from_country;payment_method;line_type;sku;description;supply_type;quantity;unit_price;vat_rate;order_vat;order_total"
)
REFUND_HEADER = "refund_id;order_no;refund_date;line_type;sku;description;quantity;amount_incl_vat;vat_rate;currency"
# Units for one euro. 2023-12-31 is a Sunday and 1 January a holiday: the rate is that of 2 January.
RATES = (
    "Date,USD,DKK,SEK,\n"
    "2026-12-31,1.16,7.4800,11.0000,\n"
    "2026-09-30,1.12,7.4700,11.2050,\n"
    "2026-09-29,1.12,7.4000,11.9000,\n"
    "2024-01-03,1.09,7.4500,11.1000,\n"
    "2024-01-02,1.09,7.4550,11.0500,\n"
    "2023-12-29,1.10,7.4529,11.0960,\n"
)


def consumer(no: str, day: str, country: str, money: tuple[str, str, str], rate: str, total: str, vat: str) -> str:
    """A sale to a consumer, VAT included; `money` is (currency, the books' rate, where it is sent from)."""
    currency, books, sent_from = money
    postcode = {"DE": "10115", "SE": "11122", "FR": "75001"}[country]
    return (
        f"{no};{day};{day};shipped;{currency};{books};true;Kunde {no};k{no}@example.com;;;b2c;{postcode};{country};"
        f"{postcode};{country};{sent_from};card;item;CUP;Kop;goods;1;{total};{rate};{vat};{total}"
    )


def company(no: str, day: str, number: str, country: str, postcode: str, total: str, supply: str = "goods") -> str:
    """A sale without VAT to a company whose number was checked, in kroner."""
    return (
        f"{no};{day};{day};shipped;DKK;;false;Firma {no};f{no}@example.com;{number};VALID;b2b;{postcode};{country};"
        f"{postcode};{country};DK;card;item;CUP;Kop;{supply};1;{total};0;0.00;{total}"
    )


EURO, KRONOR = ("EUR", "7.46", "DK"), ("SEK", "0.66", "DK")
SALES = (
    consumer("901", "2022-08-01", "DE", EURO, "19", "119.00", "19.00"),
    consumer("902", "2023-11-01", "DE", EURO, "19", "119.00", "19.00"),
    consumer("1001", "2026-08-15", "DE", EURO, "19", "58.80", "9.39"),
    consumer("1002", "2026-09-10", "SE", KRONOR, "25", "1250.00", "250.00"),
    consumer("1003", "2026-09-11", "DE", ("DKK", "", "DK"), "19", "119.00", "19.00"),
    consumer("1004", "2026-07-05", "DE", EURO, "19", "119.00", "19.00"),
    consumer("1005", "2026-07-06", "FR", EURO, "20", "0.42", "0.07"),
    consumer("1006", "2026-07-07", "FR", EURO, "20", "0.42", "0.07"),
    company("2001", "2026-10-05", "DE136695976", "DE", "10115", "1000.50"),
    company("2002", "2026-10-06", "DE136695976", "DE", "10115", "250.00", "service"),
    company("2003", "2026-10-07", "EL094259216", "GR", "10431", "300.49"),
    company("2004", "2026-10-08", "XI980780684", "GB", "BT1 1AA", "0.40"),
)
REFUNDS = (
    "r1;1004;2026-09-20;item;CUP;Kop;1;119.00;19;EUR",
    "r2;1001;2026-10-10;item;CUP;Kop;1;11.90;19;EUR",
    "r3;902;2026-10-20;item;CUP;Kop;1;119.00;19;EUR",
    "r4;901;2026-10-12;item;CUP;Kop;1;119.00;19;EUR",
    "r5;2003;2026-11-02;item;CUP;Kop;1;300.49;0;DKK",
)


def world(root: Path, *, settings: str = SETTINGS, rates: str | None = RATES) -> Office:
    """The workspace when everything has come in."""
    place = office(root, company=settings, own_sources=False)
    place.drop("orders.csv", "\n".join((HEADER, *SALES)) + "\n")
    if rates:
        place.drop("eurofxref-hist.csv", rates)
    place.run()
    place.drop("refunds.csv", "\n".join((REFUND_HEADER, *REFUNDS)) + "\n")
    place.run()
    return place
