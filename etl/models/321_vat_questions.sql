-- One row per different question to the decision table: the facts it asks about, once for all lines that share them.
select
    row_number() over () as question_id,
    seller_registered, line_kind, route, buyer, buyer_number, special, oss, threshold, value_band, local_from, local_to, era
from (
    select distinct
        seller_registered, line_kind, route, buyer, buyer_number, special, oss, threshold, value_band, local_from, local_to, era
    from line_supplies
)
