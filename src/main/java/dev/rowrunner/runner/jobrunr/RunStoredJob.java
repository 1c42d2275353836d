package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.JobHandler;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.slf4j.MDC;
import org.springframework.stereotype.Component;

/** Runs one attempt of any job: finds its kind's handler and hands it the args. Public, as JobRunr calls it. */
@Component
public class RunStoredJob implements JobRequestHandler<StoredJob> {

    private final Handlers handlers;
    private final JsonArgs jsonArgs;

    RunStoredJob(Handlers handlers, JsonArgs jsonArgs) {
        this.handlers = handlers;
        this.jsonArgs = jsonArgs;
    }

    @Override
    public void run(StoredJob job) throws Exception {
        try (var id = MDC.putCloseable("job", CurrentJob.get().getId().toString());
                var kind = MDC.putCloseable("kind", job.kind())) {
            run(handlers.of(job.kind()), job.args());
        }
    }

    private <A> void run(JobHandler<A> handler, String args) throws Exception {
        handler.run(jsonArgs.read(handler.kind(), args), new Attempt(CurrentJob.get()));
    }
}
