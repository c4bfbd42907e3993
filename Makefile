# cegah: one binary. `make help` lists the targets.
FLAVOUR ?= release
BUILD   := build/$(FLAVOUR)
CC      ?= gcc
CXX     ?= g++
PKGS    := libuv libcurl sqlite3 jansson libmicrohttpd libfyaml icu-uc icu-i18n libsodium
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wno-format-truncation -Wno-missing-field-initializers
WARNXX  := -Wall -Wextra -Wshadow
# CI builds with STRICT=1: a warning is an error there.
ifeq ($(STRICT),1)
WARN    += -Werror
WARNXX  += -Werror
endif
OPT_release := -O2 -g
OPT_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
               -fno-omit-frame-pointer
OPT_cover   := -O0 -g --coverage
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

all: $(BUILD)/cegah ## build ./cegah
	@test "$(FLAVOUR)" != release || ln -sf $(BUILD)/cegah cegah

$(BUILD)/cegah: $(MAIN) $(BUILD)/libcegah.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/libcegah.a: $(LIBRARY)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/%.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) -c -o $@ $<

$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/libcegah.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests $(CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libcegah.a $(LDLIBS) -lcmocka -lstdc++

units: $(UNITS) ## build the unit tests

unit: $(UNITS) ## run the unit tests
	@set -e; for t in $(UNITS); do echo "== $$t"; $$t; done

clean: ## remove everything built
	rm -rf build cegah

.PHONY: all units unit clean
-include $(OBJECTS:.o=.d) $(UNITS:%=%.d)
