-- Audits, rebuilds and corrections of the live stock: one at a time, with a lease (2-consistency, "An audit run", Claim).
-- running is 1 while a run is under way and NULL afterwards: the unique key lets one in.
CREATE TABLE runs (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  run_id CHAR(32) NOT NULL,
  kind VARCHAR(16) NOT NULL,
  cause VARCHAR(32) NOT NULL,
  state VARCHAR(16) NOT NULL,
  running TINYINT NULL CHECK (running = 1),
  token CHAR(32) NOT NULL,
  lease_until DATETIME(3) NOT NULL,
  started_at DATETIME(3) NOT NULL,
  started_by VARCHAR(128) NOT NULL,
  ended_at DATETIME(3) NULL,
  keys_total BIGINT NOT NULL DEFAULT 0,
  keys_done BIGINT NOT NULL DEFAULT 0,
  message VARCHAR(1024) NULL,
  UNIQUE KEY (run_id),
  UNIQUE KEY (running),
  CHECK (kind IN ('audit', 'rebuild', 'correction')),
  CHECK (state IN ('running', 'done', 'passed', 'failed', 'error'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
