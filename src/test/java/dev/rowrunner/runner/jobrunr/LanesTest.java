package dev.rowrunner.runner.jobrunr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rowrunner.runner.jobrunr.Lanes.Quota;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class LanesTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration A_STEP = Duration.ofMinutes(10);

    private final Lanes lanes = new Lanes();

    @Test
    void servesTheQueueOfGreaterPriorityUntilTheOthersJobIsTenMinutesOlderForEachStep() {
        var queues = queues(queue("low", 0), queue("high", 2));
        lanes.woke(lane("low", ""), Place.at(NOON));

        lanes.woke(lane("high", ""), Place.at(NOON.plus(A_STEP.multipliedBy(2)).minusSeconds(1)));
        assertThat(lanesOf(lanes.next(1, queues))).containsExactly(lane("high", ""));

        lanes.emptied(lane("high", ""));
        lanes.woke(lane("high", ""), Place.at(NOON.plus(A_STEP.multipliedBy(2)).plusSeconds(1)));
        assertThat(lanesOf(lanes.next(1, queues))).containsExactly(lane("low", ""));
    }

    @Test
    void givesTenantsTurnsAndSharesWhatIsFreeAmongThem() {
        var queues = queues(queue("q", 0));
        Stream.of("a", "b", "c").forEach(tenant -> lanes.woke(lane("q", tenant), Place.at(NOON)));

        assertThat(lanes.next(7, queues)).extracting(Quota::jobs).containsExactly(3, 2, 2);
        assertThat(tenantsOf(lanes.next(2, queues))).containsExactly("a", "b");
        assertThat(tenantsOf(lanes.next(2, queues))).containsExactly("c", "a");
        assertThat(tenantsOf(lanes.next(1, queues))).containsExactly("b");
    }

    @Test
    void takesTheOldestOfATenantsKindsFirst() {
        var queues = queues(queue("q", 0));
        lanes.woke(new Lane("q", "younger", "a"), Place.at(NOON.plusSeconds(1)));
        lanes.woke(new Lane("q", "older", "a"), Place.at(NOON));

        assertThat(lanes.next(5, queues)).containsExactly(new Quota(new Lane("q", "older", "a"), Place.at(NOON), 5));
    }

    @Test
    void answersNothingFromPausedOrUnknownQueues() {
        lanes.woke(lane("paused", ""), Place.at(NOON));
        lanes.woke(lane("unknown", ""), Place.at(NOON));

        assertThat(lanes.next(5, queues(new Queue("paused", 100, true, false, false))))
                .isEmpty();
    }

    @Test
    void startsAtTheEarliestPlaceItWasToldOfUntilItGotFurther() {
        var lane = lane("q", "");
        var queues = queues(queue("q", 0));
        lanes.woke(lane, Place.at(NOON));
        lanes.woke(lane, Place.at(NOON.plusSeconds(5)));
        assertThat(lanes.next(1, queues)).extracting(Quota::from).containsExactly(Place.at(NOON));

        lanes.reached(lane, new Place(NOON.plusSeconds(3), new UUID(1, 1)));
        lanes.woke(lane, Place.at(NOON.plusSeconds(9)));
        assertThat(lanes.next(1, queues))
                .extracting(Quota::from)
                .containsExactly(new Place(NOON.plusSeconds(3), new UUID(1, 1)));
    }

    @Test
    void ordersPlacesOfOneInstantAsPostgresOrdersTheirIds() {
        var low = new Place(NOON, UUID.fromString("00000000-0000-4000-8000-000000000001"));
        var high = new Place(NOON, UUID.fromString("ff000000-0000-4000-8000-000000000001"));

        assertThat(low).isLessThan(high);
        assertThat(Place.at(NOON)).isLessThan(low);
        assertThat(low.next()).isGreaterThan(low).isLessThan(high);
        assertThat(new Place(NOON, new UUID(1, -1)).next()).isEqualTo(new Place(NOON, new UUID(2, 0)));
    }

    /**
     * Twelve hundred jobs arrive at random in lanes of three queues, in bursts that the slots can't keep up with. A job is
     * passed over by no more jobs of lesser standing than, for each of better standing, one claim of each other tenant.
     */
    @RepeatedTest(20)
    void passesNoJobOverBeyondTheBound(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var queues = queues(queue("a", 0), queue("b", 3), queue("c", -2));
        int slots = 1 + random.nextInt(3);
        var arriving =
                Stream.generate(() -> job(random, queues)).limit(1200).sorted(Comparator.comparing(Waiting::readyAt));
        var model = new Model(queues);

        arriving.forEach(job -> {
            model.arrives(job);
            if (random.nextInt(3) == 0) {
                model.claims(1 + random.nextInt(slots));
            }
        });
        while (!lanes.isEmpty()) {
            model.claims(slots);
        }

        assertThat(model.started).hasSize(1200);
        int tenants = 4;
        int allLanes = 3 * tenants * 2;
        model.started.forEach(job -> assertThat(job.passedBy)
                .as("jobs of lesser standing before %s, with %s of better standing", job, job.after)
                .isLessThanOrEqualTo((job.after + allLanes) * tenants * slots));
    }

    @RepeatedTest(20)
    void passesNoJobOverByMoreThanOneForEachOlderOneWithoutTenants(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var queues = queues(queue("a", 0), queue("b", 3));
        var model = new Model(queues);

        Stream.generate(() -> job(random, queues).withoutTenant())
                .limit(600)
                .sorted(Comparator.comparing(Waiting::readyAt))
                .forEach(job -> {
                    model.arrives(job);
                    if (random.nextInt(3) == 0) {
                        model.claims(1);
                    }
                });
        while (!lanes.isEmpty()) {
            model.claims(1);
        }

        assertThat(model.started).hasSize(600);

        model.started.forEach(job -> assertThat(job.passedBy)
                .as("jobs of lesser standing before %s, with %s of better standing", job, job.after)
                .isLessThanOrEqualTo(job.after + 4));
    }

    private static Waiting job(Random random, Queues queues) {
        var names = queues.all().stream().map(Queue::name).sorted().toList();
        var ready = NOON.plusSeconds(random.nextInt(7200));
        int priority = random.nextInt(5) == 0 ? random.nextInt(60) : 0;
        var lane = new Lane(
                names.get(random.nextInt(names.size())),
                "kind" + random.nextInt(2),
                // One of four has most of the jobs.
                "tenant" + Math.max(0, random.nextInt(12) - 8));
        return new Waiting(lane, ready, new Place(ready.minus(Duration.ofMinutes(priority)), UUID.randomUUID()));
    }

    private static final class Waiting {
        final Lane lane;
        final Instant readyAt;
        final Place place;
        int after;
        int passedBy;

        Waiting(Lane lane, Instant readyAt, Place place) {
            this.lane = lane;
            this.readyAt = readyAt;
            this.place = place;
        }

        Instant readyAt() {
            return readyAt;
        }

        Waiting withoutTenant() {
            return new Waiting(new Lane(lane.queue(), lane.kind(), ""), readyAt, place);
        }

        Instant standing(Queues queues) {
            return place.key()
                    .minus(A_STEP.multipliedBy(queues.get(lane.queue()).priority()));
        }

        @Override
        public String toString() {
            return lane + " at " + place.key();
        }
    }

    /** What Claims does with the quotas, without a database. */
    private final class Model {
        private final Queues queues;
        private final Map<Lane, List<Waiting>> waiting = new HashMap<>();
        final List<Waiting> started = new ArrayList<>();

        Model(Queues queues) {
            this.queues = queues;
        }

        void arrives(Waiting job) {
            waiting.computeIfAbsent(job.lane, lane -> new ArrayList<>()).add(job);
            lanes.woke(job.lane, Place.at(job.place.key()));
        }

        int claims(int free) {
            int claimed = 0;
            for (var quota : lanes.next(free, queues)) {
                claimed += claims(quota);
            }
            return claimed;
        }

        private int claims(Quota quota) {
            var jobs = waiting.getOrDefault(quota.lane(), List.of());
            var found = jobs.stream()
                    .filter(job -> job.place.compareTo(quota.from()) >= 0)
                    .sorted(Comparator.comparing(job -> job.place))
                    .limit(quota.jobs())
                    .toList();
            found.forEach(this::start);
            if (!found.isEmpty()) {
                lanes.reached(quota.lane(), found.get(found.size() - 1).place.next());
            }
            if (found.size() < quota.jobs()) {
                lanes.emptied(quota.lane());
            }
            return found.size();
        }

        private void start(Waiting job) {
            waiting.getOrDefault(job.lane, List.of()).remove(job);
            started.add(job);
            waiting.values().stream().flatMap(List::stream).forEach(other -> {
                if (job.standing(queues).isAfter(other.standing(queues))) {
                    other.passedBy++;
                } else {
                    other.after++;
                }
            });
        }
    }

    private static Lane lane(String queue, String tenant) {
        return new Lane(queue, "kind", tenant);
    }

    private static Queue queue(String name, int priority) {
        return new Queue(name, priority, false, false, false);
    }

    private static Queues queues(Queue... queues) {
        return new Queues(
                Stream.of(queues).collect(Collectors.toMap(Queue::name, Function.identity())), Set.of(), Set.of());
    }

    private static List<Lane> lanesOf(List<Quota> quotas) {
        return quotas.stream().map(Quota::lane).toList();
    }

    private static List<String> tenantsOf(List<Quota> quotas) {
        return quotas.stream().map(quota -> quota.lane().tenant()).toList();
    }
}
