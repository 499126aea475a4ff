CREATE TABLE emergencies (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  staff TEXT NOT NULL REFERENCES staff (id),
  login TEXT NOT NULL,
  visit TEXT NOT NULL,
  patient TEXT NOT NULL,
  reason $BLOB$ NOT NULL,
  granted_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  ended_at BIGINT,
  ended_by TEXT,
  reviewed_at BIGINT,
  reviewed_by TEXT,
  verdict TEXT,
  note $BLOB$
);
CREATE INDEX emergencies_tenant ON emergencies (tenant, reviewed_at, granted_at);
CREATE INDEX emergencies_login ON emergencies (login, visit);
CREATE INDEX emergencies_running ON emergencies (ends_at) WHERE ended_at IS NULL;
