import Testing
@testable import SettingsReading

@Suite("Applications in a configuration file")
struct FilePartsTests {
    @Test(
        "An application has the settings of the file, with its own over them; what may be repeated is added to"
    )
    func settings() throws {
        let reading = try readSettings(
            file: """
                timeout: 9
                env: [ A=1 ]
                applications:
                  shop-2.x_Y: { run: "exec:a 'b c'", timeout: 5, env: B=2, rlimit: [ core=0, nofile=9 ], scaling: ondemand }
                  plain: { run: "wsgi:m:c" }
                """)
        #expect(reading.applications.map(\.name) == ["shop-2.x_Y", "plain"])
        let (shop, plain) = (reading.applications[0].settings, reading.applications[1].settings)
        #expect(shop.timeout == 5 && plain.timeout == 9 && reading.settings.timeout == 9)
        #expect(shop.environment == ["A=1", "B=2"] && plain.environment == ["A=1"])
        #expect(shop.resourceLimits.count == 2 && plain.resourceLimits.isEmpty)
        #expect(shop.scaling.way == .ondemand && plain.scaling.way == .static)
        #expect(reading.applications[0].run.text == "exec:a 'b c'")
        #expect(reading.applications[0].part.place == "shop.yaml:4")
    }

    @Test(
        "A mistake is one line with its place",
        arguments: [
            ("applications: []", "shop.yaml:1: applications is no map"),
            ("applications: {}", "shop.yaml:1: applications is no map"),
            ("applications:\n- a", "shop.yaml:2: applications is no map"),
            ("applications:\n  a:", "shop.yaml:2: application 'a' has no settings"),
            ("applications:\n  a: [ b ]", "shop.yaml:2: application 'a' has no settings"),
            ("applications:\n  'a b': { run: x }", "shop.yaml:2: the name of an application has letters"),
            ("applications:\n  a/b: { run: x }", "shop.yaml:2: the name of an application has letters"),
            ("applications:\n  '': { run: x }", "shop.yaml:2: the name of an application has letters"),
            ("applications:\n  a: { timeout: 3 }", "shop.yaml:2: application 'a' runs nothing: add 'run:"),
            ("applications:\n  a: { run: x }\n  a: { run: y }", "'a' is set more than once"),
            ("applications:\n  a:\n    run: [ x ]", "shop.yaml:3: run has a list: write one value"),
            ("applications:\n  a:\n    run:", "shop.yaml:3: run has no value"),
            (
                "applications:\n  a:\n    run: x\n    runs: y",
                "shop.yaml:4: an application has no setting 'runs'; did you mean 'run'?"
            ),
            (
                "applications:\n  a:\n    run: x\n    bind: y",
                "shop.yaml:4: 'bind' is no setting of an application: move it"
            ),
            (
                "applications:\n  a:\n    run: x\n    timeout: never",
                "shop.yaml:4: timeout is 'never': write "
            ),
            (
                "applications:\n  a:\n    run: x\n    timeout: { b: 1 }",
                "shop.yaml:4: timeout has a list or a map in it"
            ),
            (
                "applications:\n  a:\n    run: x\n    ? [ y ]\n    : 1",
                "shop.yaml:4: a name is no list and no map"
            ),
            ("routes: {}", "shop.yaml:1: routes is no list"),
            ("routes: []", "shop.yaml:1: routes is no list"),
            ("routes:\n- a", "shop.yaml:2: a route is no map"),
            ("routes:\n- bind: a", "shop.yaml:2: 'bind' is no setting of a route: move it"),
            ("routes:\n- processes: 1", "shop.yaml:2: 'processes' is no setting of a route"),
        ])
    func mistakes(_ file: String, _ words: String) throws {
        let message = try #require(try mistake(file: file), "\(file)")
        #expect(message.contains(words), "\(message)")
        #expect(!message.contains { $0.isNewline })
    }
}
