"""Which sums hold in a file: the third kind of evidence, and the one that a name cannot fake.

An identity counts where it holds on every row that has all of its parts, and where it says something: on two rows at
least, and with parts that are not 0 (of a product: not 1) on one of them. `a - b = c` is the same as `a - c = b`, so
sums alone never say which part is which: the names of some of them have to.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise, permutations, product

from etl.learn.profile import Profile

_MOST_ROWS = 2_000
_CENT = Decimal("0.01")
_LEAST = 2
Values = Sequence[Decimal | None]


@dataclass(frozen=True, slots=True)
class Holds:
    """An identity that holds: its words, the columns by their role, and on how many rows. `sign`: of the fee."""

    told: str
    roles: Mapping[str, tuple[str, ...]]
    rows: int
    sign: int = 1


def _rows(columns: Sequence[Profile]) -> Iterator[tuple[Decimal, ...]]:
    """The rows in which all of the columns are filled."""
    for values in zip(*(column.values[:_MOST_ROWS] for column in columns), strict=False):
        if all(value is not None for value in values):
            yield tuple(value for value in values if value is not None)


def _holds_on(rows: Iterable[tuple[Decimal, Decimal]], says: Iterable[bool]) -> int:
    """The number of rows on which left is right, 0 where one is not or none of them says anything."""
    count, is_said = 0, False
    for (left, right), something in zip(rows, says, strict=True):
        if abs(left - right) >= _CENT:
            return 0
        count, is_said = count + 1, is_said or something
    return count if is_said else 0


def net_of_fees(
    gross: Iterable[Profile], fees: Sequence[Profile], net: Iterable[Profile], counted: Sequence[bool]
) -> list[Holds]:
    """Gross less fees = net, for every pair of columns; the fees may be written as negative, and in several columns.

    A row in which a fee is empty has none. Rows that are not `counted` say amounts of several currencies.
    """
    pairs = [(one, other) for one, other in product(gross, net) if one.position != other.position]
    return [holds for one, other in pairs if (holds := _net_of(one, fees, other, counted))]


def _net_of(gross: Profile, fees: Sequence[Profile], net: Profile, counted: Sequence[bool]) -> Holds | None:
    rows = [
        (g, sum((f.values[index] or Decimal(0) for f in fees), Decimal(0)), n)
        for index, (g, n) in enumerate(zip(gross.values[:_MOST_ROWS], net.values[:_MOST_ROWS], strict=False))
        if g is not None and n is not None and counted[index]
    ]
    for sign in (1, -1):
        count = _holds_on(((g - sign * f, n) for g, f, n in rows), [f != 0 for _, f, _ in rows])
        least = min(sum(v is not None for v in column.values[:_MOST_ROWS]) for column in (gross, net))
        if 2 * count > least:
            told = f"{gross.name} {'-' if sign == 1 else '+'} {' - '.join(f.name for f in fees)} = {net.name}"
            roles = {"gross": (gross.name,), "fee": tuple(f.name for f in fees), "net": (net.name,)}
            return Holds(told, roles, count, sign)
    return None


def products(columns: Sequence[Profile]) -> list[Holds]:
    """Quantity x price = amount, where quantities are whole and not all of them 1."""
    whole = [c for c in columns if "integer" in c.kinds and not c.is_long_number] or list(columns)
    found = []
    for quantity in whole:
        for price, amount in permutations([c for c in columns if c is not quantity], 2):
            rows = list(_rows((quantity, price, amount)))
            says = [q not in {0, 1} and p not in {0, 1} for q, p, _ in rows]
            count = _holds_on(((q * p, a) for q, p, a in rows), says)
            if count >= _LEAST:
                roles = {"quantity": (quantity.name,), "price": (price.name,), "amount": (amount.name,)}
                found.append(Holds(f"{quantity.name} x {price.name} = {amount.name}", roles, count))
    return found


def running_balance(amount: Profile, balance: Profile, within: Profile | None) -> tuple[Holds, str] | None:
    """Each balance is the one before plus the amount; of the rows of one currency each. With the order of the rows."""
    for order in ("oldest_first", "newest_first"):
        links = list(_links(amount, balance, within, order))
        count = _holds_on(((before + step, after) for before, step, after in links), [s != 0 for _, s, _ in links])
        if count >= _LEAST:
            told = f"{balance.name} = the one {'above' if order == 'oldest_first' else 'below'} + {amount.name}"
            return Holds(told, {"amount": (amount.name,), "balance": (balance.name,)}, count), order
    return None


def _links(
    amount: Profile, balance: Profile, within: Profile | None, order: str
) -> Iterator[tuple[Decimal, Decimal, Decimal]]:
    groups: dict[str, list[tuple[Decimal, Decimal]]] = {}
    for index, (step, after) in enumerate(zip(amount.values, balance.values, strict=False)):
        if step is not None and after is not None:
            groups.setdefault(within.cells[index] if within else "", []).append((step, after))
    for rows in groups.values():
        ordered = rows if order == "oldest_first" else rows[::-1]
        for (_, before), (step, after) in pairwise(ordered):
            yield before, step, after


def group_sums(key: Profile, amount: Profile, stated: Profile, *, is_most: bool = False) -> int:
    """In how many groups the amounts come to what is stated in them; 0 if one does not (`is_most`: if half do not).

    Rows that state the amount and have none of their own (the transfer's) count for nothing.
    """
    groups: dict[str, list[tuple[Decimal | None, Decimal | None]]] = {}
    for index, name in enumerate(key.cells):
        groups.setdefault(name, []).append((amount.values[index], stated.values[index]))
    told = [
        (sum((a or Decimal(0) for a, _ in rows), Decimal(0)), {s for _, s in rows if s}) for rows in groups.values()
    ]
    said = [(total, next(iter(stated))) for total, stated in told if len(stated) == 1]
    tied = sum(1 for total, one in said if abs(total - one) < _CENT)
    return tied if tied == len(said) or (is_most and 2 * tied > len(said)) else 0


@dataclass(frozen=True, slots=True)
class Order:
    """The columns of an order's sums, as far as they are known."""

    keys: Sequence[str]
    total: Profile
    lines: Profile | None = None
    quantity: Profile | None = None
    price: Profile | None = None
    added: Sequence[Profile] = ()
    taken: Sequence[Profile] = ()
    vat: Profile | None = None


def order_sums(order: Order) -> list[Holds]:
    """What of this holds for every order: lines + shipping + fee - discount = total, without or with VAT on top."""
    groups: dict[str, list[int]] = {}
    for index, key in enumerate(order.keys):
        groups.setdefault(key, []).append(index)
    rows = [one for indexes in groups.values() if (one := _of_order(order, indexes))]
    name = order.lines.name if order.lines else " x ".join(c.name for c in (order.quantity, order.price) if c)
    found: list[Holds] = []
    for vat_told, with_vat in (("", False), (f" + {order.vat.name if order.vat else ''}", True)):
        if with_vat and (not order.vat or not any(vat for _, _, vat in rows)):
            continue
        pairs = [(lines + (vat if with_vat else 0), total) for lines, total, vat in rows]
        if count := _holds_on(pairs, [total != 0 for _, total in pairs]):
            also = "".join(f" + {c.name}" for c in order.added) + "".join(f" - {c.name}" for c in order.taken)
            found.append(Holds(f"sum of {name}{also}{vat_told} = {order.total.name}", {}, count))
    return found


def _of_order(order: Order, indexes: Sequence[int]) -> tuple[Decimal, Decimal, Decimal] | None:
    """An order's lines with what is added and taken, its total, its VAT; None where it has no total or a bad line."""
    total = _first(order.total, indexes)
    if total is None:
        return None
    lines = Decimal(0)
    for index in indexes:
        if order.lines:
            lines += order.lines.values[index] or 0
        elif order.quantity and order.price:
            lines += (order.quantity.values[index] or 0) * (order.price.values[index] or 0)
    lines += sum((_first(column, indexes) or Decimal(0) for column in order.added), Decimal(0))
    lines -= sum((abs(_first(column, indexes) or Decimal(0)) for column in order.taken), Decimal(0))
    return lines, total, (_first(order.vat, indexes) or Decimal(0)) if order.vat else Decimal(0)


def _first(column: Profile, indexes: Sequence[int]) -> Decimal | None:
    return next((column.values[index] for index in indexes if column.values[index] is not None), None)


def vat_shares(total: Profile, vat: Profile) -> str:
    """How the VAT lies to the total: the rate that all rows have, inside or on top; else nothing."""
    rows = [(t, v) for t, v in _rows((total, vat)) if t and v]
    for rate in map(Decimal, ("25", "24", "22", "21", "20", "19", "15", "12", "6")):
        if len(rows) >= _LEAST and all(abs(t * rate / (100 + rate) - v) <= 2 * _CENT for t, v in rows):
            return f"{vat.name} is {rate} % inside {total.name} ({len(rows)} rows)"
        if len(rows) >= _LEAST and all(abs(t * rate / 100 - v) <= 2 * _CENT for t, v in rows):
            return f"{vat.name} is {rate} % on top of {total.name} ({len(rows)} rows)"
    return ""
