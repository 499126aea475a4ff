CREATE TABLE files (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  owner TEXT NOT NULL,
  author TEXT NOT NULL,
  role TEXT NOT NULL,
  note TEXT NOT NULL,
  kind TEXT NOT NULL,
  size BIGINT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  name $BLOB$ NOT NULL,
  secret $BLOB$ NOT NULL,
  state TEXT NOT NULL,
  tries BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX files_owner ON files (owner, author, at);
CREATE INDEX files_due ON files (state, due_at);
