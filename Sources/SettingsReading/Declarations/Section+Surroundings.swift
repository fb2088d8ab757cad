import ArgumentParser
import Settings

extension Section {
    static let surroundings = Section(
        title: "Surroundings",
        declarations: [
            Declaration(
                "config", "c", "FILE", .path, \.configurationFile, change: .start,
                "Configuration file to read. HUP reads it again; see below."),
            Declaration(
                "chdir", nil, "FOLDER", .path, \.directory, standard: "where the gateway was started",
                scope: .application,
                """
                Folder to run the application in. A relative `php:DIR`, `cgi:DIR` or `exec:./program` begins there.
                """),
            Declaration(
                "env", "e", "NAME=VALUE", .variable, \.environment, scope: .application,
                """
                Variable for workers and application processes, repeatable. CGI scripts (`cgi:`) find these, those \
                of their request, PATH, HOME, USER, LOGNAME and SHELL, and no others.
                """),
            Declaration(
                "user", "u", "USER", .text, \.user, standard: "who starts the gateway", scope: .application,
                """
                User that workers and application processes run as, by name or number. The master stays what it \
                is: it binds, and makes the pid file and the logs. Stops a broken application from doing what \
                root may.
                """),
            Declaration(
                "group", "g", "GROUP", .text, \.group, standard: "the user's own", scope: .application,
                "Group that workers and application processes run as, by name or number."),
            Declaration(
                "umask", "m", "MODE", .mode, \.umask, standard: "the inherited one", scope: .application,
                "Umask of workers and application processes, in octal."),
            Declaration(
                "daemon", "D", of: \.detaches, change: .start,
                """
                Leaves the terminal and goes on in the background. The command returns when the gateway \
                serves, or with its exit code. Standard descriptors that no log goes to become `/dev/null`. \
                Needs `--error-log`, unless nobody is to read the messages; a service manager wants to see \
                the gateway in front.
                """),
            Declaration(
                "pid", "p", "FILE", .path, \.pidFile, change: .start,
                "File to write the master's pid to."),
            Declaration(
                "proc-name", "n", "NAME", .text, \.processName,
                "Name that `ps` shows the gateway's processes by."),
            Declaration(
                "python", nil, "PROGRAM", .program, \.python,
                standard: "`$VIRTUAL_ENV/bin/python3`, or `python3` in PATH", scope: .application,
                "Python interpreter for `wsgi:`."),
            Declaration(
                "php", nil, "PROGRAM", .program, \.php, standard: "`php-cgi` in PATH", scope: .application,
                """
                PHP interpreter for `php:`. It has to be the one that speaks FastCGI, as `php-cgi8.2`: the one for \
                the command line, `php`, does not.
                """),
            Declaration(
                "php-ini", nil, "NAME=VALUE", .entryOfPHPINI, \.phpINI, scope: .application,
                """
                Entry of php.ini for an application, repeatable: `memory_limit=256M`. `php:` hands it to the \
                interpreter, and `fcgi:` to php-fpm with each request (PHP_VALUE), whose processes keep it.
                """),
            Declaration(
                "root", nil, "FOLDER", .path, \.root, scope: .application,
                """
                Folder of a PHP site that an external `fcgi:` application (php-fpm) serves. Scripts go there, \
                other files are sent by the gateway. For a script of `cgi:FILE`, what PATH_TRANSLATED begins with.
                """),
            Declaration(
                "script-root", nil, "FOLDER", .absoluteFolder, \.scriptRoot, standard: "`--root`",
                scope: .application,
                """
                What php-fpm calls the folder of `--root`, where it sees the site elsewhere, as in a container or below \
                a chroot: scripts and DOCUMENT_ROOT are named by it, and files looked up in `--root`.
                """),
            Declaration(
                "temporary-folder", nil, "FOLDER", .path, \.temporaryFolder, standard: "`$TMPDIR`, or `/tmp`",
                "Folder of temporary files. They have no names and go with their use."),
        ])
}

/// The options of ``Section/surroundings``.
struct SurroundingsOptions: DeclaredOptions {
    @Option(declared: "config") var config: String?
    @Option(declared: "chdir") var chdir: String?
    @Option(declared: "env") var env: [String] = []
    @Option(declared: "user") var user: String?
    @Option(declared: "group") var group: String?
    @Option(declared: "umask") var umask: String?
    @Flag(declared: "daemon") var daemon: Bool?
    @Option(declared: "pid") var pid: String?
    @Option(declared: "proc-name") var procName: String?
    @Option(declared: "python") var python: String?
    @Option(declared: "php") var php: String?
    @Option(declared: "php-ini") var phpIni: [String] = []
    @Option(declared: "root") var root: String?
    @Option(declared: "script-root") var scriptRoot: String?
    @Option(declared: "temporary-folder") var temporaryFolder: String?
}
