// What is measured of the peers that run on Node: the same parts, numbers and names as Trial.java. Arguments: contender,
// JDBC URL, user, password, PostgreSQL's process id, jobs, seconds of each part, seconds of each offered load.
import fs from 'node:fs';
import readline from 'node:readline';
import pg from 'pg';
import {PgBoss} from 'pg-boss';
import {run, makeWorkerUtils} from 'graphile-worker';

const [, , name, jdbcUrl, user, password, postmaster, ...plan] = process.argv;
const [jobs, seconds, latencySeconds] = plan.map(Number);
const url = jdbcUrl.replace('jdbc:postgresql://', `postgres://${user}:${password}@`);
const WARM_UP = 60000, WARM_DRAINS = 8, WARM_SQL_DRAINS = 6, WARM_OFFERS = 4, MOST_AT_ONCE = 5000, LONG_ENOUGH = 0.25, CALLERS = 16, ROWS = 10000;
const pool = new pg.Pool({connectionString: url, max: 20});
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
const now = () => Number(process.hrtime.bigint()) / 1e9;
const quiet = {logger: () => () => {}};

/** Graphile Worker, its local queue with so many jobs, or without one. */
function graphile(localQueue) {
    let utils, runner;
    const spec = n => ({identifier: 'step', payload: {n}, maxAttempts: 25});
    return {
        async prepare() {
            utils = await makeWorkerUtils({pgPool: pool});
            await utils.migrate();
        },
        enqueueAll: numbers => utils.addJobs(numbers.map(spec)),
        enqueue: n => utils.addJob('step', {n}),
        enqueueWith: (client, n) => client.query("SELECT graphile_worker.add_job('step', json_build_object('n', $1::int))", [n]),
        async start(handler) {
            const batches = localQueue ? {localQueue: {size: localQueue, refetchDelay: {durationMs: 10}}, completeJobBatchDelay: 0, failJobBatchDelay: 0} : {};
            runner = await run({
                pgPool: pool, noHandleSignals: true, taskList: {step: payload => handler(payload.n)},
                preset: {worker: {concurrentJobs: 24, ...batches}},
            });
        },
        stop: () => runner.stop(),
        clear: () => pool.query('TRUNCATE graphile_worker._private_jobs'),
    };
}

/** pg-boss, workers that fetch 500 at once and are woken by NOTIFY. */
function boss() {
    const queue = new PgBoss({connectionString: url, max: 20, useListenNotify: true, supervise: false, schedule: false});
    queue.on('error', e => console.error(String(e)));
    return {
        async prepare() {
            await queue.start();
            await queue.createQueue('step', {notify: true});
        },
        enqueueAll: numbers => queue.insert('step', numbers.map(n => ({data: {n}}))),
        enqueue: n => queue.send('step', {n}),
        enqueueWith: (client, n) => queue.send('step', {n}, {db: {executeSql: (text, values) => client.query(text, values)}}),
        start: handler => queue.work('step', {batchSize: 500, localConcurrency: 2, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5},
            batch => Promise.all(batch.map(job => handler(job.data.n)))),
        stop: () => queue.offWork('step', {wait: true}),
        clear: () => queue.deleteAllJobs('step'),
    };
}

const contender = {'graphile-worker': () => graphile(0), 'graphile-worker-local-queue': () => graphile(500), 'pg-boss': boss}[name]();

function work(doing = () => {}) {
    const known = {done: 0, first: 0, last: 0, rate: () => known.done / (known.last - known.first)};
    known.handler = async n => {
        known.first ||= now();
        await doing(n);
        known.last = now();
        known.done++;
    };
    known.await = async (count, limit) => {
        const patience = now() + 20;
        while (known.done < count && now() < (known.first ? known.first + limit : patience)) await sleep(2);
    };
    return known;
}

let chunk = 625;

async function enqueueAll(count, limit) {
    const end = now() + limit;
    let stored = 0, began;
    while (stored < count && (began = now()) < end) {
        const some = Math.min(chunk, count - stored);
        await contender.enqueueAll(Array.from({length: some}, (_, i) => stored + i));
        stored += some;
        if (now() - began < LONG_ENOUGH) chunk = Math.min(2 * chunk, MOST_AT_ONCE);
    }
    return stored;
}

const sideBySide = caller => Promise.all(Array.from({length: CALLERS}, caller));

async function singles(time, enqueue) {
    let stored = 0;
    const began = now();
    await sideBySide(async () => {
        while (now() < began + time) await enqueue(stored++);
    });
    return stored / (now() - began);
}

const updateRow = (client, n) => client.query('UPDATE bench_row SET n = n + 1 WHERE id = $1', [n % ROWS]);

