-- Stock moves of Odoo (version 17): the columns that matter. Odoo keeps them in PostgreSQL; the events of Debezium have the same shape, and this is
-- the database at hand. A move is planned first, and is stock once its state is `done`.
CREATE DATABASE IF NOT EXISTS odoo CHARACTER SET utf8mb4;
USE odoo;
CREATE TABLE stock_move (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  reference VARCHAR(64),
  state VARCHAR(16) NOT NULL,
  product_id INT NOT NULL,
  location_id INT NOT NULL,
  location_dest_id INT NOT NULL,
  company_id INT NOT NULL,
  quantity DECIMAL(16,4) NOT NULL,
  date DATETIME(6) NOT NULL
);
DELIMITER //
CREATE PROCEDURE moves(first INT, last INT, state VARCHAR(16))
BEGIN
  DECLARE n INT DEFAULT first;
  WHILE n <= last DO
    -- 4: suppliers, 5: customers; 8 and 18: our warehouses, 20: scrap
    INSERT INTO stock_move (reference, state, product_id, location_id, location_dest_id, company_id, quantity, date) VALUES (
      CONCAT('WH/', ELT(1 + n MOD 4, 'IN', 'OUT', 'INT', 'SP'), '/', LPAD(n, 5, '0')), state, 100 + n MOD 9,
      ELT(1 + n MOD 4, 4, 8, 8, 18), ELT(1 + n MOD 4, 8, 5, 18, 20), 1, 1 + n MOD 30, '2026-11-02 09:00:00' + INTERVAL n MINUTE);
    SET n = n + 1;
  END WHILE;
END //
DELIMITER ;
CALL moves(1, 200, 'done');
CALL moves(201, 300, 'assigned');
