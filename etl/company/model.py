"""The settings of one company: every key of company.toml, what it means and between which bounds.

No accounting default is invented: accounts, `vat.registered`, `vat.codes`, `acquirers.*.fee_vat` and
`erp.without_snapshot` have none, and neither has what points at a record of the ERP (groups, payment terms, journals).
They are None until a person answers, `etl lint` asks, and what needs them is held. Everything else has a default that
needs no thought.

`docs/config.md` and `schemas/company.schema.json` are made from this module (`etl.company.describe`).
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr

from etl.company.section import Section
from etl.company.values import (
    Account,
    Collective,
    Country,
    Currency,
    DateForm,
    Day,
    Group,
    Inbox,
    Item,
    Journal,
    MatchKey,
    Name,
    Number,
    OrderState,
    Pattern,
    PaymentTerm,
    Rounding,
    ShopId,
    Sku,
    Source,
    Text,
    Timezone,
    Tolerance,
    VatCode,
    VatNumber,
    YesNo,
)
from etl.company.vat import Vat, Vies


class CompanyFacts(Section):
    """Who we are."""

    name: Text = Field("", description="Name of the company, as on its invoices.")
    country: Country = Field("DK", description="Country of establishment, two letters.")
    vat_number: VatNumber | None = Field(None, description="Our own VAT number with its country letters.")
    currency: Currency = Field("DKK", description="Currency of the books.")
    timezone: Timezone = Field("Europe/Copenhagen", description="Time zone that decides which day a sale belongs to.")
    language: Literal["da", "en"] = Field("da", description="Language of what people read.")


class Documents(Section):
    """Invoices, sales orders and credit notes: which orders go, when, and how."""

    kind: Literal["invoice", "sales_order"] = Field(
        "invoice", description="An invoice is meant to be booked at once, a sales order is kept open to reserve stock."
    )
    book: bool = Field(default=False, description="Book in the ERP; only where the door can (not by file).")
    date: Literal["shipped", "paid", "ordered"] = Field(
        "shipped", description="The document's date: this one, else the next that is known."
    )
    tolerance: Rounding = Field(
        Decimal("0.05"),
        description="Largest rounding line per order, and largest difference of its VAT; a larger one holds the order."
        " Never more than its rounded amounts explain; nothing for buyers with an EAN; one whole unit in a currency"
        " without decimals.",
    )
    transfer_states: Annotated[tuple[OrderState, ...], Field(strict=False, min_length=1)] = Field(
        ("paid", "processing", "shipped", "completed", "part_refunded", "refunded"),
        description="An order waits until it reaches one of these states.",
    )
    refunded_before_transfer: Literal["skip", "document"] = Field(
        "skip", description="Refunded in full before it was sent: no documents, or invoice and credit note."
    )
    discount: Literal["spread", "line"] = Field(
        "spread", description="Discounts spread over the lines, or one discount line per VAT rate."
    )
    credit_notes: Literal["send", "wait"] = Field(
        "send", description="A credit note whose invoice number is unknown: send it unlinked, or wait for the number."
    )


class Periods(Section):
    """Closed accounting periods."""

    locked_until: Day | None = Field(None, description="Last day that is closed; nothing is dated on or before it.")
    late: Literal["hold", "move"] = Field(
        "hold",
        description="What falls in a closed period: hold it, or move it to the first open day (both dates are kept).",
    )


class Numbers(Section):
    """First number of each range; every number is given out once and never again."""

    sales_order: Number = Field(500_000, description="Sales orders (invoices and credit notes by file too).")
    debtor: Number = Field(900_000, description="Accounts of debtors that we create.")
    voucher: Number = Field(700_000, description="Vouchers of journal lines; one series per company.")


class DebtorRule(Section):
    """How the debtor of one kind of buyer is found or made."""

    match: Annotated[tuple[MatchKey, ...], Field(strict=False, max_length=4)] = Field(
        ("customer_no", "email"), description="Tried in this order against the ERP's debtors; the first hit decides."
    )
    group: Group | None = Field(None, description="Debtor group of new debtors; not set = the ERP's default group.")
    create: bool = Field(default=False, description="Create a debtor when none matches.")
    collective: Collective | None = Field(
        None, description="Account that takes those who match none; {country} gives one per country."
    )
    update: Literal["never", "changed"] = Field(
        "never", description="Send changed names and addresses of debtors that we created."
    )


class Debtors(Section):
    """Consumers, companies, and public buyers with an EAN number."""

    b2c: DebtorRule = Field(DebtorRule(collective="WEB-{country}"), description="Consumers.")
    b2b: DebtorRule = Field(
        DebtorRule(match=("vat_number", "customer_no", "email"), create=True), description="Companies."
    )
    ean: DebtorRule = Field(DebtorRule(match=("ean",), create=True), description="Buyers that are invoiced by EAN.")


class Erp(Section):
    """What we may assume about the ERP."""

    without_snapshot: Literal["hold", "create"] | None = Field(
        None,
        description="No uniconta_debtors or _items file seen yet: hold, or create what may exist already. No default.",
    )


class Items(Section):
    """Items: new ones, and the fixed ones of lines that are no product."""

    create: bool = Field(default=True, description="Create items for SKUs that the ERP does not have.")
    group: Group | None = Field(None, description="Item group of new items; the ERP demands one.")
    default: Annotated[str, Field(max_length=20, examples=["DIVERSE"])] = Field(
        "", description="Item of lines whose SKU is unknown and not created; empty = the order is held."
    )
    shipping: Item = Field("FRAGT", description="Shipping.")
    discount: Item = Field("RABAT", description="Discount lines.")
    fee: Item = Field("GEBYR", description="Fees that the customer pays.")
    gift_card: Item = Field("GAVEKORT", description="Gift cards sold.")
    tip: Item = Field("DRIKKEPENGE", description="Tips.")
    refund: Item = Field("REFUSION", description="Refunds that name no line.")
    rounding: Item = Field("AFRUNDING", description="Rounding lines.")
    cash_rounding: Item = Field("KONTANTAFRUNDING", description="Rounding of cash to the nearest DKK 0.50.")
    gift_card_skus: Annotated[tuple[Sku, ...], Field(strict=False, max_length=200)] = Field(
        (), description="SKUs that are gift cards, where the shop does not say so."
    )


class Accounts(Section):
    """Ledger accounts. None has a default."""

    error: Account | None = Field(None, description="Error account: money that belongs to no known order.")
    gift_cards: Account | None = Field(None, description="Gift cards sold and not yet used (a debt).")
    rounding: Account | None = Field(None, description="Rounding on invoices.")
    cash_rounding: Account | None = Field(
        None, description="Rounding of cash to the nearest DKK 0.50; the account of the item `items.cash_rounding`."
    )
    difference: Account | None = Field(None, description="Øre between a payout line and its invoice.")
    exchange_difference: Account | None = Field(None, description="Exchange gains and losses.")
    disputes: Account | None = Field(None, description="Chargebacks until they are won or lost.")
    reserve: Account | None = Field(None, description="What an acquirer keeps back as a reserve.")
    in_transit: Account | None = Field(None, description="Payouts on their way to the bank.")


class PaymentMethod(Section):
    """A payment method, by the name that the shop writes. One that is not here holds the order."""

    register_: Literal["payment_term", "journal", "payout", "none"] = Field(
        alias="register", description="The one way in which the payment is registered (docs: accounting)."
    )
    payment_term: PaymentTerm | None = Field(None, description="The ERP's payment term on the document.")
    acquirer: Name | None = Field(None, description="Who pays the money out: a key of [acquirers].")
    is_gift_card: bool = Field(default=False, description="Paying with a gift card: draws on `accounts.gift_cards`.")
    is_cash: bool = Field(
        default=False, description="Cash: the total may be rounded to the nearest DKK 0.50, on a line of its own."
    )


class Acquirer(Section):
    """An acquirer, by the name that its payouts carry."""

    receivable: Account | None = Field(None, description="What the acquirer owes us (of type Bank in Uniconta).")
    fees: Account | None = Field(None, description="Card fees.")
    fee_vat: Literal["exempt", "included", "explicit", "reverse_charge"] | None = Field(
        None, description="VAT on the fees. No default: the accountant answers."
    )
    fee_vat_code: VatCode | None = Field(
        None,
        description="VAT code of the fee line; with `exempt` the named no-VAT code, not set = NO_VAT of [vat.codes].",
    )
    bank: Account | None = Field(None, description="Bank account that the payouts reach.")
    payout_to: Literal["bank", "in_transit"] = Field(
        "bank", description="A payout debits the bank, or `accounts.in_transit` until the bank file shows it."
    )
    journal: Journal | None = Field(None, description="The ERP's journal for the payout vouchers.")
    currency: Currency | None = Field(None, description="Currency of its account, for reports that do not say one.")
    posting: Literal["per_line", "grouped"] = Field("per_line", description="A journal line per payout line, or sums.")
    unmatched_after_days: Annotated[int, Field(ge=0, le=365)] = Field(
        0, description="Days that a line waits for a late order before it goes to the error account."
    )
    merchant_accounts: Annotated[tuple[Text, ...], Field(strict=False, max_length=100)] = Field(
        (), description="Our merchant numbers in files that serve other companies too; empty = all are ours."
    )
    ignore_refs: Annotated[tuple[Pattern, ...], Field(strict=False, max_length=100)] = Field(
        (), description="Patterns of order numbers that are another company's; such lines are ignored by name."
    )
    other_company: Account | None = Field(
        None,
        description="Account with the other company, for its share of a payout that reaches our bank; not set = the"
        " payout voucher moves our own share only.",
    )


class Matching(Section):
    """Payout lines against orders."""

    tolerance: Tolerance = Field(
        Decimal("0.05"), description="A line this near its invoice belongs to it; the øre go to `accounts.difference`."
    )


class ShopNumbers(Section):
    """A number range of the shop's own."""

    sales_order: Number = Field(description="First sales order number; far enough from the other ranges.")


