-- One row per order to explain: how its prices are read and what it states. Amounts in øre, rates in basis points.
-- The standard rates are those of the state the goods leave from and of the buyer's, on the day of supply.
with facts as (
    select
        modes.order_key,
        modes.price_mode,
        modes.shop_vat_ore,
        modes.total_ore,
        shops.vat_method,
        coalesce(orders.shipped_date, orders.paid_date, orders.order_date) as day,
        coalesce(home.vat_country, orders.ship_from_country, company.country) as home,
        coalesce(abroad.vat_country, orders.shipping_country, orders.billing_country) as abroad
    from price_modes as modes
    inner join orders_to_explain using (order_key)
    inner join core.orders as orders using (order_key)
    left join setting.shops as shops on shops.shop = orders.shop
    left join setting.company as company on true
    left join setting.countries as home on home.iso2 = coalesce(orders.ship_from_country, company.country)
    left join setting.countries as abroad on abroad.iso2 = coalesce(orders.shipping_country, orders.billing_country)
),
gift_cards as (
    select order_key, sum(to_ore(payments.amount))::bigint as gift_cards_ore
    from core.order_payments as payments
    left join setting.payment_methods as methods on methods.method_name = payments.method_name
    where payments.gift_card_no is not null or methods.is_gift_card
    group by order_key
)
select
    facts.*,
    coalesce(gift_cards.gift_cards_ore, 0) as gift_cards_ore,
    discounts.discount_ore as stated_discount_ore,
    coalesce(discounts.is_clear, true) as is_discount_clear,
    (home_rate.rate * 100)::integer as home_bp,
    (abroad_rate.rate * 100)::integer as abroad_bp
from facts
left join gift_cards using (order_key)
left join order_discounts as discounts using (order_key)
left join setting.vat_rates as home_rate on home_rate.vat_country = facts.home and home_rate.category = 'standard'
    and coalesce(home_rate.region, '') = ''
    and facts.day between home_rate.valid_from and coalesce(home_rate.valid_to, date '9999-12-31')
left join setting.vat_rates as abroad_rate on abroad_rate.vat_country = facts.abroad and abroad_rate.category = 'standard'
    and coalesce(abroad_rate.region, '') = ''
    and facts.day between abroad_rate.valid_from and coalesce(abroad_rate.valid_to, date '9999-12-31')
order by facts.order_key
