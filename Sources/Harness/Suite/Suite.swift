public import Results

/// What one suite file asks for: a question, the matrix of cells that answers it, and how to measure each cell.
public struct Suite: Hashable, Sendable {
  /// File stem; the `suite` column.
  public let name: String
  /// The question the suite answers, in the author's words.
  public let question: String
  public let matrix: SuiteMatrix
  /// Cells that are left out.
  public let excludes: [SuiteExclude]
  public let window: WindowSettings
  /// Process invocations per cell: the statistical unit.
  public let invocations: Int
  /// Names of the counter groups read around every section; empty for none.
  public let counters: [String]
  /// Hardware events that one process counts together; nil for as many as the processor has counters. Further ones are
  /// left to other invocations.
  public let countersAtOnce: Int?
  public let statistic: SuiteStatistic
  /// 16 hexadecimal digits over the file's bytes and whether `--quick` applied; resuming requires the same.
  public let contentHash: String

  /// What a suite that says nothing counts: events that every machine has.
  static let defaultCounterGroup = "software"
}

/// The one number that stands for a cell in the printed table. Files always hold the raw samples.
public enum SuiteStatistic: String, CaseIterable, Codable, Sendable {
  case median
  /// For noisy machines: noise only ever adds time.
  case minimum
}

/// How long one process measures.
public struct WindowSettings: Hashable, Codable, Sendable {
  /// Wall time before the first window, its results thrown away; 0 for none.
  public var warmUpMilliseconds: Int
  public var lengthMilliseconds: Int
  /// Windows per process.
  public var count: Int

  public init(warmUpMilliseconds: Int, lengthMilliseconds: Int, count: Int) {
    self.warmUpMilliseconds = warmUpMilliseconds
    self.lengthMilliseconds = lengthMilliseconds
    self.count = count
  }

  /// Wall time of warm-up and windows together.
  public var total: Duration { .milliseconds(warmUpMilliseconds + lengthMilliseconds * count) }

  /// Wall time one invocation is expected to take before any has been measured: its windows, and starting a process,
  /// populating and checking the table.
  public var plannedInvocation: Duration { total + .milliseconds(80) }
}

/// The axes of a suite; their product is the list of cells.
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

/// One `[[exclude]]` row: a cell is left out when every key of the row has one of the row's values.
public struct SuiteExclude: Hashable, Sendable {
  /// Allowed values by identity key (`workload`, `threads`, `region`, …), as text.
  public let conditions: [String: Set<String>]
  /// Where the row stands in the file.
  public let line: Int

  public func matches(_ cell: Cell) -> Bool {
    conditions.allSatisfy { key, values in cell.identity(key).map(values.contains) ?? false }
  }
}
