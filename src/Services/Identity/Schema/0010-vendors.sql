CREATE TABLE vendors (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  agreement TEXT NOT NULL,
  from_day TEXT NOT NULL,
  until_day TEXT NOT NULL,
  data_classes TEXT NOT NULL,
  ended_at BIGINT,
  alerted_for TEXT,
  alerted_at BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX vendors_tenant ON vendors (tenant);
CREATE INDEX vendors_until ON vendors (until_day);

CREATE TABLE vendor_hosts (
  tenant TEXT NOT NULL,
  host TEXT NOT NULL,
  vendor TEXT NOT NULL REFERENCES vendors (id),
  PRIMARY KEY (tenant, host, vendor)
);
CREATE INDEX vendor_hosts_vendor ON vendor_hosts (vendor);
