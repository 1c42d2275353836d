-- What analysts read of usage. Totals are numeric: the sum over the epochs of a counter has no upper bound.

CREATE OR REPLACE VIEW public.merchant_usage AS
SELECT merchant_id, usage_date, metric_type, sum(value - base) AS value, max(flushed_at) AS updated_at
FROM usage.counter
GROUP BY merchant_id, usage_date, metric_type;

COMMENT ON VIEW public.merchant_usage IS 'usage by merchant, UTC day and metric; hourly counters are rolled into their day';

CREATE OR REPLACE VIEW public.merchant_usage_hourly AS
SELECT merchant_id,
       usage_date,
       usage_hour,
       metric_type,
       sum(value - base) AS value,
       max(flushed_at)   AS updated_at
FROM usage.counter
WHERE usage_hour >= 0
GROUP BY merchant_id, usage_date, usage_hour, metric_type;

COMMENT ON VIEW public.merchant_usage_hourly IS 'usage by merchant, UTC hour and metric, of what was counted by the hour';

CREATE OR REPLACE VIEW public.merchant_usage_daily AS
SELECT usage_date, metric_type, count(DISTINCT merchant_id) AS merchants, sum(value - base) AS value
FROM usage.counter
GROUP BY usage_date, metric_type;

COMMENT ON VIEW public.merchant_usage_daily IS 'usage of all merchants by UTC day and metric';

CREATE OR REPLACE VIEW public.merchant_usage_weekly AS
SELECT merchant_id,
       date_trunc('week', usage_date)::date     AS week_start,
       to_char(usage_date, 'IYYY-"W"IW')        AS iso_week,
       metric_type,
       sum(value - base)                        AS value,
       max(flushed_at)                          AS updated_at
FROM usage.counter
GROUP BY 1, 2, 3, 4;

COMMENT ON VIEW public.merchant_usage_weekly IS 'usage by merchant, ISO week (Monday to Sunday) and metric';

CREATE OR REPLACE VIEW public.merchant_usage_monthly AS
SELECT merchant_id,
       date_trunc('month', usage_date)::date AS month,
       metric_type,
       sum(value - base)                     AS value,
       max(flushed_at)                       AS updated_at
FROM usage.counter
GROUP BY 1, 2, 3;

COMMENT ON VIEW public.merchant_usage_monthly IS 'usage by merchant, month (its first day) and metric';

CREATE OR REPLACE VIEW public.usage_aggregation_runs AS
SELECT id, scope, usage_date, merchant_id, started_at, finished_at, keys_seen, rows_changed, errors, failure, job_id
FROM usage.aggregation_run;

CREATE OR REPLACE VIEW public.usage_bad_keys AS
SELECT key, reason, seen, first_seen_at, last_seen_at, resolved_at
FROM usage.bad_key;
