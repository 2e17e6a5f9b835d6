-- The debtor the order goes to, and how that came. Reads the temp tables of a rehearsal.
select buyer_type, source, account, candidates from debtors_of_orders