async function enqueueInTransaction(n) {
    const client = await pool.connect();
    try {
        await client.query('BEGIN');
        await updateRow(client, n);
        await contender.enqueueWith(client, n);
        await client.query('COMMIT');
    } finally {
        client.release();
    }
}

async function drain(known, count, limit) {
    await contender.start(known.handler);
    await known.await(count, limit);
    await contender.stop();
    await contender.clear();
    return known.rate();
}

function ticks(pid, from) {
    try {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
        return fields[from - 2] + fields[from - 1];
    } catch {
        return 0;
    }
}

function postgresSeconds() {
    const children = fs.readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(' ');
    return ([postmaster, ...children].reduce((sum, pid) => sum + ticks(pid, 13), 0) + ticks(postmaster, 15)) / 100;
}

async function costs() {
    const {rows: [row]} = await pool.query(`SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS wal,
        (SELECT sum(xact_commit) FROM pg_stat_database)::float8 AS commits`);
    const own = process.cpuUsage();
    return {wal: row.wal, commits: row.commits, own: (own.user + own.system) / 1e6, postgres: postgresSeconds()};
}

async function latency(perSecond, time, limit) {
    const count = perSecond * (1 + time), due = new Float64Array(count);
    const known = work(n => { due[n] = now() - due[n]; });
    await contender.start(known.handler);
    await sleep(1000);
    let next = 0;
    const began = now();
    await sideBySide(async () => {
        for (let n = next++; n < count; n = next++) {
            due[n] = began + n / perSecond;
            while (now() < due[n]) await sleep(Math.max(0, (due[n] - now()) * 1000));
            await contender.enqueue(n);
        }
    });
    await known.await(count, limit);
    await contender.stop();
    await contender.clear();
    const sorted = due.slice(perSecond).sort(), at = q => sorted[Math.floor(q * (sorted.length - 1))] * 1000;
    return known.done < count ? {} : {p50: at(0.5), p95: at(0.95), p99: at(0.99)};
}

await contender.prepare();
await pool.query('CREATE TABLE bench_row (id bigint PRIMARY KEY, n bigint NOT NULL) WITH (fillfactor = 50)');
await pool.query('INSERT INTO bench_row SELECT i, 0 FROM generate_series(0, $1::int) AS i', [ROWS]);
async function warmUp() {
    await singles(2, contender.enqueue);
    await singles(2, enqueueInTransaction);
    for (const end = now() + WARM_DRAINS; now() < end;) await drain(work(), await enqueueAll(WARM_UP, 1), end - now());
    for (const end = now() + WARM_SQL_DRAINS; now() < end;) await drain(sqlWork(), await enqueueAll(WARM_UP / 4, 1), end - now());
    await latency(2000, WARM_OFFERS, WARM_OFFERS);
}

const sqlWork = () => work(n => updateRow(pool, n));

async function bulkThenDrain(results) {
    let before = await costs(), began = now();
    const stored = await enqueueAll(jobs, seconds);
    results.bulk = stored / (now() - began);
    const enqueued = (await costs()).wal - before.wal;
    await pool.query('ANALYZE');
    const trivial = work();
    await contender.start(trivial.handler);
    await trivial.await(1, 20);
    before = await costs();
    const already = trivial.done;
    await trivial.await(stored, seconds);
    const after = await costs(), counted = trivial.done - already;
    await contender.stop();
    await contender.clear();
    results.drained = trivial.rate();
    results.walPerJob = enqueued / stored + (after.wal - before.wal) / counted;
    results.commitsPerJob = (after.commits - before.commits) / counted;
    results.ownCpuPer1000 = (after.own - before.own) * 1000 / counted;
    results.postgresCpuPer1000 = (after.postgres - before.postgres) * 1000 / counted;
}

async function drainWithSql(results) {
    const some = await enqueueAll(jobs / 4, seconds / 2);
    await pool.query('ANALYZE');
    results.drainedSql = await drain(sqlWork(), some, seconds / 2);
}

const parts = {
    WARM_UP: warmUp,
    SINGLE: async results => { results.single = await singles(2, contender.enqueue); },
    SINGLE_IN_TRANSACTION: async results => { results.singleInTransaction = await singles(2, enqueueInTransaction); },
    BULK_AND_DRAIN: bulkThenDrain,
    DRAIN_WITH_SQL: drainWithSql,
    PICKUP_100: async results => { results.pickup100 = await latency(100, latencySeconds, latencySeconds + seconds); },
    PICKUP_1000: async results => { results.pickup1000 = await latency(1000, latencySeconds, latencySeconds + seconds); },
};

for await (const part of readline.createInterface({input: process.stdin})) {
    const results = {};
    await parts[part](results);
    await contender.clear();
    results.heapMb = Math.round(process.memoryUsage().rss / 2 ** 20);
    console.log('RESULT ' + JSON.stringify(results));
}
process.exit(0);
