-- The calls that count against the rate limits of endpoints, of all processes.
CREATE TABLE http.rate_limit (
    caller     text NOT NULL,
    name       text NOT NULL,
    calls      timestamptz[] NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (caller, name)
);
CREATE INDEX rate_limit_expires_at_idx ON http.rate_limit (expires_at);

COMMENT ON COLUMN http.rate_limit.name IS 'of the limit; see rowrunner.http.rate-limits';
COMMENT ON COLUMN http.rate_limit.calls IS 'when each was let in, oldest first; those that were refused are not counted';
COMMENT ON COLUMN http.rate_limit.expires_at IS 'from then on none of them counts, and the row may go';

CREATE FUNCTION http.calls_that_count(p_calls timestamptz[], p_seconds bigint) RETURNS timestamptz[]
    LANGUAGE sql VOLATILE AS
$$ SELECT ARRAY(SELECT at FROM unnest(p_calls) AS at WHERE at > clock_timestamp() - p_seconds * interval '1 second' ORDER BY at) $$;

-- Whole seconds until the nth call counts no more, one at least.
CREATE FUNCTION http.seconds_until_over(p_calls timestamptz[], p_nth int, p_seconds bigint) RETURNS bigint
    LANGUAGE sql VOLATILE AS
$$ SELECT greatest(ceil(extract(epoch FROM p_calls[p_nth] - clock_timestamp()) + p_seconds)::bigint, 1) $$;
