CREATE TABLE deliveries (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  template TEXT NOT NULL,
  subject TEXT NOT NULL,
  recipient TEXT,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  attempts_since_replay BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  outcome TEXT,
  created_at BIGINT NOT NULL,
  settled_at BIGINT
);
CREATE INDEX deliveries_due ON deliveries (state, due_at, id);
CREATE INDEX deliveries_tenant ON deliveries (tenant, created_at);

CREATE TABLE delivery_attempts (
  delivery TEXT NOT NULL REFERENCES deliveries (id),
  number BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (delivery, number)
);
