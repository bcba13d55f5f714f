-- What was sent again, corrected, for a rejection, which stays as it is. Its place is not known while Kafka has not confirmed it: then it
-- may be sent once more, since an entry that comes twice counts once.
CREATE TABLE resubmissions (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  rejection_id BIGINT NOT NULL,
  raw MEDIUMBLOB NOT NULL,
  who VARCHAR(128) NOT NULL,
  at DATETIME(3) NOT NULL,
  partition_id INT NULL,
  generation INT NULL,
  kafka_offset BIGINT NULL,
  KEY of_rejection (rejection_id),
  KEY place (partition_id, generation, kafka_offset),
  CONSTRAINT of_a_rejection FOREIGN KEY (rejection_id) REFERENCES rejections (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

ALTER TABLE rejections ADD KEY by_code (code, id);
