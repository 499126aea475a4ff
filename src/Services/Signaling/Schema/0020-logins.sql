ALTER TABLE participants ADD COLUMN login TEXT NOT NULL DEFAULT '';
CREATE INDEX participants_login ON participants (login);
