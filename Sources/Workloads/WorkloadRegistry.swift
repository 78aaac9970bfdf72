internal import Addressing
internal import Executions
internal import Formats
internal import Locks
internal import PageTables
internal import PhysicalMemory
public import Results
internal import Strategies

/// Turns names into workloads: the only place where concrete combinations of format, lock, strategy and workload are spelled.
///
/// Each name is one line in a `switch`; the compiler makes specialised code for the whole product of lines. A new lock, strategy, format
/// or workload is its line here and one in the lists of ``catalogue``.
public enum WorkloadRegistry {
  public static let catalogue = Catalogue(
    workloads: workloads.map { $0.item } + groundTruth,
    strategies: strategies.map { .init(name: $0.name, summary: "\($0.summary) [\($0.guarantee.rawValue)]") }
      + FloorKind.allCases.map(\.item),
    locks: locks.map { .init(name: $0.name, summary: $0.summary) },
    formats: FormatRegistry.all.map { .init(name: $0.name, summary: $0.summary) },
    parameters: WorkloadParameters.catalogue + GroundTruthParameters.catalogue)

  /// Workloads on no page table, with a known answer.
  public static let groundTruth: [Catalogue.Item] = GroundTruth.workloads.map { $0.item }

  private static let workloads: [any Workload.Type] = [
    MapWorkload.self, UnmapWorkload.self, ProtectWorkload.self, QueryWorkload.self, WalkWorkload.self,
    MapUnmapWorkload.self, FaultWorkload.self, UnmapTablesWorkload.self, DropWorkload.self,
  ]
  private static let strategies: [any LockingStrategy.Type] = [
    NoneStrategy.self, GlobalStrategy.self, CouplingStrategy.self,
  ]
  private static let locks: [any NodeLock.Type] = [TTASLock.self, TicketLock.self]

  /// Builds the cell's address space, populated arena included.
  ///
  /// - Throws: ``WorkloadError`` for unknown names, bad parameters and impossible combinations; `ArenaError` when memory cannot be had.
  public static func make(_ cell: Cell, host: WorkloadHost) throws -> ErasedWorkload {
    precondition(host.memory.workers.count == cell.threads, "every worker's memory has a place")
    if let type = try GroundTruth.type(of: cell) { return try GroundTruth.make(type, cell, host) }
    return try make(Request(cell, host, isRehearsal: false))
  }

  /// Throws what ``make(_:host:)`` would throw for a cell that cannot be, without taking memory for one that can.
  public static func check(_ cell: Cell, host: WorkloadHost) throws {
    if let type = try GroundTruth.type(of: cell) {
      _ = try GroundTruth.make(type, cell, host)
    } else {
      _ = try make(Request(cell, host, isRehearsal: true))
    }
  }

  private static func make(_ request: Request) throws -> ErasedWorkload {
    let cell = request.cell
    if let floor = FloorKind(rawValue: cell.strategy) { return try FloorWorkload.make(floor, request) }
    switch cell.strategy {
    case NoneStrategy.name:
      // It takes no lock, so one kind of lock stands for all and a product of code is saved.
      guard locks.contains(where: { $0.name == cell.lock }) else {
        throw WorkloadError.unknown(what: "lock", name: cell.lock, known: catalogue.locks.map(\.name))
      }
      if request.plan.parameters.reclamation != .keep { return try makePruned(request, NoneStrategy.self) }
      return try make(request, NoneStrategy.self, TTASLock.self)
    case GlobalStrategy.name: return try make(request, GlobalStrategy.self)
    case CouplingStrategy.name: return try make(request, CouplingStrategy.self)
    default: throw WorkloadError.unknown(what: "strategy", name: cell.strategy, known: catalogue.strategies.map(\.name))
    }
  }

  private static func make<S: LockingStrategy>(_ request: Request, _: S.Type) throws -> ErasedWorkload {
    if request.plan.parameters.reclamation != .keep { return try makePruned(request, S.self) }
    switch request.cell.lock {
    case TTASLock.name: return try make(request, S.self, TTASLock.self)
    case TicketLock.name: return try make(request, S.self, TicketLock.self)
    default: throw WorkloadError.unknown(what: "lock", name: request.cell.lock, known: catalogue.locks.map(\.name))
    }
  }

