-- A bill is looked for by its id, whosever it is.
ALTER TABLE bill_lines
  DROP PRIMARY KEY,
  ADD PRIMARY KEY (bill_id, company_id, product_id, warehouse_id, line_no);
