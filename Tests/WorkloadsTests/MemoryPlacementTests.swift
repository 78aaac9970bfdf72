import Results
import Testing
import Workloads

/// Different policies for data, tables and metadata. All of them name node 0, which every machine has: what differs is the kind of
/// policy, and that is enough to tell whose memory a page is.
@Suite struct MemoryPlacementTests {
  private static let apart = MemoryPlacement.Worker(
    data: .preferred(0), tables: .interleaved([0]), metadata: .node(0), nearestNodes: [0])
  private static let together = MemoryPlacement.Worker(
    data: .preferred(0), tables: .preferred(0), metadata: .preferred(0), nearestNodes: [0])

  private func workload(
    _ name: String, _ workers: [MemoryPlacement.Worker], region: String = "private"
  ) throws -> ErasedWorkload {
    let cell = Cell(
      suite: "test", workload: name, strategy: "global", lock: "ttas", format: "x86-64", threads: workers.count,
      placement: "compact", memoryPolicy: "", parameters: ["region": region, "region-size": "1200"])
    let workload = try WorkloadRegistry.make(
      cell, host: WorkloadHost(memory: MemoryPlacement(workers: workers, isLocalOnly: false)))
    for worker in workers.indices { try workload.setUp(worker) }
    return workload
  }

  /// Runs each worker for one section in turn; `fault` goes once through its region at least.
  private func run(_ workload: ErasedWorkload, workers: Int) {
    let rounds = Rounds(threads: workers)
    #expect(rounds.run(workload) > 0)
    #expect(workload.check() == [])
  }

  @Test(arguments: ["private", "adjacent", "shared"])
  func eachKindOfMemoryIsMeantForItsOwnNodes(region: String) throws {
    let workload = try workload("fault", [Self.apart, Self.apart], region: region)
    run(workload, workers: 2)
    let pages = workload.residencySample(16)
    #expect(Set(pages.filter { $0.kind == .tables }.map(\.target)) == [.interleaved([0])])
    #expect(Set(pages.filter { $0.kind == .metadata }.map(\.target)) == [.node(0)])
    // Which page belongs to which frame is the kernel's to say; that data and tables share none is ours.
    let tables = Set(pages.filter { $0.kind == .tables }.map(\.address))
    let data = Set(pages.filter { $0.kind == .data }.map(\.address))
    #expect(!tables.isEmpty && tables.isDisjoint(with: data))
    // In a shared region nobody knows whose a data frame is.
    #expect(data.isEmpty == (region == "shared"))
    for page in pages where page.kind == .data { #expect(page.target == .preferred(0)) }
  }

  @Test func aWorkersOwnTablesAreMeantForItsNodes() throws {
    // Two workers of different policies: each private region's tables are sought where their own worker wants them.
    let workload = try workload("map-unmap", [Self.apart, Self.together])
    run(workload, workers: 2)
    let targets = Set(workload.residencySample(64).filter { $0.kind == .tables }.map(\.target))
    #expect(targets == [.interleaved([0]), .preferred(0)])
  }

  @Test func theSampleIsBounded() throws {
    let workload = try workload("query", [Self.together])
    // Tables, as many of the worker's own, and a record for each.
    for limit in [1, 4, 64] { #expect(workload.residencySample(limit).count <= 4 * limit) }
  }

  @Test func theFloorRefusesMemoryThatItCannotPlace() {
    let cell = Cell(
      suite: "test", workload: "map", strategy: "c-leaf", lock: "ttas", format: "x86-64", threads: 1,
      placement: "compact", memoryPolicy: "bind:0", parameters: [:])
    let host = WorkloadHost(memory: MemoryPlacement(workers: [Self.together], isLocalOnly: false))
    let error = #expect(throws: WorkloadError.self) { try WorkloadRegistry.make(cell, host: host) }
    #expect(error?.description.contains("mempolicy = \"local\"") == true)
  }

  @Test func aProbeHandsOutPagesOfItsArena() throws {
    let probe = try PlacementProbe(
      memory: MemoryPlacement(workers: [Self.apart, Self.together], isLocalOnly: false), framesPerWorker: 40)
    let arena = Set(probe.pagesBySpan.flatMap(\.self).map(\.address))
    var seen: Set<UInt> = []
    for (worker, memory) in [Self.apart, Self.together].enumerated() {
      let pages = probe.allocate(worker: worker)
      // A table and a data frame each time, and a record for both.
      #expect(pages.count == 160)
      for page in pages { #expect(page.target == memory[page.kind]) }
      let frames = pages.filter { $0.kind != .metadata }.map(\.address)
      #expect(Set(frames).count == 80 && seen.isDisjoint(with: frames) && arena.isSuperset(of: frames))
      seen.formUnion(frames)
    }
  }
}
