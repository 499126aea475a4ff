ALTER TABLE audit_outbox ADD COLUMN purpose TEXT;
