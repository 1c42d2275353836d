package dev.rowrunner.receipts;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What mails may come from. */
enum SourceType {
    GMAIL,
    IMAP,
    FOLDER;

    /** As it is stored, and written by people. */
    @JsonValue
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<SourceType> ofWord(String word) {
        return Arrays.stream(values()).filter(type -> type.word().equals(word)).findFirst();
    }

    static String words() {
        return Arrays.stream(values()).map(SourceType::word).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return word();
    }
}
