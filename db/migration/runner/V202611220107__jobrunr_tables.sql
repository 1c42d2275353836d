-- JobRunr's tables as its migrations v000 to v016 leave them on PostgreSQL. Flyway owns them, so JobRunr is told to
-- create nothing. Times are in UTC, without a zone: JobRunr writes them so.

CREATE SCHEMA jobrunr;

CREATE TABLE jobrunr.jobrunr_jobs (
    id             char(36) PRIMARY KEY,
    version        int          NOT NULL,
    jobAsJson      text         NOT NULL,
    jobSignature   varchar(512) NOT NULL,
    state          varchar(36)  NOT NULL,
    createdAt      timestamp    NOT NULL,
    updatedAt      timestamp    NOT NULL,
    scheduledAt    timestamp,
    recurringJobId varchar(128)
);
CREATE INDEX jobrunr_state_idx ON jobrunr.jobrunr_jobs (state);
CREATE INDEX jobrunr_job_signature_idx ON jobrunr.jobrunr_jobs (jobSignature);
CREATE INDEX jobrunr_job_created_at_idx ON jobrunr.jobrunr_jobs (createdAt);
CREATE INDEX jobrunr_job_scheduled_at_idx ON jobrunr.jobrunr_jobs (scheduledAt);
CREATE INDEX jobrunr_job_rci_idx ON jobrunr.jobrunr_jobs (recurringJobId);
CREATE INDEX jobrunr_jobs_state_updated_idx ON jobrunr.jobrunr_jobs (state, updatedAt);

-- JobRunr inserts into this table by position: the order of its columns matters.
CREATE TABLE jobrunr.jobrunr_recurring_jobs (
    id        char(128) PRIMARY KEY,
    version   int    NOT NULL,
    jobAsJson text   NOT NULL,
    createdAt bigint NOT NULL DEFAULT 0
);
CREATE INDEX jobrunr_recurring_job_created_at_idx ON jobrunr.jobrunr_recurring_jobs (createdAt);

CREATE TABLE jobrunr.jobrunr_backgroundjobservers (
    id                         char(36) PRIMARY KEY,
    workerPoolSize             int           NOT NULL,
    pollIntervalInSeconds      int           NOT NULL,
    firstHeartbeat             timestamp     NOT NULL,
    lastHeartbeat              timestamp     NOT NULL,
    running                    int           NOT NULL,
    systemTotalMemory          bigint        NOT NULL,
    systemFreeMemory           bigint        NOT NULL,
    systemCpuLoad              numeric(3, 2) NOT NULL,
    processMaxMemory           bigint        NOT NULL,
    processFreeMemory          bigint        NOT NULL,
    processAllocatedMemory     bigint        NOT NULL,
    processCpuLoad             numeric(3, 2) NOT NULL,
    deleteSucceededJobsAfter   varchar(32),
    permanentlyDeleteJobsAfter varchar(32),
    name                       varchar(128)
);
CREATE INDEX jobrunr_bgjobsrvrs_fsthb_idx ON jobrunr.jobrunr_backgroundjobservers (firstHeartbeat);
CREATE INDEX jobrunr_bgjobsrvrs_lsthb_idx ON jobrunr.jobrunr_backgroundjobservers (lastHeartbeat);

CREATE TABLE jobrunr.jobrunr_metadata (
    id        varchar(156) PRIMARY KEY,
    name      varchar(92) NOT NULL,
    owner     varchar(64) NOT NULL,
    value     text        NOT NULL,
    createdAt timestamp   NOT NULL,
    updatedAt timestamp   NOT NULL
);

-- The counter is only ever updated, never inserted; without the version a server waits for a migration of old data.
INSERT INTO jobrunr.jobrunr_metadata (id, name, owner, value, createdAt, updatedAt)
VALUES ('succeeded-jobs-counter-cluster', 'succeeded-jobs-counter', 'cluster', '0',
        now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'),
       ('database_version-cluster', 'database_version', 'cluster', '6.0.0',
        now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC');

CREATE VIEW jobrunr.jobrunr_jobs_stats AS
WITH counted AS (SELECT state, count(*) AS count FROM jobrunr.jobrunr_jobs GROUP BY state)
SELECT coalesce((SELECT sum(count) FROM counted), 0)                              AS total,
       coalesce((SELECT count FROM counted WHERE state = 'AWAITING'), 0)          AS awaiting,
       coalesce((SELECT count FROM counted WHERE state = 'SCHEDULED'), 0)         AS scheduled,
       coalesce((SELECT count FROM counted WHERE state = 'ENQUEUED'), 0)          AS enqueued,
       coalesce((SELECT count FROM counted WHERE state = 'PROCESSING'), 0)        AS processing,
       coalesce((SELECT count FROM counted WHERE state = 'PROCESSED'), 0)         AS processed,
       coalesce((SELECT count FROM counted WHERE state = 'FAILED'), 0)            AS failed,
       coalesce((SELECT count FROM counted WHERE state = 'SUCCEEDED'), 0)         AS succeeded,
       coalesce((SELECT value::numeric FROM jobrunr.jobrunr_metadata
                 WHERE id = 'succeeded-jobs-counter-cluster'), 0)                 AS allTimeSucceeded,
       coalesce((SELECT count FROM counted WHERE state = 'DELETED'), 0)           AS deleted,
       (SELECT count(*) FROM jobrunr.jobrunr_backgroundjobservers)                AS nbrOfBackgroundJobServers,
       (SELECT count(*) FROM jobrunr.jobrunr_recurring_jobs)                      AS nbrOfRecurringJobs;
