CREATE TABLE destructions (
  tenant TEXT PRIMARY KEY,
  asked_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  destroyed_at BIGINT
);
CREATE INDEX destructions_due ON destructions (destroyed_at, due_at);
