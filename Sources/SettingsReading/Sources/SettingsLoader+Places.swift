import Settings

extension SettingsLoader.Reading {
    /// The places of the settings at the top.
    var places: SettingPlaces { SettingPlaces(general: origins) }

    /// The places of an application's settings.
    func places(of application: NamedApplication) -> SettingPlaces {
        SettingPlaces(general: origins, own: application.part.settings.mapValues(\.origin))
    }
}
