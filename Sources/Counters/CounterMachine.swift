import Glibc

/// What choosing events needs to know about the machine.
public struct CounterMachine: Hashable, Sendable {
  /// nil for a processor that no group file can name; such a machine has the generic events only.
  public let model: ProcessorModel?
  /// libpfm's name of the core unit that is here; nil with the model.
  public let unit: String?
  /// Core events that fit on the hardware at once, beside those with a counter of their own.
  public let countersAtOnce: Int

  /// Of a processor that nobody knows: as many as the smallest have.
  static let countersOfUnknownModels = 4

  public init(model: ProcessorModel?, unit: String? = nil, countersAtOnce: Int? = nil) {
    self.model = model
    self.unit = model == nil ? nil : unit ?? model?.units.first
    self.countersAtOnce = max(
      1, countersAtOnce ?? model?.generalCounters(isMultithreaded: true) ?? Self.countersOfUnknownModels)
  }

  /// This machine. A counter that the kernel's watchdog holds is taken off.
  public static func current() -> CounterMachine {
    let units = LinuxPerfEvents.presentUnits().map(\.name)
    let isMultithreaded = SmallFile.text("/sys/devices/system/cpu/smt/active") != "0"
    let hasWatchdog = SmallFile.text("/proc/sys/kernel/nmi_watchdog") == "1"
    return CounterMachine(units: units, isMultithreaded: isMultithreaded, hasWatchdog: hasWatchdog)
  }

  init(units: [String], isMultithreaded: Bool, hasWatchdog: Bool) {
    let found = ProcessorModel.allCases.lazy.compactMap { model in
      model.units.first(where: units.contains).map { (model, $0) }
    }.first
    let general = found?.0.generalCounters(isMultithreaded: isMultithreaded) ?? Self.countersOfUnknownModels
    self.init(model: found?.0, unit: found?.1, countersAtOnce: general - (hasWatchdog ? 1 : 0))
  }

  /// Whether the event takes one of the ``countersAtOnce``.
  func takesGeneralCounter(_ event: EncodedEvent) -> Bool {
    guard event.groupKind == .core else { return false }
    return !(event.type == 0 && (model?.eventsWithOwnCounter.contains(event.config) ?? false))
  }
}
