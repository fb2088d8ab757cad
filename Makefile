# One place for everything that a person does here.
#
#   make run [EXAMPLE=python|php|swift]   serve an example on http://127.0.0.1:8000/
#   make test                             unit, integration and Python tests
#   make check                            formatter, warnings, import rules
#   make bench [BENCH="--rounds 3 …"]     measure beside nginx and lighttpd
#   make install [PREFIX=/usr/local]      build and copy the binary

EXAMPLE ?= python
PREFIX ?= /usr/local
BIND ?= 127.0.0.1:8000
# The Swift runtime goes into the binary: it runs on machines without a toolchain, and calls it without a detour.
RELEASE = swift build -c release --static-swift-stdlib
PYTHON ?= python3
SUITES = OctetsTests|HTTPTests|GatewayInterfaceTests|FastCGIBridgeTests|SyscallsTests|GatewayTests|IntegrationTests

.PHONY: run run-python run-php run-swift test check format bench install clean

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

test:
	@scripts/install-packages libfcgi-dev pkg-config gcc curl php-cgi php-fpm libfcgi-bin spawn-fcgi procps
	$(PYTHON) -m unittest discover -s Tests/PythonResponderTests
	swift build --build-tests
	swift test --skip-build --filter '$(SUITES)'
	scripts/smoke-examples

check:
	@scripts/install-packages libfcgi-dev pkg-config
	swift format lint --strict --recursive Package.swift Sources Tests examples/swift/Package.swift examples/swift/Sources
	swift build --build-tests
	scripts/check-imports.py
	scripts/check-settings

format:
	swift format --in-place --recursive Package.swift Sources Tests examples/swift/Package.swift examples/swift/Sources

bench:
	@scripts/install-packages libfcgi-dev pkg-config gcc wrk nginx-light lighttpd
	$(RELEASE) --product gateway
	$(RELEASE) --package-path examples/swift
	$(PYTHON) Benchmarks/compare.py $(BENCH)

install:
	@scripts/install-packages libfcgi-dev pkg-config
	$(RELEASE) --product gateway
	install -D -m 755 .build/release/gateway $(DESTDIR)$(PREFIX)/bin/gateway

clean:
	rm -rf .build examples/swift/.build
