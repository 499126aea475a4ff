CREATE INDEX visits_patient ON visits (tenant, patient);
