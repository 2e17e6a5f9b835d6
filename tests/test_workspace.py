"""Folders of a workspace, `init` and `demo`, and the arithmetic of the example that the demo copies."""

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from etl import company, workspace
from etl.errors import UsageError
from etl.workspace import Workspace

EXAMPLE = workspace.example_folder()
RATES = {"DK": 25, "DE": 19, "NO": 0, "SE": 0}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize(("language", "readme"), [("da", "LÆSMIG.md"), ("en", "README.md")])
def test_init_makes_folders_and_settings_to_fill_in(tmp_path: Path, language: str, readme: str) -> None:
    made = workspace.init(tmp_path / "ny", "da" if language == "da" else "en")
    assert (made.root / readme).is_file()
    for folder in (made.work, made.archive, made.rejected, made.pending, made.ledger, made.logs, made.review.parent):
        assert mode(folder) == 0o700
    assert mode(made.company_file) == 0o600
    settings = made.load_company()
    assert settings is not None
    assert set(settings.accounts.model_dump().values()) == {None}
    assert settings.vat.codes == {}
    assert settings.payment_methods == {}
    assert settings.vat.registered is None


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    for make in (workspace.init, workspace.demo):
        with pytest.raises(UsageError) as caught:
            make(tmp_path)
        assert caught.value.code == "WORKSPACE_NOT_EMPTY"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_demo_is_a_copy_of_the_example(tmp_path: Path) -> None:
    made = workspace.demo(tmp_path / "demo")
    for source in EXAMPLE.rglob("*"):
        if source.is_file():
            assert (made.root / source.relative_to(EXAMPLE)).read_bytes() == source.read_bytes()
    assert mode(made.inbox / "orders_export.csv") == 0o600
    assert made.work.is_dir()


def test_further_shops_have_a_folder(tmp_path: Path) -> None:
    settings = company.parse(b"[[shops]]\nid='a'\nsource='s'\n[[shops]]\nid='b'\nsource='s'\ninbox='to'\n")
    made = Workspace(tmp_path)
    made.make_folders(settings)
    assert made.shop_inboxes(settings) == {"a": tmp_path / "inbox", "b": tmp_path / "inbox" / "to"}
    assert (tmp_path / "inbox" / "to").is_dir()


def orders() -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (EXAMPLE / "inbox" / "orders_export.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["Name"]].append(row)
    return found


def vat_in(gross: Decimal, rate: int) -> Decimal:
    """VAT contained in a gross amount: half up at øre, by whole numbers."""
    ore = int(gross * 100)
    return Decimal((2 * ore * rate + 100 + rate) // (2 * (100 + rate))) / 100


def test_the_orders_of_the_example_tie() -> None:
    seen = orders()
    assert list(seen) == [f"#{number}" for number in range(1001, 1012)]
    for name, (head, *rest) in seen.items():
        assert len(head) == 79
        lines = sum(int(r["Lineitem quantity"]) * Decimal(r["Lineitem price"]) for r in (head, *rest))
        assert lines - Decimal(head["Discount Amount"]) == Decimal(head["Subtotal"]), name
        assert Decimal(head["Subtotal"]) + Decimal(head["Shipping"]) == Decimal(head["Total"]), name
        if name != "#1010":  # whose VAT is wrong on purpose
            assert Decimal(head["Taxes"]) == vat_in(Decimal(head["Total"]), RATES[head["Shipping Country"]]), name
        assert Decimal(head["Taxes"]) == Decimal(head["Tax 1 Value"] or 0), name


def test_the_payout_of_the_example_ties() -> None:
    with (EXAMPLE / "inbox" / "payouts_shopify_payments.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    for line in lines:
        assert Decimal(line["gross_amount"]) - Decimal(line["fee_amount"]) == Decimal(line["net_amount"])
    assert {line["payout_amount"] for line in lines} == {"3230.70"}
    assert sum(Decimal(line["net_amount"]) for line in lines) == Decimal("3230.70")
    assert sum(Decimal(line["fee_amount"]) for line in lines) == Decimal("175.10")