  /// Policies that free tables, for one lock and one format: what they cost does not depend on either, and code grows with the product.
  private static func makePruned<S: LockingStrategy>(_ request: Request, _: S.Type) throws -> ErasedWorkload {
    let policy = request.plan.parameters.reclamation
    guard request.cell.lock == TTASLock.name, request.cell.format == X86_64.name else {
      throw WorkloadError.impossible(
        "reclamation = \"\(policy.rawValue)\" is built for format = \"\(X86_64.name)\" with lock = \"\(TTASLock.name)\" only"
      )
    }
    return switch policy {
    case .keep: preconditionFailure("tables that are kept need no policy")
    case .pruneWhenEmpty: try make(request, Configured<X86_64, TTASLock, S, PruneWhenEmpty, Hardware>.self)
    case .pruneOnDrop: try make(request, Configured<X86_64, TTASLock, S, PruneOnDrop, Hardware>.self)
    }
  }

  private static func make<S: LockingStrategy, L: NodeLock>(
    _ request: Request, _: S.Type, _: L.Type
  ) throws -> ErasedWorkload {
    switch request.cell.format {
    case X86_64.name: return try make(request, Configured<X86_64, L, S, Keep, Hardware>.self)
    case X86_64LA57.name: return try make(request, Configured<X86_64LA57, L, S, Keep, Hardware>.self)
    case Sv39.name: return try make(request, Configured<Sv39, L, S, Keep, Hardware>.self)
    case Sv48.name: return try make(request, Configured<Sv48, L, S, Keep, Hardware>.self)
    case Sv57.name: return try make(request, Configured<Sv57, L, S, Keep, Hardware>.self)
    case AArch64.name: return try make(request, Configured<AArch64, L, S, Keep, Hardware>.self)
    case LoongArch64.name: return try make(request, Configured<LoongArch64, L, S, Keep, Hardware>.self)
    default:
      throw WorkloadError.unknown(what: "format", name: request.cell.format, known: catalogue.formats.map(\.name))
    }
  }

  private static func make<C: Configuration>(_ request: Request, _: C.Type) throws -> ErasedWorkload {
    switch request.cell.workload {
    case MapWorkload.item.name: return try erase(request, C.self, MapWorkload.self)
    case UnmapWorkload.item.name: return try erase(request, C.self, UnmapWorkload.self)
    case ProtectWorkload.item.name: return try erase(request, C.self, ProtectWorkload.self)
    case QueryWorkload.item.name: return try erase(request, C.self, QueryWorkload.self)
    case WalkWorkload.item.name: return try erase(request, C.self, WalkWorkload.self)
    case MapUnmapWorkload.item.name: return try erase(request, C.self, MapUnmapWorkload.self)
    case FaultWorkload.item.name: return try erase(request, C.self, FaultWorkload.self)
    case UnmapTablesWorkload.item.name: return try erase(request, C.self, UnmapTablesWorkload.self)
    case DropWorkload.item.name: return try erase(request, C.self, DropWorkload.self)
    default:
      throw WorkloadError.unknown(
        what: "workload", name: request.cell.workload, known: catalogue.workloads.map(\.name))
    }
  }

  private static func erase<C: Configuration, W: PlainWorkload>(
    _ request: Request, _: C.Type, _: W.Type
  ) throws -> ErasedWorkload {
    try erase(request, C.self, W.self) { space, state, window in W.run(space, state, window) }
  }

  private static func erase<C: Configuration, W: PlainWorkload & TimedWorkload>(
    _ request: Request, _: C.Type, _: W.Type
  ) throws -> ErasedWorkload {
    try checkLatency(request, W.self)
    return try erase(request, C.self, W.self) { space, state, window in
      W.run(space, state, window)
    } timed: { space, state, window in
      W.runTimed(space, state, window, AnyShape.self)
    }
  }

  private static func erase<C: Configuration, W: ShapedWorkload>(
    _ request: Request, _: C.Type, _: W.Type
  ) throws -> ErasedWorkload {
    try checkLatency(request, W.self)
    return try erase(request, C.self, W.self) { space, state, window in
      let parameters = space.plan.parameters
      if C.Strategy.isSingleThreaded, parameters.interface == .call {
        W.run(space, state, window, OnePageCall.self)
      } else if parameters.pagesPerOperation == 1, parameters.pageSize == .size4K {
        W.run(space, state, window, OnePage.self)
      } else {
        W.run(space, state, window, AnyShape.self)
      }
    } timed: { space, state, window in
      let parameters = space.plan.parameters
      if C.Strategy.isSingleThreaded, parameters.interface == .call {
        W.runTimed(space, state, window, OnePageCall.self)
      } else if parameters.pagesPerOperation == 1, parameters.pageSize == .size4K {
        W.runTimed(space, state, window, OnePage.self)
      } else {
        W.runTimed(space, state, window, AnyShape.self)
      }
    }
  }

