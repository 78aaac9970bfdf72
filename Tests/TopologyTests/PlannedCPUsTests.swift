import Testing
import Topology

/// Every policy on every recorded machine. The lists are written from the machine's description, not from our output.
@Suite struct PlannedCPUsTests {
  // MARK: One socket, one node, four cores; CPUs n and n + 4 are one core.

  @Test func placesOnTheDesktop() throws {
    let machine = RecordedMachine.desktop
    // One node: filling it and taking turns among nodes are the same. Cores 0-3 first, their second threads after.
    for policy in ["compact", "scatter", "per-node:1", "per-node:3", "per-node:8"] {
      #expect(try machine.placed(policy, 8) == [0, 1, 2, 3, 4, 5, 6, 7], "\(policy)")
    }
    #expect(try machine.placed("smt-pairs", 8) == [0, 4, 1, 5, 2, 6, 3, 7])
    #expect(try machine.placed("list:6,1-2", 3) == [6, 1, 2])
  }

  // MARK: Two sockets of ten cores, even CPUs on socket 0 and odd ones on socket 1, second threads from 20 on.

  @Test func placesOnTwoSockets() throws {
    let machine = RecordedMachine.twoSockets
    // Socket 0: its ten cores are CPUs 0, 2, … 18, their second threads 20, 22, … 38. Then socket 1 likewise.
    #expect(
      try machine.placed("compact", 40) == [
        0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38,
        1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39,
      ])
    // The firmware's numbers alternate between the sockets already, and cores come before second threads.
    #expect(try machine.placed("scatter", 40) == Array(0..<40))
    #expect(try machine.placed("per-node:1", 40) == Array(0..<40))
    // Three on socket 0, three on socket 1, and round again; the tenth core's turn is completed by a second thread.
    #expect(
      try machine.placed("per-node:3", 24) == [
        0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11, 12, 14, 16, 13, 15, 17, 18, 20, 22, 19, 21, 23,
      ])
    // Core after core of socket 0, each with both threads.
    #expect(
      try machine.placed("smt-pairs", 40) == [
        0, 20, 2, 22, 4, 24, 6, 26, 8, 28, 10, 30, 12, 32, 14, 34, 16, 36, 18, 38,
        1, 21, 3, 23, 5, 25, 7, 27, 9, 29, 11, 31, 13, 33, 15, 35, 17, 37, 19, 39,
      ])
    #expect(try machine.placed("list:38-39,0", 3) == [38, 39, 0])
  }

  // MARK: Two sockets, each with four nodes of four cores; CPU n + 32 is the second thread of CPU n.

  @Test func placesOnEightNodes() throws {
    let machine = RecordedMachine.eightNodes
    // Node k: cores 4k … 4k + 3, then their second threads 32 higher.
    #expect(
      try machine.placed("compact", 64) == [
        0, 1, 2, 3, 32, 33, 34, 35, 4, 5, 6, 7, 36, 37, 38, 39,
        8, 9, 10, 11, 40, 41, 42, 43, 12, 13, 14, 15, 44, 45, 46, 47,
        16, 17, 18, 19, 48, 49, 50, 51, 20, 21, 22, 23, 52, 53, 54, 55,
        24, 25, 26, 27, 56, 57, 58, 59, 28, 29, 30, 31, 60, 61, 62, 63,
      ])
    // Nodes 0, 4 (the other socket), 1, 5, 2, 6, 3, 7; one core of each per turn, four turns, then the second threads.
    #expect(
      try machine.placed("scatter", 64) == [
        0, 16, 4, 20, 8, 24, 12, 28, 1, 17, 5, 21, 9, 25, 13, 29,
        2, 18, 6, 22, 10, 26, 14, 30, 3, 19, 7, 23, 11, 27, 15, 31,
        32, 48, 36, 52, 40, 56, 44, 60, 33, 49, 37, 53, 41, 57, 45, 61,
        34, 50, 38, 54, 42, 58, 46, 62, 35, 51, 39, 55, 43, 59, 47, 63,
      ])
    // Nodes in the order of their numbers, two cores each.
    #expect(
      try machine.placed("per-node:2", 32) == [
        0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29,
        2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31,
      ])
    // All four cores and one second thread of each node.
    #expect(try machine.placed("per-node:5", 10) == [0, 1, 2, 3, 32, 4, 5, 6, 7, 36])
    #expect(try machine.placed("smt-pairs", 64) == (0..<32).flatMap { [$0, $0 + 32] })
    #expect(try machine.placed("list:63,0", 2) == [63, 0])
  }

  // MARK: Nodes 0 and 1 have two CPUs each, node 2 none.

  @Test func placesOnOddNodes() throws {
    let machine = RecordedMachine.oddNodes
    #expect(try machine.placed("compact", 4) == [0, 1, 2, 3])
    #expect(try machine.placed("scatter", 4) == [0, 2, 1, 3])
    #expect(try machine.placed("per-node:1", 4) == [0, 2, 1, 3])
    #expect(try machine.placed("per-node:2", 4) == [0, 1, 2, 3])
    #expect(try machine.placed("list:3,0", 2) == [3, 0])
    #expect(throws: PlacementError.noSiblings(available: [0, 1, 2, 3])) { try machine.placed("smt-pairs", 1) }
    // Node 2 has no CPU and no turn, so it does not count as too small.
    #expect(throws: PlacementError.nodeTooSmall(policy: "per-node:3", node: 0, usable: 2)) {
      try machine.placed("per-node:3", 1)
    }
  }

  // MARK: Nodes of two CPUs; 1, 6 and 7 are offline, the cpuset has 0 and 2-4: one on node 0, two on 1, one on 2.

  @Test func placesWithinACpuset() throws {
    let machine = RecordedMachine.offlineCPUs
    #expect(try machine.placed("compact", 4) == [0, 2, 3, 4])
    #expect(try machine.placed("scatter", 4) == [0, 2, 4, 3])
    #expect(try machine.placed("per-node:1", 4) == [0, 2, 4, 3])
    #expect(try machine.placed("list:4,2", 2) == [4, 2])
    #expect(try machine.placed("compact", 6) == [0, 2, 3, 4, 0, 2])
    #expect(throws: PlacementError.nodeTooSmall(policy: "per-node:2", node: 0, usable: 1)) {
      try machine.placed("per-node:2", 1)
    }
    #expect(throws: PlacementError.noSiblings(available: [0, 2, 3, 4])) { try machine.placed("smt-pairs", 1) }
    #expect(throws: PlacementError.forbiddenCPU(5, available: [0, 2, 3, 4])) { try machine.placed("list:5", 1) }
    #expect(throws: PlacementError.offlineCPU(7, available: [0, 2, 3, 4])) { try machine.placed("list:7", 1) }
    #expect(throws: PlacementError.noSuchCPU(8, available: [0, 2, 3, 4])) { try machine.placed("list:8", 1) }
  }
}
