-- Looked at every second: when the last run of a kind and state ended.
ALTER TABLE runs ADD KEY by_end (kind, state, ended_at);
