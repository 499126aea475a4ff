ALTER TABLE staff ADD COLUMN disabled_at BIGINT;

CREATE TABLE invitations (
  token_hash TEXT PRIMARY KEY,
  staff TEXT NOT NULL REFERENCES staff (id),
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX invitations_staff ON invitations (staff);
