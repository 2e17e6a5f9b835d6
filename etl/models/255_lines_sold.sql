-- One row per line of a touched order with its ERP item: what a document line shows of it.
-- view: read once or twice, a few columns
select lines.*, items.item
from order_lines as lines
inner join line_items as items on items.order_key = lines.order_key and items.line_no = lines.line_no
