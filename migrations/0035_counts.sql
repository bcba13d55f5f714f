-- Counts of shelves (盘点) that were posted: what was counted, what the books said at that moment and at which places of the stream, and who posted it. The
-- adjusting entries are entries like any other, with the bill of the count.
CREATE TABLE counts (
  id CHAR(32) NOT NULL PRIMARY KEY,
  bill_id VARCHAR(64) NOT NULL,
  file VARCHAR(255) NOT NULL,
  who VARCHAR(128) NOT NULL,
  at DATETIME(3) NOT NULL,
  note VARCHAR(512) NOT NULL,
  KEY (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE count_lines (
  count_id CHAR(32) NOT NULL,
  warehouse_id VARCHAR(64) NOT NULL,
  product_id VARCHAR(64) NOT NULL,
  counted_at DATETIME(3) NOT NULL,
  book BIGINT NOT NULL,
  counted BIGINT NOT NULL,
  PRIMARY KEY (count_id, warehouse_id, product_id),
  CONSTRAINT counted_is_a_number_of_pieces CHECK (counted >= 0),
  CONSTRAINT of_a_count FOREIGN KEY (count_id) REFERENCES counts (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE count_positions (
  count_id CHAR(32) NOT NULL,
  partition_id INT NOT NULL,
  next_offset BIGINT NOT NULL,
  PRIMARY KEY (count_id, partition_id),
  CONSTRAINT positions_of_a_count FOREIGN KEY (count_id) REFERENCES counts (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
