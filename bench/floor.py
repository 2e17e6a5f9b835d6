"""The floor of the benchmark: one hand-written DuckDB script (`floor.sql`) on a file database.

    python floor.py DIR

DIR holds orders_export.csv and payouts.csv; order_lines.csv and journal_lines.csv appear there.

The script stops once, where the VAT numbers of zero-rated orders are checked.
"""

import os
import sys
from pathlib import Path

import duckdb
from stdnum.eu import vat

SCRIPT = Path(__file__).with_name("floor.sql")
MARKER = "-- >>>"
ZERO_RATED = "select distinct vat_number from orders join order_rates using (order_no) where vat_code = 'UEUV'"


def main() -> None:
    """Run the script in the folder named on the command line, on a database `floor.duckdb` made there."""
    before, _, after = SCRIPT.read_text("utf-8").partition(MARKER)
    os.chdir(sys.argv[1])
    with duckdb.connect("floor.duckdb") as connection:
        connection.execute(before)
        numbers = [number for (number,) in connection.execute(ZERO_RATED).fetchall()]
        checked = [vat.is_valid(number) for number in numbers]
        connection.execute("insert into vat_numbers_checked select unnest(?), unnest(?)", [numbers, checked])
        connection.execute("--" + after)


if __name__ == "__main__":
    main()
