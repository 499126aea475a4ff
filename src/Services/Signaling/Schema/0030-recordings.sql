CREATE TABLE recordings (
  recording TEXT PRIMARY KEY,
  call TEXT NOT NULL,
  tenant TEXT NOT NULL,
  visit TEXT NOT NULL,
  secret $BLOB$ NOT NULL,
  state TEXT NOT NULL,
  turn BIGINT NOT NULL,
  media_epoch BIGINT NOT NULL,
  media_turn BIGINT NOT NULL,
  told TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX recordings_call ON recordings (call, state);

CREATE TABLE recording_answers (
  recording TEXT NOT NULL,
  participant TEXT NOT NULL,
  number BIGINT NOT NULL,
  role TEXT NOT NULL,
  login TEXT NOT NULL,
  yes BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (recording, participant, number)
);
