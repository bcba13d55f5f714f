-- What an audit compared, and what it found (1-domain, "Verdicts of an audit"). `runs` says who is at it, this what came of it.
-- cut: per partition where both stores stood; proof: what the records were asked to prove, and whether they did. JSON.
CREATE TABLE audits (
  id BIGINT NOT NULL PRIMARY KEY,
  scope VARCHAR(8) NOT NULL,
  step VARCHAR(16) NOT NULL,
  cut MEDIUMTEXT NULL,
  proof MEDIUMTEXT NULL,
  keys_compared BIGINT NOT NULL DEFAULT 0,
  agree BIGINT NOT NULL DEFAULT 0,
  nrs_missing BIGINT NOT NULL DEFAULT 0,
  surplus BIGINT NOT NULL DEFAULT 0,
  flows_differ BIGINT NOT NULL DEFAULT 0,
  records_incomplete BIGINT NOT NULL DEFAULT 0,
  repaired BIGINT NOT NULL DEFAULT 0,
  findings BIGINT NOT NULL DEFAULT 0,
  log_state VARCHAR(64) NULL,
  log_flag CHAR(1) NULL,
  log_description VARCHAR(128) NULL,
  CHECK (scope IN ('quick', 'full')),
  FOREIGN KEY (id) REFERENCES runs (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Keys that deviate, with both sides' numbers, written down before anything is repaired. nrs_state tells a sum from a key that is
-- missing or unreadable. flag is F until a person has dealt with it.
CREATE TABLE findings (
  audit_id BIGINT NOT NULL,
  number INT NOT NULL,
  warehouse_id VARCHAR(64) NOT NULL,
  product_id VARCHAR(64) NOT NULL,
  rrs BIGINT NOT NULL,
  rrs_in BIGINT NOT NULL,
  rrs_entries BIGINT NOT NULL,
  nrs_state VARCHAR(16) NOT NULL,
  nrs BIGINT NULL,
  nrs_in BIGINT NULL,
  nrs_entries BIGINT NULL,
  verdict VARCHAR(32) NOT NULL,
  cause VARCHAR(32) NOT NULL,
  evidence TEXT NULL,
  repaired BOOLEAN NOT NULL DEFAULT FALSE,
  flag CHAR(1) NOT NULL DEFAULT 'F',
  resolution VARCHAR(32) NULL,
  note VARCHAR(1024) NULL,
  resolved_by VARCHAR(128) NULL,
  resolved_at DATETIME(3) NULL,
  PRIMARY KEY (audit_id, number),
  UNIQUE KEY (audit_id, warehouse_id, product_id),
  CHECK (flag IN ('F', 'T')),
  CHECK (nrs_state IN ('sums', 'missing', 'unreadable')),
  FOREIGN KEY (audit_id) REFERENCES audits (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- LASTCHECK, and what the records had proved then: per partition where its journal stood. One row.
CREATE TABLE audit_state (
  id TINYINT NOT NULL PRIMARY KEY CHECK (id = 1),
  last_check DATETIME(3) NULL,
  last_audit BIGINT NULL,
  proved MEDIUMTEXT NULL,
  expiration_seconds BIGINT NULL,
  CHECK (expiration_seconds BETWEEN 10 AND 31536000)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO audit_state (id) VALUES (1);

-- Nothing was written to the table since a successful audit recounted it.
ALTER TABLE day_table_totals
  ADD COLUMN is_proved BOOLEAN NOT NULL DEFAULT FALSE,
  ADD KEY unproved (is_proved, table_id);

-- An audit counts the newest of each partition.
ALTER TABLE rejections ADD KEY of_partition (partition_id);
