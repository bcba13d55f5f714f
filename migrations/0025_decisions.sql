-- What a person decided about a finding is used up by the audit that comes after it, whether that could settle the key or not.
ALTER TABLE findings
  ADD COLUMN used_by BIGINT NULL,
  ADD KEY decided (resolution, used_by);
