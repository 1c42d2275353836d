package dev.rowrunner.receipts.extraction;

import java.util.List;
import java.util.Set;

/** Weighs, from 0 to 100, whether a text is a receipt, by the words of people who write receipts and of those who don't. */
final class Evidence {

    /** From here on a text is taken for a receipt. */
    static final int ENOUGH = 50;

    private static final int SUREST = 90;

    private static final Set<String> SUBJECTS = Words.set("""
            receipt, invoice, e-receipt, tax invoice, order confirmation, order confirmed, order receipt,
            payment received, payment confirmation, confirmation of payment, payment receipt, your order, order
            number, order #, order no, your purchase, thank you for your order, thanks for your order, thank you
            for your purchase, thanks for your purchase, thank you for your payment, booking confirmation,
            payment to, you paid, your payment, subscription payment, fatura, faturaniz, faturasi, e-fatura,
            e-arsiv, e-arsiv fatura, e-arsiv faturaniz, siparisiniz alindi, siparis onayi, siparisiniz, siparis
            ozeti, odeme alindi, odemeniz alindi, odeme onayi, odeme makbuzu, makbuz, makbuzunuz, satis fisi,
            satin alma, odemeniz, קבלה, חשבונית, חשבונית מס, אישור הזמנה, אישור תשלום, ההזמנה שלך, הזמנה מספר,
            הזמנתך, קבלה מספר, אישור רכישה, הקבלה שלך, חשבונית מספר, rechnung, facture, factuur, factura,
            fattura""");

    private static final Set<String> PHRASES = Words.set("""
            thank you for your order, thanks for your order, thank you for your purchase, thanks for your
            purchase, thank you for your payment, thanks for your payment, thank you for shopping, this is your
            receipt, your receipt, receipt for, order confirmation, order summary, tax invoice, invoice number,
            invoice no, invoice #, invoice date, invoice total, receipt number, receipt no, receipt #, order
            number, order no, order id, order #, order total, payment received, amount paid, billed to, bill to,
            we received your payment, we have received your payment, has been charged, was charged, you paid,
            payment method, order details, date paid, siparisiniz icin tesekkur, siparisiniz alindi, siparisiniz
            onaylandi, siparis ozeti, siparis detayi, fatura no, fatura numarasi, fatura tarihi, siparis no,
            siparis numarasi, odemeniz alindi, odemeniz alinmistir, odeme yontemi, makbuz no, bizi tercih
            ettiginiz, alisverisiniz icin tesekkur, תודה על הזמנתך, תודה על ההזמנה, תודה על הקנייה, תודה על
            הקניה, תודה על רכישתך, תודה על הרכישה, חשבונית מס, מספר הזמנה, מספר קבלה, מספר חשבונית, קבלה מספר,
            קבלה מס', חשבונית מס', התשלום התקבל, אישור תשלום, סיכום הזמנה, פרטי הזמנה, אמצעי תשלום, תשלומך
            התקבל, rechnungsnummer, rechnungsnr, rechnung nr, rechnungsdatum, factuurdatum, ordernummer,
            bestellnummer, total facture, numero de facture, factuurnummer""");

    private static final Set<String> TITLES = Words.set("""
            invoice, tax invoice, receipt, sales receipt, payment receipt, bill, order confirmation, fatura,
            e-fatura, e-arsiv fatura, makbuz, satis fisi, siparis onayi, קבלה, חשבונית, חשבונית מס, חשבונית מס
            קבלה, חשבונית מס/קבלה, אישור הזמנה, rechnung, facture, factuur, factura, fattura""");

    private static final Set<String> OFFERS = Words.set("""
            quote, quotation, estimate, proforma, pro forma, pro-forma, proposal, teklif, teklifimiz,
            teklifiniz, fiyat teklifi, proforma fatura, הצעת מחיר, הצעה, angebot, devis, offerte""");

    private static final Set<String> NOTICES = Words.set("""
            statement, alert, balance, declined, failed, unsuccessful, cancelled, canceled, cancellation,
            refund, refunded, your cart, cart, wishlist, expired, expiring, reminder, overdue, upcoming, renews,
            budget, price drop, transaction notification, ekstre, ekstreniz, hesap ozeti, hesap hareketi, uyari,
            bildirim, iade, iptal, sepetiniz, sepetinizde, bakiye, hatirlatma, התראה, דף חשבון, פירוט חיובים,
            ביטול, זיכוי, החזר, עגלה, עגלת, תזכורת, יתרה, הודעה על""");

    private static final Set<String> OF_BANKS = Words.set("""
            available balance, current balance, account balance, transaction alert, account alert, statement
            balance, minimum payment, minimum amount due, credit limit, if you did not make this transaction, if
            you did not authorize, ending balance, kullanilabilir bakiye, guncel bakiye, ekstre, hesap ozeti,
            asgari odeme, kartinizla, kartinizdan, יתרה נוכחית, מסגרת אשראי, בוצעה עסקה, עסקה בכרטיס""");

