-- One row per touched order that a person holds or skips: the newest such decision stands; `approve` of HELD_BY_PERSON
-- releases it again.
with newest as (
    select * from ops.decisions
    where order_key in (select order_key from touched_orders)
        and (decision in ('hold', 'skip') or (decision = 'approve' and code in ('HELD_BY_PERSON', 'SKIPPED_BY_PERSON')))
    qualify row_number() over (partition by order_key order by decision_no desc) = 1
)
select order_key, decision, decided_by, note from newest where decision <> 'approve'
