// swift-tools-version: 6.2
// Targets are listed lowest layer first; a target may only depend on those above it in this file.

import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

// Checks of exclusive access at run time are an eighth of the instructions that a request costs. Debug builds keep them,
// and all tests run in debug builds.
let hot: [SwiftSetting] =
    strict + [.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))]

// GatewayJSON and ArgumentParser load FoundationEssentials, whose methods of String would otherwise be found
// wherever one of the two is imported.
let strangers: [SwiftSetting] = [.enableUpcomingFeature("MemberImportVisibility")]

let package = Package(
    name: "gateway",
    products: [
        .executable(name: "gateway", targets: ["GatewayTool"]),
        .library(name: "Gateway", targets: ["Gateway"]),
        .library(name: "GatewayJSON", targets: ["GatewayJSON"]),
        .library(name: "GatewayTesting", targets: ["GatewayTesting"]),
        // For applications in dynamic libraries.
        .library(
            name: "GatewayApplication",
            targets: ["ApplicationLibrary", "GatewayInterface", "GatewayJSON", "Middleware"]),
        // For the tests.
        .library(name: "TestLibrary", type: .dynamic, targets: ["LibraryApplication"]),
        // For the package in Fuzz alone.
        .library(name: "FuzzProperties", targets: ["FuzzProperties"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        // Without its conveniences for Foundation's URL, which would bring Foundation along.
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    ],
    targets: [
        // Bytes and nothing else.
        .target(name: "Octets", swiftSettings: hot),

        // C that Swift cannot reach by itself.
        .target(name: "CSyscalls"),
        .systemLibrary(
            name: "CFastCGI", path: "Sources/CFastCGI", pkgConfig: "fcgi", providers: [.apt(["libfcgi-dev"])]),

        .systemLibrary(
            name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CBrotli", path: "Sources/CBrotli", pkgConfig: "libbrotlienc",
            providers: [.apt(["libbrotli-dev"])]),
        .systemLibrary(
            name: "CDigest", path: "Sources/CDigest", pkgConfig: "libmd", providers: [.apt(["libmd-dev"])]),
        .systemLibrary(
            name: "CPCRE2", path: "Sources/CPCRE2", pkgConfig: "libpcre2-8",
            providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(
            name: "CYAML", path: "Sources/CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

        // gzip, deflate and brotli as streams of bytes.
        .target(name: "Compression", dependencies: ["Octets", "CZlib", "CBrotli"], swiftSettings: hot),

        // Regular expressions over bytes, with limits.
        .target(name: "Patterns", dependencies: ["CPCRE2"], swiftSettings: hot),

        // The operating system, wrapped once.
        .target(name: "Syscalls", dependencies: ["CSyscalls"], swiftSettings: hot),

        // spawn-fcgi's command, beside the gateway.
        .target(name: "SpawnFCGI", dependencies: ["Syscalls"], swiftSettings: strict),

        // `gateway new`: the package of a program with an application of its own.
        .target(name: "ProjectTemplate", dependencies: ["Syscalls"], swiftSettings: strict),

        // Protocols and contracts: values and state machines over bytes, no socket, no clock.
        .target(
            name: "GatewayInterface",
            dependencies: [
                "Octets", .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: hot),
        // Applications in dynamic libraries: both sides of a boundary in C.
        .target(name: "CGatewayApplication"),
        .target(
            name: "ApplicationLibrary",
            dependencies: [
                "Octets", "GatewayInterface", "CGatewayApplication",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: hot),
        .target(name: "HTTP", dependencies: ["Octets"], swiftSettings: hot),
        .target(
            name: "WebSockets", dependencies: ["Octets", "Compression", "CDigest"], swiftSettings: hot),
        .target(
            name: "FastCGIBridge", dependencies: ["Octets", "Syscalls", "GatewayInterface", "CFastCGI"],
            swiftSettings: hot),

        // Values as JSON. The encoder and the decoder are FoundationEssentials', which stays in here: all of
        // Foundation would make the gateway's binary three times as large, with tables of ICU that nothing
        // reads.
        .target(
            name: "GatewayJSON", dependencies: ["Octets", "GatewayInterface"],
            swiftSettings: strict + strangers),
        // What goes around Swift applications, and what calls them without a socket.
        .target(
            name: "Middleware",
            dependencies: ["Octets", "Compression", "Syscalls", "GatewayInterface", "HTTP"],
            swiftSettings: hot),
        .target(
            name: "GatewayTesting",
            dependencies: [
                "Octets", "Syscalls", "GatewayInterface", "GatewayJSON", "HTTP", "WebSockets",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict + strangers),

        // Configuration files as text with line numbers.
        .target(name: "YAML", dependencies: ["CYAML"], swiftSettings: strict),

        // What master and workers share: memory, and words in it.
        .target(name: "Scoreboard", dependencies: ["Octets", "Syscalls"], swiftSettings: hot),
        // epoll and its sources: one thread, no lock.
        .target(name: "EventLoop", dependencies: ["Syscalls"], swiftSettings: hot),
        // What can be set, as values. No parser.
        .target(
            name: "Settings",
            dependencies: [
                "Syscalls", "HTTP", "Scoreboard", .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: hot + strangers),
        // The error log and the access log.
        .target(
            name: "Logs",
            dependencies: [
                "Octets", "Syscalls", "GatewayInterface", "HTTP", "Settings",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: hot + strangers),
        // What a path means: routes, sites, files.
        .target(
            name: "Routing",
            dependencies: [
                "Octets", "Patterns", "Syscalls", "GatewayInterface", "HTTP", "Scoreboard", "Settings",
                "Logs",
            ], swiftSettings: hot + strangers),
        // What crosses a fork: what the master decides and the workers go by.
        .target(
            name: "Plans",
            dependencies: [
                "Octets", "Syscalls", "GatewayInterface", "ApplicationLibrary", "Scoreboard", "EventLoop",
                "Settings", "Logs", "Routing", .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.embedInCode("Resources/wsgi_responder.py")], swiftSettings: hot + strangers),
        // The process that runs CGI scripts.
        .target(
            name: "CGIResponder",
            dependencies: [
                "Octets", "Syscalls", "GatewayInterface", "FastCGIBridge", "EventLoop", "Settings", "Logs",
                "Plans",
            ], swiftSettings: hot),
        // The master: it binds, forks, reaps and listens to signals. It does not know what a worker does.
        .target(
            name: "Master",
            dependencies: [
                "Octets", "Syscalls", "GatewayInterface", "FastCGIBridge", "Scoreboard", "EventLoop",
                "Settings", "Logs", "Routing", "Plans", .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: hot + strangers),
        // A worker: HTTP at the front, applications at the back. It does not know its master.
        .target(
            name: "Worker",
            dependencies: [
                "Octets", "Compression", "Syscalls", "GatewayInterface", "HTTP", "WebSockets",
                "FastCGIBridge", "Scoreboard", "EventLoop", "Settings", "Logs", "Routing", "Plans",
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: hot + strangers),
        // A Swift program as a FastCGI responder or a CGI script, under other web servers.
        .target(
            name: "OtherServers",
            dependencies: [
                "Octets", "Syscalls", "GatewayInterface", "HTTP", "FastCGIBridge", "EventLoop", "Settings",
                "Logs", "Routing", "Plans", "Worker", .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: hot + strangers),
        // The command line, the environment and the file, as settings and plans.
        .target(
            name: "SettingsReading",
            dependencies: [
                "Octets", "Patterns", "Syscalls", "GatewayInterface", "HTTP", "YAML", "Scoreboard",
                "Settings", "Logs", "Routing", "Plans",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: hot + strangers),
        // The way in: it hands the parts to each other.
        .target(
            name: "Gateway",
            dependencies: [
                "Syscalls", "GatewayInterface", "GatewayJSON", "Middleware", "Settings", "Plans",
                "CGIResponder", "Master", "Worker", "OtherServers", "SettingsReading",
            ], swiftSettings: hot + strangers),
        // What a library has of its own must not be found in the gateway instead: the loader looks there first. (A sanitizer's
        // runtime has to be found, and those are debug builds.)
        .executableTarget(
            name: "GatewayTool", dependencies: ["Gateway", "SpawnFCGI", "ProjectTemplate"],
            swiftSettings: strict,
            linkerSettings: [
                .unsafeFlags(["-Xlinker", "--no-export-dynamic"], .when(configuration: .release))
            ]),

        // A program with an application of its own, for the integration tests.
        .executableTarget(
            name: "TestApplication", dependencies: ["Gateway", "Syscalls"], path: "Tests/TestApplication",
            swiftSettings: strict),

        // A dynamic library with an application, for the tests.
        .target(
            name: "LibraryApplication", dependencies: ["ApplicationLibrary", "Syscalls"],
            path: "Tests/LibraryApplication", swiftSettings: strict),

        // What several test targets need.
        .systemLibrary(
            name: "CBrotliDecoder", path: "Tests/CBrotliDecoder", pkgConfig: "libbrotlidec",
            providers: [.apt(["libbrotli-dev"])]),
        .target(
            name: "TestSupport", dependencies: ["CZlib", "CBrotliDecoder"], path: "Tests/TestSupport",
            swiftSettings: strict),

        // What code that reads strangers' bytes promises, for the fuzzer and for the suite that replays its corpus.
        .target(
            name: "FuzzProperties",
            dependencies: [
                "Octets", "Compression", "GatewayInterface", "HTTP", "WebSockets", "FastCGIBridge",
                "GatewayJSON", "YAML", "Scoreboard", "Settings", "Logs", "Routing", "CGIResponder", "Worker",
                "TestSupport",
            ],
            path: "Fuzz/Properties", swiftSettings: strict),

        .testTarget(name: "OctetsTests", dependencies: ["Octets"], swiftSettings: strict),
        .testTarget(
            name: "CompressionTests",
            dependencies: ["Compression", "Octets", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "PatternsTests", dependencies: ["Patterns"], swiftSettings: strict),
        .testTarget(name: "YAMLTests", dependencies: ["YAML"], swiftSettings: strict),
        .testTarget(
            name: "HTTPTests", dependencies: ["HTTP", "Octets", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "WebSocketsTests", dependencies: ["WebSockets", "Compression", "Octets", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "GatewayInterfaceTests", dependencies: ["GatewayInterface", "Octets", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "GatewayJSONTests", dependencies: ["GatewayJSON"], swiftSettings: strict + strangers),
        .testTarget(
            name: "GatewayTestingTests", dependencies: ["GatewayTesting", "GatewayInterface", "Syscalls"],
            swiftSettings: strict),
        .testTarget(
            name: "MiddlewareTests",
            dependencies: ["Middleware", "GatewayTesting", "GatewayInterface", "Syscalls", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "ApplicationLibraryTests",
            dependencies: [
                "ApplicationLibrary", "GatewayInterface", "CGatewayApplication", "Syscalls",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "FastCGIBridgeTests",
            dependencies: [
                "FastCGIBridge", "GatewayInterface", "Octets", "Syscalls", "CFastCGI", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(name: "SyscallsTests", dependencies: ["Syscalls"], swiftSettings: strict),
        .testTarget(
            name: "SpawnFCGITests", dependencies: ["SpawnFCGI", "Syscalls"], swiftSettings: strict),
        .testTarget(
            name: "ProjectTemplateTests", dependencies: ["ProjectTemplate", "Syscalls"], swiftSettings: strict
        ),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Octets", "Syscalls", "GatewayInterface", "ApplicationLibrary", "HTTP", "FastCGIBridge",
                "Scoreboard", "EventLoop", "Settings", "Logs", "Routing", "Plans", "CGIResponder", "Master",
                "Worker", "OtherServers", "SettingsReading", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "FuzzTests", dependencies: ["FuzzProperties", "Syscalls", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests", dependencies: ["Syscalls", "WebSockets", "Octets"],
            exclude: ["Applications"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
