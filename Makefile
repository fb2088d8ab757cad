# One place for everything that a person does here.
#
#   make run [EXAMPLE=python|php|swift]   serve an example on http://127.0.0.1:8000/
#   make test                             unit, integration and Python tests
#   make test-address [SUITES=…]          the Swift tests with AddressSanitizer in all processes
#   make test-thread [SUITES=…]           the unit tests with ThreadSanitizer
#   make fuzz [TARGET=…] [SECONDS=…]      fuzz what reads strangers' bytes: each target for 20 seconds, or one for longer
#   make check                            formatter, warnings, import rules, docs/settings.md
#   make docs                             write docs/settings.md anew
#   make example-hummingbird              build and try the example with a server of its own (minutes)
#   make bench [BENCH="--rounds 3 …"]     measure beside nginx and lighttpd
#   make endurance                        reload, upgrade and kill under load, and count failed requests
#   make install [PREFIX=/usr/local]      build and copy the binary

EXAMPLE ?= python
PREFIX ?= /usr/local
BIND ?= 127.0.0.1:8000
# The Swift runtime goes into the binary: it runs on machines without a toolchain, and calls it without a detour.
RELEASE = swift build -c release --static-swift-stdlib
PYTHON ?= python3
FUZZ = Fuzz/Properties Fuzz/Driver/Package.swift Fuzz/Driver/Sources
HUMMINGBIRD = examples/swift/hummingbird-worker/Package.swift examples/swift/hummingbird-worker/Sources
UNIT_SUITES = OctetsTests|HTTPTests|GatewayInterfaceTests|FastCGIBridgeTests|SyscallsTests|SpawnFCGITests|GatewayTests|FuzzTests
SUITES ?= $(UNIT_SUITES)|IntegrationTests
SECONDS ?= 20
FUZZ_SECONDS ?= $(SECONDS)

.PHONY: run run-python run-php run-swift test test-address test-thread fuzz check docs format example-hummingbird bench endurance install clean

run: run-$(EXAMPLE)

run-python:
	@scripts/install-packages libfcgi-dev pkg-config
	$(RELEASE) --product gateway
	.build/release/gateway wsgi:app:application --chdir examples/python --bind $(BIND)

run-php:
	@scripts/install-packages libfcgi-dev pkg-config php-cgi
	$(RELEASE) --product gateway
	.build/release/gateway php:examples/php/public --bind $(BIND)

run-swift:
	@scripts/install-packages libfcgi-dev pkg-config
	$(RELEASE) --package-path examples/swift
	examples/swift/.build/release/hello --bind $(BIND)

TEST_PACKAGES = libfcgi-dev pkg-config gcc curl python3 python3-venv php-cgi php-fpm libfcgi-bin spawn-fcgi \
	multiwatch lighttpd procps git perl-base nginx-light fcgiwrap libfcgi-perl libplack-perl ruby-fcgi

test:
	@scripts/install-packages $(TEST_PACKAGES)
	@PYTHON=$(PYTHON) scripts/python-packages
	$(PYTHON) -m unittest discover -s Tests/PythonResponderTests
	swift build --build-tests
	@scripts/run-tests '$(SUITES)'
	scripts/smoke-examples

# A build of its own, and all of it two to three times as slow.
test-address:
	@scripts/install-packages $(TEST_PACKAGES)
	@PYTHON=$(PYTHON) scripts/python-packages
	scripts/test-sanitized address '$(SUITES)'

# Without the integration tests, unless SUITES asks for them: workers have one thread, and applications are no part of this.
test-thread: SUITES = $(UNIT_SUITES)
test-thread:
	@scripts/install-packages libfcgi-dev pkg-config
	scripts/test-sanitized thread '$(SUITES)'

fuzz:
	@scripts/install-packages libfcgi-dev pkg-config
	FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/fuzz $(TARGET)

check:
	@scripts/install-packages libfcgi-dev pkg-config
	swift format lint --strict --recursive Package.swift Sources Tests $(FUZZ) examples/swift/Package.swift examples/swift/Sources $(HUMMINGBIRD)
	swift build --build-tests
	scripts/check-imports.py
	scripts/check-settings

docs:
	@scripts/install-packages libfcgi-dev pkg-config
	swift build --product gateway
	scripts/check-settings --write

format:
	swift format --in-place --recursive Package.swift Sources Tests $(FUZZ) examples/swift/Package.swift examples/swift/Sources $(HUMMINGBIRD)

# Not part of the tests: Hummingbird and NIO take minutes to build.
example-hummingbird:
	@scripts/install-packages libfcgi-dev pkg-config curl procps
	swift build --package-path examples/swift/hummingbird-worker
	scripts/smoke-hummingbird

bench:
	@scripts/install-packages libfcgi-dev pkg-config gcc wrk nginx-light lighttpd
	$(RELEASE) --product gateway
	$(RELEASE) --package-path examples/swift
	$(PYTHON) Benchmarks/compare.py $(BENCH)

endurance:
	@scripts/install-packages libfcgi-dev pkg-config php-cgi procps
	$(RELEASE) --product gateway
	$(RELEASE) --package-path examples/swift
	for application in wsgi php swift; do $(PYTHON) Benchmarks/endurance.py --application $$application || exit 1; done

install:
	@scripts/install-packages libfcgi-dev pkg-config
	$(RELEASE) --product gateway
	install -D -m 755 .build/release/gateway $(DESTDIR)$(PREFIX)/bin/gateway

clean:
	rm -rf .build .build-asan .build-tsan .build-fuzz examples/swift/.build examples/swift/hummingbird-worker/.build
