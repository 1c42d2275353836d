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
