internal import Locks
internal import Results
internal import Strategies

/// The workloads whose answer is known, by name.
enum GroundTruth {
  static let workloads: [any GroundTruthWorkload.Type] = [
    EmptyWorkload.self, EmptySectionsWorkload.self, CalibratedDelayWorkload.self,
    CalibratedLockWorkload<TTASLock>.self, KnownFaultsWorkload.self, KnownSwitchesWorkload.self,
    KnownFlushesWorkload.self,
  ]

  /// nil for workloads on page tables.
  static func type(of cell: Cell) throws(WorkloadError) -> (any GroundTruthWorkload.Type)? {
    guard let type = workloads.first(where: { $0.item.name == cell.workload }) else { return nil }
    guard type.takesLock else { return type }
    // Each lock is spelled, so that the compiler makes its code.
    switch cell.lock {
    case TTASLock.name: return CalibratedLockWorkload<TTASLock>.self
    case TicketLock.name: return CalibratedLockWorkload<TicketLock>.self
    default:
      throw .unknown(what: "lock", name: cell.lock, known: WorkloadRegistry.catalogue.locks.map(\.name))
    }
  }

  static func make(_ type: any GroundTruthWorkload.Type, _ cell: Cell, _ host: WorkloadHost) throws(WorkloadError)
    -> ErasedWorkload
  {
    try checkWords(of: cell, type, host)
    let workload = try type.init(
      cell, GroundTruthParameters(cell.parameters, of: cell.workload, known: type.parameters))
    return ErasedWorkload(
      setUp: { try workload.setUp($0) }, run: { workload.run($0, $1) }, check: { workload.violations() },
      residencySample: { _ in [] }, memory: { nil }, knownValues: { workload.knownValues() })
  }

  /// Words that mean nothing here have one spelling, or the same work would be measured under several names.
  private static func checkWords(
    of cell: Cell, _ type: any GroundTruthWorkload.Type, _ host: WorkloadHost
  ) throws(WorkloadError) {
    let name = cell.workload
    guard cell.strategy == NoneStrategy.name else {
      throw .impossible("workload \(name) has no page table: write strategy = \"\(NoneStrategy.name)\"")
    }
    guard type.takesLock || cell.lock == TTASLock.name else {
      throw .impossible("workload \(name) takes no lock: write lock = \"\(TTASLock.name)\"")
    }
    let format = WorkloadRegistry.catalogue.formats[0].name
    guard cell.format == format else {
      throw .impossible("workload \(name) has no page table: write format = \"\(format)\", or leave it out")
    }
    guard host.memory.isLocalOnly else {
      throw .impossible("workload \(name) has no memory to place: write mempolicy = \"local\", or leave it out")
    }
  }
}
