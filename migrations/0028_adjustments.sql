-- When the adjusting entry of a finding was acknowledged by Kafka; NULL while it has to be sent.
ALTER TABLE findings
  ADD COLUMN adjusted_at DATETIME(3) NULL,
  ADD KEY unadjusted (resolution, adjusted_at);
