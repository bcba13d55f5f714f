-- Files of entries that people look at before they send them. What was sent stays known; the bytes are let go after a day.
CREATE TABLE uploads (
  id CHAR(32) NOT NULL PRIMARY KEY,
  name VARCHAR(255) NOT NULL,
  who VARCHAR(128) NOT NULL,
  at DATETIME(3) NOT NULL,
  bytes BIGINT NOT NULL,
  sha256 CHAR(64) NOT NULL,
  state ENUM('looked_at', 'sending', 'sent') NOT NULL DEFAULT 'looked_at',
  changed_at DATETIME(3) NOT NULL,
  accepted BIGINT NULL,
  left_out BIGINT NULL,
  KEY (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE upload_chunks (
  upload_id CHAR(32) NOT NULL,
  number INT NOT NULL,
  content MEDIUMBLOB NOT NULL,
  PRIMARY KEY (upload_id, number),
  CONSTRAINT of_an_upload FOREIGN KEY (upload_id) REFERENCES uploads (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
