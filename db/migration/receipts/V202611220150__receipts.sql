CREATE SCHEMA receipts;

-- What callers of receipt sync know: a step of priority is ten minutes of age.
INSERT INTO rowrunner.queue (name, priority) VALUES ('high', 1), ('default', 0), ('low', -1) ON CONFLICT (name) DO NOTHING;

-- Where a business' mails come from. The secret is encrypted, bound to the row's id.
CREATE TABLE receipts.connection (
    id         uuid PRIMARY KEY,
    business   text COLLATE "C" NOT NULL UNIQUE,
    source     text             NOT NULL CHECK (source IN ('gmail', 'imap', 'folder')),
    settings   jsonb            NOT NULL,
    secret     bytea,
    status     text             NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'reconnect needed')),
    reason     text,
    backoffs   int              NOT NULL DEFAULT 0,
    resume_at  timestamptz,
    created_at timestamptz      NOT NULL,
    changed_at timestamptz      NOT NULL,
    CHECK ((status = 'active') = (reason IS NULL))
);

COMMENT ON COLUMN receipts.connection.settings IS 'nothing secret: host, user, mailbox, query, path';
COMMENT ON COLUMN receipts.connection.secret IS 'a refresh token or a password, encrypted';
COMMENT ON COLUMN receipts.connection.resume_at IS 'until then the source wants to be left alone; backoffs: how often in a row it has said so';

-- How far a mailbox was listed. The row changes in the transaction that stores what a page has listed.
CREATE TABLE receipts.cursor (
    connection uuid PRIMARY KEY REFERENCES receipts.connection ON DELETE CASCADE,
    position   text,
    scan       text,
    job        uuid,
    revision   bigint NOT NULL DEFAULT 0,
    listed     bigint NOT NULL DEFAULT 0,
    total      bigint NOT NULL DEFAULT 0,
    synced_at  timestamptz
) WITH (fillfactor = 50);

COMMENT ON COLUMN receipts.cursor.position IS 'from here on the next incremental sync lists; Gmail: a history id, IMAP: UIDVALIDITY and UID';
COMMENT ON COLUMN receipts.cursor.scan IS 'where a listing that is under way, or has died, goes on; null: none is';
COMMENT ON COLUMN receipts.cursor.revision IS 'guards against another attempt that moves it';

-- A receipt counts once for a business, however often and in whatever mail it comes.
CREATE TABLE receipts.receipt (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    business     text COLLATE "C" NOT NULL,
    message_id   text COLLATE "C" NOT NULL,
    content_hash text COLLATE "C" NOT NULL,
    vendor       text,
    date         date,
    total        numeric          NOT NULL,
    tax          numeric,
    currency     text             NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    number       text,
    confidence   numeric(3, 2)    NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    origins      jsonb            NOT NULL,
    stored_at    timestamptz      NOT NULL,
    UNIQUE (business, message_id),
    UNIQUE (business, content_hash)
);
CREATE INDEX ON receipts.receipt (business, date DESC NULLS LAST, id DESC);
CREATE INDEX ON receipts.receipt (date DESC NULLS LAST, id DESC);

COMMENT ON COLUMN receipts.receipt.date IS 'of the document; where it has none, of the mail';
COMMENT ON COLUMN receipts.receipt.origins IS 'for each field where it was found';

-- Every mail that a source has listed, and what became of it.
CREATE TABLE receipts.message (
    nr           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    business     text COLLATE "C" NOT NULL,
    connection   uuid             NOT NULL,
    source_id    text COLLATE "C" NOT NULL,
    place        text             NOT NULL,
    version      text             NOT NULL,
    state        text             NOT NULL DEFAULT 'listed'
        CHECK (state IN ('listed', 'receipt', 'duplicate', 'no receipt', 'refused', 'gone')),
    reason       text,
    message_id   text COLLATE "C",
    subject      text,
    sender       text,
    sent_at      timestamptz,
    notes        jsonb            NOT NULL DEFAULT '[]',
    receipt      bigint REFERENCES receipts.receipt ON DELETE SET NULL,
    sync_job     uuid             NOT NULL,
    listed_at    timestamptz      NOT NULL,
    extracted_at timestamptz,
    UNIQUE (connection, source_id),
    CHECK ((state = 'listed') = (extracted_at IS NULL))
);
CREATE INDEX ON receipts.message (receipt) WHERE receipt IS NOT NULL;
CREATE INDEX ON receipts.message (business, state);
CREATE INDEX ON receipts.message (sync_job);

COMMENT ON COLUMN receipts.message.source_id IS 'the source''s own id of the mail: stored once, however often it is listed';
COMMENT ON COLUMN receipts.message.version IS 'of a file, its time and size: one that has changed is read again';
COMMENT ON COLUMN receipts.message.notes IS 'parts that were left out, each with its reason';
COMMENT ON COLUMN receipts.message.receipt IS 'its own, or of a duplicate the one that was there before';
