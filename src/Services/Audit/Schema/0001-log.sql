CREATE TABLE log_head (
  id BIGINT PRIMARY KEY,
  origin TEXT NOT NULL,
  size BIGINT NOT NULL,
  root $BLOB$ NOT NULL,
  grown_at BIGINT NOT NULL,
  holder TEXT NOT NULL,
  token BIGINT NOT NULL,
  held_until BIGINT NOT NULL
);

CREATE TABLE log_tiles (
  level BIGINT NOT NULL,
  number BIGINT NOT NULL,
  hashes $BLOB$ NOT NULL,
  PRIMARY KEY (level, number)
);

CREATE TABLE log_entries (
  seq BIGINT PRIMARY KEY,
  taken BIGINT NOT NULL,
  at BIGINT NOT NULL,
  store TEXT NOT NULL,
  counter BIGINT NOT NULL,
  tenant TEXT NOT NULL,
  action TEXT NOT NULL,
  actor TEXT NOT NULL,
  patient TEXT,
  skew BIGINT,
  body $BLOB$ NOT NULL
);
CREATE INDEX log_entries_patient ON log_entries (patient, at, seq) WHERE patient IS NOT NULL;
CREATE INDEX log_entries_actor ON log_entries (actor, at, seq);
CREATE INDEX log_entries_tenant ON log_entries (tenant, at, seq);

CREATE TABLE log_sources (
  store TEXT PRIMARY KEY,
  counter BIGINT NOT NULL,
  mac $BLOB$ NOT NULL,
  at BIGINT NOT NULL
);

CREATE TABLE log_keys (
  id TEXT PRIMARY KEY,
  position BIGINT NOT NULL UNIQUE,
  public_key TEXT NOT NULL,
  secret $BLOB$ NOT NULL,
  vouched $BLOB$ NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE log_checkpoints (
  size BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  note TEXT NOT NULL,
  cosigned BIGINT NOT NULL
);

CREATE TABLE log_segments (
  first BIGINT PRIMARY KEY,
  next BIGINT NOT NULL,
  at BIGINT NOT NULL
);
