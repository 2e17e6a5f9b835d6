"""The canonical records: their columns, types and closed vocabularies.

A contract (`schemas/sources/*.toml`) maps the headers of a file to these names, `conform` casts to these types, and
`models/0*` stage them. The first columns of each entity are the generic format of `docs/formats.md`, in that order;
columns marked `extra` are what some shop says besides, and no generic file needs them.

Types: `text`; `amount` DECIMAL(18,2); `number` DECIMAL(18,6) (quantities, unit prices); `rate` DECIMAL(9,4) in percent
as the law writes it; `moment` TIMESTAMP in the company's time zone (a file's date alone is midnight); `date`;
`boolean`; `exchange` DECIMAL(18,8), units of company currency for one unit of the document's; a vocabulary's name.
"""

from dataclasses import dataclass
from typing import Literal

Level = Literal["order", "line"]

SQL_TYPES: dict[str, str] = {
    "text": "VARCHAR",
    "amount": "DECIMAL(18,2)",
    "number": "DECIMAL(18,6)",
    "rate": "DECIMAL(9,4)",
    "exchange": "DECIMAL(18,8)",
    "moment": "TIMESTAMP",
    "date": "DATE",
    "boolean": "BOOLEAN",
}

VOCABULARIES: dict[str, tuple[str, ...]] = {
    "order_state": (
        "open", "authorized", "part_paid", "paid", "processing", "shipped", "completed",
        "part_refunded", "refunded", "cancelled", "voided", "failed",
    ),
    "order_line_type": ("item", "shipping", "discount", "fee", "gift_card_sale", "tip", "rounding"),
    "payout_line_type": (
        "sale", "refund", "chargeback", "chargeback_reversal", "fee", "reserve_hold", "reserve_release", "adjustment",
        "fx", "topup", "transfer_in", "transfer_out", "payout", "unknown",
    ),
    "buyer_type": ("b2c", "b2b", "ean"),
    "supply_type": ("goods", "eservice", "service", "event", "stream", "margin"),
    "delivery": ("shipped", "collected"),
    "vat_number_status": ("NONE", "BAD_SYNTAX", "FORMAT_OK", "VALID", "INVALID", "UNAVAILABLE"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column; `level` says, for orders, whether the fact is the order's or the line's."""

    name: str
    type: str
    level: Level = "line"
    extra: bool = False

    @property
    def sql_type(self) -> str:
        """The DuckDB type of the staged column; a vocabulary is stored as its word."""
        return SQL_TYPES.get(self.type, "VARCHAR")


@dataclass(frozen=True, slots=True)
class Entity:
    """A canonical record: its columns, those that may never be empty, and how staging treats its rows.

    `kind` is `orders` (versions of orders), `events` (payments, refunds, shipments: each row stands for itself),
    `payouts` (acquirer lines), `bank` (entries of a statement) or `reference` (the newest row of a key is the truth:
    snapshot, products, stock).
    """

    name: str
    kind: Literal["orders", "events", "payouts", "reference", "bank"]
    columns: tuple[Column, ...]
    required: tuple[str, ...]
    key: tuple[str, ...]

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((c for c in self.columns if c.name == name), None)


def _columns(spec: str, *, level: Level = "line", extra: bool = False) -> tuple[Column, ...]:
    """Columns from words `name:type` (`:text` may be left out)."""
    pairs = (word.partition(":") for word in spec.split())
    return tuple(Column(name, type_ or "text", level, extra) for name, _, type_ in pairs)


_ORDERS = (
    *_columns(
        "order_no order_id order_date:moment paid_date:moment shipped_date:moment updated_at:moment state:order_state"
        " currency exchange_rate:exchange prices_include_vat:boolean customer_no customer_name customer_company"
        " customer_email customer_phone customer_vat_number vat_number_status:vat_number_status customer_ean"
        " buyer_reference buyer_type:buyer_type billing_address billing_postcode billing_city billing_country"
        " shipping_address shipping_postcode shipping_city shipping_country ship_from_country payment_method"
        " transaction_id",
        level="order",
    ),
    *_columns(
        "line_type:order_line_type sku description product_category supply_type:supply_type quantity:number"
        " unit_price:number discount_amount:amount vat_rate:rate vat_amount:amount line_amount:amount"
    ),
    *_columns(
        "order_vat:amount order_total:amount refunded_amount:amount delivery:delivery event_country", level="order"
    ),
    *_columns(
        "cancelled_at:moment order_subtotal:amount order_shipping:amount order_discount:amount order_fee:amount"
        " shipping_name shipping_company billing_address2 shipping_address2 payment_references fulfilment_state"
        " outstanding_amount:amount tax_1_name tax_1_amount:amount tax_2_name tax_2_amount:amount tax_3_name"
        " tax_3_amount:amount tax_4_name tax_4_amount:amount tax_5_name tax_5_amount:amount",
        level="order",
        extra=True,
    ),
    *_columns("line_is_taxable:boolean", extra=True),
)

_SNAPSHOTS: dict[str, tuple[str, str, str]] = {
    # by entity, the columns, those that are required, and the key
    "uniconta_debtors": (
        (
            "account name address1 address2 address3 postcode city country company_reg_no vat_number ean phone"
            " contact_email invoice_email debtor_group payment_term vat_zone currency is_blocked:boolean"
        ),
        "account name",
        "account",
    ),
    "uniconta_items": ("item name item_group unit ean sales_price:number is_blocked:boolean", "item", "item"),
    "uniconta_vat_codes": (
        "vat_code name vat_type rate:rate account offset_account method vat_operation vat_country is_blocked:boolean",
        "vat_code",
        "vat_code",
    ),
    "uniconta_accounts": ("account name account_type vat_code vat_operation is_blocked:boolean", "account", "account"),
    "uniconta_invoices": (
        (
            "invoice_no invoice_date:date account order_number our_ref your_ref requisition net_amount:amount"
            " vat_amount:amount total_amount:amount currency due_date:date"
        ),
        "invoice_no",
        "invoice_no",
    ),
    "uniconta_open_items": (
        "account invoice_no item_date:date due_date:date amount:amount amount_open:amount currency text",
        "account amount_open",
        "account invoice_no item_date text",
    ),
    "uniconta_ledger": (
        "account posted_date:date voucher text amount:amount vat_code invoice_no",
        "account posted_date amount",
        "account posted_date voucher text amount",
    ),
    "uniconta_stock": (
        "item warehouse location quantity:number reserved:number ordered:number available:number",
        "item",
        "item warehouse location",
    ),
}

ENTITIES: dict[str, Entity] = {
    e.name: e
    for e in (
        Entity("orders", "orders", _ORDERS, ("order_no",), ("order_no",)),
        Entity(
            "payments",
            "events",
            _columns(
                "order_no payment_no payment_method transaction_id paid_at:moment amount:amount currency gift_card_no"
            ),
            ("order_no", "amount"),
            ("order_no", "payment_no", "transaction_id", "payment_method", "gift_card_no", "paid_at"),
        ),
        Entity(
            "refunds",
            "events",
            _columns(
                "refund_id order_no refund_date:moment line_type:order_line_type sku description quantity:number"
                " amount_incl_vat:amount vat_rate:rate currency transaction_id reason"
            ),
            ("refund_id", "order_no", "amount_incl_vat"),
            ("refund_id", "order_no"),
        ),
        Entity(
            "payouts",
            "payouts",
            _columns(
                "acquirer merchant_account payout_id payout_date:date payout_amount:amount currency line_id"
                " line_type:payout_line_type occurred_at:moment available_on:date is_settled:boolean transaction_id"
                " parent_transaction_id order_no gross_amount:amount fee_amount:amount fee_vat_amount:amount"
                " net_amount:amount presentment_amount:amount presentment_currency exchange_rate:exchange"
            )
            + _columns("balance_amount:amount stated_total:amount stated_count:number text", extra=True),
            ("acquirer", "line_type"),
            ("acquirer", "merchant_account", "line_id"),
        ),
        Entity(
            "bank_entries",
            "bank",
            _columns(
                "account account_currency statement_no entry_no entry_date:date value_date:date amount:amount currency"
                " text reference end_to_end_id counterparty status balance_amount:amount opening_balance:amount"
                " closing_balance:amount stated_count:number"
            ),
            ("entry_date", "amount"),
            ("account", "entry_no"),
        ),
        Entity(
            "products",
            "reference",
            _columns(
                "sku name group unit price:number price_currency price_includes_vat:boolean cost_price:number barcode"
                " vat_category is_active:boolean"
            ),
            ("sku",),
            ("sku",),
        ),
        Entity(
            "customers",
            "reference",
            _columns(
                "customer_no name company email phone vat_number ean address postcode city country group payment_term"
            ),
            ("customer_no",),
            ("customer_no",),
        ),
        Entity(
            "stock",
            "reference",
            _columns("sku warehouse on_hand:number reserved:number available:number"),
            ("sku",),
            ("sku", "warehouse"),
        ),
        Entity(
            "shipments",
            "events",
            _columns("order_no shipped_at:moment sku quantity:number carrier tracking_no state"),
            ("order_no",),
            ("order_no", "tracking_no", "sku", "shipped_at"),
        ),
        Entity(
            "exchange_rates",
            "reference",
            _columns("rate_date:date currency units_per_eur:number"),
            ("rate_date", "currency", "units_per_eur"),
            ("rate_date", "currency"),
        ),
        *(
            Entity(name, "reference", _columns(columns), tuple(required.split()), tuple(key.split()))
            for name, (columns, required, key) in _SNAPSHOTS.items()
        ),
    )
}
