-- highest_offset: how far the partition had been read when its cursor was set back; below it messages are met again.
-- generation: raised when a topic that was deleted and made again is accepted: the same offset is another message then.
ALTER TABLE ingest_offsets
  ADD COLUMN read_again BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN highest_offset BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN generation INT NOT NULL DEFAULT 0;
