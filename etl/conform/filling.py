"""Cells that say the same as the row above by saying nothing: filled down before anything else is made of the rows."""

from etl.conform.amounts import tidied
from etl.contracts import Identified, bound, folded
from etl.readers.grid import TABLE
from etl.store import Store


def fill_down(store: Store, identified: Identified) -> None:
    """Fill the empty cells of `raw_records` that the contract's `fill_down` names, from the nearest row above.

    A column with a header beside it is filled only between rows that say the same there; one with `""` always is.
    """
    table = identified.contract.table
    names = [folded(name) for name in identified.header]
    places = bound(identified.contract, identified.header)
    filled = []
    for canonical, within in (table.fill_down if table else {}).items():
        if canonical not in places or (within and folded(within) not in names):
            continue
        cell = tidied(f"c{places[canonical].plus[0] + 1}")
        rows = f"partition by coalesce({_cell(names, within)}, '') " if within else ""
        value = f"last_value({cell} ignore nulls) over ({rows}order by source_record)"
        filled.append(f"{value} as c{places[canonical].plus[0] + 1}")
    if filled:
        store.script(f"create or replace temp table {TABLE} as select * replace ({', '.join(filled)}) from {TABLE}")


def _cell(names: list[str], header: str) -> str:
    return f"lower({tidied(f'c{names.index(folded(header)) + 1}')})"
