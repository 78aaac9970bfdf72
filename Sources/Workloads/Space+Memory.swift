internal import Addressing
internal import PageTables
internal import PhysicalMemory
internal import Results

extension Space {
  /// What the tables take now; call while no worker runs.
  var memoryUse: MemoryUse {
    let pool = table.pool
    let audit = TableAudit(view)
    let mapped = audit.leaves.enumerated().dropFirst().reduce(UInt64(0)) {
      $0 + UInt64($1.element) * Level($1.offset).slotBytes
    }
    return MemoryUse(
      tables: UInt64(pool.liveTables) * frameBytes, peakTables: UInt64(pool.peakTables) * frameBytes,
      metadata: UInt64(pool.framesInUse) * UInt64(FrameRecord<C.Execution>.byteCount), mapped: mapped)
  }
}
