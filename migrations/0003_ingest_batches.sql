-- The journal: one line per committed batch. from_offset and to_offset are positions, not counts: topics have holes.
-- deltas is what the batch does to the live stock, note what it tells the live view; both may be let go before the line.
CREATE TABLE ingest_batches (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  partition_id INT NOT NULL,
  batch_id CHAR(32) NOT NULL,
  previous_batch_id CHAR(32) NULL,
  from_offset BIGINT NOT NULL,
  to_offset BIGINT NOT NULL,
  consumed BIGINT NOT NULL,
  recorded BIGINT NOT NULL,
  duplicates BIGINT NOT NULL,
  rejected BIGINT NOT NULL,
  deltas MEDIUMTEXT NULL,
  note MEDIUMTEXT NULL,
  recorded_at DATETIME(3) NOT NULL,
  UNIQUE KEY (batch_id),
  KEY (partition_id, from_offset),
  CHECK (from_offset < to_offset),
  CHECK (consumed = recorded + duplicates + rejected)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
