// The command line: what is declared as a setting, and the few options that are questions.

import ArgumentParser
import Settings
import Syscalls

/// Options that are questions: they are answered, and nothing is served.
struct QuestionOptions: ParsableArguments {
    @Flag(help: "Check settings, surroundings and application, and exit.")
    var checkConfig = false

    @Flag(help: "Print every setting and where it comes from, and exit.")
    var printConfig = false

    @Flag(help: .private)
    var printSettingsDocumentation = false

    /// Whether any of them is asked.
    var isAny: Bool { checkConfig || printConfig || printSettingsDocumentation }
}

extension ParsableCommand {
    /// Parses words. A number below 0 is no option, though it looks like one: `--body-rate -1` gives a value, and what is
    /// wrong with that is said as for any other.
    static func parse(words: [String]) throws -> Self {
        var joined: [String] = []
        var isValue = false
        for (index, word) in words.enumerated() {
            if isValue, let name = joined.last, word.first == "-", word.dropFirst().first?.isNumber == true {
                let declaration = Declaration.all.first { name == "--\($0.name)" || $0.isShort(name) }
                joined[joined.count - 1] = "--\(declaration?.name ?? "")=\(word)"
                isValue = false
                continue
            }
            let next = index + 1 < words.count ? words[index + 1] : nil
            if !isValue, let foreign = ForeignOption(word, next: next) { throw foreign }
            isValue = Declaration.all.contains {
                !$0.placeholder.isEmpty && (word == "--\($0.name)" || $0.isShort(word))
            }
            joined.append(word)
        }
        return try parse(joined)
    }
}

extension Declaration {
    fileprivate func isShort(_ word: String) -> Bool { short.map { word == "-\($0)" } ?? false }
}

/// A command that serves.
///
/// Each command has all groups of options itself. A type in between, with the groups in it, would be shorter. But in a debug build
/// the argument parser checks a group several times for each level that it stands in: that one level made every start of a gateway, and
/// every test that reads a command line, four times as slow.
protocol ServingCommand: ParsableCommand {
    /// What to serve, where the command is told.
    var application: String? { get }
    var questions: QuestionOptions { get }
    /// Whether the program has an application of its own.
    static var servesItself: Bool { get }
}

extension ServingCommand {
    /// Everything that was given, by the names of the settings; the application by the name that it has in a file.
    func given(_ origin: Origin) -> [String: Given] {
        var given: [String: Given] = [:]
        for child in Mirror(reflecting: self).children {
            guard let group = child.value as? any DeclaredOptionGroup else { continue }
            given.merge(group.options.given(origin)) { $1 }
        }
        let name = ConfigurationFile.applicationKey
        given[name] = application.map { Given(name, [$0], origin) }
        return given
    }
}

/// `gateway APPLICATION [options]`
struct GatewayCommand: ServingCommand {
    static let servesItself = false
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Serves an application in any language over HTTP.",
        usage: "gateway APPLICATION [options]",
        discussion: """
            APPLICATION is one of
              wsgi:MODULE:CALLABLE  a Python WSGI application
              php:DIR               a folder of PHP scripts and files
              cgi:DIR               a folder of CGI scripts; cgi:FILE is one script for all paths
              exec:COMMAND          any FastCGI program, spawned with its listening socket as descriptor 0
              fcgi:ADDRESS          a FastCGI application that runs already: unix:PATH or HOST:PORT
              swift:LIBRARY         a Swift application in a dynamic library, which each worker loads
              static:DIR            a folder of files; a path that is a folder means the same
            `gateway spawn-fcgi` is another command, with spawn-fcgi's options: gateway spawn-fcgi -h
            `gateway new DIR` writes a Swift package with an application of its own: gateway new --help

            Settings come from the environment, the file of --config, GATEWAY_CMD_ARGS and these options; \
            the later ones win.
            """,
        version: "gateway \(Settings.version)")

    @Argument(help: ArgumentHelp("What to serve.", valueName: "APPLICATION"))
    var application: String?

    @OptionGroup(title: "Listening") var listening: ListeningOptions
    @OptionGroup(title: "Who the client is, behind a proxy") var client: ClientOptions
    @OptionGroup(title: "What requests are called") var requestNames: RequestNameOptions
    @OptionGroup(title: "Workers and application processes") var processes: ProcessOptions
    @OptionGroup(title: "Application processes: how many, and how long") var scaling: ScalingOptions
    @OptionGroup(title: "Applications that run elsewhere") var external: ExternalOptions
    @OptionGroup(title: "Time") var time: TimeOptions
    @OptionGroup(title: "Size") var size: SizeOptions
    @OptionGroup(title: "Front door") var frontDoor: FrontDoorOptions
    @OptionGroup(title: "Strictness") var strictness: StrictnessOptions
    @OptionGroup(title: "Files") var files: FileOptions
    @OptionGroup(title: "Files that applications have sent") var orderedFiles: OrderedFileOptions
    @OptionGroup(title: "Responses") var responses: ResponseOptions
    @OptionGroup(title: "Surroundings") var surroundings: SurroundingsOptions
    @OptionGroup(title: "Logging") var logging: LoggingOptions
    @OptionGroup var questions: QuestionOptions
}

/// A program with an application of its own: the same options, and no argument.
struct EmbeddedCommand: ServingCommand {
    static let servesItself = true
    static let configuration = CommandConfiguration(
        commandName: SystemProcess.arguments.first?.split(separator: "/").last.map(String.init),
        abstract: "Serves its application over HTTP.", version: "gateway \(Settings.version)")

    @OptionGroup(title: "Listening") var listening: ListeningOptions
    @OptionGroup(title: "Who the client is, behind a proxy") var client: ClientOptions
    @OptionGroup(title: "What requests are called") var requestNames: RequestNameOptions
    @OptionGroup(title: "Workers and application processes") var processes: ProcessOptions
    @OptionGroup(title: "Application processes: how many, and how long") var scaling: ScalingOptions
    @OptionGroup(title: "Applications that run elsewhere") var external: ExternalOptions
    @OptionGroup(title: "Time") var time: TimeOptions
    @OptionGroup(title: "Size") var size: SizeOptions
    @OptionGroup(title: "Front door") var frontDoor: FrontDoorOptions
    @OptionGroup(title: "Strictness") var strictness: StrictnessOptions
    @OptionGroup(title: "Files") var files: FileOptions
    @OptionGroup(title: "Files that applications have sent") var orderedFiles: OrderedFileOptions
    @OptionGroup(title: "Responses") var responses: ResponseOptions
    @OptionGroup(title: "Surroundings") var surroundings: SurroundingsOptions
    @OptionGroup(title: "Logging") var logging: LoggingOptions
    @OptionGroup var questions: QuestionOptions

    var application: String? { nil }
}