class Shop(Section):
    """A shop and the folder its files are dropped in. What it sets itself goes before what the company sets."""

    id: ShopId = Field(
        description="Our name of the shop; part of every document's key, so it never changes once something was sent."
    )
    source: Source = Field(description="The source its orders come from: see `etl sources`.")
    inbox: Inbox = Field(".", description="Folder under inbox/; . is inbox/ itself.")
    prices_include_vat: YesNo = Field(
        "infer", description="Do the shop's prices include VAT? infer = from each order's sums."
    )
    vat_method: Literal["canonical", "line", "unit", "carried"] = Field(
        "canonical",
        description="How the shop rounds VAT, so that ours is the same: once per rate (as EN 16931), per line, per"
        " unit, or per line with the rest carried to the next (as Magento does). `etl lint` tells which fits.",
    )
    freight_vat: Literal["goods", "main_rate", "standard_rate"] = Field(
        "goods",
        description="VAT of freight and fees where goods have several rates: as the goods, in proportion; at the rate"
        " that most of them have; or always at the country's standard rate.",
    )
    order_prefix: Annotated[str, Field(max_length=20, examples=["SE-"])] = Field(
        "", description="How acquirers begin this shop's order numbers; their lines are then matched in this shop only."
    )
    numbers: ShopNumbers | None = Field(None, description="A number range of its own; not set = the company's.")
    documents: Documents | None = Field(None, description="Keys of [documents] that are otherwise in this shop.")
    debtors: Debtors | None = Field(None, description="Keys of [debtors] that are otherwise in this shop.")
    items: Items | None = Field(None, description="Keys of [items] that are otherwise in this shop.")
    payment_methods: dict[Text, PaymentMethod] = Field({}, description="Payment methods of this shop alone.")


