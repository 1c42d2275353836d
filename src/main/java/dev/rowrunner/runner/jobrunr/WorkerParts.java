package dev.rowrunner.runner.jobrunr;

import java.time.Clock;
import org.jobrunr.utils.mapper.JsonMapper;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What a worker is made of, however many of them a process has. */
record WorkerParts(
        JobStorage storage,
        JsonMapper json,
        EngineDatabase database,
        Handlers handlers,
        JsonArgs jsonArgs,
        Bell bell,
        Meters meters,
        Clock clock) {

    @Configuration(proxyBeanMethods = false)
    static class Parts {
        @Bean
        WorkerParts workerParts(
                JobStorage storage,
                JsonMapper json,
                EngineDatabase database,
                Handlers handlers,
                JsonArgs jsonArgs,
                Bell bell,
                Meters meters,
                Clock clock) {
            return new WorkerParts(storage, json, database, handlers, jsonArgs, bell, meters, clock);
        }
    }
}
