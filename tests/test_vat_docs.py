"""docs/vat-rules.md is made from the decision table and the inputs of `etl vat`: ETL_REGENERATE=1 writes it anew."""

import csv
import os
from pathlib import Path

from etl.vat_cases import INPUTS

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "vat-rules.md"
CONDITIONS = (
    "seller_registered", "line_kind", "route", "buyer", "buyer_number", "special", "oss", "threshold", "value_band",
    "local_from", "local_to",
)  # fmt: skip
HEAD = """# The VAT rules, in the order they are tried

Made from `etl/vat/vat_rules.csv`. The first rule whose conditions all hold decides; what is not named holds always.
How the facts are found: [vat.md](vat.md).

"""
WAYS = """
`route`: same_state, other_eu, third (out of the EU); of goods also stock_same, stock_other, stock_third (from a member
state that is not the seller's: they stay there, go to another one, leave the EU), import and transit (from outside,
into the EU or past it), unclear. `buyer_number`: none, invalid, own_state (that of dispatch), other_state, the last two
also `_unverified`. `local_from`, `local_to`: the seller's registration where the goods leave from and arrive: home,
yes, no, outside (the seller is outside the EU).

## Inputs

Options of `etl vat`, and columns of its table of cases.

"""


def page() -> str:
    with (ROOT / "etl" / "vat" / "vat_rules.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = ["| | rule | when | gives | box, list, section | legal basis |\n|---|---|---|---|---|---|\n"]
    lines += [_rule(row) for row in rows]
    lines.append(WAYS)
    lines.append("| input | what it says | words | default |\n|---|---|---|---|\n")
    lines += [f"| {i.name} | {i.help} | {', '.join(i.words)} | {i.default} |\n" for i in INPUTS]
    return HEAD + "".join(lines)


def _rule(row: dict[str, str]) -> str:
    when = [f"{name} {row[name].replace('|', ' or ')}" for name in CONDITIONS if row[name] != "any"]
    when += [f"from {row['valid_from']}"] * bool(row["valid_from"]) + [f"until {row['valid_to']}"] * bool(
        row["valid_to"]
    )
    gives = row["treatment"] if row["treatment"] != "HOLD" else f"held: {row['hold_code'] or 'what is unclear'}"
    where = ", ".join(filter(None, (row["dk_box"] if row["dk_box"] != "NONE" else "", row["esl"], row["oss_section"])))
    number = row["priority"] or "–"  # noqa: RUF001 - a dash: no rule of its own, but what another becomes
    basis = row["legal_basis"]
    return f"| {number} | `{row['rule_id']}` {row['text_en']} | {'; '.join(when)} | {gives} | {where} | {basis} |\n"


def test_the_page_of_rules_is_the_table() -> None:
    if os.environ.get("ETL_REGENERATE"):
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page()
