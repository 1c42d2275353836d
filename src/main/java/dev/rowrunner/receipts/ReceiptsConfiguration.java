package dev.rowrunner.receipts;

import dev.rowrunner.receipts.extraction.Extractor;
import dev.rowrunner.receipts.extraction.Limits;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What of this family is not a component by itself. */
@Configuration(proxyBeanMethods = false)
class ReceiptsConfiguration {

    @Bean
    Extractor receiptExtractor(ReceiptsProperties properties) {
        var limits = Limits.DEFAULT;
        return new Extractor(new Limits(
                properties.maxMessage().toBytes(),
                limits.attachmentBytes(),
                limits.nesting(),
                limits.parts(),
                limits.time()));
    }
}
