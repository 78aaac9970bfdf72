import Results
import Topology

/// What a matrix key may hold, drawn from what this build can run.
struct SuiteVocabulary {
  /// How values of one key are checked.
  enum Rule {
    /// One of these words.
    case words([String])
    /// An integer from 1 to a bound.
    case positiveInteger(atMost: Int)
    /// Free text with its own grammar; nil means legal, otherwise what is wrong.
    case grammar((String) -> String?)
  }

  let catalogue: Catalogue

  var keys: [String] { SuiteKey.axes + catalogue.parameters.map(\.name) }

  /// - Returns: nil for a key that does not exist.
  func rule(for key: String) -> Rule? {
    switch key {
    case SuiteKey.workload: return .words(catalogue.workloads.map(\.name))
    case SuiteKey.strategy: return .words(catalogue.strategies.map(\.name))
    case SuiteKey.lock: return .words(catalogue.locks.map(\.name))
    case SuiteKey.format: return .words(catalogue.formats.map(\.name))
    // As many as Linux supports CPUs: beyond that it is a typing error that would fill memory before it fails.
    case SuiteKey.threads: return .positiveInteger(atMost: NumberList.maximum + 1)
    case SuiteKey.placement: return .grammar(Self.placementFault)
    case SuiteKey.memoryPolicy: return .grammar(Self.memoryPolicyFault)
    default:
      guard let parameter = catalogue.parameters.first(where: { $0.name == key }) else { return nil }
      return parameter.choices.isEmpty ? .positiveInteger(atMost: .max) : .words(parameter.choices)
    }
  }

  private static func placementFault(_ text: String) -> String? {
    do { _ = try PlacementPolicy(parsing: text) } catch { return error.description }
    return nil
  }

  private static func memoryPolicyFault(_ text: String) -> String? {
    do { _ = try MemoryPolicies(parsing: text) } catch { return error.description }
    return nil
  }
}
