ALTER TABLE messages ADD COLUMN file TEXT;
CREATE INDEX messages_file ON messages (file);
