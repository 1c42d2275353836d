package dev.rowrunner.receipts;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Scope;
import org.springframework.stereotype.Component;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Receipt sync from the command line. */
@Command(
        name = "receipts",
        description = "Connects businesses to their mailboxes, syncs them, and lists receipts.",
        mixinStandardHelpOptions = true,
        subcommands = {ReceiptsCommand.Connect.class, ReceiptsCommand.Sync.class, ReceiptsCommand.ListReceipts.class})
class ReceiptsCommand {

    /** Reads the secret from standard input, so that it is in no history and no list of processes. */
    @Component
    @Scope("prototype")
    @Command(
            name = "connect",
            description = {
                "Connects a business to its mailbox, in place of the one before.",
                "A password or a refresh token is read from standard input, as one line."
            },
            mixinStandardHelpOptions = true)
    static class Connect implements Callable<Integer> {

        @Spec
        CommandSpec spec;

        @Parameters(index = "0", paramLabel = "BUSINESS")
        String business;

        @Parameters(index = "1", paramLabel = "SOURCE", description = "gmail, imap or folder")
        String source;

        @Option(names = "--query", description = "Of Gmail: what a full sync lists")
        @Nullable
        String query;

        @Option(names = "--host", description = "Of IMAP")
        @Nullable
        String host;

        @Option(names = "--port", description = "Of IMAP; 993, without TLS 143")
        @Nullable
        Integer port;

        @Option(names = "--security", description = "Of IMAP: tls, starttls or none")
        @Nullable
        String security;

        @Option(names = "--user", description = "Whose mailbox it is")
        @Nullable
        String user;

        @Option(names = "--mailbox", description = "Of IMAP; INBOX")
        @Nullable
        String mailbox;

        @Option(names = "--path", description = "Of a folder, below receipts.folders")
        @Nullable
        String path;

        private final ConnectBusiness connect;

        Connect(ConnectBusiness connect) {
            this.connect = connect;
        }

        @Override
        public Integer call() throws IOException {
            var secret = source.equals(SourceType.FOLDER.word()) ? null : readSecret();
            connect.connect(
                    Business.checked(business),
                    new ConnectionController.Request(
                            business, source, query, host, port, security, user, mailbox, path, secret));
            spec.commandLine()
                    .getOut()
                    .println("connected; 'rowrunner receipts sync " + business + " --mode full' reads it");
            return 0;
        }

        private static @Nullable String readSecret() throws IOException {
            return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        }
    }

    /** Enqueues; a worker does it. */
    @Component
    @Scope("prototype")
    @Command(
            name = "sync",
            description = "Enqueues a sync of a business' mailbox, unless nobody would run it.",
            mixinStandardHelpOptions = true)
    static class Sync implements Callable<Integer> {

        @Spec
        CommandSpec spec;

        @Parameters(index = "0", paramLabel = "BUSINESS")
        String business;

        @Option(
                names = "--mode",
                defaultValue = "incremental",
                description = "full or incremental (default ${DEFAULT-VALUE})")
        String mode;

        private final SyncRequests requests;

        Sync(SyncRequests requests) {
            this.requests = requests;
        }

        @Override
        public Integer call() {
            try {
                var job = requests.sync(Business.checked(business), SyncMode.ofWord(mode));
                spec.commandLine().getOut().println("queued as job " + job);
                return 0;
            } catch (SyncRequests.Unavailable e) {
                spec.commandLine().getErr().println(e.getMessage() + ". " + e.details() + ". " + e.action());
                return 1;
            }
        }
    }

    /** Prints what is stored. */
    @Component
    @Scope("prototype")
    @Command(name = "list", description = "Lists receipts, the newest first.", mixinStandardHelpOptions = true)
    static class ListReceipts implements Callable<Integer> {

        @Spec
        CommandSpec spec;

        @Option(names = "--business", description = "Every business' unless said")
        @Nullable
        String business;

        @Option(names = "--from", description = "First day")
        @Nullable
        LocalDate from;

        @Option(names = "--to", description = "Last day")
        @Nullable
        LocalDate to;

        @Option(names = "--limit", defaultValue = "50", description = "How many (default ${DEFAULT-VALUE})")
        int limit;

        @Option(names = "--csv", description = "All of them, as CSV")
        boolean csv;

        private final Receipts receipts;
        private final CsvExport export;

        ListReceipts(Receipts receipts, CsvExport export) {
            this.receipts = receipts;
            this.export = export;
        }

        @Override
        public Integer call() throws IOException {
            var filter = new Receipts.Filter(business, from, to);
            var out = spec.commandLine().getOut();
            if (csv) {
                export.write(filter, out);
                return 0;
            }
            out.printf(
                    "%-10s %-12s %14s %-3s %10s  %-24s %s%n",
                    "business", "date", "total", "", "confidence", "vendor", "number");
            receipts.list(filter, limit, 0)
                    .forEach(row -> out.printf(
                            "%-10s %-12s %14s %-3s %10s  %-24s %s%n",
                            row.business(),
                            row.date() == null ? "" : row.date(),
                            row.total().toPlainString(),
                            row.currency(),
                            row.confidence(),
                            row.vendor() == null ? "" : row.vendor(),
                            row.number() == null ? "" : row.number()));
            return 0;
        }
    }
}
