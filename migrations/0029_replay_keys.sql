-- What a replay looked at, key by key: a correction is made only of rows that are still as it saw them.
CREATE TABLE replay_keys (
  replay_id BIGINT NOT NULL,
  warehouse_id VARCHAR(64) NOT NULL,
  product_id VARCHAR(64) NOT NULL,
  -- Of the rows before `ends` of the replay.
  digest BIGINT NOT NULL,
  -- Are all of its bills named? The rest of the others is for the next replay.
  is_whole BOOLEAN NOT NULL,
  PRIMARY KEY (replay_id, warehouse_id, product_id),
  FOREIGN KEY (replay_id) REFERENCES replays (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

-- Up to where each partition was read; one that is ready without them was made by an older version, and has to be made again.
ALTER TABLE replays ADD COLUMN ends MEDIUMTEXT NULL;
UPDATE replays SET state = 'error', message = 'made by an older version: replay again' WHERE state = 'ready';
