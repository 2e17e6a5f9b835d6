"""Staging: one file's conformed rows become staged rows with a fate, inside the load's transaction.

Order files become versions of orders (precedence decides which is current), events and acquirer lines are known by
their key and content, and reference rows (snapshot, products, stock) replace the row of the same key. Every row of the
file gets exactly one fate: staged, duplicate, superseded, reference, or it is in staging.rejects.
"""

from etl.contracts import Contract, Identified
from etl.entities import ENTITIES, Entity
from etl.errors import ConservationBroken
from etl.staging import controls, corrections, drift
from etl.staging.file import LoadFile
from etl.store import Store, model

__all__ = ["LoadFile", "corrections", "create_tables", "stage"]

_LINEAGE = "file_id bigint, source_record bigint, row_key ubigint, content_hash ubigint, fate varchar"
_ORDER_LINEAGE = "version_id bigint, file_id bigint, source_record bigint"
_PAYOUT_KEYS = "shop varchar, source varchar, payout_key ubigint, order_digits varchar, row_hash ubigint"
# What a repeated line without an id of its own is recognised by; the payout is left out where pending rows come again.
_BANK_FACTS = ("entry_date", "amount", "currency", "text", "reference", "counterparty", "balance_amount")
_PENDING_FACTS = ("payout_id", "payout_date", "payout_amount", "is_settled", "available_on")


def create_tables(store: Store) -> None:
    """Make the staging tables and the views `erp.*` of the newest snapshot, where they are missing."""
    for entity in ENTITIES.values():
        lineage = _ORDER_LINEAGE if entity.kind == "orders" else _LINEAGE
        if entity.kind == "payouts":
            lineage += f", {_PAYOUT_KEYS}"
        elif entity.kind == "events":
            lineage += ", shop varchar"
        columns = ", ".join(f'"{c.name}" {c.sql_type}' for c in entity.columns)
        store.script(f"create table if not exists staging.{entity.name} ({lineage}, {columns})")
        if entity.name.startswith("uniconta_"):
            view = entity.name.removeprefix("uniconta_")
            store.script(
                f"create or replace view erp.{view} as select * exclude (row_key, content_hash, fate)"
                f" from staging.{entity.name} where fate = 'reference'"
            )


def stage(store: Store, file: LoadFile, identified: Identified) -> None:
    """Give every conformed row its fate, and note what must be decided again.

    Reads the temp tables `conformed`, `conform_rejects`, `conform_skipped` and `load_links`. Raises ConservationBroken
    where a row has no fate.
    """
    contract = identified.contract
    entity = ENTITIES[contract.entity]
    _open_file(store, file, contract, entity)
    {
        "orders": _stage_orders,
        "events": _stage_events,
        "payouts": _stage_payouts,
        "reference": _stage_reference,
        "bank": _stage_bank,
    }[entity.kind](store, entity, contract)
    store.script(
        "insert into staging.rejects select file_id, source_record, order_no, reason_code, column_name, value_read,"
        " expected from load_rejects, load_file"
    )
    store.script(
        "insert into staging.skipped select file_id, source_record, column_name, value_read"
        " from conform_skipped, load_file"
    )
    controls.check(store, entity.name, contract.controls)
    drift.note(store, file, identified)
    corrections.close(store, file)
    _prove(store, file, entity)


