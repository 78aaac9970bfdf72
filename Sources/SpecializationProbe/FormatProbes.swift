import Addressing
import Executions
import Formats
import Locks
import PageTables
import PhysicalMemory
import Strategies

// The operations that meet the format's codec most, for one format of each family beside x86-64: map encodes, protect does both,
// walk decodes at every level, and a run steps by the stride. As in Probes.swift, each is a function of its own.

typealias GlobalSv48 = Configured<Sv48, TTASLock, GlobalStrategy, Keep, Hardware>
typealias GlobalAArch64 = Configured<AArch64, TTASLock, GlobalStrategy, Keep, Hardware>
typealias GlobalLoongArch64 = Configured<LoongArch64, TTASLock, GlobalStrategy, Keep, Hardware>
typealias GlobalLA57 = Configured<X86_64LA57, TTASLock, GlobalStrategy, Keep, Hardware>

@inline(never) func probeWalkSv48(_ v: TableView<GlobalSv48>, _ a: UInt64) -> UInt64 { walk(v, a) }
@inline(never) func probeMapSv48(_ v: TableView<GlobalSv48>, _ a: UInt64, _ f: UInt64, _ p: PageProperties) -> UInt8 {
  mapOne(v, a, f, p)
}
@inline(never) func probeProtectSv48(_ v: TableView<GlobalSv48>, _ a: UInt64) -> UInt64 { protectOne(v, a) }
@inline(never) func probeMapRangeSv48(
  _ v: TableView<GlobalSv48>, _ a: UInt64, _ n: UInt64, _ p: PageProperties
) -> UInt64 { mapRange(v, a, n, p) }

@inline(never) func probeWalkAArch64(_ v: TableView<GlobalAArch64>, _ a: UInt64) -> UInt64 { walk(v, a) }
@inline(never) func probeMapAArch64(
  _ v: TableView<GlobalAArch64>, _ a: UInt64, _ f: UInt64, _ p: PageProperties
) -> UInt8 { mapOne(v, a, f, p) }
@inline(never) func probeProtectAArch64(_ v: TableView<GlobalAArch64>, _ a: UInt64) -> UInt64 { protectOne(v, a) }
@inline(never) func probeMapRangeAArch64(
  _ v: TableView<GlobalAArch64>, _ a: UInt64, _ n: UInt64, _ p: PageProperties
) -> UInt64 { mapRange(v, a, n, p) }

@inline(never) func probeWalkLoongArch64(_ v: TableView<GlobalLoongArch64>, _ a: UInt64) -> UInt64 { walk(v, a) }
@inline(never) func probeMapLoongArch64(
  _ v: TableView<GlobalLoongArch64>, _ a: UInt64, _ f: UInt64, _ p: PageProperties
) -> UInt8 { mapOne(v, a, f, p) }
@inline(never) func probeProtectLoongArch64(_ v: TableView<GlobalLoongArch64>, _ a: UInt64) -> UInt64 {
  protectOne(v, a)
}
@inline(never) func probeMapRangeLoongArch64(
  _ v: TableView<GlobalLoongArch64>, _ a: UInt64, _ n: UInt64, _ p: PageProperties
) -> UInt64 { mapRange(v, a, n, p) }

@inline(never) func probeWalkLA57(_ v: TableView<GlobalLA57>, _ a: UInt64) -> UInt64 { walk(v, a) }
@inline(never) func probeMapLA57(_ v: TableView<GlobalLA57>, _ a: UInt64, _ f: UInt64, _ p: PageProperties) -> UInt8 {
  mapOne(v, a, f, p)
}

/// The physical address and, so that decoding the properties is not dropped, the properties.
@inline(__always)
func walk<C: Configuration>(_ view: TableView<C>, _ address: UInt64) -> UInt64 {
  guard let mapping = view.translate(VirtualAddress(address)) else { return 0 }
  return mapping.physical.rawValue ^ mapping.properties.rawValue
}

/// Calls every probe of this file.
func callFormatProbes(_ pool: FramePool<Hardware>, _ address: UInt64, _ properties: PageProperties) -> UInt64 {
  guard let sv48 = TranslationTable<GlobalSv48>(pool: pool), let aarch64 = TranslationTable<GlobalAArch64>(pool: pool),
    let loongArch64 = TranslationTable<GlobalLoongArch64>(pool: pool),
    let la57 = TranslationTable<GlobalLA57>(pool: pool)
  else { return 0 }
  var sum = UInt64(probeMapSv48(sv48.view, address, address, properties))
  sum &+= probeProtectSv48(sv48.view, address) &+ probeWalkSv48(sv48.view, address)
  sum &+= probeMapRangeSv48(sv48.view, address &+ 4096, 600, properties)
  sum &+= UInt64(probeMapAArch64(aarch64.view, address, address, properties))
  sum &+= probeProtectAArch64(aarch64.view, address) &+ probeWalkAArch64(aarch64.view, address)
  sum &+= probeMapRangeAArch64(aarch64.view, address &+ 4096, 600, properties)
  sum &+= UInt64(probeMapLoongArch64(loongArch64.view, address, address, properties))
  sum &+= probeProtectLoongArch64(loongArch64.view, address) &+ probeWalkLoongArch64(loongArch64.view, address)
  sum &+= probeMapRangeLoongArch64(loongArch64.view, address &+ 4096, 600, properties)
  sum &+= UInt64(probeMapLA57(la57.view, address, address, properties))
  sum &+= probeWalkLA57(la57.view, address)
  for table in [sv48, aarch64, loongArch64, la57] as [AnyObject] { withExtendedLifetime(table) {} }
  return sum
}
