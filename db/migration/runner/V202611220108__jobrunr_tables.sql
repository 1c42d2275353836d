-- The tables of JobRunr that hold no jobs, as its migrations v000 to v016 leave them on PostgreSQL. Flyway owns them, so
-- JobRunr is told to create nothing. Its jobs, recurring jobs and counts are views: see db/views/R__jobrunr.sql.

CREATE SCHEMA jobrunr;

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
