-- What the lines come to against what the shop states. Reads the temp tables of a rehearsal.
select
    modes.price_mode,
    from_ore(totals.net_ore) as net_amount,
    from_ore(totals.vat_ore) as vat_amount,
    from_ore(totals.gross_ore) as lines_total,
    from_ore(totals.total_ore) as shop_total,
    from_ore(totals.shop_vat_ore) as shop_vat,
    from_ore(totals.rounding_ore) as rounding_amount,
    from_ore(totals.bound_ore) as allowed_difference
from price_modes as modes
left join order_totals as totals on totals.order_key = modes.order_key
