// What root does with logs of a user who may have put anything in the way.

import Syscalls
import Testing

@Suite("Logs of another user")
struct LogFileTests {
    private static let them: UInt32 = 65_534

    /// Opens a log that is theirs and says what kept it from being opened.
    private func refusal(_ path: String, user: UInt32 = them) -> SyscallError? {
        do {
            _ = try Files.openLog(path, ownedBy: user)
            return nil
        } catch {
            return error
        }
    }

    @Test("A log that is not there is not made: it would be closed to those who write it")
    func missing() throws {
        try withTemporaryFolder { folder in
            for path in ["\(folder)/log", "\(folder)/none/log", ""] {
                #expect(refusal(path, user: SystemProcess.effectiveUser)?.isNotFound == true, "\(path)")
            }
            let left = try Shell.run("ls -A \"$0\"", [folder])
            #expect(left.isEmpty)
        }
    }

    @Test("No link of theirs is followed on the way, neither to write nor to make a file")
    func theirLinks() throws {
        try #require(SystemProcess.isRoot, "only root has files of others: run this test as root")
        try withTemporaryFolder { folder in
            _ = try Shell.run(
                """
                cd "$0"; mkdir secret theirs; : >secret/log; chown 65534 theirs secret/log
                ln -s ../secret theirs/logs; ln -s "$0/secret" theirs/absolute; ln -s theirs/logs nested
                chown -h 65534 theirs/logs theirs/absolute
                """, [folder])
            for way in ["theirs/logs", "theirs/absolute", "nested", "theirs/../nested"] {
                #expect(refusal("\(folder)/\(way)/log")?.isNotPermitted == true, "\(way)")
                #expect(throws: SyscallError.self, "\(way)") {
                    _ = try Files.openLog("\(folder)/\(way)/new", distrusting: [Self.them])
                }
                #expect(throws: SyscallError.self, "\(way)") {
                    _ = try GuardedPlace("\(folder)/\(way)/new", distrusting: [1, Self.them])
                }
                for name in ["log", "new"] {
                    #expect(throws: SyscallError.self, "\(way)") {
                        try Files.giveLog("\(folder)/\(way)/\(name)", user: Self.them, group: 0)
                    }
                }
            }
            let left = try Shell.run("ls -A \"$0\"/secret", [folder])
            #expect(left == "log\n")
        }
    }

    @Test("In a folder of theirs no file is written that has another name besides")
    func otherNames() throws {
        try #require(SystemProcess.isRoot, "only root has files of others: run this test as root")
        try withTemporaryFolder { folder in
            _ = try Shell.run(
                """
                cd "$0"; mkdir theirs ours; : >stranger; ln stranger theirs/log; ln stranger ours/log; : >theirs/plain
                chown 65534 theirs
                """, [folder])
            func opens(_ name: String) -> Bool {
                (try? Files.openLog("\(folder)/\(name)", distrusting: [Self.them])) != nil
            }
            #expect(!opens("theirs/log") && opens("ours/log") && opens("theirs/plain") && opens("theirs/new"))
        }
    }

    @Test("Links of others are followed, whatever they look like, and to their end only")
    func links() throws {
        try #require(SystemProcess.isRoot, "only root has files of others: run this test as root")
        try withTemporaryFolder { folder in
            _ = try Shell.run(
                """
                cd "$0"; mkdir -p logs/deep other; ln -s logs/deep relative; ln -s "$0//logs/./deep/" absolute
                ln -s ../relative other/nested; ln -s loop loop; ln -s / root; ln -s deep/log logs/link; : >file
                chown -h 65533 absolute
                """, [folder])
            try Files.giveLog("\(folder)/logs/deep/log", user: Self.them, group: 0)
            let climb = String(repeating: "../", count: 40) + folder.dropFirst()
            for way in [
                "\(folder)/logs/deep", "\(folder)/relative", "\(folder)/absolute",
                "\(folder)/other/nested", "\(folder)//other/../relative", "\(folder)/root\(folder)/relative",
                "\(climb)/relative",
            ] {
                #expect(refusal("\(way)/log") == nil, "\(way)")
                try Files.giveLog("\(way)/log", user: Self.them, group: 0)
            }
            try Files.giveLog("\(folder)/relative/second", user: Self.them, group: 0)
            #expect(Files.status("\(folder)/logs/deep/second")?.user == Self.them)
            for way in ["loop/log", "logs/link", "file/log", "relative/log/log"] {
                #expect(refusal("\(folder)/\(way)") != nil, "\(way)")
            }
        }
    }
}
