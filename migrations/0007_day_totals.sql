-- Per business day, product, warehouse and company. Changed only by x = x + ?.
CREATE TABLE day_totals (
  day DATE NOT NULL,
  product_id VARCHAR(64) NOT NULL,
  warehouse_id VARCHAR(64) NOT NULL,
  company_id VARCHAR(64) NOT NULL,
  qty_in BIGINT NOT NULL,
  qty_out BIGINT NOT NULL,
  adjust_in BIGINT NOT NULL,
  adjust_out BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  PRIMARY KEY (day, product_id, warehouse_id, company_id),
  CHECK (qty_in BETWEEN 0 AND 9007199254740991 AND qty_out BETWEEN 0 AND 9007199254740991),
  CHECK (adjust_in BETWEEN 0 AND 9007199254740991 AND adjust_out BETWEEN 0 AND 9007199254740991)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
