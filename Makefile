# Rowrunner. `make` lists the targets. Works with GNU make from 3.81 on, which is what macOS brings.

JAR := target/rowrunner.jar
SOURCES := pom.xml $(shell find src/main db -type f 2>/dev/null)

# The newest installed JDK from 17 up: a line with its version and its folder, or nothing.
FIND_JDK := for home in "$$JAVA_HOME" /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
	"$$HOME"/.sdkman/candidates/java/* "$$(dirname "$$(dirname "$$(readlink -f "$$(command -v javac)" 2>/dev/null)")" 2>/dev/null)"; do \
	  test -x "$$home/bin/javac" && test -f "$$home/release" || continue; \
	  version=$$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$$home/release"); \
	  test "$${version:-0}" -ge 17 && echo "$$version $$home"; \
	done | sort -k1,1nr -k2,2

JDKS := $(shell { $(FIND_JDK); } 2>/dev/null | awk '!seen[$$1]++ { gsub(" ", "=", $$0); print }')
JDK := $(firstword $(JDKS))
JDK_HOME := $(word 2,$(subst =, ,$(JDK)))
JDK_VERSION := $(word 1,$(subst =, ,$(JDK)))
# Another one, for the tests to run on as well.
SECOND_JDK := $(lastword $(filter-out $(JDK),$(JDKS)))
SECOND_JDK_HOME := $(word 2,$(subst =, ,$(SECOND_JDK)))
SECOND_JDK_VERSION := $(word 1,$(subst =, ,$(SECOND_JDK)))
ifneq ($(JDK_HOME),)
export JAVA_HOME := $(JDK_HOME)
endif

MVN := mvn -B -ntp
# The jar unpacked, since classes of jars within a jar can't be archived: with the archive a start takes half the time.
UNPACKED := target/app
APP := $(UNPACKED)/rowrunner.jar
# JDKs from 25 on keep profiles and compiled classes as well. Those from 19 on write an archive when a run ends that had
# none that fits; older ones only when told to.
archive = -Xlog:disable $(if $(filter 17 18,$(JDK_VERSION)),,-XX:+AutoCreateSharedArchive) -XX:SharedArchiveFile=$(UNPACKED)/$(1).jsa
make_archive = $(if $(filter 17 18,$(JDK_VERSION)),-Xlog:disable -XX:ArchiveClassesAtExit=$(UNPACKED)/$(1).jsa,$(call archive,$(1)))
newest := $(filter-out 17 18 19 20 21 22 23 24,$(JDK_VERSION))
server_archive = $(if $(newest),-Xlog:disable -XX:AOTCache=$(UNPACKED)/server.aot,$(call archive,server))
make_server_archive = $(if $(newest),-Xlog:disable -XX:AOTCacheOutput=$(UNPACKED)/server.aot,$(call make_archive,server))
ROWRUNNER := "$(JDK_HOME)/bin/java" $(server_archive) -jar $(APP)
# What ends after a moment must not spend that moment on compiling for the long run.
COMMAND := "$(JDK_HOME)/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC $(call archive,command) -jar $(APP)

# As they were typed: quotes and dollar signs reach the program and not the shell.
export ROWRUNNER_SQL := $(value SQL)
export ROWRUNNER_CMD := $(value CMD)
export ROWRUNNER_NAME := $(value NAME)
export ROWRUNNER_ROLE := $(value ROLE)
export ROWRUNNER_MERCHANT := $(value MERCHANT)
export ROWRUNNER_DATE := $(value DATE)
export ROWRUNNER_FROM := $(value FROM)
export ROWRUNNER_TO := $(value TO)

.DEFAULT_GOAL := help
.PHONY: help jdk run-worker build start dev test test-second-jdk ci check fmt clean psql redis env health token-create \
	aggregate aggregate-date aggregate-range aggregate-merchant status test-accounts rotate-keys bench bench-full bench-growth bench-start bench-usage chaos scheduler

help: ## lists the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1	\2/p' $(firstword $(MAKEFILE_LIST)) | awk -F '	' '{ printf "  make %-20s %s\n", $$1, $$2 }'

jdk:
	@test -n "$(JDK_HOME)" || { echo "No JDK from 17 up was found. Install one: 'apt install openjdk-17-jdk', 'brew install temurin', or https://adoptium.net" >&2; exit 1; }
	@command -v mvn >/dev/null || { echo "Maven was not found. Install it: 'apt install maven' or 'brew install maven'" >&2; exit 1; }
	@echo "JDK $(JDK_VERSION) in $(JDK_HOME)" >&2

run-worker: jdk $(APP) ## starts everything on this machine: PostgreSQL, Redis, worker, API, dashboard
	@exec $(ROWRUNNER) run

build: jdk $(APP) ## makes target/rowrunner.jar, and what lets it start fast

$(JAR): $(SOURCES)
	@$(MAKE) -s jdk
	@# A new file and not the old one written over: a server may be running from that.
	@rm -f $(JAR)
	@$(MVN) -q -DskipTests -Dspotless.check.skip package
	@touch $(JAR)

$(APP): $(JAR)
	@rm -rf $(UNPACKED)
	@"$(JDK_HOME)/bin/java" -Djarmode=tools -jar $(JAR) extract --destination $(UNPACKED)
	@# Before the archive is made, which fits the file of this time only.
	@touch $(APP)
	@ops/archive-classes.sh "$(JDK_HOME)/bin/java" $(make_server_archive) -jar $(APP)

start: jdk $(APP) ## starts the built jar on DATABASE_URL and REDIS_URL, as in production
	@test -n "$$DATABASE_URL" -a -n "$$REDIS_URL" || { echo "make start needs DATABASE_URL and REDIS_URL; 'make run-worker' brings its own servers" >&2; exit 1; }
	@exec $(ROWRUNNER) run

dev: jdk ## as run-worker, and starts again when a source changes
	@ops/dev.sh "$(MAKE)" "$(JDK_HOME)/bin/java" $(JAR)

test: jdk ## runs the tests
	@$(MVN) test

test-second-jdk: # the quick tests on another JDK, where one is installed
	@test -z "$(SECOND_JDK_HOME)" || { echo "Unit tests on JDK $(SECOND_JDK_VERSION) in $(SECOND_JDK_HOME)"; \
	  JAVA_HOME="$(SECOND_JDK_HOME)" $(MVN) surefire:test -DexcludedGroups=servers,slow; }

ci: test test-second-jdk check ## all that a change must pass: tests on the newest and another JDK, format

check: jdk
	@$(MVN) -q spotless:check

fmt: jdk ## formats the sources
	@$(MVN) -q spotless:apply

clean: ## deletes what was built; the data in .data stay
	@rm -rf target

psql: jdk $(APP) ## opens psql on the running installation; with SQL='...' runs one statement
ifneq ($(value SQL),)
	@$(COMMAND) sql "$$ROWRUNNER_SQL"
else
	@command -v psql >/dev/null || { echo "psql was not found. Install it: 'apt install postgresql-client' or 'brew install libpq'; or run one statement: make psql SQL='select 1'" >&2; exit 1; }
	@urls=$$($(COMMAND) env) && eval "$$urls" && psql "$$DATABASE_URL"
endif

redis: jdk $(APP) ## CMD='...': sends one command to Redis
	@test -n "$$ROWRUNNER_CMD" || { echo "Say which command: make redis CMD='get key'" >&2; exit 1; }
	@$(COMMAND) redis "$$ROWRUNNER_CMD"

env: jdk $(APP) ## prints the running installation's URLs: eval "$(make -s env)"
	@$(COMMAND) env

health: jdk $(APP) ## says how database, Redis and workers are; exit code 0 or 1
	@$(COMMAND) health

token-create: jdk $(APP) ## NAME= [ROLE=viewer|operator|admin]: makes a token
	@$(COMMAND) token create "$$ROWRUNNER_NAME" $(if $(value ROLE),--role "$$ROWRUNNER_ROLE")

aggregate: jdk $(APP) ## flushes yesterday's usage to PostgreSQL
	@$(COMMAND) usage aggregate

aggregate-date: jdk $(APP) ## DATE=: flushes the usage of a day
	@$(COMMAND) usage aggregate --date "$$ROWRUNNER_DATE"

aggregate-range: jdk $(APP) ## FROM= TO=: flushes the usage of several days
	@$(COMMAND) usage aggregate --from "$$ROWRUNNER_FROM" --to "$$ROWRUNNER_TO"

aggregate-merchant: jdk $(APP) ## MERCHANT= DATE=: flushes the usage of one merchant on a day
	@$(COMMAND) usage aggregate --merchant "$$ROWRUNNER_MERCHANT" --date "$$ROWRUNNER_DATE"

status: jdk $(APP) ## DATE=: says what of a day has been flushed
	@$(COMMAND) usage status "$$ROWRUNNER_DATE"

test-accounts: jdk $(APP) ## [NAME=123]: syncs the accounts of the sandbox's user on the running worker, and shows what came of it
	@$(COMMAND) accounts test $(if $(value NAME),--user "$$ROWRUNNER_NAME")

rotate-keys: jdk $(APP) ## encrypts secrets in the database with a new key
	@$(COMMAND) keys rotate

BENCH_JVM := -Xmx256m -XX:+UseSerialGC
bench-usage: jdk ## [SIZE=1000000]: measures usage metering against its peers and its ceiling, in 256 MB of heap
	@$(MVN) -q -Pbench -Dspotless.check.skip test-compile
	@"$(JDK_HOME)/bin/java" $(BENCH_JVM) -cp "target/test-classes:target/classes:$$(cat target/bench.classpath)" \
	  dev.rowrunner.usage.UsageBenchmark $(or $(SIZE),1000000)

BENCH = "$(JDK_HOME)/bin/java" -Xmx256m -cp "target/test-classes:target/classes:$$(cat target/bench.classpath)" \
	-Dcommand="$(strip make $@ $(MAKEOVERRIDES))" dev.rowrunner.bench
bench: jdk ## [RUNS=3] [JOBS=100000] [ONLY=rowrunner,jobrunr]: measures Rowrunner beside its peers in one run
	@$(MVN) -q -Pbench -Dspotless.check.skip test-compile
	@$(BENCH).Bench $(or $(RUNS),3) $(or $(JOBS),100000) 5 3 false $(ONLY)

bench-full: jdk ## [RUNS=3] [JOBS=100000] [ONLY=]: the same with more patience for who is slow
	@$(MVN) -q -Pbench -Dspotless.check.skip test-compile
	@$(BENCH).Bench $(or $(RUNS),3) $(or $(JOBS),100000) 15 10 true $(ONLY)

bench-growth: jdk ## [RUNS=3] [JOBS=200000] [ONLY=stale,tenants] [FULL=1]: measures Rowrunner as tables, workers and tenants grow
	@$(MVN) -q -Pbench -Dspotless.check.skip test-compile
	@$(BENCH).Growth $(or $(RUNS),3) $(or $(JOBS),200000) $(if $(FULL),true,false) $(ONLY)

bench-start: jdk $(APP) ## measures the time from java -jar to the first job done
	@$(MVN) -q -Pbench -Dspotless.check.skip test-compile
	@$(BENCH).Start $(ROWRUNNER) run --server.port=0 --rowrunner.dashboard.port=0

chaos: jdk ## [JOBS=20000] [SEED=]: kills, freezes and cuts off workers and their database for minutes
	@$(MVN) -Dspotless.check.skip -Dtest=ChaosTest -Dchaos.jobs=$(or $(JOBS),20000) -Dchaos.seconds=240 $(if $(SEED),-Dchaos.seed=$(SEED)) test

scheduler: jdk $(APP) ## runs the scheduler and its worker alone, without API and dashboard
	@ENABLE_JOB_SCHEDULER=true ROWRUNNER_ROLES=worker ROWRUNNER_DASHBOARD_ENABLED=false \
	  exec $(ROWRUNNER) run
