-- Places under the cap of day tables (TALLYHOUSE_RECORDS_MAX_TABLES), claimed for tables that are about to be made: partitions and daemons side by side
-- make no more than the cap together. Claimed while the installation's row is locked; where the table is in the register, its claim counts no more.
CREATE TABLE day_table_claims (
  name VARCHAR(64) NOT NULL PRIMARY KEY,
  at DATETIME(3) NOT NULL,
  KEY (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE day_table_lock (
  id INT NOT NULL PRIMARY KEY
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO day_table_lock (id) VALUES (1);
