// What is to be served, from one reading of the settings: by the `gateway` command, and by a program with an application of
// its own.

import GatewayInterface
import Plans
import Settings

extension ApplicationSet {
    /// What the `gateway` command serves.
    init(serving reading: SettingsLoader.Reading) throws(ConfigurationError) {
        guard let application = reading.application else {
            guard reading.applications.isEmpty else {
                try self.init(reading)
                return
            }
            guard let route = reading.routes.first else {
                throw .usage(
                    """
                    nothing to serve: name an APPLICATION on the command line, or as 'application:' in the file of \
                    --config (gateway --help lists the forms)
                    """)
            }
            guard reading.routes.allSatisfy({ $0.part.own["application"] == nil }) else {
                throw .usage("\(route.part.place): there are routes and no applications: add 'applications:'")
            }
            try self.init(reading)
            return
        }
        if let other = reading.applications.first {
            throw .usage(
                "\(other.part.place): there is an application '\(application.text)' (\(application.mention)) beside those of the file: keep one or the other"
            )
        }
        guard reading.routes.isEmpty else {
            throw .usage(
                "\(reading.routes[0].part.place): routes want applications with names: move '\(application.text)' to 'applications:'"
            )
        }
        let kind = try application.application()
        if let folder = try kind.folder(in: reading.settings) {
            self.init(folder: folder, reading.settings)
            return
        }
        self.init(
            try ApplicationPlan(
                kind, name: application.text, settings: reading.settings,
                resolvesNames: reading.occasion != .reload, places: reading.places))
    }

    /// What a program with an application of its own serves: that alone, or beside it the applications of the file.
    ///
    /// - Parameters:
    ///   - build: Makes the program's application.
    ///   - workerClass: The name of the program's own class, where one serves: it has the listeners to itself.
    init(
        serving reading: SettingsLoader.Reading, beside build: @escaping @Sendable () throws -> Application,
        workerClass: String? = nil
    ) throws(ConfigurationError) {
        if let named = reading.application {
            throw .usage(
                "\(named.mention) is '\(named.text)': remove it, this program brings its own application (others stand beside it in 'applications:')"
            )
        }
        guard let part = (reading.applications.map(\.part) + reading.routes.map(\.part)).first else {
            self.init(
                try ApplicationPlan(
                    .swift(SwiftPlan.own), name: "swift", settings: reading.settings, own: build))
            return
        }
        if let workerClass {
            throw .usage(
                "\(part.place): the worker class '\(workerClass)' serves everything itself: remove applications and routes, or choose another class"
            )
        }
        try self.init(reading, own: build)
    }
}

extension ApplicationPlan {
    /// An application of a file.
    ///
    /// - Parameters:
    ///   - own: Makes the application of the program itself, where it has one.
    ///   - places: Where its settings stand.
    init(
        _ application: NamedApplication, own: (@Sendable () throws -> Application)?, resolvesNames: Bool,
        places: SettingPlaces
    ) throws(ConfigurationError) {
        try application.refuseProcessSettings()
        do throws(ConfigurationError) {
            let kind = try ApplicationKind(parsing: application.run.text)
            try self.init(
                kind, name: application.name, settings: application.settings, own: own,
                resolvesNames: resolvesNames, places: places)
        } catch {
            // A setting that is wrong stands in a line of its own, which the message begins with.
            if error.message.hasPrefix(application.fileName + ":") { throw error }
            throw error.prefixed("\(application.run.mention) ('\(application.name)'): ")
        }
    }
}

extension GivenText {
    fileprivate func application() throws(ConfigurationError) -> ApplicationKind {
        do throws(ConfigurationError) {
            return try ApplicationKind(parsing: text)
        } catch {
            // On the command line it has no name, and its text says enough.
            guard mention != Origin.commandLine.mention(ConfigurationFile.applicationKey) else { throw error }
            throw .usage("\(mention): \(error.message)")
        }
    }
}
