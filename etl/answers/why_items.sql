-- The ERP item each line is sold as. Reads the temp tables of a rehearsal.
select items.line_no, lines.line_type, lines.sku, items.item, items.source
from line_items as items
inner join order_lines as lines on lines.order_key = items.order_key and lines.line_no = items.line_no
order by items.line_no
