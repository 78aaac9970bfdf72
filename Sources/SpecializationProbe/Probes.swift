import AddressSpaces
import Addressing
import Executions
import Formats
import Locks
import PageTables
import PhysicalMemory
import Strategies

// One function per hot operation, never inlined, so that each shows up alone in the disassembly. Their machine code may
// call nothing but the outlined slow paths listed in scripts/specialization-slow-paths.txt: any other call means that a generic
// was not specialised or a fast path not inlined.

typealias Unlocked = Configured<X86_64, TTASLock, NoneStrategy, Keep, Hardware>
typealias Global = Configured<X86_64, TTASLock, GlobalStrategy, Keep, Hardware>
typealias GlobalTicket = Configured<X86_64, TicketLock, GlobalStrategy, Keep, Hardware>
typealias Coupling = Configured<X86_64, TTASLock, CouplingStrategy, Keep, Hardware>
typealias CouplingTicket = Configured<X86_64, TicketLock, CouplingStrategy, Keep, Hardware>

@inline(__always)
func mapOne<C: Configuration>(_ view: TableView<C>, _ address: UInt64, _ frame: UInt64, _ p: PageProperties) -> UInt8 {
  let range = VirtualRange(start: VirtualAddress(address), byteCount: frameBytes)
  guard var cursor = try? Cursor(view, over: range, by: ThreadContext(worker: 0)) else { return .max }
  return cursor.map(PhysicalAddress(frame), p).rawValue
}

@inline(__always)
func takeOne<C: Configuration>(_ view: TableView<C>, _ address: UInt64) -> UInt64 {
  let range = VirtualRange(start: VirtualAddress(address), byteCount: frameBytes)
  guard var cursor = try? Cursor(view, over: range, by: ThreadContext(worker: 0)) else { return .max }
  guard case .leaf(let old) = cursor.takeNext(frameBytes) else { return 0 }
  return old.physical.rawValue
}

@inline(__always)
func protectOne<C: Configuration>(_ view: TableView<C>, _ address: UInt64) -> UInt64 {
  let range = VirtualRange(start: VirtualAddress(address), byteCount: frameBytes)
  guard var cursor = try? Cursor(view, over: range, by: ThreadContext(worker: 0)) else { return .max }
  guard case .leaf(let old) = cursor.protectNext(frameBytes, { $0.remove(.write) }) else { return 0 }
  return old.properties.rawValue
}

@inline(__always)
func queryOne<C: Configuration>(_ view: TableView<C>, _ address: UInt64) -> UInt64 {
  let range = VirtualRange(start: VirtualAddress(address), byteCount: frameBytes)
  guard var cursor = try? Cursor(view, over: range, by: ThreadContext(worker: 0)) else { return .max }
  guard case .mapped(let mapping) = cursor.query() else { return 0 }
  return mapping.physical.rawValue
}

@inline(__always)
func mapRange<C: Configuration>(_ view: TableView<C>, _ start: UInt64, _ pages: UInt64, _ p: PageProperties) -> UInt64 {
  let range = VirtualRange(start: VirtualAddress(start), byteCount: pages &* frameBytes)
  guard var cursor = try? Cursor(view, over: range, by: ThreadContext(worker: 0)) else { return .max }
  return cursor.mapRun(PhysicalAddress(start), p, pages: pages).mapped
}

@inline(__always)
func takeRange<C: Configuration>(_ view: TableView<C>, _ start: UInt64, _ pages: UInt64) -> UInt64 {
  let range = VirtualRange(start: VirtualAddress(start), byteCount: pages &* frameBytes)
  guard var cursor = try? Cursor(view, over: range, by: ThreadContext(worker: 0)) else { return .max }
  var taken: UInt64 = 0
  _ = cursor.takeAll(range.byteCount) { _ in taken &+= 1 }
  return taken
}

@inline(__always)
func protectRange<C: Configuration>(_ view: TableView<C>, _ start: UInt64, _ pages: UInt64) -> UInt64 {
  let range = VirtualRange(start: VirtualAddress(start), byteCount: pages &* frameBytes)
  guard var cursor = try? Cursor(view, over: range, by: ThreadContext(worker: 0)) else { return .max }
  var changed: UInt64 = 0
  _ = cursor.protectAll(range.byteCount) {
    $0.formSymmetricDifference(.write)
    changed &+= 1
  }
  return changed
}

@inline(__always)
func findOne<C: Configuration>(_ view: TableView<C>, _ address: UInt64) -> UInt64 {
  let range = VirtualRange(start: VirtualAddress(address), byteCount: frameBytes)
  guard var cursor = try? Cursor(view, over: range, by: ThreadContext(worker: 0)) else { return .max }
  return cursor.findNext(frameBytes)?.physical.rawValue ?? 0
}

@inline(__always)
func replaceOne<C: Configuration>(
  _ view: TableView<C>, _ address: UInt64, _ frame: UInt64, _ p: PageProperties
) -> UInt64 {
  let range = VirtualRange(start: VirtualAddress(address), byteCount: frameBytes)
  guard var cursor = try? Cursor(view, over: range, by: ThreadContext(worker: 0)) else { return .max }
  guard case .replaced(let old) = cursor.replace(PhysicalAddress(frame), p) else { return 0 }
  return old.physical.rawValue
}

@inline(__always)
func sumItems<C: Configuration>(_ view: TableView<C>, _ start: UInt64, _ pages: UInt64) -> UInt64 {
  let range = VirtualRange(start: VirtualAddress(start), byteCount: pages &* frameBytes)
  guard var cursor = try? Cursor(view, over: range, by: ThreadContext(worker: 0)) else { return .max }
  var sum: UInt64 = 0
  while let item = cursor.nextItem() { sum &+= item.physical?.rawValue ?? item.range.byteCount }
  return sum
}