    private static final Set<String> ON_THE_WAY = Words.set("""
            shipped, has shipped, dispatched, on its way, on the way, out for delivery, delivered, tracking
            number, track your package, kargoya verildi, kargoda, yola cikti, teslim edildi, kargo takip, נשלחה,
            נשלח, בדרך אליך, נמסרה, מספר מעקב""");

    private static final List<Set<String>> ADVERTISING = List.of(
            Set.of("% off", "save up to", "you save", "discount code", "coupon", "promo code", "indirim kodu", "kupon"),
            Words.set("""
            limited time, limited offer, act now, while supplies last, sale ends, last chance, son firsat,
            sinirli sure, לזמן מוגבל"""),
            Words.set("""
            shop now, order now, order today, buy now, call now, click here to order, hemen al, alisverise
            basla, קנו עכשיו, לרכישה"""),
            Words.set("""
            special offer, free trial, best price, lowest price, no obligation, money back guarantee, kampanya,
            firsat, מבצע, מבצעים"""),
            Set.of("only $", "just $", "for only", "starting at", "as low as", "sadece", "רק ב"),
            Words.set("""
            make money, work at home, earn money, risk free, 100% free, mlm, multi-level, opportunity,
            investment"""),
            Set.of("newsletter", "unsubscribe from this list", "to be removed", "remove me", "bulten", "ניוזלטר"));

    private static final int HEAD = 15;

    private Evidence() {}

    /**
     * The weight of a text with a total.
     *
     * @param subject of the mail, folded
     * @param document whether it is a document by itself, rather than a mail's body
     * @param marked whether the mail's markup says that something was ordered
     */
    static int weigh(
            String subject,
            List<Line> lines,
            Totals.Total total,
            boolean numbered,
            boolean document,
            boolean marked,
            Letter.Kind kind) {
        int title = title(lines);
        int subjects = Words.any(subject, SUBJECTS) ? 40 : 0;
        int phrases = phrases(lines);
        if (subjects + phrases + title == 0 && !marked) {
            return 0;
        }
        int score = Math.max(subjects, document ? title + 10 : title)
                + phrases
                + (numbered ? 10 : 0)
                + (marked ? 40 : 0)
                + ofTotal(total)
                - against(subject, lines, document)
                - (kind == Letter.Kind.OF_A_LIST ? 40 : kind == Letter.Kind.ANSWER ? 30 : 0);
        return Math.max(0, Math.min(SUREST, score));
    }

    private static int title(List<Line> lines) {
        return lines.stream().limit(HEAD).map(Line::folded).anyMatch(Evidence::isTitle) ? 30 : 0;
    }

    private static boolean isTitle(String line) {
        if (line.length() > 60) {
            return false;
        }
        return TITLES.stream()
                .anyMatch(title -> line.equals(title)
                        || (line.startsWith(title)
                                && line.length() > title.length()
                                && " :#.".indexOf(line.charAt(title.length())) >= 0)
                        || line.endsWith(" " + title));
    }

    private static int phrases(List<Line> lines) {
        long found = PHRASES.stream()
                .filter(phrase -> lines.stream().anyMatch(line -> Words.contains(line.folded(), phrase)))
                .limit(3)
                .count();
        return found == 0 ? 0 : 15 + 10 * (int) found;
    }

    private static int ofTotal(Totals.Total total) {
        int kind = switch (total.kind()) {
            case GRAND_TOTAL -> 20;
            case TOTAL, PAID -> 15;
            default -> 10;
        };
        return kind + (total.adds() ? 15 : total.tax() != null ? 5 : 0);
    }

    private static int against(String subject, List<Line> lines, boolean document) {
        var head = lines.stream().limit(HEAD).map(Line::folded).toList();
        int against = 0;
        against += Words.any(subject, OFFERS) || head.stream().anyMatch(Evidence::isOffer) ? 80 : 0;
        against += Words.any(subject, NOTICES) ? 60 : 0;
        against += Words.any(subject, ON_THE_WAY) ? 20 : 0;
        against += anywhere(lines, OF_BANKS) && !document ? 40 : 0;
        long advertising =
                ADVERTISING.stream().filter(words -> anywhere(lines, words)).count();
        return against + (int) Math.min(45, Math.max(0, advertising - 1) * 15);
    }

    /** An offer calls itself so in its title; a receipt may mention one. */
    private static boolean isOffer(String line) {
        return line.length() <= 60 && OFFERS.stream().anyMatch(word -> line.startsWith(word) || line.endsWith(word));
    }

    private static boolean anywhere(List<Line> lines, Set<String> words) {
        return lines.stream().anyMatch(line -> Words.any(line.folded(), words));
    }
}
