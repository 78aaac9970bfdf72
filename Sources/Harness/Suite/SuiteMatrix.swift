import Results

/// The axes of a suite; their product is a list of cells.
public struct SuiteMatrix: Hashable, Sendable {
  public var workloads: [String]
  public var strategies: [String]
  public var locks: [String]
  public var formats: [String]
  public var threads: [Int]
  public var placements: [String]
  public var memoryPolicies: [String]
  /// Workload parameters that the suite sets, by name. One it does not set is not in the cell: the default holds.
  public var parameters: [String: [String]]

  /// - Parameters:
  ///   - axes: values by key as suites write them. Without placement and memory policy these are `compact`, `local`.
  ///   - defaultFormat: the format of cells where the axes name none.
  init(axes: [String: [String]], defaultFormat: String?) {
    workloads = axes[SuiteKey.workload] ?? []
    strategies = axes[SuiteKey.strategy] ?? []
    locks = axes[SuiteKey.lock] ?? []
    formats = axes[SuiteKey.format] ?? [defaultFormat].compactMap { $0 }
    threads = (axes[SuiteKey.threads] ?? []).compactMap { Int($0) }
    placements = axes[SuiteKey.placement] ?? ["compact"]
    memoryPolicies = axes[SuiteKey.memoryPolicy] ?? ["local"]
    parameters = axes.filter { !SuiteKey.axes.contains($0.key) }
  }

  /// The matrix with these values in place of its own.
  func replacing(_ axes: [String: [String]]) -> SuiteMatrix {
    var result = self
    for (key, values) in axes {
      switch key {
      case SuiteKey.workload: result.workloads = values
      case SuiteKey.strategy: result.strategies = values
      case SuiteKey.lock: result.locks = values
      case SuiteKey.format: result.formats = values
      case SuiteKey.threads: result.threads = values.compactMap { Int($0) }
      case SuiteKey.placement: result.placements = values
      case SuiteKey.memoryPolicy: result.memoryPolicies = values
      default: result.parameters[key] = values
      }
    }
    return result
  }

  /// All cells in the order in which a round runs them.
  ///
  /// Strategy varies fastest, then lock, then threads: what will be compared runs close together in time, so a drift
  /// of the machine meets both sides alike.
  func cells(suite: String) -> [Cell] {
    var parameterSets: [[String: String]] = [[:]]
    for (name, values) in parameters.sorted(by: { $0.key < $1.key }) {
      parameterSets = parameterSets.flatMap { set in values.map { set.merging([name: $0]) { $1 } } }
    }
    var cells: [Cell] = []
    for workload in workloads {
      for format in formats {
        for parameters in parameterSets {
          for placement in placements {
            for memoryPolicy in memoryPolicies {
              for threads in threads {
                for lock in locks {
                  for strategy in strategies {
                    cells.append(
                      Cell(
                        suite: suite, workload: workload, strategy: strategy, lock: lock, format: format,
                        threads: threads, placement: placement, memoryPolicy: memoryPolicy, parameters: parameters))
                  }
                }
              }
            }
          }
        }
      }
    }
    return cells
  }
}
