import Topology

/// Machines that tests describe in sysfs, each with the numbering found on real ones.
enum Machines {
  /// One node, four cores, no hardware threads: a small virtual machine.
  static func oneNode() -> SysfsFixture {
    SysfsFixture(
      online: "0-3", cpus: (0..<4).map { .init(id: $0, package: 0, core: $0, siblings: "\($0)") },
      nodes: [.init(id: 0, cpus: "0-3", kibibytes: 8_388_608, distances: "10")])
  }

  /// Two sockets of eight cores with two threads each, numbered as Intel firmware does: second threads come last.
  static func twoSockets() -> SysfsFixture {
    SysfsFixture(
      online: "0-31",
      cpus: (0..<32).map {
        let first = $0 % 16
        return .init(id: $0, package: first / 8, core: first % 8, siblings: "\(first),\(first + 16)")
      },
      nodes: [
        .init(id: 0, cpus: "0-7,16-23", kibibytes: 67_108_864, distances: "10 21"),
        .init(id: 1, cpus: "8-15,24-31", kibibytes: 67_108_864, distances: "21 10"),
      ])
  }

  /// Two sockets of two cores whose two threads have adjacent numbers, as in QEMU.
  static func adjacentThreads() -> SysfsFixture {
    SysfsFixture(
      online: "0-7",
      cpus: (0..<8).map {
        let first = $0 - $0 % 2
        return .init(id: $0, package: $0 / 4, core: $0 % 4 / 2, siblings: "\(first)-\(first + 1)")
      },
      nodes: [
        .init(id: 0, cpus: "0-3", kibibytes: 524_288, distances: "10 20"),
        .init(id: 1, cpus: "4-7", kibibytes: 524_288, distances: "20 10"),
      ])
  }

  /// Two sockets with four nodes each and two cores per node: AMD with NPS4.
  static func eightNodes() -> SysfsFixture {
    SysfsFixture(
      online: "0-15", cpus: (0..<16).map { .init(id: $0, package: $0 / 8, core: $0 % 8, siblings: "\($0)") },
      nodes: (0..<8).map { node in
        .init(
          id: node, cpus: "\(2 * node)-\(2 * node + 1)", kibibytes: 16_777_216,
          distances: (0..<8).map { $0 == node ? "10" : $0 / 4 == node / 4 ? "12" : "32" }.joined(separator: " "))
      })
  }

  /// Two sockets with two nodes each, the nodes' numbers alternating between the sockets.
  static func alternatingNodes() -> SysfsFixture {
    SysfsFixture(
      online: "0-7", cpus: (0..<8).map { .init(id: $0, package: $0 / 2 % 2, core: $0, siblings: "\($0)") },
      nodes: (0..<4).map { node in
        .init(
          id: node, cpus: "\(2 * node)-\(2 * node + 1)", kibibytes: 1024,
          distances: (0..<4).map { $0 == node ? "10" : "20" }.joined(separator: " "))
      })
  }

  /// Two sockets whose memory the firmware interleaves: one node for both.
  static func oneNodeTwoSockets() -> SysfsFixture {
    SysfsFixture(
      online: "0-3", cpus: (0..<4).map { .init(id: $0, package: $0 % 2, core: $0 / 2, siblings: "\($0)") },
      nodes: [.init(id: 0, cpus: "0-3", kibibytes: 1024, distances: "10")])
  }

  /// Node 1 has CPUs and no memory, node 2 (CXL) memory and no CPUs.
  static func oddNodes() -> SysfsFixture {
    SysfsFixture(
      online: "0-3", cpus: (0..<4).map { .init(id: $0, package: $0 / 2, core: $0 % 2, siblings: "\($0)") },
      nodes: [
        .init(id: 0, cpus: "0-1", kibibytes: 524_288, distances: "10 20 17"),
        .init(id: 1, cpus: "2-3", kibibytes: 0, distances: "20 10 28"),
        .init(id: 2, cpus: "", kibibytes: 262_144, distances: "17 28 10"),
      ])
  }

  /// The two sockets of `adjacentThreads` with CPU 1 (a second thread) and the whole of node 1 offline.
  static func offlineCPUs() -> SysfsFixture {
    SysfsFixture(
      online: "0,2-3", present: "0-7",
      cpus: [
        .init(id: 0, package: 0, core: 0, siblings: "0"),
        .init(id: 2, package: 0, core: 1, siblings: "2-3"),
        .init(id: 3, package: 0, core: 1, siblings: "2-3"),
      ],
      nodes: [
        .init(id: 0, cpus: "0,2-3", kibibytes: 524_288, distances: "10 20"),
        .init(id: 1, cpus: "", kibibytes: 524_288, distances: "20 10"),
      ])
  }

  /// A kernel without NUMA, and old enough to have only `thread_siblings_list`.
  static func withoutNUMA() -> SysfsFixture {
    SysfsFixture(
      online: "0-3", cpus: (0..<4).map { .init(id: $0, package: 0, core: $0 % 2, siblings: "\($0 % 2),\($0 % 2 + 2)") },
      nodes: nil, siblingFile: "thread_siblings_list")
  }

  static let all: [(name: String, make: @Sendable () -> SysfsFixture)] = [
    ("one node", oneNode), ("two sockets", twoSockets), ("adjacent threads", adjacentThreads),
    ("eight nodes", eightNodes), ("alternating nodes", alternatingNodes), ("one node, two sockets", oneNodeTwoSockets),
    ("odd nodes", oddNodes), ("offline CPUs", offlineCPUs), ("without NUMA", withoutNUMA),
  ]
}