  private static func erase<C: Configuration, W: Workload>(
    _ request: Request, _: C.Type, _: W.Type,
    run: @escaping @Sendable (Space<C>, WorkerState, Window) -> Void,
    timed: (@Sendable (Space<C>, WorkerState, Window) -> Void)? = nil
  ) throws -> ErasedWorkload {
    if !C.Reclamation.freesTables, W.self == UnmapTablesWorkload.self {
      throw WorkloadError.impossible(
        "workload \(W.item.name) takes tables out: write reclamation = \"prune-when-empty\" or \"prune-on-drop\"")
    }
    if request.plan.parameters.pageSize.level.rawValue > C.Format.highestLeafLevel {
      throw WorkloadError.impossible("\(C.Format.name) has no leaves of \(request.plan.parameters.pageSize.rawValue)")
    }
    if W.dataFramesPerPage > 0, request.plan.parameters.pageSize != .size4K {
      throw WorkloadError.impossible("workload \(W.item.name) populates base frames: page-size must be 4K")
    }
    if C.Strategy.isSingleThreaded, request.cell.threads > 1 {
      throw WorkloadError.impossible("strategy \(C.Strategy.name) takes no lock, so it runs on one thread only")
    }
    if !C.Strategy.isSingleThreaded, request.plan.parameters.interface == .call {
      throw WorkloadError.impossible("api = \"call\" is measured without locks: write strategy = \"none\"")
    }
    if timed == nil, request.plan.parameters.latency != nil {
      throw WorkloadError.impossible(
        "workload \(W.item.name) has no single operations that could be timed: write latency = \"off\"")
    }
    let parts = (W.self as? any TimedWorkload.Type)?.timedParts ?? []
    let arena = ArenaPlan(plan: request.plan, dataFramesPerPage: W.dataFramesPerPage, host: request.host)
    let pool = try arena.makePool(C.Execution.self, populate: !request.isRehearsal)
    let space = try Space<C>(
      pool: pool, plan: request.plan, arena: arena, usesDataFrames: W.dataFramesPerPage > 0)
    return ErasedWorkload(
      guarantee: C.Strategy.guarantee.rawValue,
      setUp: { worker in
        let state = space.addWorker(worker)
        W.populate(space, state)
        if state.ranOutOfFrames { throw WorkloadError.outOfFrames(worker: worker) }
      },
      run: { worker, window in run(space, space.state(of: worker), window) },
      timed: timed.map { timed in
        .init(operations: parts) { worker, window, timer in
          let state = space.state(of: worker)
          state.timer = timer
          timed(space, state, window)
        }
      },
      check: {
        let audit = TableAudit(space.view)
        return space.commonViolations(audit) + W.violations(space, audit)
      },
      residencySample: { space.residencySample($0) },
      memory: { space.memoryUse })
  }

  private static func checkLatency<W: TimedWorkload>(_ request: Request, _: W.Type) throws(WorkloadError) {
    guard let latency = request.plan.parameters.latency, latency.mode.isOpen, !W.isSteady else { return }
    throw .impossible(
      "workload \(W.item.name) stops to restore the table, so its operations cannot start at intended times: write "
        + "latency = \"closed\"")
  }

  /// A cell with its parameters checked.
  struct Request {
    let cell: Cell
    let host: WorkloadHost
    let plan: RegionPlan
    /// The workload is only made to see whether it can be: nothing is touched.
    let isRehearsal: Bool

    init(_ cell: Cell, _ host: WorkloadHost, isRehearsal: Bool) throws(WorkloadError) {
      self.isRehearsal = isRehearsal
      self.cell = cell
      self.host = host
      guard let format = FormatRegistry.named(cell.format) else {
        throw .unknown(what: "format", name: cell.format, known: FormatRegistry.all.map { $0.name })
      }
      let range = format.userRange
      plan = RegionPlan(
        parameters: try WorkloadParameters(cell.parameters), workers: cell.threads, base: RegionPlan.base(in: range))
      let room = range.end.rawValue - plan.base
      guard plan.spannedBytes <= min(room, 1 << 46) else {
        throw .impossible(
          "the region spans \(plan.spannedBytes) bytes, more than the \(min(room, 1 << 46)) there are for it in "
            + "\(cell.format): use fewer threads or pages")
      }
    }
  }
}
