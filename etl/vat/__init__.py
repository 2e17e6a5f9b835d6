"""VAT: the one rounding, and what follows from it in whole øre.

Every amount of ours is rounded by `q()` or by the integer forms below, which give the same result without a division of
decimals. The SQL models use the same integer forms (`models/macros.sql`), and a test holds Python, DuckDB and Polars
together. VAT itself is decided in SQL (`models/3*`), by joining the seed tables of this package (`seeds`).

Amounts named `_ore` are whole minor units of the currency; `rate_bp` is a rate in basis points (25.5 % = 2550).

>>> q(Decimal("2.675")), q(Decimal("-2.675"))
(Decimal('2.68'), Decimal('-2.68'))
>>> vat_in_gross(43890, 2500), vat_in_gross(-43890, 2500)
(8778, -8778)
>>> vat_on_net(62574354, 2500)
15643589
>>> spread(3890, [30000, 10000])
[2918, 972]
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext

__all__ = ["q", "spread", "vat_in_gross", "vat_on_net"]


def q(x: Decimal, places: int = 2) -> Decimal:
    """The amount rounded to `places` decimals, half up, away from zero: the one rounding of money."""
    with localcontext() as context:
        # The default 28 digits would refuse an amount of 27 digits instead of rounding it.
        context.prec = max(28, x.adjusted() + places + 2)
        return x.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def vat_in_gross(gross_ore: int, rate_bp: int) -> int:
    """The VAT contained in an amount that includes it: gross x rate / (100 + rate), half up on the absolute value.

    The sign is the amount's, so a credit note carries exactly the VAT of its invoice.
    """
    vat = (2 * abs(gross_ore) * rate_bp + 10000 + rate_bp) // (2 * (10000 + rate_bp))
    return -vat if gross_ore < 0 else vat


def vat_on_net(net_ore: int, rate_bp: int) -> int:
    """The VAT to be added to an amount without it: net x rate / 100, half up on the absolute value, same sign."""
    vat = (2 * abs(net_ore) * rate_bp + 10000) // 20000
    return -vat if net_ore < 0 else vat


def spread(total: int, parts: Sequence[int]) -> list[int]:
    """`total` divided over `parts` in proportion, so that the shares sum to it exactly (largest remainder).

    Each share is cut down to whole øre and the øre left over go to the largest remainders, among equals to the first.
    Parts of zero get nothing. A negative total gives the shares of the positive one with the sign turned.

    Raises:
        ValueError: there is something to divide, and the parts sum to nothing.
    """
    whole = sum(parts)
    if total == 0:
        return [0] * len(parts)
    if whole == 0:
        raise ValueError(f"{total} cannot be spread over parts that sum to 0: {list(parts)}")
    amount, sign = abs(total), -1 if total < 0 else 1
    weights, base = ([-part for part in parts], -whole) if whole < 0 else (list(parts), whole)
    shares = [amount * weight // base for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % base), i))
    for i in by_remainder[: amount - sum(shares)]:
        shares[i] += 1
    return [sign * share for share in shares]
