import MeasurementTestSupport
import Testing
import Topology

@Suite struct PlacementTests {
  private func placed(
    _ policy: PlacementPolicy, _ workers: Int, on fixture: SysfsFixture, allowed: CPUSet? = nil
  ) throws -> [Int] {
    try policy.resolve(workers: workers, on: fixture.topology(allowed: allowed)).cpus
  }

  // MARK: Laws

  @Test(arguments: Machines.all.indices, [PlacementPolicy.compact, .scatter, .perNode(1), .smtPairs])
  func holdsThePlacementLaws(machine: Int, policy: PlacementPolicy) throws {
    var randomness = Randomness(for: "holdsThePlacementLaws")
    let fixture = Machines.all[machine].make()
    let everything = try fixture.topology()
    for attempt in 0..<20 {
      let usable =
        attempt == 0
        ? everything.onlineCPUs : CPUSet(everything.onlineCPUs.filter { _ in Bool.random(using: &randomness) })
      guard !usable.isEmpty else { continue }
      let host = try fixture.topology(allowed: usable)
      // What the policy cannot do without; that it says so is another test's concern.
      if policy == .smtPairs,
        !usable.contains(where: { host.cpu($0)?.siblings.intersection(usable).count ?? 0 > 1 })
      {
        continue
      }
      let note: Comment = "\(Machines.all[machine].name), \(policy), seed \(randomness.seed), allowed \(usable)"
      let full = try policy.resolve(workers: usable.count, on: host)
      #expect(full.cpus.sorted() == Array(usable), "each usable CPU once: \(note)")
      #expect(!full.isOversubscribed, note)
      for workers in 1...usable.count {
        let part = try policy.resolve(workers: workers, on: host)
        #expect(part.cpus == Array(full.cpus.prefix(workers)), "more workers move none: \(note)")
        #expect(part.nodeOfWorker == part.cpus.map { host.cpu($0)?.node ?? 0 }, note)
      }
      if policy == .scatter {
        let cores = Set(usable.map { host.cpu($0)?.siblings }).count
        #expect(Set(full.cpus.prefix(cores).map { host.cpu($0)?.siblings }).count == cores, "cores first: \(note)")
      }
      let twice = try policy.resolve(workers: 2 * usable.count + 1, on: host)
      #expect(twice.isOversubscribed, note)
      #expect(twice.cpus == full.cpus + full.cpus + [full.cpus[0]], "wraps round: \(note)")
      #expect(twice.nodeOfWorker.count == twice.cpus.count, note)
    }
  }

  @Test(arguments: Machines.all.indices)
  func scatterUsesEveryCoreBeforeAnySecondThread(machine: Int) throws {
    let fixture = Machines.all[machine].make()
    let host = try fixture.topology()
    let cpus = try PlacementPolicy.scatter.resolve(workers: host.coreCount, on: host).cpus
    #expect(Set(cpus.map { host.cpu($0)?.siblings }).count == host.coreCount)
  }

  @Test func scatterBalancesNodesAtEveryWorkerCount() throws {
    for fixture in [Machines.twoSockets(), Machines.eightNodes(), Machines.alternatingNodes()] {
      let host = try fixture.topology()
      for workers in 1...host.onlineCPUs.count {
        let nodes = try PlacementPolicy.scatter.resolve(workers: workers, on: host).nodeOfWorker
        let loads = host.nodes.map { node in nodes.count { $0 == node.id } }
        #expect(loads.max()! - loads.min()! <= 1, "\(workers) workers: \(loads)")
      }
    }
  }

