"""What a shop sets itself goes before what the company sets: the tables of `setting` that have a row per shop."""

from collections.abc import Collection, Iterator
from typing import TypeVar

from etl.company.model import Company, DebtorRule, Documents, Items, PaymentMethod, Shop
from etl.company.section import Section

Row = tuple[object, ...]
DEFAULT = "main"  # the shop of a workspace that names none
_KINDS = ("b2c", "b2b", "ean")
S = TypeVar("S", bound=Section)


def shop_rows(company: Company, shops: Collection[str]) -> dict[str, list[Row]]:
    """The rows of the tables that have one per shop: of every shop of company.toml, and of those in `shops`."""
    own: dict[str, Shop | None] = dict.fromkeys({DEFAULT, *shops})
    own.update({shop.id: shop for shop in company.shops})
    named = sorted(own.items())
    return {
        "vat": [_vat(company, shop) for shop, _ in named],
        "documents": [
            _documents(shop, _merged(company.documents, one.documents if one else None)) for shop, one in named
        ],
        "numbers": [_numbers(company, shop, one) for shop, one in named],
        "debtor_rules": [
            (shop, kind, list(rule.match), rule.group, rule.create, rule.collective, rule.update)
            for shop, one in named
            for kind, rule in _debtors(company, one)
        ],
        "items": [_items(shop, _merged(company.items, one.items if one else None)) for shop, one in named],
        "payment_methods": list(_payment_methods(company)),
    }


def _merged(general: S, own: S | None) -> S:
    """The company's section with what the shop sets in its place."""
    if own is None:
        return general
    return general.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})


def _documents(shop: str, d: Documents) -> Row:
    states = list(d.transfer_states)
    return (shop, d.kind, d.book, d.date, d.tolerance, states, d.refunded_before_transfer, d.discount, d.credit_notes)


def _vat(company: Company, shop: str) -> Row:
    """The seller as VAT sees him: one seller (the second column), whichever shop he sells in."""
    c, v, t = company.company, company.vat, company.vat.threshold
    return (
        shop, "", c.country, v.registered, v.oss, v.ship_from or c.country, v.ship_from_postcode or None,
        v.ship_from_city or None, t.prior_year_eur, t.year_to_date_eur, t.year, t.eur_rate, v.established_elsewhere,
        v.destination_from_first_sale, v.sells_mainly_to_consumers, v.accept_unverified_vat_number, v.gift_cards,
    )  # fmt: skip


def _numbers(company: Company, shop: str, own: Shop | None) -> Row:
    """The series of a shop's sales orders; a series is named in the ledger, so a shop keeps the one it began with."""
    numbers = company.numbers
    if own and own.numbers:
        return (shop, f"sales_order:{shop}", own.numbers.sales_order, numbers.debtor, numbers.voucher)
    return (shop, "sales_order", numbers.sales_order, numbers.debtor, numbers.voucher)


def _debtors(company: Company, own: Shop | None) -> Iterator[tuple[str, DebtorRule]]:
    for kind in _KINDS:
        general: DebtorRule = getattr(company.debtors, kind)
        is_set = own and own.debtors and kind in own.debtors.model_fields_set
        yield kind, _merged(general, getattr(own.debtors, kind)) if own and is_set else general


def _items(shop: str, i: Items) -> Row:
    fixed = (i.shipping, i.discount, i.fee, i.gift_card, i.tip, i.refund, i.rounding, i.cash_rounding)
    return (shop, i.create, i.group, i.default or None, *fixed, list(i.gift_card_skus))


def _payment_methods(company: Company) -> Iterator[Row]:
    """Keys are lower case; a shop's own method is `<shop>/<method>`."""
    for name, method in company.payment_methods.items():
        yield _payment_method(name.lower(), name, method)
    for shop in company.shops:
        for name, method in shop.payment_methods.items():
            yield _payment_method(f"{shop.id}/{name.lower()}", name, method)


def _payment_method(key: str, name: str, m: PaymentMethod) -> Row:
    return (key, name, m.register_, m.payment_term, m.acquirer, m.is_gift_card, m.is_cash)
