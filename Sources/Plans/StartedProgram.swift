import Settings
import Syscalls

/// The program as it was started, by a path that finds what is on disk under its name later on.
///
/// It is looked for each time: a link may lead to another release by then.
package var startedProgram: String {
    let name = SystemProcess.arguments.first ?? "gateway"
    return Executables.find(name, in: StartFolder.current.path) ?? name
}
