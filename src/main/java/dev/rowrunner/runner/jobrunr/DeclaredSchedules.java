package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.InvalidSchedule;
import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.Nearest;
import dev.rowrunner.runner.Recurring;
import dev.rowrunner.runner.ScheduleEdit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Stores what code and configuration declare as schedules, leaving alone what operators changed. */
@Component
class DeclaredSchedules {

    private final ObjectProvider<Recurring<?>> beans;
    private final ScheduleConfiguration configuration;
    private final ScheduleRows rows;
    private final ScheduleArgs scheduleArgs;
    private final Handlers handlers;
    private final JsonArgs jsonArgs;
    private final TransactionTemplate transaction;

    DeclaredSchedules(
            ObjectProvider<Recurring<?>> beans,
            ScheduleConfiguration configuration,
            ScheduleRows rows,
            ScheduleArgs scheduleArgs,
            Handlers handlers,
            JsonArgs jsonArgs,
            PlatformTransactionManager transactions) {
        this.beans = beans;
        this.configuration = configuration;
        this.rows = rows;
        this.scheduleArgs = scheduleArgs;
        this.handlers = handlers;
        this.jsonArgs = jsonArgs;
        this.transaction = new TransactionTemplate(transactions);
    }

    /** @throws IllegalStateException if a schedule is wrong; then nothing was changed */
    void register() {
        register(beans.orderedStream().toList(), configuration.edits());
    }

    void register(List<Recurring<?>> declared, Map<String, ScheduleEdit> edits) {
        var definitions = new LinkedHashMap<String, Definition>();
        declared.forEach(recurring -> add(definitions, recurring));
        edits.forEach((id, edit) -> definitions.put(id, configured(id, definitions, edit)));
        transaction.executeWithoutResult(status -> rows.declare(List.copyOf(definitions.values())));
    }

    private void add(Map<String, Definition> definitions, Recurring<?> recurring) {
        if (definitions.put(recurring.id(), declared(recurring)) != null) {
            throw new IllegalStateException(
                    "Two schedules are named '" + recurring.id() + "': rename or remove one Recurring");
        }
    }

    private <A> Definition declared(Recurring<A> recurring) {
        try {
            checkArgs(recurring.kind(), handlers.of(recurring.kind().name()).kind());
            return Definition.of(recurring, jsonArgs.write(recurring.kind(), recurring.args()));
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "Schedule '" + recurring.id() + "' is declared wrongly: " + e.getMessage(), e);
        }
    }

    private static void checkArgs(JobKind<?> given, JobKind<?> known) {
        if (!known.args().equals(given.args())) {
            throw new IllegalArgumentException("the args of kind '" + known.name() + "' are "
                    + known.args().getName() + ", not " + given.args().getName());
        }
    }

    private Definition configured(String id, Map<String, Definition> declared, ScheduleEdit edit) {
        var known = declared.get(id);
        if (known == null && edit.kind() == null) {
            throw new IllegalStateException(property(id) + " names no declared schedule"
                    + nearest(id, declared.keySet()) + " To declare a new one, give it a kind and a cron or every");
        }
        try {
            return known == null ? made(id, edit) : changed(known, edit);
        } catch (InvalidSchedule e) {
            throw new IllegalStateException(property(id) + "." + e.field() + " can't be used: " + e.getMessage(), e);
        }
    }

    private static String nearest(String id, Collection<String> known) {
        var nearest = Nearest.to(id, known);
        return nearest.isEmpty() ? "; declared are " + String.join(", ", known) + "." : nearest;
    }

    private static String property(String id) {
        return "rowrunner.schedules[" + id + "]";
    }

    private Definition made(String id, ScheduleEdit edit) {
        var args = edit.args() == null ? Map.<String, @Nullable Object>of() : edit.args();
        return Definition.of(id, edit.kind(), scheduleArgs.checked(edit.kind(), args), edit);
    }

    private Definition changed(Definition known, ScheduleEdit edit) {
        var kind = edit.kind() == null ? known.kind() : edit.kind();
        var args = edit.kind() == null && edit.args() == null
                ? known.args()
                : scheduleArgs.checked(kind, edit.args() == null ? jsonArgs.map(known.args()) : edit.args());
        return known.with(kind, args, edit);
    }
}
