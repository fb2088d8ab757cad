import Testing

@testable import Syscalls

@Suite("Processors that a process may use")
struct ProcessorsTests {
    @Test(
        "The least of affinity and quota counts, a part of a processor as one",
        arguments: [
            (8, nil, 8), (8, 2, 2), (8, 1.5, 2), (8, 0.5, 1), (8, 0.01, 1), (1, 4, 1), (2, 64, 2),
            (0, nil, 1),
            (8, 8.0, 8), (8, 7.2, 8), (4, .infinity, 4), (4, .nan, 4),
        ] as [(Int, Double?, Int)])
    func count(_ affine: Int, _ quota: Double?, _ count: Int) {
        #expect(Processors(affine: affine, quota: quota).count == count)
    }

    @Test("This process may use some, and no more than the machine has")
    func current() {
        #expect(Processors.current.affine >= 1)
        #expect(SystemProcess.processorCount == Processors.current.count)
    }

    /// Groups as they are mounted, made of files and their texts.
    private func quota(_ membership: String, _ files: [(path: String, text: String)]) throws -> Double? {
        try withTemporaryFolder { folder in
            try Files.create(folder + "/membership", text: membership, mode: 0o600)
            for (path, text) in files {
                let place = folder + "/root/" + path
                _ = try Shell.run("mkdir -p \"$(dirname \"$0\")\"", [place])
                try Files.create(place, text: text, mode: 0o600)
            }
            return ControlGroups(root: folder + "/root", membership: folder + "/membership").quota
        }
    }

    @Test(
        "The second version: the least on the way up to the root",
        arguments: [
            ([("cpu.max", "max 100000\n")], nil), ([("cpu.max", "150000 100000\n")], 1.5),
            ([("a/b/cpu.max", "50000 100000\n"), ("a/cpu.max", "200000 100000\n")], 0.5),
            ([("a/b/cpu.max", "max 100000\n"), ("a/cpu.max", "200000 100000\n")], 2),
            ([("a/b/c/cpu.max", "100000 100000\n"), ("a/x/cpu.max", "100000 100000\n")], nil),
            ([("a/b/cpu.max", "nonsense\n")], nil), ([("a/b/cpu.max", "0 100000\n")], nil),
            ([("a/b/cpu.max", "100000 0\n")], nil), ([("a/b/cpu.max", "300000")], nil), ([], nil),
            ([("unified/a/b/cpu.max", "25000 50000\n")], 0.5),
        ] as [([(String, String)], Double?)])
    func unified(_ files: [(String, String)], _ expected: Double?) throws {
        #expect(try quota("0::/a/b\n", files) == expected)
    }

    @Test("A path of the host is not there in a container, whose own group is the mount")
    func container() throws {
        #expect(try quota("0::/docker/4711\n", [("cpu.max", "400000 100000\n")]) == 4)
        #expect(try quota("0::/../../elsewhere\n", [("cpu.max", "400000 100000\n")]) == 4)
        #expect(
            try quota(
                "4:cpu,cpuacct:/docker/4711\n0::/\n",
                [
                    ("cpu,cpuacct/cpu.cfs_quota_us", "300000\n"),
                    ("cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
                ]) == 3)
    }

    @Test("The first version: quota and period of the cpu controller, wherever it is mounted")
    func first() throws {
        func files(_ place: String, _ quota: String) -> [(String, String)] {
            [("\(place)/cpu.cfs_quota_us", quota + "\n"), ("\(place)/cpu.cfs_period_us", "100000\n")]
        }
        #expect(try quota("3:cpu:/a\n", files("cpu/a", "250000")) == 2.5)
        #expect(try quota("3:cpu:/a\n", files("cpu/a", "-1")) == nil)
        #expect(try quota("3:cpu:/a\n", files("cpu/a", "-1") + files("cpu", "100000")) == 1)
        #expect(try quota("3:cpuacct,cpu:/a\n", files("cpuacct,cpu/a", "100000")) == 1)
        #expect(try quota("3:cpuacct:/a\n2:memory:/a\n", files("cpu/a", "100000")) == nil)
        #expect(try quota("nonsense\n", files("cpu", "100000")) == nil)
    }

    @Test("Without the files nothing is known")
    func nothing() {
        #expect(ControlGroups(root: "/nowhere", membership: "/nowhere/else").quota == nil)
    }
}
