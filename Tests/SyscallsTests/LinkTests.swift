// Which links are followed below a folder that strangers ask for, with files of several owners. Root makes them of numbers that
// have no account; anybody else has the files of root beside his own.

import Syscalls
import Testing

@Suite("Links below a folder")
struct LinkTests {
    /// What a path below `folder` opens as: the text, or errno.
    private func opened(_ path: String, below folder: String, _ links: FollowedLinks) throws -> String {
        let directory = try Files.openDirectory(folder)
        let number = path.withCString { Files.openBeneath(directory.number, $0, links: links) }
        guard number >= 0 else { return "errno \(-number)" }
        let file = OwnedDescriptor(adopting: number)
        return Shell.text(of: file.number)
    }

    private func reason(_ path: String, below folder: String, _ links: FollowedLinks = .owner) throws
        -> String
    {
        let directory = try Files.openDirectory(folder)
        return path.withCString { Files.linkRefusal($0, beneath: directory.number, links: links) }
    }

    @Test("A link to what is another user's is not followed, whoever asks, unless all are")
    func strangers() throws {
        try withTemporaryFolder { base in
            _ = try Shell.run("cd \"$0\"; mkdir root; ln -s /etc/passwd root/x; ln -s /etc root/e", [base])
            if SystemProcess.isRoot {
                for name in ["x", "e"] { try Files.chown("\(base)/root/\(name)", user: 60_001, group: nil) }
            }
            let root = base + "/root"
            for path in ["x", "e/passwd", "./e//passwd"] {
                #expect(try opened(path, below: root, .owner) == "errno 40", "\(path)")
                #expect(try opened(path, below: root, .off) == "errno 40", "\(path)")
                #expect(try opened(path, below: root, .on).contains("root:"), "\(path)")
            }
            let owner = SystemProcess.isRoot ? 60_001 : SystemProcess.effectiveUser
            #expect(
                try reason("x", below: root)
                    == "the link 'x' belongs to user \(owner), and what it leads to to user 0 (--follow-links owner)"
            )
            #expect(try reason("x", below: root, .off).contains("--follow-links off"))
        }
    }

    @Test("Links of root, and of the owner of what they lead to, are followed through all others that are")
    func owners() throws {
        try #require(SystemProcess.isRoot, "only root has files of others: run this test as root")
        try withTemporaryFolder { base in
            _ = try Shell.run(
                """
                set -e; cd "$0"; chmod 755 .; mkdir -p root/sub data/deep other
                for name in data/deep/file other/file root/file; do printf %s $name > $name; done
                chown -R 60001 data; chown -R 60002 other
                ln -s ../data/deep/file root/roots; ln -s "$0/data" root/absolute
                ln -s ../data/deep root/own; ln -s ../other root/foreign; ln -s ../data/more root/chain
                ln -s ../other/file data/away; ln -s deep data/more; ln -s ../../root/roots data/deep/round
                ln -s ../data/trusted root/toTrusted; ln -s ../other/file data/trusted
                ln -s /proc/self/cwd root/magic; ln -s a root/b; ln -s b root/a
                chown -h 60001 root/own root/foreign root/chain data/away data/more data/deep/round
                """, [base])
            let root = base + "/root"
            for (path, expected) in [
                ("roots", "data/deep/file"), ("absolute/deep/file", "data/deep/file"),
                ("own/file", "data/deep/file"),
                ("chain/file", "data/deep/file"), ("own/round", "data/deep/file"),
                ("toTrusted", "other/file"),
                ("foreign/file", "errno 40"), ("absolute/away", "errno 40"), ("a", "errno 40"),
                ("sub/../own/file", "data/deep/file"), ("own/../file", "root/file"),
                ("own/missing", "errno 2"),
            ] {
                #expect(try opened(path, below: root, .owner) == expected, "\(path)")
            }
            #expect(try reason("absolute/away", below: root).contains("link 'away' belongs to user 60001"))
            #expect(try reason("a", below: root).contains("circles"))
            let directory = try Files.openDirectory(root)
            let found = Files.programStanding(
                Array("foreign/file".utf8), beneath: directory.number, links: .owner)
            #expect(found == .behindLink)
        }
    }

    @Test("A link that is swapped while it is asked for never gives away what it must not")
    func race() throws {
        try withTemporaryFolder { base in
            // A folder with a file of everybody's, and a link to a folder whose file is another user's: each takes the
            // other's place as fast as it can.
            _ = try Shell.run(
                "cd \"$0\"; mkdir root root/folder; printf open > root/folder/passwd; ln -s /etc root/link",
                [base])
            if SystemProcess.isRoot { try Files.chown(base + "/root/link", user: 60_001, group: nil) }
            let swap = """
                import ctypes, sys
                exchange = ctypes.CDLL(None).renameat2
                one, other = (name.encode() for name in sys.argv[1:])
                while True: exchange(-100, one, -100, other, 2)
                """
            let input = try Files.inMemory(name: "input", [])
            let swapper = try ChildProcess.spawn(
                Program(
                    path: "/usr/bin/env",
                    arguments: ["env", "python3", "-c", swap, base + "/root/folder", base + "/root/link"],
                    environment: ["PATH=/usr/bin:/bin"]),
                descriptors: [input.number, input.number, input.number])
            defer {
                ChildProcess.signal(swapper, .kill)
                ChildProcess.wait(swapper)
            }
            let directory = try Files.openDirectory(base + "/root")
            var seen: [String: Int] = [:]
            // Until both have been met often enough, and at most a million times.
            for _ in 0..<1_000_000 where (seen["open"] ?? 0) < 500 || (seen["errno 40"] ?? 0) < 500 {
                for path in ["folder/passwd", "link/passwd"] {
                    let number = path.withCString { Files.openBeneath(directory.number, $0, links: .owner) }
                    if number >= 0 {
                        let file = OwnedDescriptor(adopting: number)
                        seen[Shell.text(of: file.number), default: 0] += 1
                    } else {
                        seen["errno \(-number)", default: 0] += 1
                    }
                }
            }
            #expect(Set(seen.keys).isSubset(of: ["open", "errno 40", "errno 2"]), "\(seen.keys)")
            #expect((seen["open"] ?? 0) >= 500 && (seen["errno 40"] ?? 0) >= 500)
        }
    }
}
