CREATE TABLE proxies (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  patient TEXT NOT NULL REFERENCES patients (id),
  content $BLOB$ NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX proxies_patient ON proxies (tenant, patient, created_at);
