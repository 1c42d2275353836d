package dev.rowrunner.runner.jobrunr;

import dev.rowrunner.runner.Nearest;
import dev.rowrunner.runner.ScheduleEdit;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * What configuration says of schedules, by their ids: {@code rowrunner.schedules[usage-flush].grace=10m}. It changes a
 * declared one, or declares a new one, which needs a kind.
 */
@Component
class ScheduleConfiguration {

    private static final String PREFIX = "rowrunner.schedules";

    private final Map<String, ScheduleEdit> edits;

    ScheduleConfiguration(Environment environment) {
        this.edits = read(environment);
    }

    /** By hand, since only that tells of fields that nothing reads. */
    private static Map<String, ScheduleEdit> read(Environment environment) {
        try {
            return Binder.get(environment)
                    .bind(
                            PREFIX,
                            Bindable.mapOf(String.class, ScheduleEdit.class),
                            new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter()))
                    .orElseGet(Map::of);
        } catch (RuntimeException e) {
            throw e.getCause() instanceof UnboundConfigurationPropertiesException unbound ? unknown(unbound) : e;
        }
    }

    private static IllegalStateException unknown(UnboundConfigurationPropertiesException unbound) {
        var property = unbound.getUnboundProperties().iterator().next();
        var field = field(property.getName());
        return new IllegalStateException(
                property.getName() + " is no field of a schedule" + Nearest.to(field, fields()) + " The fields are "
                        + String.join(", ", fields()),
                unbound);
    }

    private static String field(ConfigurationPropertyName name) {
        int place = ConfigurationPropertyName.of(PREFIX).getNumberOfElements() + 1;
        return place < name.getNumberOfElements() ? name.getElement(place, Form.ORIGINAL) : name.toString();
    }

    private static List<String> fields() {
        return Arrays.stream(ScheduleEdit.class.getRecordComponents())
                .map(RecordComponent::getName)
                .map(name -> name.equals("misfireCap") ? "misfire-cap" : name)
                .toList();
    }

    Map<String, ScheduleEdit> edits() {
        return edits;
    }
}
