# cegah: one binary. `make help` lists the targets.
FLAVOUR ?= release
BUILD   := build/$(FLAVOUR)
ifeq ($(origin CC),default)
CC      := gcc
endif
ifeq ($(origin CXX),default)
CXX     := g++
endif
PREFIX  ?= /usr/local
JOBS    ?= $(shell nproc 2>/dev/null || echo 2)
# Debian's own Python: another one on the PATH may lack the packages of deps-test.
PYTHON  := /usr/bin/python3

PKGS    := libuv libcurl sqlite3 jansson libmicrohttpd libfyaml icu-uc icu-i18n libsodium xlsxwriter
# Two libraries come without a pkg-config file; their headers tell whether they are there.
HEADERS := csv.h phonenumbers/phonenumberutil.h

# What building and the demo need, and what the tests, lint and fuzz targets add.
DEPS := build-essential pkg-config libuv1-dev libcurl4-openssl-dev libsqlite3-dev \
        libjansson-dev libmicrohttpd-dev libfyaml-dev libicu-dev libphonenumber-dev \
        libsodium-dev libcsv-dev libxlsxwriter-dev xlsx2csv
CHECK_DEPS := libcmocka-dev python3 python3-pytest python3-pytest-xdist tzdata \
        kannel kannel-extras
LINT_DEPS  := python3 clang-format
FUZZ_DEPS  := clang libclang-rt-14-dev
TEST_DEPS  := $(sort $(CHECK_DEPS) $(LINT_DEPS) $(FUZZ_DEPS))

WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wno-format-truncation -Wno-missing-field-initializers
WARNXX  := -Wall -Wextra -Wshadow
# Lint, and so CI, builds with STRICT=1: a warning is an error there.
ifeq ($(STRICT),1)
WARN    += -Werror
WARNXX  += -Werror
endif
SANITIZE    := -fsanitize=address,undefined -fno-sanitize-recover=all
OPT_release := -O2 -g
OPT_strict  := $(OPT_release)
OPT_asan    := -O1 -g $(SANITIZE) -fno-omit-frame-pointer
OPT_cover   := -O0 -g --coverage
OPT_fuzz    := -O1 -g $(SANITIZE) -fno-sanitize=vptr -fsanitize=fuzzer-no-link -fno-omit-frame-pointer \
               -Wno-unknown-warning-option
OPT     := $(OPT_$(FLAVOUR))

CPPFLAGS += -D_GNU_SOURCE -Iengine -I. -MMD -MP
CFLAGS   += -std=c11 $(OPT) $(WARN) $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
CXXFLAGS += -std=c++17 $(OPT) $(WARNXX)
LDFLAGS  += $(OPT)
LDLIBS   += $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lphonenumber -lcsv -lm -lpthread

