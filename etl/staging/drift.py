"""Drift: what a source says for the first time, told on the first file that says it, before anything of it is sent.

The first file of a source tells its usual words; only what the contract does not know is drift in it. From then on a
new payment method, state or sign is too.
"""

from etl.contracts import Identified
from etl.staging.file import LoadFile
from etl.store import Store, model

# By the kind of entity: what hangs on a row, and the words of it that are watched. Read from `conformed`.
_AMOUNTS = {
    "orders": "order_total",
    "payouts": "coalesce(net_amount, gross_amount, payout_amount)",
    "bank": "amount",
}
_WORDS = {
    "orders": "select 'payment_method' as what, payment_method as value_seen, order_total as amount from conformed"
    " where payment_method is not null",
    "payouts": "select 'sign' as what, line_type || if(coalesce(nullif(gross_amount, 0), net_amount, -fee_amount) < 0,"
    " ' -', ' +') as value_seen, coalesce(gross_amount, net_amount) as amount from conformed"
    " where coalesce(nullif(gross_amount, 0), net_amount, -fee_amount) <> 0 and line_type <> 'payout'",
}
_NONE = "select '' as what, '' as value_seen, 0 as amount where false"


def note(store: Store, file: LoadFile, identified: Identified) -> None:
    """Keep in `staging.drift` what the file is the first of its source to say, and remember all its words."""
    kind = identified.contract.record.kind
    amount = _AMOUNTS.get(kind, "null")
    store.script(
        f"create or replace temp view drift_amounts as select source_record, {amount} as amount from conformed;"
        f"create or replace temp view drift_words as {_WORDS.get(kind, _NONE)}"
    )
    store.run_model(model("055_load_words"))
    for name in identified.unknown:
        store.rows("insert into load_words values ('column', $1, $2, null, true)", [name, file.rows_in])
    is_first = not store.value("select count(*) from staging.words where source = $1", [file.source])
    known = "(select what, value_seen from staging.words where source = $1) as known"
    new = f"load_words anti join {known} using (what, value_seen)"
    store.rows(
        f"insert into staging.drift select $2, $1, what, value_seen, rows, amount from {new} where is_told or not $3",
        [file.source, file.file_id, is_first],
    )
    store.rows(f"insert into staging.words select $1, what, value_seen from {new}", [file.source])
    if is_first:
        store.rows("insert into staging.words values ($1, 'file', '')", [file.source])
