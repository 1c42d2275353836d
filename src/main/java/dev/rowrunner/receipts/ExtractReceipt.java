package dev.rowrunner.receipts;

import dev.rowrunner.receipts.extraction.Extraction;
import dev.rowrunner.receipts.extraction.Extractor;
import dev.rowrunner.receipts.extraction.Receipt;
import dev.rowrunner.receipts.sources.SourceFailure;
import dev.rowrunner.runner.Discard;
import dev.rowrunner.runner.JobContext;
import dev.rowrunner.runner.JobHandler;
import dev.rowrunner.runner.JobKind;
import dev.rowrunner.runner.RetryPolicy;
import dev.rowrunner.runner.Unique;
import java.io.IOException;
import java.time.Duration;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Reads one mail, and stores the receipt that it is, or why it is none. Safe to repeat: a mail that was read is left
 * alone, and a receipt is stored once for its business.
 */
@Component
class ExtractReceipt implements JobHandler<ExtractReceipt.Args> {

    /** After syncs of the same age, so that one does not wait behind the mails of another. */
    static final JobKind<Args> KIND = JobKind.of("receipts.extract", Args.class)
            .priority(-1)
            .retry(RetryPolicy.exponential(Duration.ofSeconds(10), 6, Duration.ofMinutes(10)))
            .timeout(Duration.ofMinutes(5))
            .tenant("businessId")
            .unique(Unique.whileWaiting("message"))
            .concurrencyPer("businessId", 8);

    /** @param message the number of its row */
    record Args(String businessId, long message) {}

    private final Connections connections;
    private final OpenSources sources;
    private final Messages messages;
    private final Receipts receipts;
    private final Extractor extractor;
    private final ReceiptsProperties properties;
    private final TransactionTemplate transaction;

    ExtractReceipt(
            Connections connections,
            OpenSources sources,
            Messages messages,
            Receipts receipts,
            Extractor extractor,
            ReceiptsProperties properties,
            PlatformTransactionManager transactions) {
        this.connections = connections;
        this.sources = sources;
        this.messages = messages;
        this.receipts = receipts;
        this.extractor = extractor;
        this.properties = properties;
        this.transaction = new TransactionTemplate(transactions);
    }

    @Override
    public JobKind<Args> kind() {
        return KIND;
    }

    @Override
    public void run(Args args, JobContext job) throws IOException {
        var message = messages.find(args.message())
                .orElseThrow(() -> new Discard("There is no mail " + args.message() + " any more"));
        if (!message.isToBeRead()) {
            job.log("It was read before");
            return;
        }
        var connection = connections
                .find(message.connection())
                .orElseThrow(
                        () -> new Discard("Business '" + message.business() + "' was disconnected from its mailbox"));
        try {
            store(message, read(connection, message), job);
        } catch (SourceFailure.Gone e) {
            messages.gone(message.nr(), String.valueOf(e.getMessage()));
            job.log(String.valueOf(e.getMessage()));
        }
    }

    private Extraction read(Connection connection, Messages.Message message) throws IOException {
        // One more than the extractor reads: it is told of what is too long, and no more of it is fetched.
        try (var mail = new FetchedMail(properties.maxMessage().toBytes() + 1)) {
            sources.use(connection, source -> {
                mail.fill(to -> source.fetch(message.listed(), to));
                return mail;
            });
            return extractor.extract(mail.content());
        }
    }

    private void store(Messages.Message read, Extraction extraction, JobContext job) {
        var state = transaction.execute(status -> {
            var message = messages.lock(read.nr()).orElseThrow();
            if (!message.equals(read)) {
                return "it has changed meanwhile, or was read by another attempt";
            }
            receipts.forget(message.nr());
            return store(message, extraction);
        });
        job.log(state);
    }

    private String store(Messages.Message message, Extraction extraction) {
        if (extraction.outcome() instanceof Receipt receipt) {
            return store(message, extraction, receipt);
        }
        return extraction.outcome() instanceof Extraction.Refused refused
                ? end(message, "refused", refused.reason(), extraction)
                : end(message, "no receipt", ((Extraction.NoReceipt) extraction.outcome()).reason(), extraction);
    }

    private String end(Messages.Message message, String state, String reason, Extraction extraction) {
        messages.end(message.nr(), state, reason, extraction, null);
        return state + ": " + reason;
    }

    private String store(Messages.Message message, Extraction extraction, Receipt receipt) {
        var stored = receipts.add(message.business(), extraction, receipt);
        var state = stored.added() ? "receipt" : "duplicate";
        var reason = stored.added() ? null : "it repeats receipt " + stored.id();
        messages.end(message.nr(), state, reason, extraction, stored.id());
        return state + " " + stored.id();
    }
}
