CREATE TABLE passkeys (
  credential TEXT PRIMARY KEY,
  staff TEXT NOT NULL REFERENCES staff (id),
  name TEXT NOT NULL,
  public_key $BLOB$ NOT NULL,
  sign_count BIGINT NOT NULL,
  transports TEXT NOT NULL,
  backup_eligible BIGINT NOT NULL,
  backed_up BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX passkeys_staff ON passkeys (staff);

CREATE TABLE passkey_ceremonies (
  token_hash TEXT PRIMARY KEY,
  staff TEXT NOT NULL,
  state TEXT NOT NULL,
  expires_at BIGINT NOT NULL
);
