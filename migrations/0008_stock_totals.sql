-- The running total of each key: RRS, the stock by the records, is qty_in + adjust_in - qty_out - adjust_out.
-- Gross sums and the net all stay within +-(2^53 - 1): an entry that would leave the range is rejected.
CREATE TABLE stock_totals (
  warehouse_id VARCHAR(64) NOT NULL,
  product_id VARCHAR(64) NOT NULL,
  qty_in BIGINT NOT NULL,
  qty_out BIGINT NOT NULL,
  adjust_in BIGINT NOT NULL,
  adjust_out BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  PRIMARY KEY (warehouse_id, product_id),
  CHECK (qty_in >= 0 AND adjust_in >= 0 AND qty_in + adjust_in <= 9007199254740991),
  CHECK (qty_out >= 0 AND adjust_out >= 0 AND qty_out + adjust_out <= 9007199254740991)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
