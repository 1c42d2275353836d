package dev.rowrunner.bench;

import com.zaxxer.hikari.HikariDataSource;

/** Where a contender works: its address and the user that owns it. */
record Database(String url, String user, String password) {

    HikariDataSource pool(int connections) {
        var pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        pool.setUsername(user);
        pool.setPassword(password);
        pool.setMaximumPoolSize(connections);
        return pool;
    }
}
