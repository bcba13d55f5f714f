-- Import profiles by name: how a person has said that files with these titles are read, kept for the next one. `choices` is in the notation
-- of the import page's URL (docs/files.md#choices).
CREATE TABLE import_profiles (
  name VARCHAR(64) NOT NULL PRIMARY KEY,
  titles CHAR(64) NOT NULL,
  choices TEXT NOT NULL,
  who VARCHAR(128) NOT NULL,
  changed_at DATETIME(3) NOT NULL,
  used INT NOT NULL DEFAULT 0,
  CONSTRAINT import_profiles_are_named CHECK (CHAR_LENGTH(name) > 0),
  CONSTRAINT import_profiles_are_counted CHECK (used >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
