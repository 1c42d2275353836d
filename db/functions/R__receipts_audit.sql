-- Who connected which mailbox; how the source behaves is nobody's doing.
CREATE OR REPLACE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE OF source, settings, secret ON receipts.connection
    FOR EACH ROW EXECUTE FUNCTION rowrunner.audit_row('backoffs', 'resume_at', 'status', 'reason', 'changed_at');
