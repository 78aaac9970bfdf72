import Results

/// A counter after the choice of its event on one machine.
public struct ResolvedCounter: Hashable, Sendable {
  public let definition: CounterDefinition
  public var specification: CounterSpecification
  /// nil when no alias can be encoded here.
  public let event: EncodedEvent?
}

/// Chooses the event of a counter: the first alias that belongs to this machine's processor and that libpfm, or
/// tracefs, can encode. Whether the event can be opened is another question, which a ``CounterProbe`` answers.
public struct CounterResolver: Sendable {
  private let machine: CounterMachine
  private let system: any PerfEventSystem

  public init(machine: CounterMachine = .current(), system: any PerfEventSystem = LinuxPerfEvents()) {
    self.machine = machine
    self.system = system
  }

  public func resolve(_ definition: CounterDefinition) -> ResolvedCounter {
    var failures: [CounterExplanation] = []
    var tried: String?
    for alias in definition.aliases where alias.model == nil || alias.model == machine.model {
      let name = alias.name(unit: machine.unit)
      do throws(PerfEventFailure) {
        let event = try system.encode(name)
        // With LIBPFM_ENCODE_INACTIVE libpfm encodes for other processors too.
        guard event.isForThisMachine else { throw .otherProcessor }
        return resolved(definition, event: name, source: event.source, encoded: event, absence: nil)
      } catch {
        tried = tried ?? name
        failures.append(error.explanation)
      }
    }
    // A permission can be given, a misspelling mended; a machine stays what it is.
    let absence =
      failures.first { $0.status == .noPermission } ?? failures.first { $0.status != .notSupported } ?? failures.first
      ?? CounterExplanation(
        status: .notSupported, reason: "its group names no event for this processor",
        remedy: "add a line for \(machine.model?.rawValue ?? "any") to the group file, if the processor can count it")
    return resolved(
      definition, event: tried ?? "", source: tried?.hasPrefix(Tracepoints.prefix) == true ? .tracepoint : .perf,
      encoded: nil, absence: absence)
  }

  private func resolved(
    _ definition: CounterDefinition, event: String, source: CounterSource, encoded: EncodedEvent?,
    absence: CounterExplanation?
  ) -> ResolvedCounter {
    ResolvedCounter(
      definition: definition,
      specification: CounterSpecification(
        name: definition.name, event: event, source: source, exercise: definition.exercise, absence: absence),
      event: encoded)
  }
}
