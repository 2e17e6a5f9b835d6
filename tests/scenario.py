"""A small shop whose files are dropped step by step, run in processes of their own, and what is left on the disk then.

Crash and replay tests compare whole workspaces: every table, every byte in the outbox, where every dropped file went.
So that two of them can be equal they begin as copies of one, which has its id in the ledger, and the clock is set.
"""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from etl.ledger import Ledger
from etl.store import Store
from etl.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
NOW = "2026-11-20T08:00:00+00:00"
COMPANY = """
[company]
name = "Nordlys Butik ApS"
country = "DK"
vat_number = "DK13585628"
currency = "DKK"
language = "en"
[vat]
registered = true
oss = "union"
threshold = { prior_year_eur = "25000", year_to_date_eur = "30000" }
[vat.codes]
"DOMESTIC:DK:25" = "U25"
"ICS_GOODS" = "UEUV"
"OSS_UNION:DE:19" = "U_DE19"
"NO_VAT" = "UMOMS0"
[documents]
kind = "invoice"
date = "shipped"
[numbers]
sales_order = 500000
debtor = 900000
voucher = 700000
[debtors]
b2c = { group = "B2C", create = false, collective = "WEB-{country}" }
b2b = { group = "B2B", create = true }
[erp]
without_snapshot = "create"
[items]
create = true
group = "VARER"
shipping = "FRAGT"
refund = "REFUSION"
rounding = "AFRUNDING"
[accounts]
error = "9990"
rounding = "8590"
difference = "8591"
[payment_methods."Shopify Payments"]
register = "payment_term"
payment_term = "KORT"
acquirer = "shopify_payments"
[acquirers.shopify_payments]
receivable = "5821"
fees = "7220"
fee_vat = "exempt"
fee_vat_code = "UMOMS0"
bank = "5820"
payout_to = "bank"
journal = "UDBET"
[[shops]]
id = "main"
source = "shopify_orders"
[run]
settle_seconds = 0
"""


def fresh(root: Path) -> Path:
    """A workspace with nothing dropped yet, whose ledger has begun: copies of it have the same workspace id."""
    Workspace(root).make_folders()
    (root / "company.toml").write_text(COMPANY, "utf-8")
    Ledger.open(Workspace(root).ledger)
    return root


def copy(root: Path, target: Path) -> Path:
    """The workspace once more, to go on from here in two ways."""
    return Path(shutil.copytree(root, target, symlinks=True))


def drop(root: Path, **files: bytes) -> None:
    """Put files into the inbox, `name=content`, each with the ending .csv."""
    for name, content in files.items():
        (root / "inbox" / f"{name}.csv").write_bytes(content)


def start(root: Path, *words: str, fault: str = "", processors: int = 0, **more: str) -> "subprocess.Popen[str]":
    """`etl` in a process of its own, with the clock set; `fault` as ETL_FAULT; `more` into its environment."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "ETL_NOW": NOW, "ETL_FAULT": fault} | more
    only = ["taskset", "--cpu-list", f"0-{processors - 1}"] if processors and shutil.which("taskset") else []
    return subprocess.Popen(
        [*only, sys.executable, "-m", "etl", *(words or ("run",)), "--workspace", str(root)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root,
    )  # fmt: skip


def etl(root: Path, *words: str, processors: int = 0, **more: str) -> str:
    """What `etl` says, which must end well."""
    process = start(root, *words, processors=processors, **more)
    said, wrong = process.communicate(timeout=60)
    assert process.returncode == 0, (root, words, process.returncode, said, wrong)
    return said


def dies(root: Path, fault: str) -> bool:
    """Does `etl run` die at this fault point? False: it passed the point fewer times and ended well."""
    process = start(root, fault=fault)
    said, wrong = process.communicate(timeout=60)
    assert process.returncode in {0, -signal.SIGKILL}, (fault, process.returncode, said, wrong)
    return process.returncode != 0


@dataclass(frozen=True)
class Left:
    """What a workspace holds: rows by table, files of the outbox and of the inbox by place, the ledger's entries."""

    tables: dict[str, list[str]]
    outbox: dict[str, bytes]
    inbox: dict[str, bytes]
    ledger: list[dict[str, object]]

    def differences(self, other: "Left") -> list[str]:
        """What is not the same, one line each."""
        found = []
        for part in ("tables", "outbox", "inbox"):
            ours, theirs = getattr(self, part), getattr(other, part)
            found += [
                f"{part} {name}: {_first_difference(ours.get(name), theirs.get(name))}"
                for name in sorted(ours.keys() | theirs.keys())
                if ours.get(name) != theirs.get(name)
            ]
        if self.ledger != other.ledger:
            found.append(f"ledger: {_first_difference(self.ledger, other.ledger)}")
        return found


def left(root: Path) -> Left:
    """What is left on the disk. Of the ledger's entries not their hashes: frozen rows are kept in no order."""
    workspace = Workspace(root)
    entries = [{k: v for k, v in e.items() if k not in {"prev", "frozen"}} for e in Ledger(workspace.ledger).entries]
    return Left(tables(workspace.database), _files(workspace.outbox), _files(workspace.inbox), entries)


def tables(database: Path) -> dict[str, list[str]]:
    """Every row of every lasting table as text, sorted, by table."""
    with Store.open(database, read_only=True) as store:
        names = store.rows(
            "select schema_name, table_name from duckdb_tables() where not temporary and database_name = 'workspace'"
        )
        return {
            f"{schema}.{table}": sorted(map(repr, store.rows(f'select * from {schema}."{table}"')))
            for schema, table in sorted(names)
        }


def rows(root: Path, query: str) -> list[str]:
    """The rows of a query on a workspace's own database as text, sorted."""
    with Store.open(Workspace(root).database, read_only=True) as store:
        return sorted(map(repr, store.rows(query)))


def _files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by place, without what the program keeps there for itself."""
    own = {".clock", "told.json"}
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in own)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _first_difference(ours: object, theirs: object) -> str:
    """The first elements of two lists, or the two things, that are not equal."""
    if isinstance(ours, list) and isinstance(theirs, list):
        missing = [row for row in theirs if row not in ours]
        surplus = [row for row in ours if row not in theirs]
        return f"{len(ours)} rows instead of {len(theirs)}; surplus {surplus[:2]}; missing {missing[:2]}"
    return f"{str(ours)[:300]} instead of {str(theirs)[:300]}"
