CREATE TABLE visits (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  call TEXT NOT NULL UNIQUE,
  clinician TEXT NOT NULL,
  patient TEXT NOT NULL,
  starts_at BIGINT NOT NULL,
  minutes BIGINT NOT NULL,
  state TEXT NOT NULL,
  started_at BIGINT,
  ended_at BIGINT,
  call_end_reason TEXT,
  overdue_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX visits_day ON visits (tenant, starts_at);
CREATE INDEX visits_clinician_day ON visits (tenant, clinician, starts_at);
CREATE INDEX visits_overdue ON visits (state, overdue_at);

CREATE TABLE participants (
  id TEXT PRIMARY KEY,
  visit TEXT NOT NULL REFERENCES visits (id),
  position BIGINT NOT NULL,
  role TEXT NOT NULL,
  staff TEXT,
  patient TEXT,
  UNIQUE (visit, position)
);
