"""One case: its words read, by the grammar of each input, and the rows that it makes for the models."""

import csv
import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from etl.company import Company
from etl.errors import UsageError
from etl.vat_cases import INPUTS, folded

_BY_NAME = {one.name: one for one in INPUTS}
MOST_CASES = 10_000
MOST_BYTES = 10_000_000


def read(path: Path) -> list[dict[str, str]]:
    """The cases of a CSV table, comma or semicolon; UTF-8. Columns that are no inputs are kept for the reader.

    Raises UsageError(VAT_CASE_VALUE) where it is no such table.
    """
    content = path.read_bytes()[: MOST_BYTES + 1]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("VAT_CASE_VALUE", line=0, field=path.name, value="?", expected="UTF-8") from None
    first = text.partition("\n")[0]
    rows = list(csv.DictReader(text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ","))
    rows = rows or [{}]
    if (
        len(content) > MOST_BYTES
        or len(rows) > MOST_CASES
        or not any(folded(str(name)) in _BY_NAME for name in rows[0])
    ):
        expected = f"<= {MOST_CASES} rows; {', '.join(_BY_NAME)}"
        raise UsageError("VAT_CASE_VALUE", line=0, field=path.name, value=first[:100], expected=expected)
    return [{str(name): str(word or "") for name, word in row.items() if name is not None} for row in rows]


class Case:
    """One case with its words read; a word left out is None, so that the company's own setting can stand for it."""

    def __init__(self, number: int, row: Mapping[str, str], categories: set[str]) -> None:
        self.number = number
        self._row = {folded(name): word for name, word in row.items()}
        self._categories = categories
        for name, word in self._row.items():
            if name not in _BY_NAME:
                raise self._wrong(name, word, ", ".join(_BY_NAME))

    def _wrong(self, name: str, read: str, expected: str) -> UsageError:
        return UsageError("VAT_CASE_VALUE", line=self.number, field=name, value=read, expected=expected)

    def word(self, name: str) -> str | None:
        """The case's word for an input; None where it says nothing."""
        read = (self._row.get(name) or "").strip()
        words = {word.lower(): word for word in _BY_NAME[name].words}
        if read and words and read.lower() not in words:
            raise self._wrong(name, read, " | ".join(words.values()))
        return words.get(read.lower(), read) or None

    def flag(self, name: str) -> bool | None:
        """Yes or no; None for unknown and where the case says nothing."""
        return {"yes": True, "no": False}.get(self.word(name) or "")

    def country(self, name: str) -> str | None:
        """Two capital letters."""
        read = self._matching(name, r"[A-Za-z]{2}", "DE")
        return read.upper() if read else None

    def day(self, name: str) -> dt.date | None:
        """A day written year first."""
        read = self._matching(name, r"\d{4}-\d{2}-\d{2}", "2026-02-01")
        try:
            return dt.date.fromisoformat(read) if read else None
        except ValueError:
            raise self._wrong(name, str(read), "2026-02-01") from None

    def amount(self, name: str) -> Decimal | None:
        """A decimal number with a point."""
        if self.word(name) == "unknown":
            return None
        read = self._matching(name, r"-?\d{1,12}(\.\d{1,4})?", "10000.00")
        return Decimal(read) if read else None

    def states(self, name: str) -> list[str]:
        """Several countries, with blanks or commas between them."""
        read = self._matching(name, r"[A-Za-z]{2}([ ,;]+[A-Za-z]{2})*", "DE SE") or ""
        return re.findall("[A-Z]{2}", read.upper())

    def _matching(self, name: str, pattern: str, example: str) -> str | None:
        read = self.word(name)
        if read and not re.fullmatch(pattern, read, re.ASCII):
            raise self._wrong(name, read, example)
        return read

    def seller(self, company: Company | None) -> tuple[object, ...]:
        """The row of setting.vat: the case's words, else the company's settings, else the defaults of `INPUTS`."""
        own = company or Company()
        v, t = own.vat, own.vat.threshold
        home = self.country("seller-country") or own.company.country
        accept = self.word("accept-unverified") or v.accept_unverified_vat_number
        if self.flag("confirmed") and accept == "confirm_once":
            accept = "accept"
        oss = self.word("oss") or (v.oss if company else "union")
        return (
            str(self.number), str(self.number), home,
            self.flag("registered") if self.word("registered") else (v.registered if company else True),
            None if oss == "unknown" else oss,
            self.country("ship-from") or (home if self.word("seller-country") else v.ship_from or home),
            self.word("ship-from-postcode") or v.ship_from_postcode or None,
            self.word("ship-from-city") or v.ship_from_city or None,
            self.amount("prior-year-eur") if self.word("prior-year-eur") else t.prior_year_eur,
            self.amount("year-to-date-eur") if self.word("year-to-date-eur") else t.year_to_date_eur,
            None, t.eur_rate, _either(self.flag("established-elsewhere"), v.established_elsewhere),
            _either(self.flag("destination-from-first-sale"), v.destination_from_first_sale),
            _either(self.flag("mainly-consumers"), v.sells_mainly_to_consumers), accept,
            self.word("gift-cards") or v.gift_cards,
        )  # fmt: skip

    def registrations(self, company: Company | None) -> list[tuple[object, ...]]:
        """Rows of setting.vat_registrations: the case's own states, else the company's."""
        own = company.vat.registrations if company else {}
        states = self.states("registrations") or list(own)
        return [(str(self.number), state, own.get(state, "")) for state in states]

    def order(self, today: dt.date) -> tuple[object, ...]:
        """The row of core.orders."""
        day = self.day("date") or today
        return (
            self.number, str(self.number), str(self.number), self.day("order-date") or day, day, "paid", "EUR",
            self.country("ship-to"), self.word("postcode"), self.word("city"), self.country("bill-to"),
            self.word("bill-to-postcode"), self.word("bill-to-city"), self.word("delivery"),
            self.country("event-country"),
        )  # fmt: skip

    def buyer(self) -> tuple[object, ...]:
        """The row of `buyers`: numbers without their state's letters are of the billing country."""
        country = self.country("bill-to") or self.country("ship-to")
        return (
            self.number,
            {"public": "ean", None: "b2c"}.get(self.word("buyer"), self.word("buyer")),
            self.word("vat-number"),
            self.word("vat-number-status"),
            country,
        )

    def line(self, known: frozenset[str]) -> tuple[object, ...]:
        """The row of `order_lines`; `known` are the shop's own categories, in lower case."""
        category = self.word("category")
        if category and category.lower() not in known and category not in self._categories | {"electronics_rc"}:
            raise self._wrong("category", category, ", ".join(sorted(self._categories)))
        value = self.amount("value-eur")
        ore = None if value is None else int(value * 100)
        supply = self.word("supply") or "goods"
        kind = "gift_card_sale" if supply == "voucher" else self.word("line") or "item"
        return (self.number, 1, kind, category, supply, self.amount("shop-rate"), ore, None)


def _either(said: bool | None, own: bool) -> bool:  # noqa: FBT001 - two truths side by side
    return own if said is None else said
