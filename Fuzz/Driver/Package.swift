// swift-tools-version: 6.2
// The fuzzer, apart from the gateway's own package: it links only with -sanitize=fuzzer. scripts/fuzz builds it.

import PackageDescription

let package = Package(
    name: "fuzz",
    dependencies: [.package(name: "gateway", path: "../..")],
    targets: [
        .executableTarget(
            name: "fuzz", dependencies: [.product(name: "FuzzProperties", package: "gateway")],
            path: "Sources", swiftSettings: [.treatAllWarnings(as: .error)])
    ],
    swiftLanguageModes: [.v6]
)