@inline(never) func probeWalk(_ view: TableView<Global>, _ address: UInt64) -> UInt64? {
  view.translate(VirtualAddress(address))?.physical.rawValue
}
@inline(never) func probeMapGlobal(_ v: TableView<Global>, _ a: UInt64, _ f: UInt64, _ p: PageProperties) -> UInt8 {
  mapOne(v, a, f, p)
}
@inline(never) func probeTakeGlobal(_ v: TableView<Global>, _ a: UInt64) -> UInt64 { takeOne(v, a) }
@inline(never) func probeProtectGlobal(_ v: TableView<Global>, _ a: UInt64) -> UInt64 { protectOne(v, a) }
@inline(never) func probeQueryGlobal(_ v: TableView<Global>, _ a: UInt64) -> UInt64 { queryOne(v, a) }
@inline(never) func probeMapGlobalTicket(_ v: TableView<GlobalTicket>, _ a: UInt64, _ f: UInt64, _ p: PageProperties)
  -> UInt8
{ mapOne(v, a, f, p) }
@inline(never) func probeMapRangeGlobal(_ v: TableView<Global>, _ a: UInt64, _ n: UInt64, _ p: PageProperties) -> UInt64
{
  mapRange(v, a, n, p)
}
@inline(never) func probeTakeRangeGlobal(_ v: TableView<Global>, _ a: UInt64, _ n: UInt64) -> UInt64 {
  takeRange(v, a, n)
}
@inline(never) func probeProtectRangeGlobal(_ v: TableView<Global>, _ a: UInt64, _ n: UInt64) -> UInt64 {
  protectRange(v, a, n)
}
@inline(never) func probeMapCoupling(_ v: TableView<Coupling>, _ a: UInt64, _ f: UInt64, _ p: PageProperties) -> UInt8 {
  mapOne(v, a, f, p)
}
@inline(never) func probeTakeCoupling(_ v: TableView<Coupling>, _ a: UInt64) -> UInt64 { takeOne(v, a) }
@inline(never) func probeProtectCoupling(_ v: TableView<Coupling>, _ a: UInt64) -> UInt64 { protectOne(v, a) }
@inline(never) func probeQueryCoupling(_ v: TableView<Coupling>, _ a: UInt64) -> UInt64 { queryOne(v, a) }
@inline(never) func probeMapCouplingTicket(
  _ v: TableView<CouplingTicket>, _ a: UInt64, _ f: UInt64, _ p: PageProperties
)
  -> UInt8
{ mapOne(v, a, f, p) }
@inline(never) func probeFindGlobal(_ v: TableView<Global>, _ a: UInt64) -> UInt64 { findOne(v, a) }
@inline(never) func probeFindCoupling(_ v: TableView<Coupling>, _ a: UInt64) -> UInt64 { findOne(v, a) }
@inline(never) func probeReplaceGlobal(_ v: TableView<Global>, _ a: UInt64, _ f: UInt64, _ p: PageProperties) -> UInt64
{
  replaceOne(v, a, f, p)
}
@inline(never) func probeReplaceCoupling(
  _ v: TableView<Coupling>, _ a: UInt64, _ f: UInt64, _ p: PageProperties
) -> UInt64 { replaceOne(v, a, f, p) }
@inline(never) func probeItemsGlobal(_ v: TableView<Global>, _ a: UInt64, _ n: UInt64) -> UInt64 { sumItems(v, a, n) }
@inline(never) func probeItemsCoupling(_ v: TableView<Coupling>, _ a: UInt64, _ n: UInt64) -> UInt64 {
  sumItems(v, a, n)
}
@inline(never) func probeMapRangeCoupling(_ v: TableView<Coupling>, _ a: UInt64, _ n: UInt64, _ p: PageProperties)
  -> UInt64
{
  mapRange(v, a, n, p)
}

@inline(__always)
func callMap<C: Configuration>(_ t: PageTable<C>, _ a: UInt64, _ f: UInt64, _ p: PageProperties) -> Bool {
  (try? t.map(VirtualAddress(a), to: PhysicalAddress(f), p)) != nil
}
@inline(__always)
func callUnmap<C: Configuration>(_ t: PageTable<C>, _ a: UInt64) -> UInt64? {
  (try? t.unmap(VirtualAddress(a)))?.physical.rawValue
}
@inline(__always)
func callProtect<C: Configuration>(_ t: PageTable<C>, _ a: UInt64, _ p: PageProperties) -> UInt64? {
  (try? t.protect(VirtualAddress(a), p))?.physical.rawValue
}
@inline(never) func probeCallMapNone(_ t: PageTable<Unlocked>, _ a: UInt64, _ f: UInt64, _ p: PageProperties) -> Bool {
  callMap(t, a, f, p)
}
@inline(never) func probeCallUnmapNone(_ t: PageTable<Unlocked>, _ a: UInt64) -> UInt64? { callUnmap(t, a) }
@inline(never) func probeCallProtectNone(_ t: PageTable<Unlocked>, _ a: UInt64, _ p: PageProperties) -> UInt64? {
  callProtect(t, a, p)
}
@inline(never) func probeCallQueryNone(_ t: PageTable<Unlocked>, _ a: UInt64) -> UInt64? {
  (try? t.query(VirtualAddress(a)))?.physical.rawValue
}
@inline(never) func probeCallMapCoupling(_ t: PageTable<Coupling>, _ a: UInt64, _ f: UInt64, _ p: PageProperties)
  -> Bool
{
  callMap(t, a, f, p)
}
