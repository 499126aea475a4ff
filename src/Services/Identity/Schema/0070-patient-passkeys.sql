CREATE TABLE patient_passkeys (
  credential TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  patient TEXT NOT NULL,
  public_key $BLOB$ NOT NULL,
  sign_count BIGINT NOT NULL,
  transports TEXT NOT NULL,
  backup_eligible BIGINT NOT NULL,
  backed_up BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX patient_passkeys_patient ON patient_passkeys (tenant, patient);
