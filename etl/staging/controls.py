"""The control totals of a file, worked out from all its good rows, repeated ones too: `staging.controls`."""

from etl.contracts.writing import Controls
from etl.store import Store, model

# What a row of an entity moves: the view that the control totals are taken from.
_MOVEMENTS = {"payouts": "046_payout_movements", "bank_entries": "047_bank_movements"}


def check(store: Store, entity: str, wanted: Controls) -> None:
    """Work out the control totals that the contract names. Reads `conformed`; one that differs is told, not raised."""
    if wanted == Controls() or entity not in _MOVEMENTS:
        return
    store.rows(
        "create or replace temp table load_controls_wanted as select $1::varchar as running_balance,"
        " $2::boolean as zero_groups, $3::varchar as stated_total, $4::boolean as stated_count,"
        " $5::boolean as line_sums, $6::boolean as opening_closing",
        [*wanted.model_dump(exclude={"balance_payouts"}).values()],
    )
    movements = model(_MOVEMENTS[entity])
    store.run_model(movements)
    store.script(f"create or replace temp view movements as select * from {movements.name}")
    store.run_model(model("050_load_controls"))
    # What an earlier file held up may go now: the lines themselves are duplicates and touch nothing.
    store.script(
        "insert into ops.touched select distinct 'payout', lines.payout_key, 'control total' from load_controls as now"
        " inner join staging.controls as before using (control, group_name) inner join staging.payouts as lines"
        " on lines.file_id = before.file_id and coalesce(before.payout_key, lines.payout_key) = lines.payout_key"
        " where now.breaks = 0 and before.breaks > 0"
    )
    store.script(
        "insert into staging.controls by name select file_id, load_controls.*, value_read - expected as difference"
        " from load_controls, load_file"
    )
