package dev.rowrunner.admin;

import dev.rowrunner.admin.JobRecords.NewJob;
import dev.rowrunner.runner.Caller;
import dev.rowrunner.runner.Refused;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Whether a job is one that a caller may know of. To one that is bound to another tenant it does not exist. */
@Component
class JobTenants {

    private static final String STATE = """
            SELECT lower(state) FROM rowrunner.job WHERE id = :id AND (:tenant::text IS NULL OR tenant = :tenant)
            """;

    private final JdbcClient jdbc;
    private final JobRecords jobs;
    private final JsonMapper json;

    JobTenants(JdbcClient jdbc, JobRecords jobs, JsonMapper json) {
        this.jdbc = jdbc;
        this.jobs = jobs;
        this.json = json;
    }

    static Refused noJob(UUID id) {
        return Refused.notFound("No job has the id " + id + ". Finished jobs are kept for some days only.");
    }

    /** Answers its state. */
    String checkJob(UUID id, Caller caller) {
        return jdbc.sql(STATE)
                .param("id", id)
                .param("tenant", caller.tenant())
                .query(String.class)
                .optional()
                .orElseThrow(() -> noJob(id));
    }

    /** A job works on the data that its args name, so those of a bound caller's must name its tenant. */
    void checkNew(NewJob job, Caller caller) {
        if (caller.tenant() == null) {
            return;
        }
        var arg = jobs.tenantArg(job.kind())
                .orElseThrow(() -> Refused.forbidden(
                        "Kind '" + job.kind() + "' does not say whose data it works on: '" + caller.name()
                                + "', which is bound to tenant '" + caller.tenant() + "', may not enqueue it."));
        var named = json.readTree(job.args()).path(arg).asString("");
        if (!named.equals(caller.tenant())) {
            throw Refused.forbidden("'" + caller.name() + "' is bound to tenant '" + caller.tenant()
                    + "', and may not enqueue a job whose " + arg + " is '" + named + "'.");
        }
    }

    /** Unique keys are a kind's, whoever holds them: a bound caller is not told which job of another tenant does. */
    void checkHolder(UUID holder, Caller caller) {
        if (caller.tenant() != null && !isOf(holder, caller)) {
            throw Refused.conflict("A job of another tenant holds the unique key: choose another key, or wait.");
        }
    }

    private boolean isOf(UUID job, Caller caller) {
        return jdbc.sql(STATE)
                .param("id", job)
                .param("tenant", caller.tenant())
                .query(String.class)
                .optional()
                .isPresent();
    }

    Refused notRequeued(UUID id, String state, Caller caller) {
        return Refused.conflict(
                switch (state) {
                    case "processing" -> "Job " + id + " is running: stop it first, with DELETE /api/jobs/" + id + ".";
                    case "enqueued" -> "Job " + id + " waits already: GET /api/jobs/" + id + "/why says for what.";
                    default ->
                        jobs.holderOfKey(id)
                                .map(holder -> (isOf(holder, caller) ? "Job " + holder : "A job of another tenant")
                                        + " holds the unique key of job " + id + ": it must end before.")
                                .orElse("Job " + id + " has changed meanwhile: look at it again.");
                });
    }
}
