CREATE TABLE oauth_apps (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenants (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  redirects TEXT NOT NULL,
  scopes TEXT NOT NULL,
  public_keys TEXT,
  created_at BIGINT NOT NULL,
  ended_at BIGINT
);
CREATE INDEX oauth_apps_tenant ON oauth_apps (tenant);

CREATE TABLE oauth_asks (
  ask_hash TEXT PRIMARY KEY,
  app TEXT NOT NULL REFERENCES oauth_apps (id),
  parameters TEXT NOT NULL,
  scopes TEXT NOT NULL,
  signed_in_after BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  next_hash TEXT UNIQUE,
  granted TEXT,
  used_at BIGINT
);

CREATE TABLE oauth_grants (
  id TEXT PRIMARY KEY,
  app TEXT NOT NULL REFERENCES oauth_apps (id),
  staff TEXT NOT NULL REFERENCES staff (id),
  login TEXT NOT NULL,
  scopes TEXT NOT NULL,
  offline BIGINT NOT NULL,
  status TEXT NOT NULL,
  given_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL
);
CREATE INDEX oauth_grants_staff ON oauth_grants (staff);
CREATE INDEX oauth_grants_login ON oauth_grants (login);

CREATE TABLE oauth_tokens (
  id TEXT PRIMARY KEY,
  app TEXT NOT NULL REFERENCES oauth_apps (id),
  grant_id TEXT,
  subject TEXT,
  type TEXT NOT NULL,
  status TEXT NOT NULL,
  reference_hash TEXT UNIQUE,
  payload TEXT,
  created_at BIGINT,
  expires_at BIGINT,
  redeemed_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX oauth_tokens_grant ON oauth_tokens (grant_id);
CREATE INDEX oauth_tokens_expires ON oauth_tokens (expires_at);

CREATE TABLE oauth_keys (
  id TEXT PRIMARY KEY,
  purpose TEXT NOT NULL,
  sealed $BLOB$ NOT NULL,
  from_at BIGINT NOT NULL,
  UNIQUE (purpose, from_at)
);

-- Assertions by which applications have shown who they are: none counts twice.
CREATE TABLE oauth_assertions (
  app TEXT NOT NULL,
  jti_hash TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (app, jti_hash)
);
CREATE INDEX oauth_assertions_expires ON oauth_assertions (expires_at);
