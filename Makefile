# One place for everything that a person does here.
#
#   make run [EXAMPLE=python|php|swift]   serve an example on http://127.0.0.1:8000/
#   make test                             unit, integration and Python tests
#   make test-address [SUITES=…]          the Swift tests with AddressSanitizer in all processes
#   make test-thread [SUITES=…]           the unit tests with ThreadSanitizer
#   make fuzz [TARGET=…] [SECONDS=…]      fuzz what reads strangers' bytes: each target for 20 seconds, or one for longer
#   make check                            formatter, warnings, import rules, what is linked, docs/settings.md
#   make docs                             write docs/settings.md anew
#   make example-hummingbird              build and try the example with a server of its own (minutes)
#   make bench [BENCH="--rounds 3 …"]     measure beside nginx and lighttpd
#   make slow [SECONDS=60]                attacks by slow clients, and what they cost the others
#   make faults [REQUESTS=100000]         requests that go wrong at every stage, and whether everything is back
#   make streams [STREAMS="--kind events …"]  what 10 000 open WebSockets or event streams cost
#   make websocket-cases [CASES=…]        the cases of RFC 6455 and 7692, in their full form
#   make freeze [SECONDS=300]             everybody stands still in turn, under load, and nothing else may
#   make real-applications [APPLICATIONS="-v wordpress"]  WordPress, MediaWiki, Redmine … behind one file
#   make endurance                        reload, upgrade and kill under load, and count failed requests
#   make install [PREFIX=/usr/local]      build and copy the binary

