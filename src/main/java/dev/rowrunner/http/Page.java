package dev.rowrunner.http;

import java.util.List;

/**
 * One page of a list.
 *
 * @param page from 1
 * @param size rows of a full page
 * @param more whether another page follows
 */
public record Page<T>(List<T> items, int page, int size, boolean more) {}
