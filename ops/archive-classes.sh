#!/bin/sh
# Starts the program once, on servers and data of its own, so that the JVM writes down the classes that it loads. Later
# starts read them from there and take half the time. Called by make: archive-classes.sh JAVA FLAG... -jar JAR
data=$(mktemp -d "${TMPDIR:-/tmp}/rowrunner-classes.XXXXXX")
env -u DATABASE_URL -u REDIS_URL -u LOG_FILE ROWRUNNER_DATA_DIR="$data" \
    "$@" run --server.port=0 --rowrunner.dashboard.port=0 > "$data/log" 2>&1 &
program=$!
trap 'kill "$program" 2>/dev/null; rm -rf "$data"; exit 1' INT TERM

tries=240
until grep -q "Rowrunner is ready" "$data/log" || ! kill -0 "$program" 2>/dev/null || test "$tries" -eq 0; do
    sleep 0.25
    tries=$((tries - 1))
done
grep -q "Rowrunner is ready" "$data/log" || echo "Starts will take some seconds longer: $(tail -n 1 "$data/log")" >&2
kill "$program" 2>/dev/null
wait "$program"
rm -rf "$data"
