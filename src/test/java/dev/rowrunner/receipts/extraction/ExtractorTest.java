package dev.rowrunner.receipts.extraction;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a mail beside its receipt, and how two deliveries of one receipt are known as such. */
class ExtractorTest {

    private static final String RECEIPT = "Receipt number: 77-1\r\nTotal: $12.50\r\nThank you for your purchase!\r\n";

    @Test
    void tellsWhoSentWhatWhen(@TempDir Path folder) throws IOException {
        var file = folder.resolve("mail.eml");
        Files.writeString(file, Mails.plain("\"Acme, Billing\" <Billing@Acme.com>", "Makbuzunuz – çok güzel", RECEIPT));

        var extraction = Mails.EXTRACTOR.extract(file);

        assertThat(extraction.messageId()).isEqualTo("m1@example.com");
        assertThat(extraction.subject()).isEqualTo("Makbuzunuz – çok güzel");
        assertThat(extraction.sender()).isEqualTo("Acme, Billing <Billing@Acme.com>");
        assertThat(extraction.sentAt()).isEqualTo(Instant.parse("2024-03-15T08:30:00Z"));
        assertThat(extraction.notes()).isEmpty();
        assertThat(extraction.outcome()).isInstanceOf(Receipt.class);
    }

    @Test
    void aMailWithoutAnIdIsKnownByItsBytes() {
        var mail = "From: a@acme.com\r\n\r\nHello";

        var one = Mails.extract(mail);
        var same = Mails.extract(mail);
        var other = Mails.extract(mail + "!");

        assertThat(one.messageId()).startsWith("sha256:").hasSize(71).isEqualTo(same.messageId());
        assertThat(other.messageId()).isNotEqualTo(one.messageId());
    }

    @Test
    void twoDeliveriesOfAReceiptWithANumberAreTheSame() {
        var first = Mails.extract(Mails.plain("Acme <a@acme.com>", "Your receipt", RECEIPT));
        var again = Mails.extract(Mails.html(
                "Acme Billing <b@acme.com>",
                "Copy of your receipt",
                "<p>Hi again!</p>" + RECEIPT.replace("\r\n", "<br>")));
        var another = Mails.extract(Mails.plain("Acme <a@acme.com>", "Your receipt", RECEIPT.replace("77-1", "77-2")));

        assertThat(again.contentHash()).isEqualTo(first.contentHash()).hasSize(64);
        assertThat(another.contentHash()).isNotEqualTo(first.contentHash());
    }

    @Test
    void otherMailsAreTheSameIfTheyWereSentOnceAndSayTheSame() {
        var mail = Mails.plain("a@acme.com", "Hello", "How are you?");

        var first = Mails.extract(mail);
        var byAnotherServer = Mails.extract("Received: from x by y\r\n"
                + mail.replace("<m1@", "<m2@").replace("8bit\r\n\r\nHow are", "quoted-printable\r\n\r\nHow=20are"));
        var nextMonth = Mails.extract(mail.replace("15 Mar", "15 Apr"));

        assertThat(byAnotherServer.contentHash()).isEqualTo(first.contentHash());
        assertThat(nextMonth.contentHash()).isNotEqualTo(first.contentHash());
    }

    @Test
    void aReceiptForwardedAsAnAttachmentIsRead() {
        var mail =
                "From: me@example.org\r\nSubject: Fwd: see below\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                        + "--b\r\nContent-Type: text/plain\r\n\r\nfor the books\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
                        + Mails.plain("Acme <a@acme.com>", "Your receipt", RECEIPT) + "\r\n--b--\r\n";

        var receipt = (Receipt) Mails.extract(mail).outcome();

        assertThat(receipt.vendor()).isEqualTo("Acme");
        assertThat(receipt.date()).isEqualTo(LocalDate.of(2024, 3, 15));
    }

    @Test
    void aShortReceiptIsEnough() {
        var english = Mails.extract(Mails.plain("Acme <a@acme.com>", "Your receipt", "Hello,\nTotal: $12.50\nBye"));
        var turkish = Mails.extract(Mails.plain("Örnek <a@ornek.com.tr>", "Faturanız", "Merhaba,\nToplam: 12,50 TL"));
        var hebrew = Mails.extract(Mails.plain("חנות <a@example.co.il>", "קבלה 17", "שלום,\nסה\"כ: 12.50 ₪"));

        assertThat(Stream.of(english, turkish, hebrew).map(Extraction::outcome)).allMatch(Receipt.class::isInstance);
    }

