// `gateway spawn-fcgi`, and the same program behind a link named `spawn-fcgi`: starts FastCGI processes for a
// web server that runs beside them, with the options, the output, the exit codes and the files of spawn-fcgi
// 1.6.4. It knows neither the gateway nor HTTP. What differs, and why, is said in docs/spawn-fcgi.md; the
// tests compare the two programs.

import Syscalls

/// The command.
public enum SpawnFCGI {
    static let name = "spawn-fcgi"

    /// Runs the command, before any other thread exists. It ends the process, or becomes the application.
    public static func main(_ arguments: [String]) -> Never {
        SystemProcess.openStandardDescriptors()
        // Nobody who comes after this process is to hold what its caller happened to have open.
        Descriptor.closeAll(except: 2)
        do throws(Complaint) {
            guard SystemProcess.hasLegibleArguments else {
                throw Complaint("an argument is not UTF-8; rename what it names")
            }
            let isPOSIX = SystemProcess.environmentValue("POSIXLY_CORRECT") != nil
            switch try Request(arguments, isRoot: SystemProcess.realUser == 0, isPOSIX: isPOSIX) {
            case .help: say(Usage.help)
            case .version: say(Usage.version)
            case .usage:
                say(Usage.help)
                end(Complaint.usageCode)
            case .start(let options):
                let start = Start(options)
                do throws(Complaint) {
                    end(try start.run())
                } catch {
                    start.voice.tell(error)
                    end(error.code)
                }
            }
            end(0)
        } catch {
            error.tell()
            end(error.code)
        }
    }

    static func say(_ text: String) { try? Descriptor.writeText(1, text) }

    private static func end(_ code: Int32) -> Never { SystemProcess.exitImmediately(code) }
}
