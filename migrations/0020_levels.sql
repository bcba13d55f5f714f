-- Further levels of totals, for statistics. A batch does not add to them: a warehouse's day would be one row that every
-- partition waits for. It leaves what it did as one line of pending_flows, in its own transaction; the fold adds such lines to
-- all levels and deletes them, in one transaction. So at every instant: a level + its pending flows = the rows.
CREATE TABLE pending_flows (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  flows MEDIUMTEXT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- One row, locked by whoever changes the levels. They are `missing` where entries are older than they are, until made anew.
CREATE TABLE levels (
  id TINYINT NOT NULL PRIMARY KEY CHECK (id = 1),
  state VARCHAR(16) NOT NULL,
  changed_at DATETIME(3) NOT NULL,
  CHECK (state IN ('whole', 'missing'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
INSERT INTO levels (id, state, changed_at)
  SELECT 1, IF(EXISTS (SELECT 1 FROM day_totals), 'missing', 'whole'), UTC_TIMESTAMP(3);

-- An hour of business time, by the moment at which it began (UTC): one that exists twice is two hours.
CREATE TABLE hour_totals (
  hour DATETIME NOT NULL,
  product_id VARCHAR(64) NOT NULL,
  warehouse_id VARCHAR(64) NOT NULL,
  company_id VARCHAR(64) NOT NULL,
  qty_in BIGINT NOT NULL,
  qty_out BIGINT NOT NULL,
  adjust_in BIGINT NOT NULL,
  adjust_out BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  PRIMARY KEY (hour, product_id, warehouse_id, company_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE hour_warehouse_totals (
  hour DATETIME NOT NULL,
  warehouse_id VARCHAR(64) NOT NULL,
  company_id VARCHAR(64) NOT NULL,
  qty_in BIGINT NOT NULL,
  qty_out BIGINT NOT NULL,
  adjust_in BIGINT NOT NULL,
  adjust_out BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  PRIMARY KEY (hour, warehouse_id, company_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A business day; its finest level is day_totals.
CREATE TABLE day_warehouse_totals (
  day DATE NOT NULL,
  warehouse_id VARCHAR(64) NOT NULL,
  company_id VARCHAR(64) NOT NULL,
  qty_in BIGINT NOT NULL,
  qty_out BIGINT NOT NULL,
  adjust_in BIGINT NOT NULL,
  adjust_out BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  PRIMARY KEY (day, warehouse_id, company_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE day_product_totals (
  day DATE NOT NULL,
  product_id VARCHAR(64) NOT NULL,
  company_id VARCHAR(64) NOT NULL,
  qty_in BIGINT NOT NULL,
  qty_out BIGINT NOT NULL,
  adjust_in BIGINT NOT NULL,
  adjust_out BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  PRIMARY KEY (day, product_id, company_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- A month, by its first day: openings are sums over months.
CREATE TABLE month_totals (
  month DATE NOT NULL,
  product_id VARCHAR(64) NOT NULL,
  warehouse_id VARCHAR(64) NOT NULL,
  company_id VARCHAR(64) NOT NULL,
  qty_in BIGINT NOT NULL,
  qty_out BIGINT NOT NULL,
  adjust_in BIGINT NOT NULL,
  adjust_out BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  PRIMARY KEY (month, product_id, warehouse_id, company_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE month_warehouse_totals (
  month DATE NOT NULL,
  warehouse_id VARCHAR(64) NOT NULL,
  company_id VARCHAR(64) NOT NULL,
  qty_in BIGINT NOT NULL,
  qty_out BIGINT NOT NULL,
  adjust_in BIGINT NOT NULL,
  adjust_out BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  PRIMARY KEY (month, warehouse_id, company_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE month_product_totals (
  month DATE NOT NULL,
  product_id VARCHAR(64) NOT NULL,
  company_id VARCHAR(64) NOT NULL,
  qty_in BIGINT NOT NULL,
  qty_out BIGINT NOT NULL,
  adjust_in BIGINT NOT NULL,
  adjust_out BIGINT NOT NULL,
  entries BIGINT NOT NULL,
  PRIMARY KEY (month, product_id, company_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
