"""How much of a file is read: beyond these it is refused with a reason, whatever it holds."""

MAX_BYTES = 2 * 1024**3
MAX_COLUMNS = 1000
MAX_RECORDS = 20_000_000
# Characters of one cell; what Python's csv module allows unless told otherwise.
MAX_CELL = 131_072
# Characters of one record.
MAX_RECORD = 500_000
