import Counters

/// Words of a counter group file, each spelled once.
enum CounterGroupKey {
  static let name = "name"
  static let summary = "summary"
  static let include = "include"
  static let event = "event"
  static let derived = "derived"
  static let root = [name, summary, include, event, derived]

  static let unit = "unit"
  static let better = "better"
  static let selfTest = "self-test"
  /// What holds for every processor.
  static let any = "any"
  static let models = ProcessorModel.allCases.map(\.rawValue) + [any]

  static let eventKeys = [name, summary, unit, better, selfTest] + models
  static let derivedKeys = [name, summary, unit, better] + models
}
