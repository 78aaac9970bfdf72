import AddressSpaces
import Addressing
import Formats
import PageTables
import PagingTestSupport
import Testing

/// What edits of regions report, for every strategy. What single calls promise stands in `ConformanceTests`.
@Suite struct RegionTests {
  private static let configurations: [any Configuration.Type] = [
    Unlocked.self, GlobalTTAS.self, CouplingTTAS.self, CouplingTicket.self,
  ]

  @Test("The flush duty names addresses as the caller does, in the upper half too (D-3)", arguments: configurations)
  func flushDutyAddresses(_ c: any Configuration.Type) throws { try flushDutyAddressesIn(c) }

  private func flushDutyAddressesIn<C: Configuration>(_: C.Type) throws {
    let table = try PageTable(makeTable(C.self), thread: soleWorker)
    defer { keepAlive(table.table) }
    for half in [C.Format.userRange, C.Format.kernelRange] where half.byteCount > 0 {
      // The half's last pages: with all upper bits of the address set in the upper one.
      let start = VirtualAddress(half.end.rawValue &- 2 * 4096)
      let range = VirtualRange(start: start, byteCount: 4096)
      try table.map(start, to: PhysicalAddress(0), C.Format.ordinary([.read, .write]))
      #expect(try table.protectRegion(start, byteCount: 4096) { $0.remove(.write) } == .pages(range))
      #expect(try table.unmapRegion(start, byteCount: 4096) == .pages(range))
    }
  }

  @Test("Regions skip holes, split huge pages at their borders and say what to flush", arguments: configurations)
  func flushDuty(_ c: any Configuration.Type) throws { try flushDutyIn(c) }

  private func flushDutyIn<C: Configuration>(_: C.Type) throws {
    let page: UInt64 = 4096
    let mega: UInt64 = 2 << 20
    let readWrite: PageProperties = [.read, .write, .user]
    let table = try PageTable(makeTable(C.self), thread: soleWorker)
    defer { keepAlive(table.table) }
    try table.map(VirtualAddress(0), to: PhysicalAddress(0), readWrite, size: .size2M)
    try table.map(VirtualAddress(3 * mega), to: PhysicalAddress(0), readWrite)
    var taken: [UInt64] = []
    let duty = try table.unmapRegion(VirtualAddress(mega - 2 * page), byteCount: 3 * mega) {
      taken.append($0.virtual.rawValue)
    }
    #expect(duty == .all)
    #expect(taken == [mega - 2 * page, mega - page, 3 * mega])
    #expect(TableAudit(table.table.view).leaves[1] == 510)
    let start = VirtualAddress(0)
    let protected = try table.protectRegion(start, byteCount: 2 * page) { $0.remove(.write) }
    #expect(protected == .pages(VirtualRange(start: start, byteCount: 2 * page)))
    #expect(try table.query(VirtualAddress(page)).properties == [.read, .user])
    #expect(try table.query(VirtualAddress(2 * page)).properties == readWrite)
    // One page more than is worth flushing one by one.
    #expect(try table.protectRegion(start, byteCount: FlushDuty.pageLimit * page) { _ in } != .all)
    #expect(try table.protectRegion(start, byteCount: (FlushDuty.pageLimit + 1) * page) { _ in } == .all)
    #expect(try table.unmapRegion(start, byteCount: 0) == .none)
    #expect(TableAudit(table.table.view, pool: table.table.pool).violations == [])
  }
}
