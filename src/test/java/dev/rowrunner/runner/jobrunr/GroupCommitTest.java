package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupCommitTest {

    private final List<List<Integer>> batches = Collections.synchronizedList(new ArrayList<>());

    private List<Integer> doubled(List<Integer> wanted) {
        batches.add(List.copyOf(wanted));
        if (wanted.contains(13)) {
            throw new IllegalStateException("13 can't be doubled");
        }
        return wanted.stream().map(n -> 2 * n).toList();
    }

    @Test
    void givesEachCallerHisOwnResultHoweverTheyCome() throws Exception {
        var commits = new GroupCommit<Integer, Integer>(this::doubled);
        var threads = Executors.newFixedThreadPool(16);
        try {
            var answers = threads.invokeAll(IntStream.range(100, 20_100)
                    .<Callable<Integer>>mapToObj(n -> () -> commits.run(n) - 2 * n)
                    .toList());
            for (var answer : answers) {
                assertThat(answer.get()).isZero();
            }
        } finally {
            threads.shutdown();
        }
        assertThat(batches.stream().mapToInt(List::size).sum()).isEqualTo(20_000);
    }

    @Test
    void takesTogetherWhoComesWhileOthersWork() throws Exception {
        var work = new CountDownLatch(1);
        var begun = new AtomicInteger();
        var commits = new GroupCommit<Integer, Integer>(wanted -> {
            begun.incrementAndGet();
            awaitQuietly(work);
            return doubled(wanted);
        });
        var first = run(commits, 1);
        await().until(() -> begun.get() == 1);

        var later = IntStream.range(20, 26).mapToObj(n -> run(commits, n)).toList();
        TimeUnit.MILLISECONDS.sleep(200);
        assertThat(later).noneMatch(CompletableFuture::isDone);
        work.countDown();

        assertThat(first.join()).isEqualTo(2);
        assertThat(later.stream().map(CompletableFuture::join)).containsExactly(40, 42, 44, 46, 48, 50);
        assertThat(batches).hasSize(2);
    }

    @Test
    void aLoneCallerAfterManyDoesNotWaitUntilTheyComeBack() throws Exception {
        var work = new CountDownLatch(1);
        var commits = doublingAfter(work);
        var many = IntStream.range(20, 40).mapToObj(n -> run(commits, n)).toList();
        TimeUnit.MILLISECONDS.sleep(200);
        work.countDown();
        many.forEach(CompletableFuture::join);

        assertThat(commits.run(1)).isEqualTo(2);
        assertThat(commits.run(2)).isEqualTo(4);
        assertThat(batches).endsWith(List.of(1), List.of(2));
    }

    @Test
    void oneCallersMistakeIsNotTheOthers() throws Exception {
        var work = new CountDownLatch(1);
        var commits = doublingAfter(work);
        var all = IntStream.range(1, 20).mapToObj(n -> run(commits, n)).toList();
        TimeUnit.MILLISECONDS.sleep(200);
        work.countDown();

        for (int n = 1; n < 20; n++) {
            var answer = all.get(n - 1);
            if (n == 13) {
                assertThatThrownBy(answer::join).hasRootCauseMessage("13 can't be doubled");
            } else {
                assertThat(answer.join()).isEqualTo(2 * n);
            }
        }
    }

    @Test
    void asksADatabaseThatIsAwayOnceForAll() {
        var asked = new AtomicInteger();
        var commits = new GroupCommit<Integer, Integer>(wanted -> {
            asked.incrementAndGet();
            throw new UncheckedIOException(new IOException("away"));
        });

        assertThatThrownBy(() -> commits.run(1)).isInstanceOf(UncheckedIOException.class);
        assertThatThrownBy(() -> commits.run(2)).isInstanceOf(UncheckedIOException.class);
        assertThat(asked).hasValue(2);
    }

    private GroupCommit<Integer, Integer> doublingAfter(CountDownLatch work) {
        return new GroupCommit<>(wanted -> {
            awaitQuietly(work);
            return doubled(wanted);
        });
    }

    private static CompletableFuture<Integer> run(GroupCommit<Integer, Integer> commits, int n) {
        return CompletableFuture.supplyAsync(() -> commits.run(n), work -> new Thread(work).start());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
