# make demo   install what is missing, build, run the main job, say where the report lies
# make check  the same, then all tests, the formatter, the linter and the tests under sanitizers
BUILD ?= build
CLANG_FORMAT ?= clang-format
sources = $(shell find include src systems papers cli tests bench fuzz examples -name '*.[ch]')

.PHONY: demo check check-long bench bench-table build install clean format lint sanitize fuzz docs site packages

build: packages
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD) >$(BUILD)-setup.log 2>&1 || { cat $(BUILD)-setup.log; exit 1; }
	@rm -f $(BUILD)-setup.log
	@test -t 1 || quiet=--quiet; ninja -C $(BUILD) $$quiet
	@$(if $(filter-out build,$(MAKECMDGOALS)),:,echo "built: $(BUILD)/onsager")

packages:
	@tools/packages.sh build

demo: build
	@examples/demo.sh $(BUILD)/onsager

check: demo
	@tools/packages.sh check
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory sanitize
	@tools/test.sh $(BUILD)

# The heavy checks: full statistical coverage, long runs, fuzzing.
check-long: check
	@$(MAKE) --no-print-directory lint LINT_DEPTH=225000
	ONSAGER_EFFORT=full tools/test.sh $(BUILD) --timeout-multiplier 100
	@$(MAKE) --no-print-directory fuzz

# How many states of a function the analyzer looks at: at its own depth (225000) nine tenths of the time go to a few functions.
LINT_DEPTH ?= 20000
lint:
	@$(CLANG_FORMAT) --dry-run --Werror $(sources)
	@run-clang-tidy -quiet -p $(BUILD) -extra-arg=-Xclang -extra-arg=-analyzer-config -extra-arg=-Xclang \
	    -extra-arg=max-nodes=$(LINT_DEPTH) '/(src|cli|systems|papers)/[^.]*\.c$$' >$(BUILD)/tidy.log 2>&1 || \
	    { grep -E 'error:' $(BUILD)/tidy.log; exit 1; }

# AddressSanitizer and UBSan over the tests.
sanitize:
	@test -f $(BUILD)-sanitize/build.ninja || meson setup $(BUILD)-sanitize -Db_sanitize=address,undefined \
	    -Db_lundef=false -Dbuildtype=debug -Doptimization=1 >/dev/null
	@ninja -C $(BUILD)-sanitize --quiet
	@ASAN_OPTIONS=detect_leaks=1 LSAN_OPTIONS=suppressions=$(CURDIR)/tools/leaks.supp:print_suppressions=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 ONSAGER_SANITIZED=1 \
	    tools/test.sh $(BUILD)-sanitize --timeout-multiplier 4 --no-suite unsanitized

# Ten minutes of libFuzzer for each reader of foreign bytes (FUZZ_SECONDS to change).
FUZZ_SECONDS ?= 600
fuzz: packages
	@tools/packages.sh check
	@test -f $(BUILD)-fuzz/build.ninja || CC=clang meson setup $(BUILD)-fuzz -Dfuzz=true -Db_sanitize=address,undefined \
	    -Db_lundef=false -Dmpi=disabled >/dev/null
	@ninja -C $(BUILD)-fuzz --quiet fuzzers
	@fuzz/run.sh $(BUILD)-fuzz $(FUZZ_SECONDS)

# PART="flips learning" measures these parts alone; bench-table writes what was measured into README.md and docs/performance.md.
bench: build
	@bench/run.sh $(BUILD) $(PART)

bench-table:
	@python3 bench/table.py write $(BUILD)/bench.json README.md docs/performance.md

# What the documentation takes from the program.
docs: build
	@docs/generate.sh $(BUILD)/onsager

# The documentation as a site in BUILD/documentation/site.
site: build
	@tools/packages.sh site
	@python3 docs/build_site.py $(BUILD)/onsager $(BUILD)/documentation

format:
	@$(CLANG_FORMAT) -i $(sources)

# Under /usr/local, or PREFIX=...; DESTDIR=... stands before it for packages.
install: build
	@if [ -n "$(PREFIX)" ]; then meson configure $(BUILD) --prefix "$(abspath $(PREFIX))"; ninja -C $(BUILD) --quiet; fi
	@meson install -C $(BUILD) --no-rebuild

clean:
	@rm -rf $(BUILD) $(BUILD)-sanitize $(BUILD)-fuzz
