CREATE TABLE ended_logins (
  login TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);
CREATE INDEX ended_logins_at ON ended_logins (at);