class Target(Section):
    """Where documents go, and how its files are written."""

    kind: Literal["uniconta_files"] = Field(
        "uniconta_files", description="The door. `uniconta_api` and `economic` are not built yet and are refused."
    )
    language: Literal["da", "en"] = Field("da", description="Language of words in import files (account types).")
    encoding: Literal["utf-8-sig", "utf-8", "cp1252", "latin-1"] = Field("utf-8-sig", description="Character encoding.")
    decimal: Literal[",", "."] = Field(",", description="Decimal sign.")
    date: DateForm = Field("%d-%m-%Y", description="How a date is written.")


class Run(Section):
    """How a run behaves."""

    auto_commit: bool = Field(
        default=True, description="Send new documents at once; changes of sent ones always wait for a person."
    )
    settle_seconds: Annotated[int, Field(ge=0, le=3600)] = Field(
        2, description="A dropped file is complete when it has not changed for this long."
    )


class Company(Section):
    """company.toml: who we are, what the accounts are called, and what is decided how."""

    company: CompanyFacts = Field(CompanyFacts(), description="Who we are.")
    vat: Vat = Field(Vat(), description="VAT registrations and codes.")
    vies: Vies = Field(Vies(), description="Online check of VAT numbers.")
    documents: Documents = Field(Documents(), description="Which orders go, when and how.")
    periods: Periods = Field(Periods(), description="Closed accounting periods.")
    numbers: Numbers = Field(Numbers(), description="Number ranges.")
    debtors: Debtors = Field(Debtors(), description="How buyers become debtors.")
    erp: Erp = Field(Erp(), description="What we may assume about the ERP.")
    items: Items = Field(Items(), description="Items of the ERP.")
    accounts: Accounts = Field(Accounts(), description="Ledger accounts.")
    payment_methods: dict[Text, PaymentMethod] = Field({}, description="Payment methods, as the shop writes them.")
    acquirers: dict[Name, Acquirer] = Field({}, description="Acquirers, as their payouts name them.")
    matching: Matching = Field(Matching(), description="Payout lines against orders.")
    shops: Annotated[tuple[Shop, ...], Field(strict=False, max_length=200)] = Field((), description="The shops.")
    target: Target = Field(Target(), description="The ERP and its files.")
    run: Run = Field(Run(), description="How a run behaves.")

    _text: str = PrivateAttr("")
    _sha256: str = PrivateAttr("")

    def model_post_init(self, context: Any, /) -> None:
        """Keep the file's text and hash beside what was read from it (the ledger records both)."""
        if isinstance(context, dict):
            self._text, self._sha256 = context["text"], context["sha256"]

    @property
    def text(self) -> str:
        """company.toml as it was read."""
        return self._text

    @property
    def sha256(self) -> str:
        """SHA-256 of the file's bytes, in hex."""
        return self._sha256
