// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "hello",
    dependencies: [.package(name: "gateway", path: "../..")],
    targets: [
        .executableTarget(
            name: "hello", dependencies: [.product(name: "Gateway", package: "gateway")],
            swiftSettings: [.treatAllWarnings(as: .error)])
    ],
    swiftLanguageModes: [.v6]
)
