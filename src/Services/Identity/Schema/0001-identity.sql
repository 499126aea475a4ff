CREATE TABLE tenants (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  phone TEXT NOT NULL,
  zone TEXT NOT NULL,
  demo BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE staff (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenants (id),
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  email_hash TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE logins (
  secret_hash TEXT PRIMARY KEY,
  staff TEXT NOT NULL REFERENCES staff (id),
  created_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL
);
CREATE INDEX logins_used ON logins (used_at);

CREATE TABLE demo_links (
  token_hash TEXT PRIMARY KEY,
  staff TEXT NOT NULL REFERENCES staff (id),
  expires_at BIGINT NOT NULL
);

CREATE TABLE links (
  token_hash TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  visit TEXT NOT NULL,
  call TEXT NOT NULL,
  participant TEXT NOT NULL,
  role TEXT NOT NULL,
  patient TEXT,
  not_before BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  device_hash TEXT,
  revoked_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX links_participant ON links (tenant, visit, participant);

CREATE TABLE proven_devices (
  token_hash TEXT NOT NULL REFERENCES links (token_hash),
  device_hash TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (token_hash, device_hash)
);

CREATE TABLE attempts (
  scope TEXT NOT NULL,
  subject TEXT NOT NULL,
  times TEXT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (scope, subject)
);
CREATE INDEX attempts_last ON attempts (last_at);
