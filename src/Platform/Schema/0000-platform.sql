CREATE TABLE sealing_keys (
  key_id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  purpose TEXT NOT NULL,
  key_epoch BIGINT NOT NULL,
  wrapped $BLOB$ NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (tenant, purpose, key_epoch)
);

CREATE TABLE audit_outbox (
  counter BIGINT PRIMARY KEY,
  tenant TEXT NOT NULL,
  at BIGINT NOT NULL,
  service TEXT NOT NULL,
  actor TEXT NOT NULL,
  role TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  outcome TEXT NOT NULL,
  mac $BLOB$ NOT NULL
);

CREATE TABLE audit_head (
  id BIGINT PRIMARY KEY,
  counter BIGINT NOT NULL,
  mac $BLOB$ NOT NULL,
  seal $BLOB$ NOT NULL
);

CREATE TABLE outbox (
  id TEXT NOT NULL,
  consumer TEXT NOT NULL,
  type TEXT NOT NULL,
  tenant TEXT NOT NULL,
  at BIGINT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  PRIMARY KEY (id, consumer)
);
CREATE INDEX outbox_due ON outbox (state, consumer, due_at, id);

CREATE TABLE inbox (
  event_id TEXT NOT NULL,
  consumer TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (event_id, consumer)
);

CREATE TABLE idempotency (
  scope TEXT NOT NULL,
  key_hash TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  response TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (scope, key_hash)
);