  @Test(arguments: Machines.all.indices, 1...3)
  func nodesTakeTurnsInGroups(machine: Int, share: Int) throws {
    let fixture = Machines.all[machine].make()
    let host = try fixture.topology()
    let nodes = host.nodes.filter { !$0.cpus.isEmpty }
    guard nodes.allSatisfy({ $0.cpus.count >= share }) else { return }
    // A round gives every node with CPUs its share, one node after the other.
    let round = try PlacementPolicy.perNode(share).resolve(workers: share * nodes.count, on: host).nodeOfWorker
    for turn in 0..<nodes.count { #expect(Set(round[(turn * share)..<((turn + 1) * share)]).count == 1) }
    #expect(Set(round) == Set(nodes.map(\.id)))
  }

  @Test func pairsComeBeforeCoresWithOneUsableThread() throws {
    let fixture = Machines.twoSockets()
    // Cores 0 and 9 have both threads, core 1 only its second.
    #expect(try placed(.smtPairs, 5, on: fixture, allowed: [0, 9, 16, 17, 25]) == [0, 16, 9, 25, 17])
  }

  // MARK: Written out by hand

  @Test func fillsTwoSockets() throws {
    let fixture = Machines.twoSockets()
    #expect(
      try placed(.compact, 32, on: fixture) == [
        0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23,
        8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31,
      ])
    #expect(
      try placed(.scatter, 32, on: fixture) == [
        0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15,
        16, 24, 17, 25, 18, 26, 19, 27, 20, 28, 21, 29, 22, 30, 23, 31,
      ])
    let placement = try PlacementPolicy.scatter.resolve(workers: 5, on: fixture.topology())
    #expect(placement == Placement(cpus: [0, 8, 1, 9, 2], nodeOfWorker: [0, 1, 0, 1, 0], isOversubscribed: false))
  }

  @Test func fillsAdjacentThreads() throws {
    let fixture = Machines.adjacentThreads()
    #expect(try placed(.compact, 8, on: fixture) == [0, 2, 1, 3, 4, 6, 5, 7])
    #expect(try placed(.scatter, 8, on: fixture) == [0, 4, 2, 6, 1, 5, 3, 7])
  }

  @Test func fillsEightNodes() throws {
    let fixture = Machines.eightNodes()
    #expect(try placed(.compact, 16, on: fixture) == Array(0..<16))
    #expect(try placed(.scatter, 16, on: fixture) == [0, 8, 2, 10, 4, 12, 6, 14, 1, 9, 3, 11, 5, 13, 7, 15])
  }

  @Test func fillsAPackageWhoseNodeNumbersAlternate() throws {
    let fixture = Machines.alternatingNodes()
    #expect(try placed(.compact, 8, on: fixture) == [0, 1, 4, 5, 2, 3, 6, 7])
    #expect(try placed(.scatter, 8, on: fixture) == [0, 2, 4, 6, 1, 3, 5, 7])
  }

  @Test func separatesPackagesThatShareANode() throws {
    let fixture = Machines.oneNodeTwoSockets()
    #expect(try placed(.compact, 4, on: fixture) == [0, 2, 1, 3])
    #expect(try placed(.scatter, 4, on: fixture) == [0, 1, 2, 3])
  }

  @Test func passesOverNodesWithoutCPUs() throws {
    let odd = Machines.oddNodes()
    #expect(try placed(.compact, 4, on: odd) == [0, 1, 2, 3])
    #expect(try placed(.scatter, 4, on: odd) == [0, 2, 1, 3])
    let offline = Machines.offlineCPUs()
    #expect(try placed(.compact, 3, on: offline) == [0, 2, 3])
    #expect(try placed(.scatter, 4, on: offline) == [0, 2, 3, 0])
  }

  @Test func countsAForbiddenFirstThreadAsAbsent() throws {
    let fixture = Machines.twoSockets()
    // Of core 1 both threads are allowed, of core 2 only the second: 18 comes before 17.
    #expect(try placed(.compact, 3, on: fixture, allowed: [1, 17, 18]) == [1, 18, 17])
    #expect(try placed(.scatter, 4, on: fixture, allowed: [1, 17, 18, 8]) == [1, 8, 18, 17])
  }

  @Test func takesListsInTheOrderWritten() throws {
    let fixture = Machines.twoSockets()
    let policy = try PlacementPolicy(parsing: "list:8,0-1")
    #expect(try placed(policy, 2, on: fixture) == [8, 0])
    let placement = try policy.resolve(workers: 4, on: fixture.topology())
    #expect(placement == Placement(cpus: [8, 0, 1, 8], nodeOfWorker: [1, 0, 0, 1], isOversubscribed: true))
  }

  // MARK: Texts and errors

  @Test(arguments: [
    "compact", "scatter", "per-node:1", "per-node:64", "smt-pairs", "list:0-3,8", "list:8,0-1", "list:5",
  ])
  func printsWhatItReads(text: String) throws {
    #expect("\(try PlacementPolicy(parsing: text))" == text)
  }

  @Test(arguments: [
    ("", PlacementError.unknownPolicy("")), ("Compact", .unknownPolicy("Compact")),
    ("node:0", .unknownPolicy("node:0")), ("per-node", .badNodeShare(policy: "per-node")),
    ("per-node:0", .badNodeShare(policy: "per-node:0")), ("per-node:x", .badNodeShare(policy: "per-node:x")),
    ("per-node:+1", .badNodeShare(policy: "per-node:+1")), ("per-node:01", .badNodeShare(policy: "per-node:01")),
    ("smt-pairs:2", .unknownPolicy("smt-pairs:2")),
    ("list:", .emptyList), ("list:0,1,0-2", .repeatedCPU(0)),
    ("list:3-1", .malformedList(NumberListError(text: "3-1", problem: .descendingRange(item: "3-1")))),
  ])
  func refusesOtherTexts(text: String, error: PlacementError) {
    #expect(throws: error) { try PlacementPolicy(parsing: text) }
  }

  @Test func namesTheCPUThatCannotBeUsed() throws {
    let fixture = Machines.offlineCPUs()
    let host = try fixture.topology(allowed: [0, 2])
    let cases: [(Int, PlacementError)] = [
      (99, .noSuchCPU(99, available: [0, 2])), (5, .offlineCPU(5, available: [0, 2])),
      (3, .forbiddenCPU(3, available: [0, 2])),
    ]
    for (cpu, expected) in cases {
      // Also when no worker would have come to it: the suite asks for something that is not there.
      let error = #expect(throws: PlacementError.self) {
        try PlacementPolicy.list([0, cpu]).resolve(workers: 1, on: host)
      }
      #expect(error == expected)
      #expect(error?.description.contains("CPU \(cpu)") == true)
      #expect(error?.description.contains("available are 0,2") == true)
    }
    #expect(throws: PlacementError.tooFewWorkers(0)) { try PlacementPolicy.compact.resolve(workers: 0, on: host) }
  }
}