SOURCES := $(wildcard engine/*/*.c adapters/*.c)
CXXSOURCES := $(wildcard engine/*/*.cc)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o) $(CXXSOURCES:%.cc=$(BUILD)/%.o)
MAIN    := $(BUILD)/engine/cli/main.o
LIBRARY := $(filter-out $(MAIN),$(OBJECTS))
UNITS   := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/harness/%,$(wildcard tests/fuzz/fuzz_*.c))
FORMATTED := $(wildcard engine/*/*.[ch] engine/*/*.cc adapters/*.[ch] \
               tests/unit/*.[ch] tests/fuzz/*.[ch] tests/bench/*.c)
BENCHES := $(BUILD)/bench/sink $(BUILD)/bench/curl_bare

all: $(BUILD)/cegah ## build ./cegah
	@test "$(FLAVOUR)" != release || ln -sf $(BUILD)/cegah cegah

# A missing library is named before the compiler stumbles over it.
libraries:
	@missing=; \
	command -v pkg-config >/dev/null || missing="pkg-config"; \
	for p in $(PKGS); do \
	    pkg-config --exists $$p 2>/dev/null || missing="$$missing $$p"; \
	done; \
	for h in $(HEADERS); do \
	    printf '#if !__has_include(<%s>)\n#error\n#endif\n' $$h | \
	        $(CXX) -E -x c++ - >/dev/null 2>&1 || missing="$$missing $$h"; \
	done; \
	test -z "$$missing" || { echo "missing: $$missing" >&2; \
	    echo "run: make deps" >&2; exit 1; }

$(BUILD)/cegah: $(MAIN) $(BUILD)/libcegah.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/libcegah.a: $(LIBRARY)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/%.o: %.c | libraries
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/%.o: %.cc | libraries
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) -c -o $@ $<

$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/libcegah.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -MF $@.d -MT $@ -Itests $(CFLAGS) $(LDFLAGS) -o $@ $< \
	    $(BUILD)/libcegah.a $(LDLIBS) -lcmocka -lstdc++

$(BUILD)/harness/%: tests/fuzz/%.c $(BUILD)/libcegah.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -MF $@.d -MT $@ $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $< \
	    $(BUILD)/libcegah.a $(LDLIBS) -lstdc++

# What `make bench` stands the daemon against; nothing of the product is in it.
$(BUILD)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -MF $@.d -MT $@ $(CFLAGS) $(LDFLAGS) -o $@ $< \
	    $(shell pkg-config --libs libuv libcurl)

units: $(UNITS) ## build the unit tests

unit: $(UNITS) ## run the unit tests
	@set -e; for t in $(UNITS); do echo "== $$t"; $$t; done

# Installing changes what pkg-config answers, and that is asked when make starts: so
# targets that may install do their work in a second make.
SUBMAKE = $(MAKE) --no-print-directory
PARALLEL = $(SUBMAKE) -j$(JOBS)
first = @test -e build/$(1) || echo "building; the first time takes a minute or two"

# $(call install,PACKAGES): one apt-get install, as root or with sudo.
define install
	@command -v apt-get >/dev/null || { echo "no apt-get here; install these:" $(1) >&2; \
	    exit 1; }; \
	sudo=; test "$$(id -u)" = 0 || sudo=sudo; \
	echo "installing:" $(1); \
	apt() { $$sudo env DEBIAN_FRONTEND=noninteractive apt-get -y -qq \
	    -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$$@"; }; \
	ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 || apt update || exit 1; \
	apt install --no-upgrade --no-install-recommends $(1) >/dev/null || \
	    { apt update && apt install --no-upgrade --no-install-recommends $(1) >/dev/null; }
endef

# $(call ensure,PACKAGES,TARGET): makes TARGET when one of PACKAGES is not installed.
# Without dpkg the machine is no Debian, and its owner knows better than we.
define ensure
	@! command -v dpkg-query >/dev/null || for p in $(1); do \
	    case "$$(dpkg-query -W -f '$${db:Status-Abbrev}' $$p 2>/dev/null)" in \
	    *ii*) ;; \
	    *) $(SUBMAKE) $(2) || exit 1; break;; \
	    esac; \
	done
endef

deps: ## install what building and the demo need (Debian, root or sudo)
	$(call install,$(DEPS))

# Debian's kannel package starts a gateway on every interface, when it is installed and at
# each boot. The tests start their own on the loopback, so the service is masked before it
# is there; `systemctl unmask kannel` gives it back. Who has Kannel already keeps it as it is.
KANNEL_UNIT := /etc/systemd/system/kannel.service
mask-kannel:
	@command -v dpkg-query >/dev/null && ! dpkg-query -W -f '$${db:Status-Abbrev}' \
	    kannel 2>/dev/null | grep -q ii && test ! -e $(KANNEL_UNIT) || exit 0; \
	sudo=; test "$$(id -u)" = 0 || sudo=sudo; \
	$$sudo mkdir -p $(dir $(KANNEL_UNIT)) && $$sudo ln -sf /dev/null $(KANNEL_UNIT)

deps-test: mask-kannel ## install what the tests, lint and fuzz need besides
	$(call install,$(TEST_DEPS))

demo: ## eight weeks of the real campaign on the simulator, then its report
	$(call ensure,$(DEPS),deps)
	$(call first,release)
	@$(PARALLEL) -s FLAVOUR=release all
	@./cegah demo --dir build/demo

check: ## every test; the last line is "N passed, N failed"
	$(call ensure,$(DEPS),deps)
	$(call ensure,$(CHECK_DEPS),deps-test)
	$(call first,release)
	@$(PARALLEL) -s FLAVOUR=release all units
	@$(PYTHON) tests/run --flavour release

asan: ## every test of the program under ASan and UBSan, same closing line
	$(call ensure,$(DEPS),deps)
	$(call ensure,$(CHECK_DEPS),deps-test)
	$(call first,asan)
	@$(PARALLEL) -s FLAVOUR=asan all units
	@$(PYTHON) tests/run --flavour asan --skip lint

KILLS ?= 500
SEEDS ?= 20
torture: ## the kill test and the demo's seeds, longer: make torture KILLS=500 SEEDS=20
	$(call ensure,$(DEPS),deps)
	$(call ensure,$(CHECK_DEPS),deps-test)
	@$(PARALLEL) -s FLAVOUR=release all
	@KILLS=$(KILLS) SEEDS=$(SEEDS) $(PYTHON) tests/run --flavour release --skip unit \
	    --skip lint --limit 21600 -k "kill or seed"

cover: ## which lines the tests reach, a file a line
	$(call ensure,$(DEPS),deps)
	$(call ensure,$(CHECK_DEPS),deps-test)
	@$(PARALLEL) -s FLAVOUR=cover all units
	@find build/cover -name '*.gcda' -delete
	@$(PYTHON) tests/run --flavour cover --skip lint || true
	@$(PYTHON) tests/cover.py build/cover

tour: all ## write the README's tour anew, from what the demo prints
	@$(PYTHON) tests/tour.py

docs: all ## put every key of content files into campaigns/README.md
	@./cegah check --keys >$(BUILD)/keys.md
	@awk 'FNR == NR { keys = keys $$0 "\n"; next } \
	    /^<!-- End of the keys/ { within = 0 } !within { print } \
	    /^<!-- What follows/ { printf "\n%s", keys; within = 1 }' \
	    $(BUILD)/keys.md campaigns/README.md >$(BUILD)/README.md
	@cp $(BUILD)/README.md campaigns/README.md

lint: ## the house rules, the format, and a build where warnings are errors
	$(call ensure,$(DEPS),deps)
	$(call ensure,$(CHECK_DEPS) $(LINT_DEPS),deps-test)
	@status=0; \
	$(PYTHON) tests/lint/lint.py || status=1; \
	$(PARALLEL) -s FLAVOUR=strict STRICT=1 all units || status=1; \
	exit $$status

format: ## clang-format on every C source
	@clang-format -i $(FORMATTED)

FUZZ_SECONDS ?= 60
fuzz: ## libFuzzer on every parser, FUZZ_SECONDS=60 each
	$(call ensure,$(DEPS),deps)
	$(call ensure,$(FUZZ_DEPS),deps-test)
	@$(PARALLEL) -s FLAVOUR=fuzz CC=clang CXX=clang++ harnesses
	@$(SUBMAKE) -s FLAVOUR=fuzz FUZZ_SECONDS=$(FUZZ_SECONDS) fuzz-run

harnesses: $(FUZZERS)

# New inputs go to build/; tests/fuzz/seeds/NAME holds those worth keeping.
fuzz-run:
	@test -n "$(FUZZERS)" || { echo "no harness in tests/fuzz" >&2; exit 1; }
	@for f in $(FUZZERS); do \
	    name=$${f##*/fuzz_}; \
	    found=$(BUILD)/corpus/$$name; seeds=tests/fuzz/seeds/$$name; \
	    mkdir -p $$found; test -d $$seeds || seeds=; \
	    echo "== $$name, $(FUZZ_SECONDS) s"; \
	    $$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 \
	        -max_len=65536 -print_final_stats=1 -verbosity=0 \
	        -artifact_prefix=$(BUILD)/$$name- $$found $$seeds || exit 1; \
	done

