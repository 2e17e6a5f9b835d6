"""How much of a file is read: beyond these it is refused with a reason, whatever it holds."""

MAX_BYTES = 2 * 1024**3
MAX_COLUMNS = 1000
MAX_RECORDS = 20_000_000
# Characters of one cell; what Python's csv module allows unless told otherwise.
MAX_CELL = 131_072
# Characters of one record.
MAX_RECORD = 500_000
# Of a zipped workbook: bytes of all its parts unpacked, cells of a sheet from its first to its last (each takes some
# 32 bytes of memory, filled or not), and how many times smaller than its parts the file may be, where they are large.
MAX_UNZIPPED = 1024**3
MAX_CELLS = 30_000_000
MAX_RATIO = 200
# Of an XML file: bytes read until a record ends, and elements and texts that stand beside the records and are kept.
MAX_XML_ELEMENT = 64 * 1024**2
MAX_XML_KEPT = 200_000
