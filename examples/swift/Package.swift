// swift-tools-version: 6.2
// One target for each example, in a folder of its own.

import PackageDescription

let settings: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// A program that serves its own application.
func example(_ name: String, _ others: [Target.Dependency] = [], files: [String] = []) -> Target {
    .executableTarget(
        name: name, dependencies: [.product(name: "Gateway", package: "gateway")] + others, path: name,
        exclude: ["README.md"] + files, swiftSettings: settings)
}

let package = Package(
    name: "examples",
    products: [.library(name: "app", type: .dynamic, targets: ["LibraryExample"])],
    dependencies: [.package(name: "gateway", path: "../..")],
    targets: [
        example("hello"),
        example("forms"),
        example("streaming"),
        example("calls"),
        example("events"),
        // Without pkg-config, which hands a flag over that Swift's package manager refuses.
        .systemLibrary(name: "CHiredis", path: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        example("chat", ["CHiredis"]),
        example("queue", files: ["gateway.yaml", "report.py", "public"]),
        example("tour"),
        .target(
            name: "LibraryExample", dependencies: [.product(name: "GatewayApplication", package: "gateway")],
            path: "library", exclude: ["README.md"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
