-- Messages that are no valid entry, with their raw bytes: never skipped, never lost.
CREATE TABLE rejections (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  topic VARCHAR(249) NOT NULL,
  partition_id INT NOT NULL,
  kafka_offset BIGINT NOT NULL,
  code VARCHAR(32) NOT NULL,
  field VARCHAR(64) NULL,
  reason VARCHAR(1024) NOT NULL,
  raw LONGBLOB NOT NULL,
  rejected_at DATETIME(3) NOT NULL,
  UNIQUE KEY (topic, partition_id, kafka_offset)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
