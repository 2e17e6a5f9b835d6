"""The columns that arithmetic decides: gross, fee and net; the running balance; lines, totals and VAT of orders."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from etl.learn.arithmetic import (
    Holds,
    Order,
    group_sums,
    net_of_fees,
    order_sums,
    products,
    running_balance,
    vat_shares,
)
from etl.learn.columns import Columns
from etl.learn.content import column_of, fits
from etl.learn.findings import Found
from etl.learn.profile import Profile
from etl.learn.words import phrase_of

_GROSS, _NET = frozenset({"gross", "brutto"}), frozenset({"net", "netto"})
_MOST_CANDIDATES, _TWO_NAMES = 4, 2
_LESS = " less "
_VAT = frozenset({"vat", "moms", "mva", "tax", "mwst", "ust"})


@dataclass(slots=True)
class Sums:
    """The sums of one file."""

    columns: Columns

    def decide(self) -> None:
        """Write the columns that arithmetic and names agree on, and note what holds."""
        if self.columns.entity in {"payouts", "bank_entries"}:
            self._payouts()
            self._payouts_tie()
            self._balance()
        elif self.columns.entity == "orders":
            self._lines()
            self._totals()

    def _numbers(self) -> list[Profile]:
        """The columns of amounts, and pairs of debit and credit as one."""
        numbers = [p for p in self.columns.profiles if any(p.values) and not p.is_long_number]
        pairs = list(self._pairs(numbers))
        halves = {name for pair in pairs for name in pair.name.split(_LESS)}
        return [*(p for p in numbers if p.name not in halves), *pairs]

    def _is(self, kind: str, profile: Profile) -> bool:
        return bool(self.columns.words.kinds[kind] & set(_phrase(profile).split()))

    def _pairs(self, numbers: Sequence[Profile]) -> Iterator[Profile]:
        """Credit less debit, for two columns that are named alike and never filled in one row."""
        for debit in (p for p in numbers if self._is("debit", p)):
            for credit in (p for p in numbers if self._is("credit", p)):
                if _rest(debit, self.columns.words.kinds["debit"]) != _rest(credit, self.columns.words.kinds["credit"]):
                    continue
                rows = list(zip(credit.values, debit.values, strict=True))
                if not any(c and d for c, d in rows):
                    values = tuple(None if c is d is None else (c or Decimal(0)) - (d or Decimal(0)) for c, d in rows)
                    yield replace(
                        credit, name=f"{credit.name}{_LESS}{debit.name}", position=-1 - credit.position, values=values
                    )

    # -- payouts and banks

    def _payouts(self) -> None:
        if self.columns.entity != "payouts":
            return
        numbers = self._numbers()
        fees = [p for p in numbers if self._is("fee", p) and not _VAT & set(_phrase(p).split())]
        vat = [p for p in numbers if self._is("fee", p) and _VAT & set(_phrase(p).split())]
        if self._fee_is_certain(fees, numbers):
            return
        if vat and self._fee_is_certain([*fees, *vat], numbers, vat=vat):
            return
        fees = fees or self.columns.saying("fee_amount", is_known=True)
        if fees:
            self.columns.found.pop("fee_amount", None)
            self.columns.ask("fee_amount", fees, "no sum says with which sign the fee is written")

    def _fee_is_certain(
        self, fees: Sequence[Profile], numbers: Sequence[Profile], *, vat: Sequence[Profile] = ()
    ) -> bool:
        """Write gross, fee and net where exactly one pair of columns ties with the fees, all of them or one."""
        if not fees:
            return False
        others = [p for p in numbers if p not in fees and not self._is_other(p)]
        for group in dict.fromkeys([tuple(fees), *(((f,) for f in fees) if not vat else ())]):
            holds = self._named(net_of_fees(others, group, others, self._of_one_currency()))
            if len(holds) == 1:
                self._write_net(holds[0], [p for p in group if p not in vat], list(vat))
                return True
        return False

    def _of_one_currency(self) -> list[bool]:
        """Of each row: do all of its currencies agree?"""
        cells = [p.cells for p in self.columns.profiles.of_kind("currency")]
        return [len({c for c in row if c}) <= 1 for row in zip(*cells, strict=True)] or [True] * len(
            self.columns.profiles.columns[0].cells
        )

    def _is_other(self, profile: Profile) -> bool:
        """Does its name stand for something else than gross or net?"""
        said = self.columns.said.get(profile.position)
        return bool(said and said.is_known and not said.columns & {"gross_amount", "net_amount"})

    def _named(self, holds: list[Holds]) -> list[Holds]:
        """Those whose gross and net may be called so; on a single row, those that are called so."""
        told = {p.name: self.columns.said[p.position].columns for p in self.columns.profiles}
        found = []
        for one in holds:
            gross, net = (one.roles[role][0] for role in ("gross", "net"))
            are_called = _called(gross, {}) == {"gross_amount"} and _called(net, {}) == {"net_amount"}
            may_be = "gross_amount" in _called(gross, told) and "net_amount" in _called(net, told)
            if are_called or (may_be and one.rows > 1):
                found.append(one)
        return found

    def _write_net(self, holds: Holds, fees: Sequence[Profile], vat: Sequence[Profile]) -> None:
        self.columns.told.append(f"{holds.told} ({holds.rows} rows)")
        evidence = f"sum: {holds.told} on {holds.rows} rows; the fee by its name"
        self.columns.controls["line_sums"] = "true"
        for canonical, parts in (("fee_amount", fees), ("fee_vat_amount", vat)):
            names = tuple(p.name for p in parts)
            if names and holds.sign == 1:
                self._found(canonical, names, (), evidence)
            elif names:
                self._found(canonical, (), names, evidence)
        for canonical, role in (("net_amount", "net"), ("gross_amount", "gross")):
            profile = next(p for p in self._numbers() if p.name == holds.roles[role][0])
            if canonical == "gross_amount" and self._is_other_currency(profile):
                self.columns.ask(canonical, [profile], "the sum holds, but there is another currency with such a name")
            elif profile.position < 0:
                credit, debit = profile.name.split(_LESS, 1)
                self._found(canonical, (credit,), (debit,), evidence)
            else:
                self.columns.write(canonical, profile, evidence)

    def _payouts_tie(self) -> None:
        """What was paid out is the sum of the net amounts; where it is that of the gross, fees are not deducted."""
        key, paid = self.columns.profile("payout_id"), self.columns.profile("payout_amount")
        net, gross = self.columns.profile("net_amount"), self.columns.profile("gross_amount")
        if not (key and paid and net and any(paid.values) and any(net.values)):
            return
        if count := group_sums(key, net, paid):
            self.columns.told.append(f"sum of {net.name} = {paid.name} ({count} of {key.name})")
        elif gross and group_sums(key, gross, paid, is_most=True):
            why = f"{paid.name} is the sum of {gross.name}: are the fees deducted, or billed?"
            for canonical in ("net_amount", "fee_amount"):
                columns = [p for p in self._numbers() if p.name in self.columns.found[canonical].headers]
                del self.columns.found[canonical]
                self.columns.ask(canonical, columns, why)

    def _found(self, canonical: str, plus: tuple[str, ...], less: tuple[str, ...], evidence: str) -> None:
        self.columns.found[canonical] = Found(canonical, plus, evidence, less)
        self.columns.asked.pop(canonical, None)

    def _is_other_currency(self, gross: Profile) -> bool:
        """Is there a currency, not the file's one, that is named like this column?"""
        own = self.columns.profile("currency")
        words = set(_phrase(gross).split()) - {"amount", "currency"}
        rivals = [p for p in self.columns.profiles.of_kind("currency") if own is None or p.position != own.position]
        return any(words & set(_phrase(p).split()) for p in rivals)

    def _balance(self) -> None:
        canonical = "net_amount" if self.columns.entity == "payouts" else "amount"
        saying = [p for k in (True, False) for p in self.columns.saying("balance_amount", is_known=k) if any(p.values)]
        currencies = self.columns.profiles.of_kind("currency")
        within = currencies[0] if len(currencies) == 1 else None
        for balance in saying:
            amounts = [p for p in self._numbers() if p.position != balance.position]
            found = [(p, hold) for p in amounts if (hold := running_balance(p, balance, within))]
            known = self.columns.profile(canonical)
            chosen = [(p, hold) for p, hold in found if known is None or p.position == known.position]
            # Where there are no fees, gross and net are the same column twice.
            if len(chosen) == 1:
                profile, (holds, order) = chosen[0]
                self.columns.told.append(f"{holds.told} ({holds.rows} rows)")
                self.columns.controls["running_balance"] = f'"{order}"'
                self.columns.write("balance_amount", balance, f"name; sum: {holds.told}")
                if profile.position >= 0 and known is None:
                    self.columns.write(canonical, profile, f"sum: {holds.told}; the balance by its name")

    # -- orders

    def _lines(self) -> None:
        """Quantity x price = amount: the amount of a line, where two of the three are known by name."""
        said = {p.position: self.columns.said[p.position].columns for p in self.columns.profiles}
        roles = {"quantity": "quantity", "price": "unit_price", "amount": "line_amount"}
        by_name = {p.name: p for p in self.columns.profiles}
        holds = [
            h
            for h in products([p for p in self._numbers() if p.position >= 0])
            if sum(c in said[by_name[h.roles[role][0]].position] for role, c in roles.items()) >= _TWO_NAMES
        ]
        if len(holds) != 1:
            return
        self.columns.told.append(f"{holds[0].told} ({holds[0].rows} rows)")
        for role, canonical in roles.items():
            profile = by_name[holds[0].roles[role][0]]
            if canonical in said[profile.position]:
                self.columns.write(canonical, profile, f"name; sum: {holds[0].told} on {holds[0].rows} rows")
            elif canonical not in self.columns.found:
                self.columns.ask(
                    canonical, [profile], f"{holds[0].told} on {holds[0].rows} rows, but its name says nothing"
                )

    def _totals(self) -> None:
        """The total that the lines of the orders come to, and with it the number, the quantity and the price."""
        tied: dict[tuple[str, ...], tuple[Profile, Order, list[Holds]]] = {}
        for key in self._keys():
            for lines, quantity, price in self._line_amounts():
                for total in self._candidates("order_total"):
                    shapes = self._shapes(Order(key.cells, total, lines, quantity, price))
                    found = next(((order, holds) for order in shapes if (holds := order_sums(order))), None)
                    if found:
                        names = tuple(p.name for p in (key, total, quantity, price) if p)
                        tied[names] = (key, *found)
        if len(tied) == 1:
            self._write_total(*next(iter(tied.values())))
        self._vat()

    def _write_total(self, key: Profile, order: Order, holds: list[Holds]) -> None:
        self.columns.told += [f"{h.told} ({h.rows} orders)" for h in holds]
        evidence = f"name; sum: {holds[0].told} on {holds[0].rows} orders"
        columns = {"order_no": key, "order_total": order.total, "quantity": order.quantity, "unit_price": order.price}
        for canonical, profile in columns.items():
            if profile and canonical not in self.columns.found:
                self.columns.write(canonical, profile, evidence)

    def _keys(self) -> list[Profile]:
        """The order's number, or what may be it: it says so, is always filled, and stands on several rows."""
        if known := self.columns.profile("order_no"):
            return [known]
        column = column_of("orders", "order_no")
        return [
            p
            for p in self.columns.profiles
            if self.columns.may_number(p) and fits(column, p) and len(p.said) == len(p.cells) > len(p.words) > 1
        ][:_MOST_CANDIDATES]

    def _line_amounts(self) -> Iterator[tuple[Profile | None, Profile | None, Profile | None]]:
        """The amount of a line, or a quantity and a price: as they are known, or as each may be."""
        if lines := self.columns.profile("line_amount"):
            yield lines, None, None
            return
        for quantity in self._candidates("quantity"):
            for price in self._candidates("unit_price"):
                yield None, quantity, price

    def _candidates(self, canonical: str) -> list[Profile]:
        """The column where it is known, else those that may be it."""
        known = self.columns.profile(canonical)
        maybe = [p for k in (True, False) for p in self.columns.saying(canonical, is_known=k)]
        return [p for p in ([known] if known else maybe) if any(p.values)][:_MOST_CANDIDATES]

    def _shapes(self, order: Order) -> Iterator[Order]:
        """The sums that may be: shipping, fee and discount counted or not, the most of them first."""
        added = [p for c in ("order_shipping", "order_fee") if (p := self.columns.profile(c)) and any(p.values)]
        discount = self.columns.profile("order_discount")
        taken = [discount] if discount and any(discount.values) else []
        vat = self.columns.profile("order_vat")
        for size in range(len(added), -1, -1):
            for some in combinations(added, size):
                for less in dict.fromkeys((tuple(taken), ())):
                    yield replace(order, added=some, taken=less, vat=vat)

    def _vat(self) -> None:
        total = self.columns.profile("order_total")
        candidates = self._candidates("order_vat")
        if total is None:
            return
        shares = [(p, told) for p in candidates if (told := vat_shares(total, p))]
        self.columns.told += [told for _, told in shares]
        if len(shares) == 1 and "order_vat" not in self.columns.found:
            self.columns.write("order_vat", shares[0][0], f"name: a hint; sum: {shares[0][1]}")


def _phrase(profile: Profile) -> str:
    """The words of a name; of an XML path its last name's."""
    return phrase_of(profile.name.rpartition("/")[2])


def _called(name: str, told: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """What a name says of gross and net; credit less debit are called by the words that both have."""
    words = set(phrase_of(name).split())
    found = {"gross_amount"} if words & _GROSS else {"net_amount"} if words & _NET else set()
    return frozenset(found) or told.get(name, frozenset())


def _rest(profile: Profile, kind: frozenset[str]) -> list[str]:
    """The words of a name but for those of a kind."""
    return [word for word in _phrase(profile).split() if word not in kind]
