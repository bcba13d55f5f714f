-- How many bytes of deltas and note a line holds; 0 once they were let go. Indexed, so that the sum and the oldest line are
-- found without reading them.
ALTER TABLE ingest_batches
  ADD COLUMN bytes INT NOT NULL DEFAULT 0,
  ADD KEY by_bytes (bytes);
UPDATE ingest_batches SET bytes = LENGTH(COALESCE(deltas, '')) + LENGTH(COALESCE(note, ''));
