internal import Addressing
internal import Formats
internal import PageTables
internal import PhysicalMemory

extension Space {
  /// Pages that successful maps and unmaps say are mapped now.
  var expectedLeaves: Int { workers.reduce(0) { $0 + $1.mapped - $1.taken } }

  /// What must hold after every window of every workload: a well-formed tree, as many leaves as the workers' tallies say, no
  /// failed allocation and no failed lookup.
  func commonViolations(_ audit: TableAudit) -> [String] {
    var violations = audit.violations
    if audit.leafCount != expectedLeaves {
      violations.append("the table has \(audit.leafCount) leaves; maps minus unmaps make \(expectedLeaves)")
    }
    let counted = table.pool.liveTables
    if counted != audit.tables + audit.detachedTables {
      violations.append(
        "the pool counts \(counted) tables; \(audit.tables) are in the tree and \(audit.detachedTables) detached")
    }
    for (index, worker) in workers.enumerated() {
      if worker.ranOutOfFrames { violations.append("worker \(index) ran out of table frames") }
      if worker.misses > 0 { violations.append("worker \(index) failed to find \(worker.misses) mapped pages") }
    }
    return violations
  }

  /// Checks the translations of a sample of pages, the same on every call.
  ///
  /// - Parameter expect: what must be true of the page at `address`; nil accepts it.
  func sampleViolations(_ expect: (_ address: UInt64, _ mapping: Mapping?) -> String?) -> [String] {
    var generator = SplitMix64(seed: plan.parameters.seed)
    var violations: [String] = []
    for worker in workers where !worker.homeSlots.isEmpty {
      for _ in 0..<64 {
        let slot = worker.homeSlots[Int.random(in: worker.homeSlots.indices, using: &generator)]
        let page = UInt64(Int.random(in: 0..<plan.parameters.pagesPerOperation, using: &generator))
        let address = slot + page * plan.pageBytes
        if let violation = expect(address, view.translate(VirtualAddress(address))) {
          violations.append("page \(VirtualAddress(address)): \(violation)")
          if violations.count == TableAudit.violationLimit { return violations }
        }
      }
    }
    return violations
  }

  /// For ``sampleViolations(_:)``: mapped, at the planned size, to the equal physical address.
  func mappedAsPlanned(_ address: UInt64, _ mapping: Mapping?) -> String? {
    guard let mapping else { return "not mapped" }
    if mapping.physical.rawValue != address { return "maps to \(mapping.physical) instead of the equal address" }
    if mapping.level != plan.parameters.pageSize.level { return "mapped at level \(mapping.level.rawValue)" }
    return nil
  }

  /// For ``sampleViolations(_:)``: nothing there.
  func unmapped(_ address: UInt64, _ mapping: Mapping?) -> String? {
    mapping == nil ? nil : "still mapped"
  }
}
