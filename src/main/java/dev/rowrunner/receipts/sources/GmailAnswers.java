package dev.rowrunner.receipts.sources;

import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpResponseException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What becomes of Gmail's answers that are no data. Google's reasons stand in the bodies, of the API and of OAuth. */
record GmailAnswers(Clock clock) {

    private static final Pattern QUOTA = Pattern.compile(
            "(rateLimitExceeded|userRateLimitExceeded|quotaExceeded|dailyLimitExceeded|RESOURCE_EXHAUSTED)");
    private static final Pattern NO_WAY_IN =
            Pattern.compile("(invalid_grant|unauthorized_client|invalid_client|deleted_client)");
    private static final Pattern RETRY_AFTER = Pattern.compile("Retry after ([0-9T:.-]+Z)");

    /** The same, where repeating it is all there is to do. */
    IOException failure(IOException e) {
        if (e instanceof SourceFailure) {
            return e;
        }
        var answer = answer(e);
        return answer == null ? e : failure(answer, String.valueOf(answer.getContent()), e);
    }

    private IOException failure(HttpResponseException answer, String body, IOException e) {
        var refusal = NO_WAY_IN.matcher(body);
        if (refusal.find()) {
            return because(new SourceFailure.ReconnectNeeded("Google has answered " + refusal.group()), e);
        }
        var quota = QUOTA.matcher(body);
        return switch (answer.getStatusCode()) {
            case 429 -> because(busy(answer, body, "429"), e);
            case 403 ->
                quota.find()
                        ? because(busy(answer, body, quota.group()), e)
                        : because(new SourceFailure.ReconnectNeeded("Gmail has answered 403: it may not be read"), e);
            case 401 -> because(new SourceFailure.ReconnectNeeded("Gmail has answered 401"), e);
            case 404 -> because(new SourceFailure.Gone("Gmail has answered 404"), e);
            case 503 -> retryAfter(answer.getHeaders()) == null ? e : because(busy(answer, body, "503"), e);
            default -> e;
        };
    }

    private SourceFailure busy(HttpResponseException answer, String body, String reason) {
        var told = retryAfter(answer.getHeaders());
        return new SourceFailure.Busy("Gmail has answered " + reason, told == null ? retryAfter(body) : told);
    }

    private static SourceFailure because(SourceFailure failure, IOException cause) {
        failure.initCause(cause);
        return failure;
    }

    /** The credentials' failures have Google's answer beneath them. */
    private static @Nullable HttpResponseException answer(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpResponseException answer) {
                return answer;
            }
        }
        return null;
    }

    /** Seconds, or a time. */
    private @Nullable Duration retryAfter(@Nullable HttpHeaders headers) {
        var text = headers == null ? null : headers.getRetryAfter();
        if (text == null) {
            return null;
        }
        if (text.matches("\\d{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(text));
        }
        return until(DateTimeFormatter.RFC_1123_DATE_TIME, text);
    }

    /** Where a user's rate is exceeded, Gmail says it in the error's message and in no header. */
    private @Nullable Duration retryAfter(String body) {
        var said = RETRY_AFTER.matcher(body);
        return said.find() ? until(DateTimeFormatter.ISO_ZONED_DATE_TIME, said.group(1)) : null;
    }

    private @Nullable Duration until(DateTimeFormatter format, String text) {
        try {
            return Duration.between(clock.instant(), ZonedDateTime.parse(text, format));
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
