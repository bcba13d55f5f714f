-- The cursor of each partition: the next position to record. Its compare-and-set is the fence between daemons.
-- last_timestamp and last_checksum are those of the message before the cursor: offsets alone do not tell a topic
-- from one that was deleted and made again.
CREATE TABLE ingest_offsets (
  topic VARCHAR(249) NOT NULL,
  partition_id INT NOT NULL,
  next_offset BIGINT NOT NULL CHECK (next_offset >= 0),
  batch_id CHAR(32) NULL,
  last_timestamp BIGINT NULL,
  last_checksum CHAR(16) NULL,
  consumed BIGINT NOT NULL DEFAULT 0,
  recorded BIGINT NOT NULL DEFAULT 0,
  duplicates BIGINT NOT NULL DEFAULT 0,
  rejected BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (topic, partition_id),
  CHECK (consumed = recorded + duplicates + rejected)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
