CREATE TABLE calls (
  call TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  visit TEXT NOT NULL,
  incarnation TEXT NOT NULL,
  last_sequence BIGINT NOT NULL,
  state TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_reason TEXT NOT NULL,
  node TEXT NOT NULL,
  node_incarnation TEXT NOT NULL,
  placement_epoch BIGINT NOT NULL,
  media_closed BIGINT NOT NULL
);
CREATE INDEX calls_open ON calls (state, node);

CREATE TABLE participants (
  call TEXT NOT NULL,
  participant TEXT NOT NULL,
  role TEXT NOT NULL,
  state TEXT NOT NULL,
  seat BIGINT NOT NULL,
  admitted_at_sequence BIGINT NOT NULL,
  announced BIGINT NOT NULL,
  wants_offer BIGINT NOT NULL,
  generation BIGINT NOT NULL,
  offer_sequence BIGINT NOT NULL,
  media_epoch BIGINT NOT NULL,
  peer_state TEXT NOT NULL,
  audio BIGINT NOT NULL,
  video BIGINT NOT NULL,
  screen BIGINT NOT NULL,
  waiting_since BIGINT NOT NULL,
  last_seen BIGINT NOT NULL,
  left_reason TEXT NOT NULL,
  PRIMARY KEY (call, participant)
);

CREATE TABLE call_events (
  call TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  audience TEXT NOT NULL,
  type TEXT NOT NULL,
  at BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (call, sequence)
);

CREATE TABLE sends (
  call TEXT NOT NULL,
  participant TEXT NOT NULL,
  send_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (call, participant, send_id)
);

CREATE TABLE nodes (
  node TEXT PRIMARY KEY,
  incarnation TEXT NOT NULL,
  region TEXT NOT NULL,
  address TEXT NOT NULL,
  load_permille BIGINT NOT NULL,
  capacity BIGINT NOT NULL,
  last_beat BIGINT NOT NULL
);
