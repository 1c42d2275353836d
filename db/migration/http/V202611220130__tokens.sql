-- Named bearer tokens of the HTTP interface. The secret itself is nowhere: it has 256 random bits, so its plain
-- SHA-256 can't be guessed back, and an index can find it.
CREATE SCHEMA IF NOT EXISTS http;

CREATE TABLE http.token (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text NOT NULL CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$'),
    hash         bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    role         text NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    tenant       text CHECK (tenant <> ''),
    business     text CHECK (business <> ''),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz CHECK (expires_at > created_at),
    revoked_at   timestamptz,
    last_used_at timestamptz
);

COMMENT ON COLUMN http.token.hash IS 'SHA-256 of the whole secret, prefix included';
COMMENT ON COLUMN http.token.tenant IS 'The only tenant whose jobs and data its bearer may see and change; null: every tenant''s';
COMMENT ON COLUMN http.token.business IS 'The only business whose data its bearer may see and change; null: every business''';
COMMENT ON COLUMN http.token.last_used_at IS 'Written at most once a minute';

-- A revoked token keeps its row, and its name may be given again.
CREATE UNIQUE INDEX token_live_name ON http.token (name) WHERE revoked_at IS NULL;
