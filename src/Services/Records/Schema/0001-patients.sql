CREATE TABLE patients (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  content $BLOB$ NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX patients_tenant ON patients (tenant, created_at);
