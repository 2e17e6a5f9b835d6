"""What an order's figures must be held for, by vat.md §4.2 (4)-(6), and where they leave a choice; in fractions."""

from fractions import Fraction

from totals_oracle import Order, Part, Rate

FROM_NET = 500  # from 5.00 net on, an error of one percentage point is always held


def is_possible(rate: Rate, told: int, amount: int, e: Fraction, *, is_incl: bool) -> bool:
    """(4) Is there a VAT and a net amount of this rate, both no more than `e` (rounding) from those told?"""
    tax, whole = (-told, -amount) if amount < 0 else (told, amount)
    net = whole - tax if is_incl else whole
    due = Fraction(rate or 0, 10000)
    return due * (net - e) <= tax + e and tax - e <= due * (net + e)


def _line_at_fault(order: Order, place: int) -> bool:
    """(4) of one line whose VAT the shop tells, of its amount before or after the order's discount."""
    part = [part for part in order.sold if part.line == place]
    if len(part) != 1:  # freight over several rates: its VAT is no single rate's
        return False
    amounts = (part[0].amount, order.lines[place].amount)
    e = Fraction(order.minor, 2) * order.pieces(part[0])
    told, rate = order.line_vats[place], part[0].rate
    return not any(is_possible(rate, told, amount, e, is_incl=order.is_incl) for amount in amounts)


def _lines_at_fault(order: Order) -> set[bool]:
    """Of the lines whose VAT cannot be their rate's: is VAT due on them at all?"""
    due = {part.line: bool(part.rate) for part in order.sold}
    return {due[place] for place in range(len(order.line_vats)) if _line_at_fault(order, place)}


def _whole_at_fault(order: Order, told: int | None) -> bool:
    """(4) of the order's VAT, where it is of one rate and its lines do not tell theirs."""
    of_rate = [part for part in order.parts if part.rate]
    is_split = len({part.line for part in order.sold}) < len(order.sold)
    if told is None or len({part.rate for part in of_rate}) != 1 or (order.line_vats and not is_split):
        return False
    e = Fraction(order.minor, 2) * sum(order.pieces(part) for part in of_rate)
    return not is_possible(of_rate[0].rate, told, sum(part.amount for part in of_rate), e, is_incl=order.is_incl)


def is_cash_rounding(order: Order) -> bool:
    """(6) Paid in coins: a total of whole half kroner, a quarter of a krone off at most."""
    return order.is_cash and order.minor == 1 and order.shop_total % 50 == 0 and abs(order.rounding) <= 25


def holds(order: Order) -> set[str]:
    """Why the order may not be sent: what must be found, whatever else is."""
    found, taxed, off = set[str](), any(part.rate for part in order.sold), _lines_at_fault(order)
    told = sum(order.line_vats) if order.shop_vat is None and order.line_vats else order.shop_vat
    if True in off or _whole_at_fault(order, told):
        found.add("VAT_RATE_MISMATCH")
    elif taxed and told is not None and abs(told - order.vat) > order.bound:
        found.add("VAT_TOTAL_MISMATCH")
    if (off == {False} and "VAT_RATE_MISMATCH" not in found) or (not taxed and told):
        found.add("VAT_CHARGED_NOT_DUE")
    if abs(order.rounding) > order.bound and not is_cash_rounding(order):
        found.add("TOTAL_MISMATCH")
    return found


def agrees(order: Order, found: set[str]) -> bool:
    """Is this what it must be held for? Where figures cannot decide, a VAT code more or another will do."""
    wanted, totals = holds(order), {"TOTAL_MISMATCH"}
    if not is_undecidable(order):
        return found == wanted
    return found & totals == wanted & totals and bool(found - totals) >= bool(wanted - totals)


def is_undecidable(order: Order) -> bool:
    """From 5.00 net the rounding of many small amounts may come to a percentage point: held rather than guessed."""
    by_rate = [[part for part in order.parts if part.rate == rate] for rate in order.groups]
    by_line = [[part] for part in order.sold] if order.line_vats else []
    return any(_is_within_rounding(order, parts) for parts in by_rate + by_line)


def _is_within_rounding(order: Order, parts: list[Part]) -> bool:
    """Is a percentage point of these parts' VAT no more than what rounding may come to, or hardly more?"""
    amount, rate = abs(sum(part.amount for part in parts)), parts[0].rate or 0
    net = amount * 10000 // (10000 + rate) if order.is_incl else amount
    reach = max(order.bound, order.minor * sum(order.pieces(part) for part in parts)) + 2 * order.minor
    return bool(rate) and amount >= FROM_NET - order.minor and net * 100 // (10000 + rate) <= reach
