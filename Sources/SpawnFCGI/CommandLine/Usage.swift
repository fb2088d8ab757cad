/// What the command says about itself.
enum Usage {
    /// The version of spawn-fcgi that this stands in for; scripts look at it.
    static let version = "spawn-fcgi v1.6.4 (ipv6) - spawns FastCGI processes; the gateway's, with --watch\n"

    static let help = """
        Usage: spawn-fcgi [options] [-- <fcgiapp> [fcgi app arguments]]

        \(version)
        What to start:
         -- <fcgiapp>   the program, by its path, and its arguments
         -f <command>   the same for /bin/sh; ignored where <fcgiapp> is given
         -d <directory> folder to start it in
         -F <number>    processes on the one socket (default 1)
         -C <number>    children that PHP starts itself (PHP_FCGI_CHILDREN; default: as inherited)
        The socket that they accept on:
         -p <port>      TCP port
         -a <address>   IPv4 or IPv6 address for it (default 0.0.0.0)
         -s <path>      unix socket
         -M <mode>      its permissions, octal (default 0660 as far as the umask allows)
         -b <backlog>   connections that wait in it (default 1024)
        The command itself:
         -P <path>      file for the pids (with --watch for its own; ignored with -n)
         -n             do not fork: become the process, or stay and watch
         -v             show the version
         -?, -h         show this help
        For root only, ignored otherwise:
         -c <directory> chroot
         -S             create the socket before chroot (default: inside)
         -u <user>      name or number of the user who runs the processes
         -g <group>     their group (default: that of <user>)
         -U <user>      owner of the unix socket (default: -u)
         -G <group>     group of the unix socket (default: that of -U, else -g)
        Supervision:
         --watch        stay, and replace each process that ends
         --signal <name> how to ask them to end: HUP, INT, QUIT, TERM, USR1, USR2 (default TERM)
         --log <path>   what --watch has to say (default: stderr with -n, else nowhere)

        """
}
