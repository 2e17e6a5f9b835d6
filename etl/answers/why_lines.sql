-- The order's lines and what each adds to the total. Reads the temp tables of a rehearsal.
select
    lines.line_no,
    lines.line_type,
    lines.sku,
    lines.description,
    lines.quantity,
    lines.unit_price,
    parts.rule_id,
    parts.treatment,
    parts.vat_country,
    parts.vat_rate,
    parts.vat_code,
    from_ore(parts.net_ore) as net_amount,
    from_ore(parts.vat_ore) as vat_amount,
    from_ore(parts.gross_ore) as gross_amount,
    files.file_name,
    lines.source_record
from order_lines as lines
left join line_vat as parts on parts.order_key = lines.order_key and parts.line_no = lines.line_no
left join staging.files as files on files.file_id = lines.file_id
order by lines.line_no, parts.part_no