    @Test
    void whoForwardsAReceiptIsNotItsVendor() {
        var body =
                "for the books\r\n\r\n---------- Forwarded message ---------\r\nFrom: Acme Coffee Billing <billing@acme.com>\r\n"
                        + "Date: Fri, Mar 15, 2024\r\nSubject: Your receipt\r\n\r\n" + RECEIPT;

        var receipt = (Receipt) Mails.extract(Mails.plain("Dana <dana@example.org>", "Fwd: Your receipt", body))
                .outcome();

        assertThat(receipt.vendor()).isEqualTo("Acme Coffee");
    }

    @Test
    void attachmentsAreKnownByWhatTheyAreAndArchivesAreOpened() throws IOException {
        var invoice = EInvoices.ubl(
                "Örnek A.Ş.",
                LocalDate.of(2024, 3, 9),
                new BigDecimal("120.00"),
                new BigDecimal("20.00"),
                "TRY",
                "F-1");
        var zip = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(zip)) {
            out.putNextEntry(new ZipEntry("readme.txt"));
            out.write("hello".getBytes(UTF_8));
            out.putNextEntry(new ZipEntry("a.dat"));
            out.write(invoice.getBytes(UTF_8));
        }

        var extraction = Mails.extract(
                Mails.withFile("a@acme.com", "Hello", "See below.", "image/png", "a.png", zip.toByteArray()));

        var receipt = (Receipt) extraction.outcome();
        assertThat(receipt.vendor()).isEqualTo("Örnek A.Ş.");
        assertThat(receipt.total()).isEqualByComparingTo("120.00");
        assertThat(receipt.origins().values()).containsOnly(Origin.E_INVOICE);
    }

    @Test
    void aCreditNoteIsBelowZero() {
        var note = EInvoices.cii(
                        "Acme",
                        LocalDate.of(2024, 3, 9),
                        new BigDecimal("120.00"),
                        new BigDecimal("20.00"),
                        "EUR",
                        "C-1")
                .replace(">380<", ">381<");

        var receipt = (Receipt) Mails.extract(
                        Mails.withFile("a@acme.com", "Credit note", "x", "text/xml", "a.xml", note.getBytes(UTF_8)))
                .outcome();

        assertThat(receipt.total()).isEqualByComparingTo("-120.00");
        assertThat(receipt.tax()).isEqualByComparingTo("-20.00");
    }

    @Test
    void oldCharsetsAreRead() {
        var turkish =
                mail("windows-1254", "Fatura No: TR-1\nGenel Toplam: 1.234,56 TL\nAlışverişiniz için teşekkürler");
        var hebrew = mail("iso-8859-8-i", "מספר קבלה: 77\nסה\"כ לתשלום: 117.00 ש\"ח\nתודה על הקנייה");

        assertThat(((Receipt) Mails.extract(turkish).outcome()).total()).isEqualByComparingTo("1234.56");
        assertThat(((Receipt) Mails.extract(hebrew).outcome()).currency()).isEqualTo("ILS");
    }

    private static byte[] mail(String charset, String body) {
        var headers = "From: a@acme.com\r\nSubject: Receipt\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset="
                + charset + "\r\n\r\n";
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(headers.getBytes(ISO_8859_1));
        bytes.writeBytes(body.getBytes(Charset.forName(charset.replace("-i", ""))));
        return bytes.toByteArray();
    }

    @Test
    void textIsFreeOfWhatADatabaseRefuses() {
        var extraction =
                Mails.extract("Message-ID: <a\0b@c>\r\nFrom: \"A\0\7\" <a@acme.com>\r\nSubject: =?utf-8?Q?a=00b=1Bc?= "
                        + "x".repeat(5_000) + "\r\n\r\nhi");

        assertThat(extraction.subject()).startsWith("a b c").hasSizeLessThanOrEqualTo(1_000);
        assertThat(extraction.sender()).doesNotContain("\0", "\7");
        assertThat(extraction.messageId()).doesNotContain("\0");
    }
}
