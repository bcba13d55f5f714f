-- The catalogue: ids are for machines, people read names.
CREATE TABLE names (
  kind VARCHAR(16) NOT NULL,
  id VARCHAR(64) NOT NULL,
  zh VARCHAR(128) NULL,
  en VARCHAR(128) NULL,
  unit VARCHAR(32) NULL,
  changed_at DATETIME(3) NOT NULL,
  PRIMARY KEY (kind, id),
  CHECK (kind IN ('product', 'warehouse', 'company'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
