"""Rows that came back mended: what they replace is superseded, and the link from one to the other is kept."""

from etl.contracts import Identified, folded
from etl.staging.file import LoadFile
from etl.store import Store


def links(store: Store, identified: Identified) -> None:
    """Make `load_links`: (source_record, link) of the rows that say which row they mend. Reads `raw_records`."""
    names = [folded(name) for name in identified.header]
    link = f"c{names.index('_row') + 1}" if "_row" in names else "null::varchar"
    store.script(
        f"create or replace temp table load_links as select source_record, {link} as link from raw_records"
        f" where {link} is not null"
    )


def close(store: Store, file: LoadFile) -> None:
    """Give the rejected rows that these rows mend the fate `superseded`. A link is `<start of the sha256>:<record>`."""
    store.rows(
        "create or replace temp table load_corrections as select rejects.*, $1::bigint as by_file_id,"
        " links.source_record as by_source_record from load_links as links"
        " inner join staging.files as files on starts_with(files.sha256, split_part(links.link, ':', 1))"
        " and files.shop = $2 and files.file_id <> $1 and length(split_part(links.link, ':', 1)) = 16"
        " inner join staging.rejects as rejects on rejects.file_id = files.file_id"
        " and rejects.source_record = try_cast(split_part(links.link, ':', 2) as bigint)",
        [file.file_id, file.shop],
    )
    store.script(
        "insert into staging.corrected by name select * from load_corrections;"
        "delete from staging.rejects where (file_id, source_record) in"
        " (select (file_id, source_record) from load_corrections)"
    )
