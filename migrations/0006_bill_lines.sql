-- The register of identities: makes a resend on another day a conflict, and finds every line of a bill at once.
CREATE TABLE bill_lines (
  company_id VARCHAR(64) NOT NULL,
  bill_id VARCHAR(64) NOT NULL,
  product_id VARCHAR(64) NOT NULL,
  warehouse_id VARCHAR(64) NOT NULL,
  line_no INT NOT NULL,
  day DATE NOT NULL,
  table_id INT NOT NULL,
  PRIMARY KEY (company_id, bill_id, product_id, warehouse_id, line_no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
