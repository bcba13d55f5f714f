-- One row: what is fixed at the first migrate. A start with other settings is refused.
CREATE TABLE installation (
  id TINYINT NOT NULL PRIMARY KEY CHECK (id = 1),
  installation_id CHAR(32) NOT NULL,
  topic VARCHAR(249) NOT NULL,
  time_zone VARCHAR(64) NOT NULL,
  layout VARCHAR(16) NOT NULL,
  buckets INT NOT NULL,
  created_at DATETIME(3) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
