#!/bin/sh
# Runs the server and starts it again when a source changes. Called by `make dev`: dev.sh MAKE JAVA JAR.
make=$1 java=$2 jar=$3
stamp=target/dev.stamp
server=

stop() {
    test -n "$server" && kill "$server" 2>/dev/null && wait "$server"
    server=
}

changed() {
    test -n "$(find pom.xml src/main db -newer "$stamp" 2>/dev/null | head -n 1)"
}

trap 'stop; exit 0' INT TERM
mkdir -p target
while :; do
    touch "$stamp"
    if "$make" -s "$jar"; then
        stop
        cp "$jar" target/dev.jar
        "$java" -jar target/dev.jar run &
        server=$!
    else
        echo "Does not build; the last good one goes on. Waiting for a change." >&2
    fi
    until changed; do sleep 1; done
    echo "A source has changed; building." >&2
done
