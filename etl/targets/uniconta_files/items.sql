-- One row per new item of the batch. Which product is it in the ERP's words?
select 'items' as output_part, items.*
from batch_items as items
order by items.item
