CREATE TABLE log_carried (
  place TEXT NOT NULL,
  first BIGINT NOT NULL,
  next BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (place, first)
);
