// How many processors this process may use. A container sees all processors of its host; what it may use of them is said by
// its affinity (sched_setaffinity(2), cpusets) and by the quota of its control groups (cgroups(7)): so much time in each
// period. Who counts the host's processors starts 64 workers that share the time of two.

import CSyscalls
import Glibc

/// What this process may use of the machine's processors.
public struct Processors: Equatable, Sendable {
    /// Processors that it may run on.
    public var affine: Int
    /// The time that the control groups grant, in processors; `nil` where none has a limit.
    public var quota: Double?

    /// - Parameters:
    ///   - affine: Processors that it may run on.
    ///   - quota: The time that it is granted, in processors.
    public init(affine: Int, quota: Double? = nil) {
        self.affine = affine
        self.quota = quota
    }

    /// How many can be kept busy, at least 1. A part of a processor counts as one: half of its time would be left unused
    /// otherwise.
    public var count: Int {
        let affine = max(1, affine)
        guard let quota, quota.isFinite, quota < Double(affine) else { return affine }
        return max(1, Int(quota.rounded(.up)))
    }

    /// Those of this process, now: quota and affinity may change while it runs.
    public static var current: Processors {
        let affine = CSyscalls_affine_processors()
        return Processors(
            affine: affine > 0 ? Int(affine) : max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))),
            quota: ControlGroups().quota)
    }
}

/// The quota of the control groups that a process is in, of the first version or the second.
public struct ControlGroups {
    private let root: String
    private let membership: String
    /// Longer than the groups of any process.
    private static let limit = 65_536

    /// - Parameters:
    ///   - root: Where the groups are mounted.
    ///   - membership: The file that says which groups a process is in.
    public init(root: String = "/sys/fs/cgroup", membership: String = "/proc/self/cgroup") {
        self.root = root
        self.membership = membership
    }

    /// The time that they grant, in processors: the least of all groups from the process's own up to the root. `nil` where none
    /// has a limit, or nothing is known.
    public var quota: Double? {
        let groups = text(membership)?.split(separator: "\n") ?? []
        return groups.compactMap { line in quota(Group(line)) }.min()
    }

    /// A line of the membership: `HIERARCHY:CONTROLLERS:PATH`.
    private struct Group {
        /// The names of the controllers; none for the second version, where all share a hierarchy.
        let controllers: [Substring]
        let path: [Substring]

        init(_ line: Substring) {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            controllers = parts.count == 3 ? parts[1].split(separator: ",") : ["?"]
            // A group outside of what this process sees is written with `..`: what it sees begins at the root then.
            path = parts.count == 3 ? parts[2].split(separator: "/").filter { $0 != ".." } : []
        }
    }

    private func quota(_ group: Group) -> Double? {
        if group.controllers.isEmpty {
            // Beside the first version the second one is mounted below.
            let places = [root, root + "/unified"]
            return places.compactMap { least($0, group.path, unified) }.min()
        }
        guard group.controllers.contains("cpu") else { return nil }
        let places = Set(["cpu", group.controllers.joined(separator: ",")]).map { "\(root)/\($0)" }
        return places.compactMap { least($0, group.path, first) }.min()
    }

    /// The least on the way up. A path that is not there, as in a container that sees the paths of its host, costs nothing: the
    /// way ends at the mount, which is the container's own group then.
    private func least(_ mount: String, _ path: [Substring], _ read: (String) -> Double?) -> Double? {
        (0...path.count).compactMap { depth in
            read(([mount] + path.prefix(depth).map(String.init)).joined(separator: "/"))
        }.min()
    }

    /// `cpu.max` of the second version: `QUOTA PERIOD`, or `max PERIOD`.
    private func unified(_ folder: String) -> Double? {
        let words = text(folder + "/cpu.max")?.split { $0 == " " || $0 == "\n" } ?? []
        guard words.count == 2 else { return nil }
        return Self.share(Double(words[0]), Double(words[1]))
    }

    /// `cpu.cfs_quota_us` and `cpu.cfs_period_us` of the first version; a quota of -1 is none.
    private func first(_ folder: String) -> Double? {
        func number(_ name: String) -> Double? {
            text("\(folder)/\(name)")?.split(separator: "\n").first.flatMap { Double($0) }
        }
        return Self.share(number("cpu.cfs_quota_us"), number("cpu.cfs_period_us"))
    }

    private static func share(_ quota: Double?, _ period: Double?) -> Double? {
        guard let quota, let period, quota > 0, period > 0 else { return nil }
        return quota / period
    }

    private func text(_ path: String) -> String? {
        (try? Files.contents(path, limit: Self.limit)).map { String(decoding: $0, as: UTF8.self) }
    }
}
