-- The last two days by minute of create_time (minutes since 1970 UTC), for the wall's last hour. A view, not a proof.
CREATE TABLE minute_totals (
  minute BIGINT NOT NULL,
  partition_id INT NOT NULL,
  qty_in BIGINT NOT NULL,
  qty_out BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  PRIMARY KEY (minute, partition_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
