-- The stock ledger of ERPNext (version 15): the columns that matter, as MariaDB has them. A delivery that is cancelled leaves its row, marked, and a
-- second one that takes it back.
CREATE DATABASE IF NOT EXISTS erp CHARACTER SET utf8mb4;
USE erp;
CREATE TABLE `tabStock Ledger Entry` (
  name VARCHAR(140) NOT NULL PRIMARY KEY,
  creation DATETIME(6),
  docstatus INT NOT NULL DEFAULT 0,
  item_code VARCHAR(140),
  warehouse VARCHAR(140),
  posting_date DATE,
  posting_time TIME(6),
  voucher_type VARCHAR(140),
  voucher_no VARCHAR(140),
  actual_qty DECIMAL(21,9) NOT NULL DEFAULT 0,
  qty_after_transaction DECIMAL(21,9) NOT NULL DEFAULT 0,
  company VARCHAR(140),
  is_cancelled INT NOT NULL DEFAULT 0
);
DELIMITER //
CREATE PROCEDURE ledger(first INT, last INT)
BEGIN
  DECLARE n INT DEFAULT first;
  WHILE n <= last DO
    INSERT INTO `tabStock Ledger Entry` VALUES (
      CONCAT('sle', LPAD(n, 6, '0')), NOW(6), 1, CONCAT('ITEM-', LPAD(n MOD 17, 3, '0')),
      ELT(1 + n MOD 3, 'Stores - A', 'Finished Goods - A', 'Shop - A'), DATE('2026-11-01') + INTERVAL n MOD 28 DAY,
      MAKETIME(8 + n MOD 10, n MOD 60, 3.25), IF(n MOD 2, 'Delivery Note', 'Purchase Receipt'),
      CONCAT(IF(n MOD 2, 'MAT-DN-2026-', 'MAT-PRE-2026-'), LPAD(n DIV 4, 5, '0')), IF(n MOD 2, -1, 2) * (1 + n MOD 24), 0, 'Acme', 0);
    SET n = n + 1;
  END WHILE;
END //
CREATE PROCEDURE cancel_every(step INT)
BEGIN
  INSERT INTO `tabStock Ledger Entry`
    SELECT CONCAT(name, '-c'), NOW(6), 1, item_code, warehouse, posting_date, posting_time, voucher_type, voucher_no, -actual_qty, 0, company, 1
    FROM `tabStock Ledger Entry` WHERE is_cancelled = 0 AND CAST(SUBSTRING(name, 4) AS UNSIGNED) MOD step = 0;
  UPDATE `tabStock Ledger Entry` AS t JOIN `tabStock Ledger Entry` AS c ON c.name = CONCAT(t.name, '-c') SET t.is_cancelled = 1;
END //
DELIMITER ;
CALL ledger(1, 600);
CALL cancel_every(50);
