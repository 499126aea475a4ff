CREATE TABLE join_steps (
  attempt TEXT NOT NULL,
  side TEXT NOT NULL,
  state TEXT NOT NULL,
  ms DOUBLE PRECISION NOT NULL,
  reason TEXT,
  release TEXT NOT NULL,
  visit TEXT,
  at BIGINT NOT NULL,
  PRIMARY KEY (attempt, side, state, ms)
);
CREATE INDEX join_steps_visit ON join_steps (visit, at);
