-- What each day table must hold, per partition that wrote to it, so that partitions do not queue for one row.
CREATE TABLE day_table_totals (
  table_id INT NOT NULL,
  partition_id INT NOT NULL,
  qty_in BIGINT NOT NULL,
  qty_out BIGINT NOT NULL,
  adjust_in BIGINT NOT NULL,
  adjust_out BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  PRIMARY KEY (table_id, partition_id),
  CHECK (qty_in BETWEEN 0 AND 9007199254740991 AND qty_out BETWEEN 0 AND 9007199254740991),
  CHECK (adjust_in BETWEEN 0 AND 9007199254740991 AND adjust_out BETWEEN 0 AND 9007199254740991)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
