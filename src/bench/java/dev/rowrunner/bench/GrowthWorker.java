package dev.rowrunner.bench;

import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import tools.jackson.databind.json.JsonMapper;

/**
 * One Rowrunner worker in a process of its own, which does what it reads: {@code start}, {@code stop}. Answers each with
 * one line of JSON: what was done since the last start. All else that it prints goes to a log.
 */
final class GrowthWorker {

    /**
     * What one worker did, in milliseconds since 1970 by the machine's clock, which all workers share.
     *
     * @param calls of the handler
     */
    record Tally(long calls, double first, double last) {}

    private GrowthWorker() {}

    /** URL, user, password, log */
    public static void main(String[] args) throws Exception {
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
            error.printStackTrace(System.out);
            System.exit(1);
        });
        var answers = System.out;
        System.setOut(new PrintStream(new FileOutputStream(args[3]), true));
        var contender = new RowrunnerContender(new Database(args[0], args[1], args[2]));
        contender.prepare();
        var commands = new BufferedReader(new InputStreamReader(System.in));
        var work = Work.nothing();
        for (var command = commands.readLine(); command != null; command = commands.readLine()) {
            if (command.equals("start")) {
                work = Work.nothing();
                contender.start(work);
            } else {
                contender.stop();
            }
            answers.println(JsonMapper.shared().writeValueAsString(work.tally()));
        }
        System.exit(0);
    }
}
