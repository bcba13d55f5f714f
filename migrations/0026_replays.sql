-- The queue read again for the keys that an audit found, and the bills that differ. Nothing changes until a person confirms.
CREATE TABLE replays (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  audit_id BIGINT NOT NULL,
  state VARCHAR(16) NOT NULL,
  -- 1 while the topic is read, NULL afterwards: one at a time for an audit.
  running TINYINT NULL CHECK (running = 1),
  alive_until DATETIME(3) NOT NULL,
  messages_read BIGINT NOT NULL DEFAULT 0,
  messages_all BIGINT NOT NULL DEFAULT 0,
  finding_keys BIGINT NOT NULL DEFAULT 0,
  begins MEDIUMTEXT NULL,
  message VARCHAR(1024) NULL,
  started_by VARCHAR(128) NOT NULL,
  started_at DATETIME(3) NOT NULL,
  ended_at DATETIME(3) NULL,
  confirmed_by VARCHAR(128) NULL,
  confirmed_at DATETIME(3) NULL,
  UNIQUE KEY (audit_id, running),
  CHECK (state IN ('running', 'ready', 'corrected', 'error')),
  FOREIGN KEY (audit_id) REFERENCES audits (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Old values stay here for ever: what the queue says and what the records said.
CREATE TABLE replay_bills (
  replay_id BIGINT NOT NULL,
  number INT NOT NULL,
  kind VARCHAR(16) NOT NULL,
  warehouse_id VARCHAR(64) NOT NULL,
  product_id VARCHAR(64) NOT NULL,
  bill TEXT NOT NULL,
  PRIMARY KEY (replay_id, number),
  FOREIGN KEY (replay_id) REFERENCES replays (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- What a correction did to RRS of the key of a finding, so that the audit that follows knows by how much it may differ.
ALTER TABLE findings
  ADD COLUMN corrected_stock BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN corrected_in BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN corrected_entries BIGINT NOT NULL DEFAULT 0;
