-- The register of day tables: maps names to what they hold, both ways. A product's or a bucket's day.
CREATE TABLE day_tables (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(64) NOT NULL,
  product_id VARCHAR(64) NULL,
  bucket INT NULL,
  day DATE NOT NULL,
  created_at DATETIME(3) NOT NULL,
  UNIQUE KEY (name),
  KEY (product_id, day),
  KEY (day),
  CHECK ((product_id IS NULL) <> (bucket IS NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