EXAMPLE ?= python
PREFIX ?= /usr/local
REQUESTS ?= 100000
BIND ?= 127.0.0.1:8000
# The Swift runtime goes into the binary: it runs on machines without a toolchain, and calls it without a detour.
RELEASE = swift build -c release --static-swift-stdlib
# What is linked: FastCGI's own library, gzip and brotli, SHA-1 for the handshake of WebSockets, regular expressions, and YAML.
LIBRARIES = libfcgi-dev zlib1g-dev libbrotli-dev libmd-dev libpcre2-dev libyaml-dev pkg-config
PYTHON ?= python3
FUZZ = Fuzz/Properties Fuzz/Driver/Package.swift Fuzz/Driver/Sources
EXAMPLES = examples/swift/Package.swift $(filter-out examples/swift/hummingbird-worker/%,$(wildcard examples/swift/*/*.swift))
HUMMINGBIRD = examples/swift/hummingbird-worker/Package.swift examples/swift/hummingbird-worker/Sources \
	Benchmarks/nio/Package.swift Benchmarks/nio/Sources
# What `swift test list` calls tests: a regular expression. Without one all are run.
UNIT_SUITES = ^(?!IntegrationTests)
SUITES ?=

.PHONY: run run-python run-php run-swift test test-address test-thread fuzz check docs format example-hummingbird bench \
	endurance freeze slow faults streams websocket-cases real-applications install clean

run: run-$(EXAMPLE)

run-python:
	@scripts/install-packages $(LIBRARIES)
	$(RELEASE) --product gateway
	.build/release/gateway wsgi:app:application --chdir examples/python --bind $(BIND)

run-php:
	@scripts/install-packages $(LIBRARIES) php-cgi
	$(RELEASE) --product gateway
	.build/release/gateway php:examples/php/public --bind $(BIND)

run-swift:
	@scripts/install-packages $(LIBRARIES)
	$(RELEASE) --package-path examples/swift --product hello
	examples/swift/.build/release/hello --bind $(BIND)

TEST_PACKAGES = $(LIBRARIES) gcc util-linux curl python3 python3-venv php-cgi php-fpm libfcgi-bin spawn-fcgi \
	multiwatch lighttpd procps git perl-base nginx-light fcgiwrap libfcgi-perl libplack-perl ruby-fcgi brotli \
	libnginx-mod-stream haproxy openssl libhiredis-dev redis-server apache2-bin

test:
	@scripts/install-packages $(TEST_PACKAGES)
	@PYTHON=$(PYTHON) scripts/python-packages
	@scripts/peer-corpus
	$(PYTHON) -m unittest discover -s Tests/PythonResponderTests
	swift build --build-tests
	@scripts/run-tests '$(SUITES)'
	$(PYTHON) -m unittest discover -s Tests/PeerCorpusTests
	PYTHON=$(PYTHON) scripts/smoke-examples

# A build of its own, and all of it two to three times as slow.
test-address:
	@scripts/install-packages $(TEST_PACKAGES)
	@PYTHON=$(PYTHON) scripts/python-packages
	scripts/test-sanitized address '$(SUITES)'

# Without the integration tests, unless SUITES asks for them: workers have one thread, and applications are no part of this.
test-thread: SUITES = $(UNIT_SUITES)
test-thread:
	@scripts/install-packages $(LIBRARIES)
	scripts/test-sanitized thread '$(SUITES)'

fuzz:
	@scripts/install-packages $(LIBRARIES)
	FUZZ_SECONDS=$(or $(SECONDS),20) scripts/fuzz $(TARGET)

check:
	@scripts/install-packages $(LIBRARIES)
	swift format lint --strict --recursive Package.swift Sources Tests $(FUZZ) $(EXAMPLES) $(HUMMINGBIRD)
	swift build --build-tests --explicit-target-dependency-import-check error
	scripts/check-imports.py
	scripts/check-linked
	scripts/check-settings

docs:
	@scripts/install-packages $(LIBRARIES)
	swift build --product gateway
	scripts/check-settings --write

format:
	swift format --in-place --recursive Package.swift Sources Tests $(FUZZ) $(EXAMPLES) $(HUMMINGBIRD)

# Not part of the tests: Hummingbird and NIO take minutes to build.
example-hummingbird:
	@scripts/install-packages $(LIBRARIES) curl procps
	swift build --package-path examples/swift/hummingbird-worker
	scripts/smoke-hummingbird

bench:
	@scripts/install-packages $(LIBRARIES) gcc wrk nginx-light lighttpd
	$(RELEASE) --product gateway
	$(RELEASE) --package-path examples/swift --product hello
	$(RELEASE) --product TestApplication
	$(RELEASE) --package-path Benchmarks/nio
	$(PYTHON) Benchmarks/compare.py $(BENCH)

endurance:
	@scripts/install-packages $(LIBRARIES) php-cgi procps
	$(RELEASE) --product gateway
	$(RELEASE) --package-path examples/swift --product hello
	for application in wsgi php swift; do $(PYTHON) Benchmarks/endurance.py --application $$application || exit 1; done

freeze:
	@scripts/install-packages $(LIBRARIES)
	$(RELEASE) --product gateway
	$(PYTHON) Benchmarks/freeze.py --seconds $(or $(SECONDS),300)

slow:
	@scripts/install-packages $(LIBRARIES) gcc slowhttptest
	$(RELEASE) --product gateway
	$(PYTHON) Benchmarks/slow.py --seconds $(or $(SECONDS),60)

faults:
	@scripts/install-packages $(LIBRARIES) gcc
	$(RELEASE) --product gateway
	$(PYTHON) Benchmarks/faults.py --requests $(REQUESTS)

streams:
	@scripts/install-packages $(LIBRARIES)
	$(RELEASE) --product TestApplication
	$(PYTHON) Benchmarks/open-streams.py $(STREAMS)

websocket-cases:
	@scripts/install-packages $(LIBRARIES) python3 python3-venv
	@PYTHON=$(PYTHON) scripts/python-packages
	swift build --product TestApplication
	scripts/websocket-cases --full $(CASES)

# Not part of the tests: the packages of the applications take a gigabyte.
REAL_APPLICATIONS = wordpress wordpress-theme-twentytwentythree phpmyadmin mediawiki dokuwiki gitweb cgit smokeping \
	mariadb-server php-cgi php-mysql php-sqlite3 php-mbstring php-xml php-gd php-intl request-tracker5 rt5-db-sqlite \
	rt5-fcgi redmine redmine-sqlite ruby-fcgi python3-venv iproute2 util-linux git

real-applications:
	@scripts/install-packages $(LIBRARIES) $(REAL_APPLICATIONS)
	@scripts/real-applications-packages
	$(RELEASE) --product gateway
	Tests/RealApplications/run $(APPLICATIONS)

install:
	@scripts/install-packages $(LIBRARIES)
	$(RELEASE) --product gateway
	install -D -m 755 .build/release/gateway $(DESTDIR)$(PREFIX)/bin/gateway

clean:
	rm -rf .build .build-asan .build-tsan .build-fuzz Benchmarks/nio/.build examples/swift/.build examples/swift/hummingbird-worker/.build
