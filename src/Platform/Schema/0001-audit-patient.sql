ALTER TABLE audit_outbox ADD COLUMN patient TEXT;

CREATE TABLE audit_relayed (
  id BIGINT PRIMARY KEY,
  counter BIGINT NOT NULL,
  at BIGINT NOT NULL
);
