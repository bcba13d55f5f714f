-- Of which generation of its topic the message is, see 0015.
ALTER TABLE rejections
  ADD COLUMN generation INT NOT NULL DEFAULT 0,
  DROP INDEX topic,
  ADD UNIQUE KEY origin (topic, partition_id, generation, kafka_offset);
