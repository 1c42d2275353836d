package dev.rowrunner.usage;

/** Usage that can't be counted or asked for as given. Names the field and what it may be. */
public final class InvalidUsage extends IllegalArgumentException {

    private final String field;

    InvalidUsage(String field, String message) {
        super(message);
        this.field = field;
    }

    public String field() {
        return field;
    }
}