def _open_file(store: Store, file: LoadFile, contract: Contract, entity: Entity) -> None:
    store.rows(
        "create or replace temp table load_file as select $1::bigint as file_id, $2::varchar as shop,"
        " $3::varchar as source, $4::varchar as precedence, $5::integer as payout_sign, $6::varchar as part",
        [file.file_id, file.shop, file.source, contract.precedence, contract.payout_sign, contract.part],
    )
    store.script(
        "create or replace temp table load_rejects as"
        " select source_record, order_no, reason_code, column_name, value_read, expected from conform_rejects"
    )
    names = [f'"{c.name}"' for c in entity.columns]
    key = ", ".join(f"coalesce(\"{name}\"::varchar, '')" for name in entity.key)
    extra = [f"hash({', '.join(names)}) as row_hash"]
    if entity.kind == "orders":
        start = contract.block_start
        extra.append(f'"{start}" is not null as is_block_start' if start else "true as is_block_start")
    elif entity.kind == "payouts":
        pending = contract.has_pending_rows or contract.controls.balance_payouts
        identity = [f"coalesce({n}::varchar, '')" for n in names if not (pending and n.strip('"') in _PENDING_FACTS)]
        # md5, not the engine's hash: this key outlives the database and the engine's version.
        extra.append(f"if(line_id is null, text_key(concat_ws(chr(31), {', '.join(identity)})), 0) as identity_key")
    elif entity.kind == "bank":
        identity = [f"coalesce(\"{name}\"::varchar, '')" for name in _BANK_FACTS]
        extra.append(f"if(entry_no is null, text_key(concat_ws(chr(31), {', '.join(identity)})), 0) as identity_key")
    else:
        extra.append(f"text_key(concat_ws(chr(31), {key})) as row_key")
    # A narrow table for the orders' keys: the hash of a wide row is worth taking once, and its columns are not carried
    # along.
    kept = "source_record, order_no, updated_at" if entity.kind == "orders" else "*"
    store.script(f"create or replace temp table load_rows as select {kept}, {', '.join(extra)} from conformed")
    if contract.controls.balance_payouts:
        _name_payouts(store, contract)


def _name_payouts(store: Store, contract: Contract) -> None:
    """Give the lines between two transfers the transfer's moment as their payout. No part of a line's identity."""
    store.rows(
        "create or replace temp table load_order as select $1::boolean as is_newest_first",
        [contract.controls.running_balance == "newest_first"],
    )
    store.run_model(model("038_balance_payouts"))
    store.script(
        "update load_rows set payout_id = found.payout_id, payout_date = found.payout_date,"
        " row_hash = hash(row_hash, found.payout_id) from balance_payouts as found"
        " where found.source_record = load_rows.source_record"
    )


def _stage_orders(store: Store, entity: Entity, contract: Contract) -> None:
    by_block = bool(contract.block_start)
    store.run_model(model("010_order_blocks" if by_block else "015_order_groups"))
    placed = "order_blocks" if by_block else "order_groups"
    store.script(f"create or replace temp view placed_rows as select * from {placed}")
    store.script(
        "insert into load_rejects select placed.source_record, load_rows.order_no, 'LINE_WITHOUT_ORDER', 'order_no',"
        " load_rows.order_no, null from placed_rows as placed inner join load_rows using (source_record)"
        " where placed.first_record is null"
    )
    store.run_model(model("017_broken_blocks"))
    store.run_model(model("020_load_versions"))
    store.run_model(model("025_version_fates"))
    store.script(
        "delete from staging.order_versions where order_key in (select order_key from load_versions);"
        "insert into staging.order_versions by name select * from version_fates"
    )
    columns = ", ".join(f'conformed."{c.name}"' for c in entity.columns)
    store.script(
        "insert into staging.orders by name select versions.version_id, versions.file_id, conformed.source_record,"
        f" {columns} from placed_rows as placed inner join conformed using (source_record)"
        " inner join version_fates as versions on versions.first_record = placed.first_record"
        " inner join load_file on load_file.file_id = versions.file_id"
        " where versions.fate <> 'duplicate'"
    )
    store.script(
        "insert into ops.touched select distinct 'order', order_key, 'new rows' from version_fates, load_file"
        " where version_fates.file_id = load_file.file_id and (fate <> 'duplicate'"
        " or order_key in (select order_key from core.orders where not is_complete));"
        "insert into ops.touched select distinct 'order', versions.order_key, 'rejected rows'"
        " from load_rejects, load_file inner join staging.order_versions as versions on versions.shop = load_file.shop"
        " where versions.order_no = load_rejects.order_no"
    )


