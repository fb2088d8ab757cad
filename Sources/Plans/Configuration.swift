import Settings
import Syscalls

/// One reading of the settings, and what they say is to be served. The master asks for another one at each reload.
package struct Configuration: Sendable {
    package var settings: Settings
    package var applications: ApplicationSet
    /// What is no mistake, and is hardly what was meant.
    package var warnings: [String] = []
    /// Where the settings stand.
    package var places = SettingPlaces()
    /// What was found out about them in another process, so that nobody is asked here.
    package var findings: Findings?

    package init(
        settings: Settings, applications: ApplicationSet, warnings: [String] = [],
        places: SettingPlaces = SettingPlaces(), findings: Findings? = nil
    ) {
        self.settings = settings
        self.applications = applications
        self.warnings = warnings
        self.places = places
        self.findings = findings
    }
}

extension Configuration {
    /// What `ps` shows the processes by.
    package var title: String {
        if let name = settings.processName { return name }
        // A program that serves nothing but what it is itself.
        if !applications.isNamed, applications.ownBuild != nil { return "application" }
        return applications.plans.map(\.name).joined(separator: " ")
    }
}
