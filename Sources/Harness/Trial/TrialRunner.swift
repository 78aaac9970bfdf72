public import Results
public import Topology

/// Makes the workload of a cell. Throws for a combination that does not exist.
public typealias WorkloadMaker = @Sendable (Cell, Placement, MemoryPlacement) throws -> ErasedWorkload

/// Measures one invocation of one cell in this process, which should do nothing else.
///
/// Phases: place and start the workers, set them up one after the other, warm up until the work has settled, then the
/// windows. Between windows all workers are parked, and what the window did is checked and kept in memory. An invocation
/// whose windows drift or scatter all the same carries the flag `not_steady` on all of them.
public struct TrialRunner {
  private let specification: TrialSpecification
  private let topology: HostTopology
  private let make: WorkloadMaker

  public init(_ specification: TrialSpecification, topology: HostTopology, make: @escaping WorkloadMaker) {
    self.specification = specification
    self.topology = topology
    self.make = make
  }

  /// - Throws: ``TrialError``, or what the workload maker throws.
  public func run() throws -> TrialReport {
    let cell = specification.cell
    let (placement, memory) = try CellPlacement.resolve(cell, on: topology)
    let workload = try make(cell, placement, memory)
    let latency = try latency(of: workload)
    let crew = try WorkerCrew(
      placement: placement, workload: workload, counters: specification.counters, latency: latency)
    defer { crew.dismiss() }
    try crew.setUp()
    let aside = StandingAside(fromWorkersOn: placement.cpus)
    defer { aside.end() }
    let settings = specification.window
    let warmUp = settings.warmUpMilliseconds > 0 ? WarmUp(settings: settings).run { self.slice(crew, $0) } : nil
    let verification = PlacementVerification(topology: topology)
    let throttle = ThrottleClock()
    var warnings: [String] = []
    var windows: [WindowResult] = []
    let begin = MonotonicClock.nanoseconds
    var ofWork: Int64 = 0
    for index in 0..<settings.count {
      let steal = StealClock.read(cpus: placement.cpus)
      let throttled = throttle.events(cpus: placement.cpus)
      let started = UTCTimestamp.now()
      let start = MonotonicClock.nanoseconds
      crew.runWindow(length: .milliseconds(settings.lengthMilliseconds))
      let elapsed = MonotonicClock.nanoseconds - start
      ofWork += elapsed
      let stolen = StealClock.read(cpus: placement.cpus)
      let workers = (0..<cell.threads).map { worker in
        var result = crew.result(ofWorker: worker)
        result.node = placement.nodeOfWorker[worker]
        return result
      }
      let checkStart = MonotonicClock.nanoseconds
      let violations = workload.check()
      ofWork += MonotonicClock.nanoseconds - checkStart
      var flags: [SampleFlag] = []
      if !violations.isEmpty { flags.append(.failed) }
      if workers.contains(where: { $0.misplacedSections > 0 }) { flags.append(.misplaced) }
      do {
        let findings = try verification.findings(workload.residencySample(64))
        if !findings.isEmpty, !flags.contains(.misplaced) { flags.append(.misplaced) }
        for finding in findings where !warnings.contains(finding) { warnings.append(finding) }
      } catch {
        let text = "memory placement not verified: \(error)"
        if !warnings.contains(text) { warnings.append(text) }
      }
      if workers.contains(where: { $0.latency?.histograms.contains { $0.dropped > 0 } ?? false }) {
        flags.append(.overRange)
      }
      if let latency, workers.contains(where: { $0.isSaturated(latency) }) { flags.append(.saturated) }
      if workers.contains(where: \.wasPreempted) { flags.append(.preempted) }
      if let steal, let stolen, stolen > steal { flags.append(.steal) }
      if let throttled, let now = throttle.events(cpus: placement.cpus), now > throttled { flags.append(.throttled) }
      if placement.isOversubscribed { flags.append(.oversubscribed) }
      if Hypervisor.isEmulator { flags.append(.emulated) }
      windows.append(
        WindowResult(
          window: index, startedMilliseconds: started.millisecondsSinceEpoch, workers: workers,
          flags: flags.map(\.rawValue), violations: violations, memory: workload.memory(),
          knownValues: workload.knownValues(), elapsedNanoseconds: UInt64(max(0, elapsed))))
    }
    let ofHarness = MonotonicClock.nanoseconds - begin - ofWork
    let times = windows.compactMap { WindowMetrics(workers: $0.workers).timePerOperation }
    // Few windows say nothing about a trend; then the end of the warm-up must.
    if (settings.steadiness.holds(times) ?? warmUp?.hasSettled) == false {
      for index in windows.indices { windows[index].flags.append(SampleFlag.notSteady.rawValue) }
    }
    return TrialReport(
      guarantee: workload.guarantee, windows: windows,
      warmUpNanoseconds: warmUp.map { UInt64($0.elapsed.wholeNanoseconds) }, warnings: warnings,
      harnessNanoseconds: UInt64(max(0, ofHarness)))
  }

  /// - Throws: ``TrialError/badLatency(reason:)``.
  private func latency(of workload: ErasedWorkload) throws(TrialError) -> LatencySettings? {
    do {
      guard let settings = try LatencySettings(specification.cell.parameters) else { return nil }
      guard workload.timed == nil else { return settings }
    } catch {
      throw .badLatency(reason: error.description)
    }
    throw .badLatency(reason: "workload \(specification.cell.workload) has no single operations that could be timed")
  }

  private func slice(_ crew: WorkerCrew, _ length: Duration) -> WarmUp.Slice {
    let start = MonotonicClock.nanoseconds
    crew.runWindow(length: length)
    let elapsed = Duration.nanoseconds(MonotonicClock.nanoseconds - start)
    let workers = (0..<specification.cell.threads).map { crew.result(ofWorker: $0) }
    return WarmUp.Slice(timePerOperation: WindowMetrics(workers: workers).timePerOperation, elapsed: elapsed)
  }
}