def _stage_events(store: Store, entity: Entity, contract: Contract) -> None:
    del contract
    table = f"staging.{entity.name}"
    store.script("create or replace temp view keyed_rows as select * from load_rows")
    of_shop = f"select * from {table} where shop = (select shop from load_file)"
    store.script(f"create or replace temp view known_rows as {of_shop}")
    store.run_model(model("030_load_groups"))
    columns = ", ".join(f'load_rows."{c.name}"' for c in entity.columns)
    store.script(
        f"update {table} set fate = 'superseded' where fate = 'staged' and shop = (select shop from load_file)"
        " and row_key in (select row_key from load_groups where outcome = 'changed');"
        f"insert into {table} by name select load_file.file_id, load_file.shop, load_rows.source_record,"
        " load_rows.row_key, load_groups.content_hash,"
        f" if(load_groups.outcome = 'duplicate', 'duplicate', 'staged') as fate, {columns}"
        " from load_rows inner join load_groups using (row_key) cross join load_file"
    )
    store.script(
        "insert into ops.touched select distinct 'order', versions.order_key, 'new rows' from load_rows"
        " inner join load_groups using (row_key) cross join load_file inner join staging.order_versions as versions"
        " on plain_no(versions.order_no) = plain_no(load_rows.order_no) and versions.shop = load_file.shop"
        " where load_groups.outcome <> 'duplicate'"
    )


def _stage_payouts(store: Store, entity: Entity, contract: Contract) -> None:
    del contract
    store.run_model(model("040_load_payout_lines"))
    columns = ", ".join(f'lines."{c.name}"' for c in entity.columns if c.name != "payout_amount")
    store.script(
        "insert into ops.touched select distinct 'payout', payout_key, 'new rows' from load_payout_lines"
        " where fate = 'staged';"
        "insert into ops.touched select distinct 'payout', old.payout_key, 'superseded rows'"
        " from staging.payouts as old inner join load_payout_lines as new using (row_key)"
        " where new.fate = 'staged' and new.is_known and old.fate = 'staged';"
        "update staging.payouts set fate = 'superseded' where fate = 'staged' and row_key in"
        " (select row_key from load_payout_lines where fate = 'staged' and is_known);"
        "insert into staging.payouts by name select load_file.file_id, load_file.shop, load_file.source,"
        " lines.source_record, lines.row_key, lines.row_hash, lines.row_hash as content_hash, lines.fate,"
        " lines.payout_key, lines.order_digits, load_file.payout_sign"
        " * coalesce(lines.payout_amount, if(lines.line_type = 'payout', lines.net_amount, null)) as payout_amount,"
        f" {columns} from load_payout_lines as lines cross join load_file order by lines.source_record"
    )


def _stage_reference(store: Store, entity: Entity, contract: Contract) -> None:
    del contract
    table = f"staging.{entity.name}"
    columns = ", ".join(f'newest."{c.name}"' for c in entity.columns)
    store.script(
        f"update {table} set fate = 'superseded' where fate = 'reference'"
        " and row_key in (select row_key from load_rows);"
        f"insert into {table} by name select load_file.file_id, newest.source_record, newest.row_key,"
        " newest.row_hash as content_hash, if(newest.turn = 1, 'reference', 'superseded') as fate,"
        f" {columns} from (select *, row_number() over (partition by row_key order by source_record desc) as turn"
        " from load_rows) as newest cross join load_file"
    )
    if entity.name.startswith("uniconta_"):
        store.script(f"insert into ops.touched values ('snapshot', 0, '{entity.name}')")


def _stage_bank(store: Store, entity: Entity, contract: Contract) -> None:
    del contract
    store.run_model(model("045_load_bank_entries"))
    columns = ", ".join(f'"{c.name}"' for c in entity.columns)
    store.script(
        "update staging.bank_entries set fate = 'superseded' where fate = 'reference' and row_key in"
        " (select row_key from load_bank_entries where fate = 'reference' and is_known);"
        "insert into staging.bank_entries by name select load_file.file_id, source_record, row_key,"
        f" row_hash as content_hash, fate, {columns} from load_bank_entries cross join load_file order by source_record"
    )


def _prove(store: Store, file: LoadFile, entity: Entity) -> None:
    """Conservation of rows, in the load's own transaction."""
    if entity.kind == "orders":
        staged = store.value("select coalesce(sum(rows_in), 0)::bigint from load_versions")
    else:
        staged = store.value(f"select count(*) from staging.{entity.name} where file_id = $1", [file.file_id])
    rejected = store.value("select count(*) from load_rejects")
    rejected += store.value("select count(*) from conform_skipped")
    if staged + rejected != file.rows_in:
        raise ConservationBroken(
            "CONSERVATION_BROKEN", entity=entity.name, value=f"{staged} + {rejected}", expected=file.rows_in
        )
