import AddressSpaces
import Executions
import Formats
import PageTables
import PhysicalMemory

/// Runs every probe once and prints a sum of what they returned, so that none is removed as unused.
@main
enum SpecializationProbe {
  static func main() throws {
    let arena = try PhysicalArena<Hardware>(spans: [ArenaSpan(frameCount: 512, binding: .unbound)], populate: false)
    let pool = FramePool(arena: arena, homeSpan: [0])
    guard let global = TranslationTable<Global>(pool: pool), let coupling = TranslationTable<Coupling>(pool: pool),
      let globalTicket = TranslationTable<GlobalTicket>(pool: pool),
      let couplingTicket = TranslationTable<CouplingTicket>(pool: pool),
      let unlocked = try? PageTable<Unlocked>(pool: pool)
    else { return }
    let readWrite: PageProperties = [.read, .write]
    // An address the compiler cannot know.
    let address = UInt64(CommandLine.arguments.count) << 30
    var sum = UInt64(probeMapGlobal(global.view, address, address, readWrite))
    sum &+= probeQueryGlobal(global.view, address)
    sum &+= probeProtectGlobal(global.view, address)
    sum &+= probeFindGlobal(global.view, address)
    sum &+= probeReplaceGlobal(global.view, address, address, readWrite)
    sum &+= probeItemsGlobal(global.view, address, 600)
    sum &+= probeWalk(global.view, address) ?? 0
    sum &+= probeTakeGlobal(global.view, address)
    sum &+= probeMapRangeGlobal(global.view, address, 600, readWrite)
    sum &+= probeProtectRangeGlobal(global.view, address, 600)
    sum &+= probeTakeRangeGlobal(global.view, address, 600)
    sum &+= UInt64(probeMapCoupling(coupling.view, address, address, readWrite))
    sum &+= probeQueryCoupling(coupling.view, address)
    sum &+= probeProtectCoupling(coupling.view, address)
    sum &+= probeFindCoupling(coupling.view, address)
    sum &+= probeReplaceCoupling(coupling.view, address, address, readWrite)
    sum &+= probeItemsCoupling(coupling.view, address, 600)
    sum &+= probeTakeCoupling(coupling.view, address)
    sum &+= probeMapRangeCoupling(coupling.view, address, 600, readWrite)
    sum &+= UInt64(probeMapGlobalTicket(globalTicket.view, address, address, readWrite))
    sum &+= UInt64(probeMapCouplingTicket(couplingTicket.view, address, address, readWrite))
    sum &+= probeCallMapNone(unlocked, address, address, readWrite) ? 1 : 0
    sum &+= probeCallProtectNone(unlocked, address, .read) ?? 0
    sum &+= probeCallQueryNone(unlocked, address) ?? 0
    sum &+= probeCallUnmapNone(unlocked, address) ?? 0
    let couplingCalls = PageTable(coupling, thread: ThreadContext(worker: 0))
    sum &+= probeCallMapCoupling(couplingCalls, address, address, readWrite) ? 1 : 0
    sum &+= callFormatProbes(pool, address, readWrite)
    print(sum)
    for table in [global, coupling, globalTicket, couplingTicket, unlocked.table] as [AnyObject] {
      withExtendedLifetime(table) {}
    }
  }
}
