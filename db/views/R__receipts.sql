-- What analysts and operators read of receipts.

DROP VIEW IF EXISTS public.receipts;
CREATE VIEW public.receipts AS
SELECT r.id, r.business, r.vendor, r.date, r.total, r.tax, r.currency, r.number, r.confidence, r.origins, r.message_id,
       m.subject, m.sender, m.sent_at, r.stored_at
FROM receipts.receipt r
     LEFT JOIN LATERAL (SELECT * FROM receipts.message m WHERE m.receipt = r.id AND m.state = 'receipt' LIMIT 1) AS m ON true;

COMMENT ON VIEW public.receipts IS 'each receipt once; origins: where each field was found';

DROP VIEW IF EXISTS public.receipt_messages;
CREATE VIEW public.receipt_messages AS
SELECT m.nr, m.business, c.source, m.source_id, m.place, m.state, m.reason, m.message_id, m.subject, m.sender, m.sent_at,
       m.notes, m.receipt AS receipt_id, m.sync_job, m.listed_at, m.extracted_at
FROM receipts.message m LEFT JOIN receipts.connection c ON c.id = m.connection;

COMMENT ON VIEW public.receipt_messages IS 'each mail that a source has listed, and what became of it';

DROP VIEW IF EXISTS public.receipt_connections;
CREATE VIEW public.receipt_connections AS
SELECT c.business, c.source, c.settings, c.status, c.reason, c.resume_at, k.position, k.scan IS NOT NULL AS listing, k.listed,
       k.total, k.job AS last_job, k.synced_at, c.created_at, c.changed_at,
       (SELECT coalesce(jsonb_object_agg(state, n), '{}')
        FROM (SELECT state, count(*) AS n FROM receipts.message m WHERE m.business = c.business GROUP BY state) AS counted) AS messages
FROM receipts.connection c JOIN receipts.cursor k ON k.connection = c.id;

COMMENT ON VIEW public.receipt_connections IS 'where the mails of each business come from, how far they were listed, and what became of them';
