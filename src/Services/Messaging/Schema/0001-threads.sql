CREATE TABLE threads (
  visit TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  length BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE messages (
  id TEXT PRIMARY KEY,
  visit TEXT NOT NULL REFERENCES threads (visit),
  position BIGINT NOT NULL,
  author TEXT NOT NULL,
  role TEXT NOT NULL,
  at BIGINT NOT NULL,
  text $BLOB$ NOT NULL,
  UNIQUE (visit, position)
);
CREATE INDEX messages_author ON messages (visit, author, at);
