public import Executions
public import Formats
public import Locks
public import PageTables
public import PhysicalMemory
public import Strategies

public typealias Unlocked = Configured<X86_64, TTASLock, NoneStrategy, Keep, Hardware>
public typealias GlobalTTAS = Configured<X86_64, TTASLock, GlobalStrategy, Keep, Hardware>
public typealias GlobalTicket = Configured<X86_64, TicketLock, GlobalStrategy, Keep, Hardware>
public typealias CouplingTTAS = Configured<X86_64, TTASLock, CouplingStrategy, Keep, Hardware>
public typealias CouplingTicket = Configured<X86_64, TicketLock, CouplingStrategy, Keep, Hardware>

/// Any format under hand-over-hand locking, which follows the format's levels most closely.
public typealias Coupled<F: EntryFormat> = Configured<F, TTASLock, CouplingStrategy, Keep, Hardware>

/// Any policy of taking out empty tables.
public typealias Pruning<Reclamation: ReclamationPolicy> = Configured<
  X86_64, TTASLock, CouplingStrategy, Reclamation, Hardware
>

/// An empty table over an arena of its own.
public func makeTable<C: Configuration>(
  _: C.Type, frames: Int = 4096, workers: Int = 1
) throws -> TranslationTable<C> {
  try makeTable(C.self, in: makePool(C.self, frames: frames, workers: workers))
}

/// An empty table whose frames come from `pool`.
public func makeTable<C: Configuration>(_: C.Type, in pool: FramePool<C.Execution>) throws -> TranslationTable<C> {
  guard let table = TranslationTable<C>(pool: pool) else { throw ArenaError.cannotMap(bytes: 0, reason: "no frame") }
  return table
}

/// A pool over an arena of its own.
public func makePool<C: Configuration>(
  _: C.Type, frames: Int = 4096, workers: Int = 1
) throws -> FramePool<C.Execution> {
  let arena = try PhysicalArena<C.Execution>(
    spans: [ArenaSpan(frameCount: frames, binding: .unbound)], populate: false)
  return FramePool(arena: arena, homeSpan: Array(repeating: 0, count: workers))
}

/// Ends a test that works through `table.view`: the view does not own the table, so an optimised build may otherwise free it after
/// the last mention of the table itself.
public func keepAlive<C>(_ table: TranslationTable<C>) {
  withExtendedLifetime(table) {}
}

/// The only worker of a single-threaded test.
public let soleWorker = ThreadContext(worker: 0)
