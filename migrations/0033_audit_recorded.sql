-- Entries that were recorded at the last success: what came since is unverified.
ALTER TABLE audit_state ADD COLUMN last_recorded BIGINT NULL;
