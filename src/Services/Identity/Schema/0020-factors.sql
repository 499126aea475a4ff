-- Logins of before were begun by password alone: they end here.
DROP TABLE logins;

CREATE TABLE logins (
  id TEXT PRIMARY KEY,
  secret_hash TEXT NOT NULL UNIQUE,
  staff TEXT NOT NULL REFERENCES staff (id),
  way TEXT NOT NULL,
  agent TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL
);
CREATE INDEX logins_used ON logins (used_at);
CREATE INDEX logins_staff ON logins (staff);

CREATE TABLE totp_seeds (
  id TEXT PRIMARY KEY,
  staff TEXT NOT NULL REFERENCES staff (id),
  state TEXT NOT NULL,
  seed $BLOB$ NOT NULL,
  last_step BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (staff, state)
);

CREATE TABLE recovery_codes (
  staff TEXT NOT NULL REFERENCES staff (id),
  code_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT,
  PRIMARY KEY (staff, code_hash)
);
