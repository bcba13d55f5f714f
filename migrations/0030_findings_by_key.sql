-- A key that somebody has dealt with is dealt with in every audit that saw it.
ALTER TABLE findings ADD KEY by_key (warehouse_id, product_id, flag);
