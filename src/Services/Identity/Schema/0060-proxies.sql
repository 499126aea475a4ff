ALTER TABLE tenants ADD COLUMN majority_age BIGINT NOT NULL DEFAULT 18;

CREATE TABLE proxies (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  patient TEXT NOT NULL,
  scopes TEXT NOT NULL,
  from_at BIGINT NOT NULL,
  until_at BIGINT NOT NULL,
  granted_by TEXT NOT NULL,
  ended_at BIGINT,
  ended_by TEXT
);
CREATE INDEX proxies_patient ON proxies (tenant, patient, from_at);
CREATE INDEX proxies_running ON proxies (until_at) WHERE ended_at IS NULL;

ALTER TABLE links ADD COLUMN proxy TEXT REFERENCES proxies (id);
CREATE INDEX links_proxy ON links (proxy) WHERE proxy IS NOT NULL;
