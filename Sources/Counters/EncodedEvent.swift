/// An event as `perf_event_open` takes it.
public struct EncodedEvent: Hashable, Sendable {
  /// Modes in which the event does not count.
  public struct Exclusions: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let user = Exclusions(rawValue: 1)
    public static let kernel = Exclusions(rawValue: 2)
    public static let hypervisor = Exclusions(rawValue: 4)
    public static let guest = Exclusions(rawValue: 8)
    public static let host = Exclusions(rawValue: 16)
  }

  /// `PERF_TYPE_…`: 0 hardware, 1 software, 2 tracepoint, 3 cache, 4 raw, 5 breakpoint, above: a dynamic PMU.
  public var type: UInt32
  public var config: UInt64
  public var config1: UInt64
  public var config2: UInt64
  public var exclusions: Exclusions
  /// The name with every attribute spelled out, such as `perf::PERF_COUNT_HW_CPU_CYCLES:u=1:k=1:h=0:mg=0:mh=1`.
  public var qualifiedName: String
  /// Whether the event belongs to a PMU of this machine. Not so when libpfm was told to encode for other processors
  /// (`LIBPFM_ENCODE_INACTIVE`): such an encoding would open, and count something else.
  public var isForThisMachine: Bool

  public init(
    type: UInt32, config: UInt64, config1: UInt64 = 0, config2: UInt64 = 0, exclusions: Exclusions = [],
    qualifiedName: String, isForThisMachine: Bool = true
  ) {
    self.type = type
    self.config = config
    self.config1 = config1
    self.config2 = config2
    self.exclusions = exclusions
    self.qualifiedName = qualifiedName
    self.isForThisMachine = isForThisMachine
  }

  /// The `source` of its readings.
  var source: CounterSource { type == Self.tracepointType ? .tracepoint : .perf }

  static let softwareType: UInt32 = 1
  static let tracepointType: UInt32 = 2

  /// The same event without kernel mode, its name changed to say so.
  var excludingKernel: EncodedEvent {
    var event = self
    event.exclusions.insert(.kernel)
    event.qualifiedName = qualifiedName.split(separator: ":", omittingEmptySubsequences: false)
      .map { $0 == "k=1" ? "k=0" : $0 }.joined(separator: ":")
    return event
  }

  /// Whether the event happens only in kernel mode. With kernel mode excluded the kernel opens it all the same, runs
  /// it all the time and counts 0, so it must never be opened so.
  var countsOnlyInKernelMode: Bool {
    switch type {
    // PERF_COUNT_SW_CONTEXT_SWITCHES, _CPU_MIGRATIONS, _CGROUP_SWITCHES.
    case Self.softwareType: config == 3 || config == 4 || config == 11
    case Self.tracepointType: true
    default: false
    }
  }

  /// Whether the event counts all modes even with some excluded: the kernel's clocks tick while the thread has a CPU.
  var countsEveryMode: Bool {
    // PERF_COUNT_SW_CPU_CLOCK, _TASK_CLOCK.
    type == Self.softwareType && (config == 0 || config == 1)
  }

  /// What the kernel charges to every thread without perf, and which means the same as this event.
  var substitute: ThreadUsageField? {
    guard type == Self.softwareType else { return nil }
    switch config {
    case 1: return .cpuTime
    case 2: return .pageFaults
    case 3: return .contextSwitches
    case 4: return .migrations
    default: return nil
    }
  }

  /// Events that may share a group. The kernel takes software events and tracepoints into any group, but a group of
  /// their own keeps them running when the hardware counters are multiplexed.
  var groupKind: GroupKind {
    switch type {
    case Self.softwareType, Self.tracepointType: .software
    case 0, 3, 4: .core
    default: .unit(type)
    }
  }

  enum GroupKind: Hashable, Sendable {
    case software
    case core
    /// One dynamic PMU, by its type.
    case unit(UInt32)
  }
}
