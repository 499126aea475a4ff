CREATE TABLE log_witnesses (
  key TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);