benches: $(BENCHES)

# BENCH=--quick for one run of few messages; BENCH_RUNS, BENCH_MESSAGES: see bench.py.
# IMPORT_ROWS=10000 for a shorter list.
bench: ## messages a second beside bare libcurl; a long import; replies beside trouble
	$(call ensure,$(DEPS),deps)
	$(call ensure,$(CHECK_DEPS),deps-test)
	@$(PARALLEL) -s FLAVOUR=release all benches
	@CEGAH=build/release/cegah $(PYTHON) tests/bench/bench.py $(BENCH)
	@CEGAH=build/release/cegah $(PYTHON) tests/bench/import.py $(IMPORT_ROWS)
	@CEGAH=build/release/cegah $(PYTHON) tests/bench/pace.py $(filter --quick,$(BENCH))

install: all ## install the program and the sample campaign (PREFIX, DESTDIR)
	install -D -m 755 $(BUILD)/cegah $(DESTDIR)$(PREFIX)/bin/cegah
	find campaigns -type f -exec install -D -m 644 {} \
	    $(DESTDIR)$(PREFIX)/share/cegah/{} \;

clean: ## remove everything built
	rm -rf build cegah

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | \
	    while IFS="$$(printf '\t')" read -r name text; do \
	        printf '%-10s %s\n' "$$name" "$$text"; done

.PHONY: all docs tour libraries units unit deps mask-kannel deps-test demo check asan torture cover lint \
        format fuzz harnesses fuzz-run benches bench install clean help
-include $(OBJECTS:.o=.d) $(UNITS:%=%.d) $(FUZZERS:%=%.d) $(BENCHES:%=%.d)
