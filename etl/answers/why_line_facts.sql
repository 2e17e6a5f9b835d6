-- What the VAT table asks of each line. Reads the temp tables of a rehearsal.
select
    unnest(line_nos) as line_no,
    seller_registered,
    line_kind,
    route,
    buyer_number,
    special,
    oss,
    threshold,
    supply_date
from line_supplies
order by line_no
