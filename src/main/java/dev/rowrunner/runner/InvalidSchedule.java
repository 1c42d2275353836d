package dev.rowrunner.runner;

/** A schedule that can't be as it was asked for. Names the field, its bound and the value. */
public final class InvalidSchedule extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final String field;

    public InvalidSchedule(String field, String message) {
        super(message);
        this.field = field;
    }

    /** As in {@link ScheduleEdit}; an arg is {@code args.name}. */
    public String field() {
        return field;
    }
}
