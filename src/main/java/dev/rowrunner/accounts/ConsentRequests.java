package dev.rowrunner.accounts;

import dev.rowrunner.accounts.fiu.ConsentStatus;
import dev.rowrunner.accounts.fiu.ConsentTerms;
import dev.rowrunner.postgres.Times;
import dev.rowrunner.runner.Jobs;
import java.time.Clock;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** What is asked of consents: each change is stored together with the job that tells the provider. */
@Component
class ConsentRequests {

    private static final String WAKE = """
            SELECT rowrunner.requeue(ARRAY [id], :now) FROM rowrunner.job WHERE id = :job AND state = 'SCHEDULED'
            """;

    private final Consents consents;
    private final Jobs jobs;
    private final JdbcClient jdbc;
    private final Clock clock;

    ConsentRequests(Consents consents, Jobs jobs, JdbcClient jdbc, Clock clock) {
        this.consents = consents;
        this.jobs = jobs;
        this.jdbc = jdbc;
        this.clock = clock;
    }

    @Transactional
    public UUID create(String userId, ConsentTerms terms) {
        var id = consents.add(userId, terms);
        follow(id);
        return id;
    }

    /** Ends it here and now. Answers whether there was anything to end. */
    @Transactional
    public boolean revoke(UUID id) {
        var changed = consents.change(id, ConsentStatus.REVOKED, "Revoked over the API.");
        if (changed) {
            jobs.enqueue(RevokeConsent.KIND, new RevokeConsent.Args(id));
        }
        return changed;
    }

    UUID follow(UUID id) {
        return jobs.enqueue(FollowConsent.KIND, new FollowConsent.Args(id));
    }

    /** A job that waits for the customer's answer looks at once. */
    @Transactional
    public void followNow(UUID id) {
        jdbc.sql(WAKE)
                .param("job", follow(id))
                .param("now", Times.utc(clock.instant()))
                .query(UUID.class)
                .list();
    }
}
