package dev.rowrunner.runner.jobrunr;

import javax.sql.DataSource;
import org.jobrunr.utils.mapper.JsonMapper;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/** The parts of JobRunr that all of the machine room shares. JobRunr's Spring starter would bring its own filters. */
@Configuration(proxyBeanMethods = false)
class Machinery {

    /** Reads {@link StoredJob} and JobRunr's own types; any other class named in stored JSON is refused. */
    @Bean
    JsonMapper jobRunrJsonMapper() {
        return new Jackson3JsonMapper(BasicPolymorphicTypeValidator.builder().allowIfSubType(StoredJob.class));
    }

    @Bean
    @DependsOnDatabaseInitialization
    JobStorage jobStorage(DataSource dataSource, JsonMapper jobRunrJsonMapper) {
        return new JobStorage(dataSource, jobRunrJsonMapper);
    }
}
