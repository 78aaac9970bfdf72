public import Results

/// One counter as a group file describes it: which event it is on which processor.
public struct CounterDefinition: Hashable, Sendable {
  /// One way to count it.
  public struct Alias: Hashable, Sendable {
    /// The processor it belongs to; nil for every one.
    public let model: ProcessorModel?
    /// As libpfm reads it, the unit left out where the model says it; or `tp:system:name` for a tracepoint.
    public let event: String

    public init(model: ProcessorModel?, event: String) {
      self.model = model
      self.event = event
    }

    /// Full names, one for each unit of the model.
    public var names: [String] {
      guard let model, !event.contains("::") else { return [event] }
      return model.units.map { "\($0)::\(event)" }
    }

    /// The name on a machine with this unit.
    func name(unit: String?) -> String {
      guard model != nil, !event.contains("::"), let unit else { return event }
      return "\(unit)::\(event)"
    }
  }

  /// Used after `ctr.` in the metric column: letters, digits, `-` and `_`, beginning with a letter.
  public let name: String
  /// One line.
  public let summary: String
  /// Unit of the count: `1`, `ns` or `By`.
  public let unit: String
  /// Which direction is good for the count per operation.
  public let better: MetricDirection
  public let exercise: CounterExercise?
  /// In order of preference.
  public let aliases: [Alias]

  public init(
    name: String, summary: String, unit: String = "1", better: MetricDirection = .lower,
    exercise: CounterExercise? = nil, aliases: [Alias]
  ) {
    self.name = name
    self.summary = summary
    self.unit = unit
    self.better = better
    self.exercise = exercise
    self.aliases = aliases
  }

  /// Whether a text may be the name of a counter or a derived metric.
  public static func isLegal(name: String) -> Bool {
    guard let first = name.first, first.isASCII, first.isLetter else { return false }
    return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
      && name != CounterFormula.operations
  }
}

/// Work that must move a counter whose count nobody can foretell: the remedy against events that open and stay at 0.
public enum CounterExercise: String, CaseIterable, Hashable, Codable, Sendable {
  /// Touching more pages than any TLB holds.
  case tlb
  /// Read-modify-write instructions on memory.
  case atomics
}
