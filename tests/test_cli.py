"""The command line: what is asked of a snapshot is answered, as text and as JSON, with the promised exit codes."""

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hand_filled import BATCH, hand_filled
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner, Result

from etl import cli, questions, show
from etl.ledger import Ledger
from etl.store import Store

COMMANDS = {
    *("init", "run", "watch", "plan", "commit", "status", "held", "why", "trace", "approve", "hold", "skip", "resend"),
    *("sql", "explain", "learn", "accept", "vat", "report", "sources", "lint", "demo", "verify", "replay"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a snapshot, its batch in ledger and outbox, as a run leaves them."""
    root = tmp_path_factory.mktemp("workspace")
    (root / "review").mkdir()
    (root / "company.toml").write_text('[company]\nlanguage = "en"\n', "utf-8")
    with hand_filled(root / questions.SNAPSHOT):
        pass
    ledger = Ledger.open(root / ".etl" / "ledger")
    content = {"orders.csv": b"OrderNumber\r\n500000\r\n"}
    ledger.new_batch(BATCH)
    frozen = ledger.seal_batch(BATCH, content)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    ledger.append("prepared", batch_id=BATCH, batch_no=1, files=hashes, frozen=frozen)
    ledger.append("published", batch_id=BATCH)
    (root / "outbox" / BATCH).mkdir(parents=True)
    (root / "outbox" / BATCH / "orders.csv").write_bytes(content["orders.csv"])
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(made, tmp_path / "workspace"))


def etl(*words: str, root: Path | None = None) -> Result:
    return CliRunner().invoke(cli.app, [*words, *(["--workspace", str(root)] if root else [])])


def answer(*words: str, root: Path) -> Any:
    done = etl(*words, "--json", root=root)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_commands_are_those_promised_and_all_speak_json() -> None:
    group = get_command(cli.app)
    assert isinstance(group, TyperGroup)
    assert set(group.commands) == COMMANDS
    for name, command in group.commands.items():
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--json" in options, name
        assert "--workspace" in options or name in {"init", "demo"}, name
        assert command.help, name


def test_help_is_given_and_a_wrong_word_is_usage() -> None:
    assert etl("--help").exit_code == 0
    assert etl("frobnicate").exit_code == 2
    assert etl("why").exit_code == 2
    assert etl("status", root=Path("/nowhere")).exit_code == 2


def test_sql_gives_row_objects_with_exact_amounts_and_iso_dates(made: Path) -> None:
    query = "select order_no, total_incl_vat, order_date from review.orders where order_no = '1001'"
    assert answer("sql", query, root=made) == [
        {"order_no": "1001", "total_incl_vat": "438.90", "order_date": "2026-11-18"}
    ]


def test_sql_as_text_is_plain_in_a_pipe(made: Path) -> None:
    done = etl("sql", "select order_no, verdict from review.orders where order_no < '1003' order by 1", root=made)
    assert "\x1b" not in done.stdout
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["order", "verdict"], ["1001", "exported"], ["1002", "held"], ["2", "row(s)"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        "delete from core.orders",
        "select 1; select 2",
        "",
        "create table x as select 1",
        "copy (select 1) to 'x.csv'",
        "attach 'x.duckdb'",
        "set threads = 1",
        "pragma database_list",
        "install httpfs",
        "select * from read_csv('/etc/hostname')",
        "select * from glob('*')",
        "with gone as (delete from core.orders returning *) select * from gone",
        "select nonsense",
    ],
)
def test_sql_only_reads(made: Path, query: str) -> None:
    done = etl("sql", query, "--json", root=made)
    assert done.exit_code == 2
    assert json.loads(done.stdout)["error"]["code"] == "SQL_REFUSED"


def test_sql_ends_in_time(made: Path) -> None:
    endless = "select count(*) from range(1000000) as a, range(1000000) as b where (a.range * b.range) % 7 = 1"
    done = etl("sql", endless, "--seconds", "0.2", root=made)
    assert (done.exit_code, "> 0.2 s" in done.stderr) == (2, True)


def test_status_counts_what_the_snapshot_holds(made: Path) -> None:
    told = answer("status", root=made)
    assert told["files"] == {"archived": 4, "duplicate": 1, "rejected": 1}
    assert {(o["verdict"], o["currency"]): o["orders"] for o in told["orders"]} == {
        ("exported", "DKK"): 3, ("exported", "EUR"): 1, ("waiting", "DKK"): 1, ("held", "DKK"): 1,
    }  # fmt: skip
    assert told["snapshot_at"]
    text = etl("status", root=made).stdout
    assert "4 read, 1 seen before, 1 rejected" in text
    assert "sku HAT is not an item." in text


def test_held_says_why_and_what_to_do(made: Path) -> None:
    told = answer("held", root=made)
    assert [(o["order_no"], o["next_step"]) for o in told["orders"]] == [("1002", "Create it, or set items.default.")]
    assert [f["name"] for f in told["files"]] == ["notes.csv"]
    assert "Create it, or set items.default." in etl("held", root=made).stdout


@pytest.mark.parametrize("command", ["status", "held"])
@pytest.mark.parametrize("kind", ["held", "rejected"])
def test_fail_on_is_exit_code_1_where_a_person_must_act(made: Path, command: str, kind: str) -> None:
    assert etl(command, root=made).exit_code == 0
    assert etl(command, "--fail-on", kind, root=made).exit_code == 1


@pytest.mark.parametrize("spelling", ["1002", "#1002", " #1002 ", "main/1002", "main/#1002", "id1002"])
def test_an_order_is_known_by_every_spelling_of_its_number(made: Path, spelling: str) -> None:
    with questions.snapshot(made) as store:
        assert questions.find_order(store, spelling) == (2, "main", "1002")


def test_a_number_that_two_shops_have_is_asked_back(root: Path) -> None:
    with Store.open(root / questions.SNAPSHOT) as store:
        store.script(
            "insert into core.orders by name select * replace ('second' as shop) from core.orders where order_key = 2"
        )
    done = etl("why", "1002", "--json", root=root)
    error = json.loads(done.stdout)["error"]
    assert (done.exit_code, error["code"]) == (2, "ORDER_NOT_UNIQUE")
    assert error["facts"]["expected"] == "main/1002, second/1002"


def test_an_unknown_order_is_told_in_words(made: Path) -> None:
    done = etl("why", "4711", root=made)
    assert (done.exit_code, done.stderr.splitlines()[0]) == (2, "There is no order 4711.")


def test_why_tells_what_was_stored_even_where_it_cannot_be_decided_again(made: Path) -> None:
    told = answer("why", "#1002", root=made)
    assert told["decided_by"]["reason_code"] == "SKU_UNKNOWN"
    assert [v["fate"] for v in told["versions"]] == ["staged", "superseded"]
    assert etl("why", "1002", root=made).stdout.rstrip().endswith("Next: Create it, or set items.default.")


@pytest.mark.parametrize(
    ("file", "record", "fate", "order"),
    [
        ("orders.csv", 3, "staged", "1002"),
        ("orders.csv", 8, "rejected", None),
        ("orders-older.csv", 1, "duplicate", "1001"),
        ("orders-older.csv", 3, "superseded", "1002"),
        ("orders (1).csv", 1, "duplicate", None),
        ("notes.csv", 4, "rejected", None),
        ("payouts.csv", 1, "staged", None),
        ("invoices.csv", 1, "reference", None),
    ],
)
def test_trace_knows_the_fate_of_every_record(made: Path, file: str, record: int, fate: str, order: str | None) -> None:
    told = answer("trace", file, str(record), root=made)
    assert (told["fate"], told["order"] and told["order"]["order_no"]) == (fate, order)


def test_trace_follows_a_row_to_the_line_that_was_written(made: Path) -> None:
    told = answer("trace", "orders.csv", "2", root=made)
    assert [(o["output_file"], o["output_line"], o["document_id"]) for o in told["output"]] == [
        ("order_lines.csv", 2, "main/id1001/sale"),
        ("orders.csv", 2, "main/id1001/sale"),
    ]
    assert [line["gross_amount"] for line in told["document_lines"]] == ["438.90"]
    told = answer("trace", "payouts.csv", "1", root=made)
    assert told["payout"]["document_id"] == "main/id1001/sale"
    lines = [(o["output_file"], o["output_line"]) for o in told["output"]]
    assert lines == [("journal_UDBET.csv", 2), ("journal_UDBET.csv", 4), ("journal_UDBET.csv", 5)]


@pytest.mark.parametrize(("file", "record"), [("orders.csv", "9"), ("orders.csv", "0"), ("other.csv", "1")])
def test_trace_of_nothing_is_usage(made: Path, file: str, record: str) -> None:
    assert etl("trace", file, record, root=made).exit_code == 2


def test_without_a_snapshot_the_next_step_is_a_run(tmp_path: Path) -> None:
    done = etl("status", root=tmp_path)
    assert done.exit_code == 2
    assert "etl run" in done.stderr


def test_settings_that_cannot_be_read_are_exit_code_2_with_the_line(root: Path) -> None:
    (root / "company.toml").write_text('[company]\nlanguage = "en"\nnmae = "x"\n', "utf-8")
    done = etl("lint", root=root)
    assert (done.exit_code, "company.toml line 3" in done.stderr) == (2, True)


def test_a_fault_of_the_program_is_logged_and_is_exit_code_3(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / ".etl" / "logs").mkdir()
    monkeypatch.setattr(questions, "status", lambda _store: 1 / 0)
    done = etl("status", "--json", root=root)
    error = json.loads(done.stdout)["error"]
    assert (done.exit_code, error["code"]) == (3, "INTERNAL_ERROR")
    log = Path(error["facts"]["log"])
    assert "ZeroDivisionError" in log.read_text("utf-8")
    assert log.stat().st_mode & 0o777 == 0o600


def test_verify_says_what_it_checked(made: Path) -> None:
    checked = {check["name"]: check["checked"] for check in answer("verify", root=made)}
    assert checked["conservation"] == {"rows": 26}
    assert checked["outbox"] == {"same": 1, "taken": 0}
    assert checked["documents"] == {"documents": 5}
    assert etl("verify", root=made).stdout.splitlines()[-1] == "Everything that was checked holds."


@pytest.mark.parametrize(
    ("harm", "check"),
    [
        ("update core.journal_lines set credit = 438.91 where account = '5821'", "vouchers"),
        ("update core.document_lines set gross_amount = 1 where doc_key = 11", "documents"),
        ("update core.payouts set difference = 0.01", "payouts"),
        ("insert into core.documents select * from core.documents where doc_key = 11", "document_keys"),
        ("delete from core.orders where order_key = 3", "conservation"),
        ("insert into ops.batches (batch_id) values ('never-told')", "ledger"),
    ],
)
def test_verify_finds_what_does_not_hold(root: Path, harm: str, check: str) -> None:
    with Store.open(root / questions.SNAPSHOT) as store:
        store.script(harm)
    done = etl("verify", "--json", root=root)
    wrong = [c["name"] for c in json.loads(done.stdout) if c["wrong"]]
    assert (done.exit_code, check in wrong) == (3, True)


def test_verify_reads_ledger_and_outbox(root: Path) -> None:
    sent = root / "outbox" / BATCH / "orders.csv"
    sent.write_bytes(b"changed")
    assert etl("verify", root=root).exit_code == 3
    sent.unlink()
    assert etl("verify", root=root).exit_code == 0
    (root / ".etl" / "ledger" / "batches" / BATCH / "files" / "orders.csv").write_bytes(b"changed")
    done = etl("verify", root=root)
    assert (done.exit_code, "ledger: WRONG" in done.stdout) == (3, True)


def test_sources_and_an_own_source(tmp_path: Path) -> None:
    assert isinstance(answer("sources", root=tmp_path), list)


def test_init_makes_a_workspace_once(tmp_path: Path) -> None:
    assert etl("init", str(tmp_path / "new"), "--language", "en").exit_code == 0
    assert (tmp_path / "new" / "company.toml").is_file()
    assert etl("init", str(tmp_path / "new")).exit_code == 2


def test_data_has_no_power_over_the_terminal() -> None:
    assert show.shown("a\x1b[31m\u202eb\x07") == "a\\x1b[31m\\x202eb\\x07"


def test_every_word_of_the_screens_stands_in_both_languages() -> None:
    english, danish = show.words()["en"], show.words()["da"]
    assert english.keys() == danish.keys()
    for name, text in english.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", danish[name])), name
