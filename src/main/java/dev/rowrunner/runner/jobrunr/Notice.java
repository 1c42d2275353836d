package dev.rowrunner.runner.jobrunr;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The messages on channel {@code rowrunner}, whose words are separated by tabs; SQL sends them too. */
final class Notice {

    static final String CHANNEL = "rowrunner";

    /** Something is ready somewhere. */
    static final String LOOK = "look";

    /** A running job is to be stopped. */
    static final String CANCEL = "cancel";

    /** A queue, or a limit of a kind, was changed. */
    static final String QUEUES = "queues";

    private Notice() {}

    /** @param sender who has told its own workers already */
    static String lane(Lane lane, Instant claimKey, String sender) {
        return String.join(
                "\t", "lane", lane.queue(), lane.kind(), lane.tenant(), Long.toString(micros(claimKey)), sender);
    }

    private static long micros(Instant at) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, at);
    }

    /**
     * Tells the worker what a message says. One that can't be read, or is too long to be sent whole, means: look.
     *
     * @param known the sender whose messages the worker knows before they come
     */
    static void read(String message, Pump pump, String known) {
        var words = message.split("\t", -1);
        if (words.length == 6 && words[5].equals(known)) {
            return;
        }
        if ((words.length == 5 || words.length == 6) && words[4].matches("-?\\d{1,18}")) {
            pump.woken(
                    new Lane(words[1], words[2], words[3]),
                    Instant.EPOCH.plus(Long.parseLong(words[4]), ChronoUnit.MICROS));
        } else if (message.equals(CANCEL)) {
            pump.checkRunning();
        } else if (message.equals(QUEUES)) {
            pump.queuesChanged();
        } else {
            pump.look();
        }
    }
}
