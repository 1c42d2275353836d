package dev.rowrunner.http;

import dev.rowrunner.runner.Summary;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.List;
import org.springframework.web.bind.annotation.BindParam;

/**
 * Which page of a list a caller asks for. A controller takes it as {@code @Valid Paging}.
 *
 * @param page from 1
 * @param size rows of a page
 */
public record Paging(
        @Summary("The first unless said") @BindParam("page") @Min(1) @Max(Paging.LAST)
        Integer page,

        @Summary("Rows of a page; 50 unless said") @BindParam("size") @Min(1) @Max(Paging.LARGEST)
        Integer size) {

    /** Whoever wants to look further back narrows the list. */
    static final int LAST = 1000;

    static final int LARGEST = 500;

    public Paging {
        page = page == null ? 1 : page;
        size = size == null ? 50 : size;
    }

    public int offset() {
        return (page - 1) * size;
    }

    /** One more than a page has, to know whether another follows. */
    public int limit() {
        return size + 1;
    }

    /** @param rows up to {@link #limit} of them, from {@link #offset} on */
    public <T> Page<T> of(List<T> rows) {
        return new Page<>(rows.subList(0, Math.min(size, rows.size())), page, size, rows.size() > size);
    }
}
