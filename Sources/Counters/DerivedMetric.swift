public import Results

/// A number computed from counters, as a group file describes it.
public struct DerivedMetric: Hashable, Sendable {
  public struct Variant: Hashable, Sendable {
    /// The processor it is right for; nil for every one.
    public let model: ProcessorModel?
    public let formula: CounterFormula

    public init(model: ProcessorModel?, formula: CounterFormula) {
      self.model = model
      self.formula = formula
    }
  }

  /// Used after `der.` in the metric column.
  public let name: String
  /// One line.
  public let summary: String
  /// As the `unit` column has it, such as `1/op` or `%`.
  public let unit: String
  public let better: MetricDirection
  public let variants: [Variant]

  public init(name: String, summary: String, unit: String, better: MetricDirection = .none, variants: [Variant]) {
    self.name = name
    self.summary = summary
    self.unit = unit
    self.better = better
    self.variants = variants
  }

  /// The formula for a processor: its own, else the one for all, else nil.
  public func formula(for model: ProcessorModel?) -> CounterFormula? {
    (variants.first { $0.model != nil && $0.model == model } ?? variants.first { $0.model == nil })?.formula
  }
}
