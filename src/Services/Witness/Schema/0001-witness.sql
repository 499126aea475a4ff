CREATE TABLE witness_logs (
  origin TEXT PRIMARY KEY,
  size BIGINT NOT NULL,
  root $BLOB$ NOT NULL,
  note TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE TABLE witness_keys (
  key TEXT PRIMARY KEY,
  origin TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE TABLE witness_forks (
  id TEXT PRIMARY KEY,
  origin TEXT NOT NULL,
  known TEXT NOT NULL,
  shown TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE TABLE witness_secret (
  id BIGINT PRIMARY KEY,
  public_key TEXT NOT NULL,
  secret $BLOB$ NOT NULL
);
