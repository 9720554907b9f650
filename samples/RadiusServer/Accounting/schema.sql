-- The accounting of RadiusServer (RFC 2866): one row a session, written by Start, Interim-Update and Stop in whatever order and however often
-- they arrive. A packet that comes again changes nothing.
--
-- A session is known by device, NAS, Acct-Session-Id and user name: the id alone is unique within one NAS only (RFC 2866 §5.5), and not
-- across its restarts. Times are UTC, ISO 8601 to the second: when it happened at the NAS (Event-Timestamp of RFC 2869, else the arrival less Acct-Delay-Time).
-- Counters join the 32 bits of RFC 2866 with the Gigawords of RFC 2869. "Input" is what the NAS received from the person.
CREATE TABLE IF NOT EXISTS session (
  id                 INTEGER PRIMARY KEY,
  device             TEXT    NOT NULL,            -- the device of radius.json that sent the packets
  nas                TEXT    NOT NULL,            -- NAS-Identifier, else NAS-IP-Address or NAS-IPv6-Address, else the device
  session_id         TEXT    NOT NULL,            -- Acct-Session-Id
  user_name          TEXT    NOT NULL,            -- User-Name, empty where there is none
  multi_session_id   TEXT,                        -- Acct-Multi-Session-Id
  class              BLOB,                        -- Class, as the Access-Accept gave it
  nas_ip_address     TEXT,
  nas_port           INTEGER,
  nas_port_id        TEXT,
  calling_station_id TEXT,
  called_station_id  TEXT,
  framed_ip_address  TEXT,
  started            TEXT    NOT NULL,            -- of the Start, or counted back by Acct-Session-Time where none has come
  updated            TEXT    NOT NULL,            -- of the latest packet
  stopped            TEXT,                        -- NULL while the session goes on
  seconds            INTEGER NOT NULL DEFAULT 0,  -- Acct-Session-Time
  input_octets       INTEGER NOT NULL DEFAULT 0,
  output_octets      INTEGER NOT NULL DEFAULT 0,
  input_packets      INTEGER NOT NULL DEFAULT 0,
  output_packets     INTEGER NOT NULL DEFAULT 0,
  terminate_cause    TEXT,                        -- by name (RFC 2866 §5.10); NAS-Reboot where Accounting-On or -Off ended it
  UNIQUE (device, nas, session_id, user_name)
) STRICT;

CREATE INDEX IF NOT EXISTS session_open ON session (device, nas) WHERE stopped IS NULL;
CREATE INDEX IF NOT EXISTS session_user ON session (user_name, started);
