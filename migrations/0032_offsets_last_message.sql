-- last_offset: where the message of last_timestamp and last_checksum is. Marks of transactions take places, so it need not be the one before
-- the cursor. generation_began: when the topic of this name that is read now was accepted; rows that were recorded before came from another,
-- in which the same offset was another message.
ALTER TABLE ingest_offsets
  ADD COLUMN last_offset BIGINT NULL,
  ADD COLUMN generation_began DATETIME(3) NULL;
UPDATE ingest_offsets SET last_offset = next_offset - 1 WHERE last_checksum IS NOT NULL;
-- When that was is not known of those that were accepted before: whatever is recorded until now may be of the earlier one.
UPDATE ingest_offsets SET generation_began = UTC_TIMESTAMP(3) WHERE generation > 0;
