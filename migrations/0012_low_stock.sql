-- Below this many a product counts as low in a warehouse.
CREATE TABLE low_stock (
  product_id VARCHAR(64) NOT NULL,
  warehouse_id VARCHAR(64) NOT NULL,
  level BIGINT NOT NULL CHECK (level > 0),
  changed_at DATETIME(3) NOT NULL,
  PRIMARY KEY (product_id, warehouse_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
