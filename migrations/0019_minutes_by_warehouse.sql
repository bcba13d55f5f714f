-- A wall may be about some warehouses only. What was counted before is of no warehouse.
ALTER TABLE minute_totals
  ADD COLUMN warehouse_id VARCHAR(64) NOT NULL DEFAULT '' AFTER minute,
  DROP PRIMARY KEY,
  ADD PRIMARY KEY (minute, warehouse_id, partition_id);
