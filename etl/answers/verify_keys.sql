-- Each document key, which must stand once (law 2).
select shop, order_id, event, count(*) as times from core.documents group by shop, order_id, event
