"""What stands in the XLSX files of `tests/golden/sources`, so that it can be read; run it to write them anew.

A test holds the files to this. Which row is there for which reason is in each case's `.expected.json`.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from workbooks import Page, write

FOLDER = Path(__file__).parent / "golden" / "sources"
Rows = Sequence[Sequence[object]]


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _row(*parts: Sequence[object]) -> list[object]:
    return [cell for part in parts for cell in part]


def _amounts(text: str) -> list[Decimal | None]:
    """Amounts divided by blanks; `-` is no cell."""
    return [None if word == "-" else Decimal(word) for word in text.split()]


STATEMENT = ["Afregningsdato", "Betalingsdato", "Reference", "Type", "Netto", "Saldo"]


def _movement(settled: str, paid: str | None, reference: str | None, kind: str, amounts: str) -> list[object]:
    return [_at(settled), _at(paid) if paid else None, reference, kind, *_amounts(amounts)]


MOVEMENTS: Rows = [
    STATEMENT,
    _movement("2025-11-28 09:30:00", None, None, "Refundering", "-50 -50"),
    _movement("2025-11-27 11:07:33.058", None, None, "Udbetaling til bankkonto", "-652.12 0"),
    _movement("2025-11-27 00:16:57.196", None, None, "Bonus fra betalingsgebyr", "20 652.12"),
    _movement("2025-11-25 01:12:35.192", "2025-11-24 18:44:19.719", "6002", "Gebyr", "-13.75 632.12"),
    _movement("2025-11-25 01:12:35.189", "2025-11-24 18:44:19.719", "6002", "Kortbetaling", "500 645.87"),
    _movement("2025-11-25 01:12:31.278", "2025-11-24 17:00:00", "6001", "Gebyr", "-4.13 145.87"),
    _movement("2025-11-25 01:12:31.277", "2025-11-24 17:00:00", "6001", "Kortbetaling", "150 150"),
]
BROKEN: Rows = [
    STATEMENT,
    _movement("2025-11-27 11:07:33", None, None, "Udbetaling til bankkonto", "-97.25 0"),
    _movement("2025-11-25 01:12:31", "2025-11-24 17:00:00", "6003", "Kortbetaling", "100 100"),
]
ABOVE_RECEIPTS: Rows = [
    [],
    ["Transaktionsrapport"],
    [],
    ["Periode:", None, "01.11.2025 - 30.11.2025"],
    [],
    ["Betalingsmodtager:", None, "Nordlys ApS"],
    [None, None, "Strandvej 5"],
    [],
]


def _receipt(moment: str, number: int, amounts: str, *words: object) -> list[object]:
    return [_at(moment), _at(moment), number, *_amounts(amounts), *words]


RECEIPTS: Rows = [
    *ABOVE_RECEIPTS,
    [
        *["Dato", "Tid", "Kvitteringsnummer", "Moms (25.0%)", "Moms (0.0%)", "Total", "Afgift", "Netto"],
        *["Betalingsmetode", "Hændelsestype", "Kortudsteder", "Sidste cifre", "Personale", "Beskrivelse", "Solgt via"],
    ],
    _receipt(
        "2025-11-24 17:00:00.294",
        6001,
        "25 0 125 3.44 121.56",
        "Contactless",
        "Køb",
        "VISA",
        1234,
        "Bar",
        "1 x Te",
        "POS",
    ),
    _receipt("2025-11-24 18:44:19", 6002, "40 0 300 8.25 291.75", "Chip", "Køb", "VISA", 42, "Bar", "1 x Kop", "POS"),
    _receipt("2025-11-24 19:00:00", 6003, "10 - 50 0 50", "Kontant", "Køb", None, None, "Bar", "2 x Te", "POS"),
    _receipt("2025-11-24 19:05:00", 6004, "-10 0 -50 0 -50", "Kontant", "Refundering", None, None, "Bar", "Te", "POS"),
    [],
    [],
    ["Zettles virksomhed er momsfritaget, og derfor er der ikke moms på nogen af Zettles gebyrer."],
]
SWEDISH_RECEIPTS: Rows = [
    ["Betalningsöversikt"],
    ["Datum", "Tid", "Kvittonummer", "Moms (25.0%)", "Moms (12.0%)", "Totalt", "Avgift", "Netto", "Betalningsmetod"],
    _receipt("2025-11-24 12:00:00", 81, "20 12 212 3 209", "Swish"),
]
SWEDISH_LINES: Rows = [
    [],
    ["Detaljerad försäljningsrapport"],
    [],
    ["Period", None, "2025-11-01 - 2025-11-30"],
    [],
    [
        *["Datum", "Tid", "Personal", "Kvittonummer", "Namn", "Variant", "Enhet", "Antal", "Pris (SEK)"],
        *["Rabatt (SEK)", "Slutpris (SEK)", "SKU", "Streckkod", "Inköpspris", "Kommentar"],
    ],
    _row(
        [
            _at("2025-11-24 12:00:00.283"),
            _at("2025-11-24 12:00:00.283"),
            "Anna",
            Decimal("81.0"),
            "Kaffe",
            "Stor",
            None,
        ],
        [*_amounts("2 56 12 100"), "KAF-S", None, 0, None],
    ),
    _row(
        [_at("2025-11-24 12:00:00.283"), _at("2025-11-24 12:00:00.283"), "Anna", Decimal("81.0"), None, None, None],
        [*_amounts("1 112 0 112"), None, None, 0, None],
    ),
]
DANISH_LINES: Rows = [
    [
        *["Dato", "Tid", "Personale", "Kvitteringsnummer", "Navn", "Variant", "Enhed", "Antal", "Pris (DKK)"],
        *["Rabat (DKK)", "Slutpris (DKK)", "SKU", "Stregkode", "Indkøbspris", "Kommentar"],
    ],
    _row(
        [_at("2025-11-24 17:00:00"), _at("2025-11-24 17:00:00"), "Bar", 6001, "Te, løs vægt", None, "kg"],
        [*_amounts("0.125 1000 0 125"), "007", None, 0, None],
    ),
]
BATCH: Rows = [
    [],
    [],
    [],
    [
        *["Company Account", "Merchant Account", "Psp Reference", "Merchant Reference", "Creation Date", "TimeZone"],
        *["Booking Date", "Booking Date TimeZone", "Type", "Modification Reference", "Batch Number", "Gross Currency"],
        *[
            "Gross Debit (GC)",
            "Gross Credit (GC)",
            "Exchange Rate",
            "Net Currency",
            "Net Debit (NC)",
            "Net Credit (NC)",
        ],
        *["Commission (NC)", "Markup (NC)", "Scheme Fees (NC)", "Interchange (NC)", "Modification Merchant Reference"],
    ],
    _row(
        [
            "Nordlys",
            "NORDLYS_DK",
            8815555555555551,
            "7101",
            _at("2025-11-20 10:00:00"),
            "CET",
            _at("2025-11-25 03:00:00"),
        ],
        ["CET", "Settled", "8515555555555552", 13, "DKK", None, 500, 1, "DKK"],
        [*_amounts("- 492.74999999999994 - 7.25 - -"), "<auto>"],
    ),
    _row(
        [
            "Nordlys",
            "NORDLYS_DK",
            8815555555555553,
            "7102",
            _at("2025-11-20 11:00:00"),
            "CET",
            _at("2025-11-25 03:00:00"),
        ],
        ["CET", "Settled", "8515555555555554", 13, "DKK", None, 300, 1, "DKK"],
        [*_amounts("- 300 - 4 - -"), "<auto>"],
    ),
    _row(
        ["Nordlys", "NORDLYS_DK", None, None, _at("2025-11-25 03:00:00"), "CET", _at("2025-11-25 03:00:00")],
        ["CET", "Fee", "Transaction Fees November 24 2025", 13, None, None, None, None, "DKK"],
        [*_amounts("2.75 - - - - -"), None],
    ),
    _row(
        ["Nordlys", "NORDLYS_DK", None, None, _at("2025-11-25 03:00:00"), "CET", _at("2025-11-25 03:00:00")],
        ["CET", "Balancetransfer", "Balancetransfer", 13, None, None, None, None, "DKK"],
        [*_amounts("790 - - - - -"), "Balancetransfer to batch 14"],
    ),
]
SETTLEMENTS: Rows = [
    ["Oppgjørsrapport"],
    ["Bedriften", None, "Nordlys AS"],
    ["Organisasjonsnummer", None, "999888777"],
    ["Fra dato", None, "20.11.2025"],
    ["Til dato", None, "30.11.2025"],
    [],
    [],
    [
        *[
            "Salgsdato",
            "Salgssted",
            "Vippsnummer",
            "Produkt",
            "Transaksjons-ID",
            "Ordre-ID",
            "Brutto",
            "Gebyr",
            "Netto",
        ],
        *["Transaksjonstype", "Oppgjørs-ID", "Oppgjørsdato", "Oppgjørssum", "Oppgjørskonto"],
    ],
    _row(
        ["24.11.2025", "Nordlys AS", "54321", "Vipps Netthandel", "5584000001", "8001", *_amounts("250 -5.63 244.37")],
        ["Salg", "3000001", "25.11.2025", None, None],
    ),
    _row(
        ["24.11.2025", "Nordlys AS", "54321", "Vipps Netthandel", "5584000002", None, *_amounts("100 -2.25 97.75")],
        ["Salg", "3000001", "25.11.2025", None, None],
    ),
    _row(
        ["25.11.2025", "Nordlys AS", "54321", "Vipps Netthandel", "5584000003", "8001", *_amounts("-50 0 -50")],
        ["Refundering", "3000001", "25.11.2025", None, None],
    ),
    ["Til utbetaling netto", *[None] * 9, "3000001", "25.11.2025", Decimal("292.12"), "15030000000"],
    ["Til utbetaling brutto", *[None] * 9, "3000002", "26.11.2025", 80, "15030000000"],
]
TRANSACTIONS: Rows = [
    ["ContractingParty", "AccountingNo", "TotalNoOfTransactions", "AccountingDate", "ExternalMerchantId", "Version"],
    ["Eksempel Sverige AB", "R5678-0002", 3, "2025-12-02", None, "2.0"],
    [],
    [
        *[
            "Subsite",
            "SubsiteDescription",
            "Currency",
            "ServiceType",
            "ServiceName",
            "NoOfDebit",
            "NoOfCredit",
            "Amount",
        ],
        *["FromDate", "ToDate"],
    ],
    [None, None, "SEK", "Direct debit", "Swish", 2, 1, Decimal("1289.50"), "2025-11-24", "2025-11-30"],
    [],
    [],
    [
        *["PayExAccountNo", "OrderIdentity", "TransactionIdentity", "Amount", "Currency", "VATAmount", "DateCreated"],
        *["DateModified", "ServiceName", "Provider", "PayexTransactionNo", "PayexBatchNo", "ReferencedTransaction"],
    ],
    _row(
        [54321, "9001", "a05bae9f", 1495, "SEK", 299, "2025-11-24 14:18:45", "2025-11-24 23:59:59", "Swish", "Swish"],
        [14226000001, 738482, None],
    ),
    _row(
        [54321, 9002, 478766, Decimal("99.50"), "SEK", Decimal("19.90"), "2025-11-24 15:00:00", "2025-11-24 15:00:09"],
        ["Swish", "Swish", 14226000002, 738482, None],
    ),
    _row(
        [54321, None, "bp2xpc7", -305, "SEK", None, "2025-11-25 11:24:17", "2025-11-25 11:24:18", "Swish", "Swish"],
        [14226000003, 738483, 1422600000123456],
    ),
]
BOOKS: dict[str, dict[str, Page]] = {
    "zettle_account_statement/movements": {"Sheet0": Page(MOVEMENTS)},
    "zettle_account_statement/a_row_is_missing": {"Sheet0": Page(BROKEN)},
    "zettle_receipts/receipts": {"Sheet0": Page(RECEIPTS, merged=["A2:L2", "A4:B4"])},
    "zettle_receipts/swedish": {"Sheet0": Page(SWEDISH_RECEIPTS)},
    "zettle_raw_data/swedish": {"Sheet0": Page(SWEDISH_LINES, merged=["A4:B4"])},
    "zettle_raw_data/danish": {"Sheet0": Page(DANISH_LINES)},
    "adyen_settlement/batch_in_column_b": {"Data": Page(BATCH, at=1)},
    "vipps_portal_xlsx/settlements": {"Rapport": Page(SETTLEMENTS)},
    "swedbank_pay_xlsx/transactions": {"R5678-0002": Page(TRANSACTIONS)},
}


def main() -> None:
    """Write them all."""
    for name, pages in BOOKS.items():
        path = FOLDER / f"{name}.xlsx"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, pages)


if __name__ == "__main__":
    main()
