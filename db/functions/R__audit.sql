-- In whose name this transaction acts. The program's connections say who it is for; others are a role's own.
CREATE OR REPLACE FUNCTION rowrunner.actor() RETURNS text
    LANGUAGE sql STABLE AS
$$ SELECT coalesce(nullif(current_setting('rowrunner.actor', true), ''), 'sql:' || session_user) $$;

CREATE OR REPLACE FUNCTION rowrunner.note(p_action text, p_subject text, p_before jsonb, p_after jsonb) RETURNS void
    LANGUAGE sql AS
$$
INSERT INTO rowrunner.audit (actor, action, subject, before, after)
VALUES (rowrunner.actor(), p_action, p_subject, p_before, p_after)
$$;

-- Whether a secret is behind a name.
CREATE OR REPLACE FUNCTION rowrunner.is_secret(p_name text) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS
$$ SELECT p_name ~* '(secret|password|hash|token|credential)' $$;

-- What may be shown of a row, or of some of its columns; p_kind says which of its args are secret.
CREATE OR REPLACE FUNCTION rowrunner.masked(p_row jsonb, p_kind text) RETURNS jsonb
    LANGUAGE plpgsql STABLE AS
$$
BEGIN
    RETURN (SELECT jsonb_object_agg(key, CASE WHEN rowrunner.is_secret(key) THEN '"***"'
                                              WHEN key = 'args' THEN rowrunner.shown_args(p_kind, value) ELSE value END)
            FROM jsonb_each(p_row));
END
$$;

-- For the tables that operators change: notes who changed which row, and of a changed one what was changed. The trigger's
-- arguments are columns that are no operator's business; a change of those alone leaves no row. For another table:
-- CREATE OR REPLACE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON ... FOR EACH ROW EXECUTE FUNCTION rowrunner.audit_row('column', ...);
CREATE OR REPLACE FUNCTION rowrunner.audit_row() RETURNS trigger
    LANGUAGE plpgsql AS
$$
DECLARE
    kept    text[] := coalesce(tg_argv::text[], '{}');
    was     jsonb  := CASE WHEN tg_op <> 'INSERT' THEN to_jsonb(old) - kept END;
    becomes jsonb  := CASE WHEN tg_op <> 'DELETE' THEN to_jsonb(new) - kept END;
    changed text[] := CASE WHEN tg_op = 'UPDATE' THEN ARRAY(
                          SELECT key FROM jsonb_each(becomes) WHERE value IS DISTINCT FROM was -> key) END;
    subject text   := coalesce(becomes ->> 'name', was ->> 'name', becomes ->> 'id', was ->> 'id');
    -- Each side's own, since a schedule may change its kind, and with it which args are secret.
    kind_was text  := was ->> 'kind';
    kind    text   := becomes ->> 'kind';
BEGIN
    IF tg_op = 'UPDATE' THEN
        IF changed = '{}' THEN
            RETURN NULL;
        END IF;
        was := (SELECT jsonb_object_agg(key, was -> key) FROM unnest(changed) AS key);
        becomes := (SELECT jsonb_object_agg(key, becomes -> key) FROM unnest(changed) AS key);
        PERFORM rowrunner.note(tg_table_name || '.update', subject, rowrunner.masked(was, kind_was), rowrunner.masked(becomes, kind));
    ELSE
        PERFORM rowrunner.note(tg_table_name || CASE tg_op WHEN 'INSERT' THEN '.create' ELSE '.delete' END, subject,
                               rowrunner.masked(jsonb_strip_nulls(was), kind_was), rowrunner.masked(jsonb_strip_nulls(becomes), kind));
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION rowrunner.states_of_jobs(p_jobs uuid[], p_states text[]) RETURNS jsonb
    LANGUAGE sql IMMUTABLE AS
$$
SELECT jsonb_build_object('count', cardinality(p_jobs), 'jobs', jsonb_object_agg(id, lower(state)))
FROM unnest(p_jobs[:1000], p_states[:1000]) AS j(id, state) HAVING p_states IS NOT NULL
$$;

-- What one call did to jobs: how many there were, and the states of up to 1000 of them by id.
CREATE OR REPLACE FUNCTION rowrunner.note_jobs(p_action text, p_jobs uuid[], p_before text[], p_after text[]) RETURNS void
    LANGUAGE sql AS
$$
SELECT rowrunner.note(
    p_action,
    CASE cardinality(p_jobs) WHEN 1 THEN p_jobs[1]::text ELSE cardinality(p_jobs) || ' jobs' END,
    rowrunner.states_of_jobs(p_jobs, p_before), rowrunner.states_of_jobs(p_jobs, p_after))
WHERE cardinality(p_jobs) > 0
$$;

-- Whether a person acts, by HTTP, the dashboard or the command line, rather than a program.
CREATE OR REPLACE FUNCTION rowrunner.is_person() RETURNS boolean
    LANGUAGE sql STABLE AS
$$ SELECT rowrunner.actor() <> 'rowrunner' AND rowrunner.actor() NOT LIKE 'sql:%' $$;

-- Jobs that a person enqueued. Those that programs enqueue, in Java or in SQL, are many, and their rows tell of them.
CREATE OR REPLACE FUNCTION rowrunner.note_enqueued(p_jobs uuid[], p_state text) RETURNS void
    LANGUAGE sql AS
$$ SELECT rowrunner.note_jobs('job.enqueue', p_jobs, NULL, array_fill(p_state, ARRAY [cardinality(p_jobs)])) $$;

CREATE OR REPLACE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON rowrunner.queue
    FOR EACH ROW EXECUTE FUNCTION rowrunner.audit_row();
CREATE OR REPLACE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON http.token
    FOR EACH ROW EXECUTE FUNCTION rowrunner.audit_row('id', 'hash', 'last_used_at');
-- Not when it ticks: thousands may do so at once.
CREATE OR REPLACE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE OF kind, args, cron, every, zone, enabled, misfire, misfire_cap,
    grace, overlap, removed_at ON rowrunner.schedule
    FOR EACH ROW EXECUTE FUNCTION rowrunner.audit_row('high_water', 'next_due', 'error', 'changed_at', 'edited', 'foreign_job', 'declared');
