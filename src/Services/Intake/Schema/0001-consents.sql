CREATE TABLE consent_texts (
  tenant TEXT NOT NULL,
  purpose TEXT NOT NULL,
  language TEXT NOT NULL,
  version BIGINT NOT NULL,
  body TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  template BIGINT NOT NULL,
  published_by TEXT NOT NULL,
  published_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, purpose, language, version)
);
CREATE INDEX consent_texts_hash ON consent_texts (tenant, sha256);

CREATE TABLE consents (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  visit TEXT NOT NULL,
  patient TEXT NOT NULL,
  purpose TEXT NOT NULL,
  language TEXT NOT NULL,
  version BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  act TEXT NOT NULL,
  given_by TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  after_withdrawals BIGINT NOT NULL,
  UNIQUE (tenant, visit, purpose, sha256, after_withdrawals),
  FOREIGN KEY (tenant, purpose, language, version) REFERENCES consent_texts (tenant, purpose, language, version)
);
CREATE INDEX consents_patient ON consents (tenant, patient, given_at);

CREATE TABLE consent_withdrawals (
  consent TEXT PRIMARY KEY REFERENCES consents (id),
  tenant TEXT NOT NULL,
  withdrawn_by TEXT NOT NULL,
  reason $BLOB$,
  withdrawn_at BIGINT NOT NULL
);
