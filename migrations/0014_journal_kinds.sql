-- The kind of a line: `batch`, or a cursor that a person set: `skip` forward, `back` backward, `loss` to what the topic still
-- holds; these carry reason and person. A `back` leads from to_offset to from_offset, all others the other way.
-- read_again: messages that the partition had read before its cursor was set back, and that brought nothing new.
ALTER TABLE ingest_batches
  ADD COLUMN kind VARCHAR(16) NOT NULL DEFAULT 'batch',
  ADD COLUMN read_again BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN reason VARCHAR(1024) NULL,
  ADD COLUMN who VARCHAR(128) NULL,
  DROP INDEX partition_id,
  ADD KEY by_partition (partition_id),
  ADD CONSTRAINT journal_kind CHECK (kind IN ('batch', 'skip', 'back', 'loss'));
