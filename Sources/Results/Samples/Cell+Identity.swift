extension Cell {
  /// Keys of the parts that are not workload parameters. `case` is the column's name for `workload`.
  private enum Key {
    static let suite = SampleSchema.Column.suite.rawValue
    static let workload = "workload"
    static let workloadColumn = SampleSchema.Column.workload.rawValue
    static let strategy = SampleSchema.Column.strategy.rawValue
    static let lock = "lock"
    static let format = "format"
    static let threads = SampleSchema.Column.threads.rawValue
    static let placement = SampleSchema.Column.placement.rawValue
    static let memoryPolicy = SampleSchema.Column.memoryPolicy.rawValue
  }

  /// Keys every cell has, in table order: `suite`, `workload`, `strategy`, `lock`, `format`, `threads`, `placement`,
  /// `mempolicy`.
  public static let fixedIdentityKeys = [
    Key.suite, Key.workload, Key.strategy, Key.lock, Key.format, Key.threads, Key.placement, Key.memoryPolicy,
  ]

  /// Names of everything that tells this cell from another: fixed keys first, then parameters by name.
  public var identityKeys: [String] {
    Self.fixedIdentityKeys + parameters.keys.filter { !Self.fixedIdentityKeys.contains($0) }.sorted()
  }

  /// The value of an identity key as text: `workload` (or `case`), `strategy`, `lock`, `format`, `threads`,
  /// `placement`, `mempolicy`, `suite`, or a workload parameter by its name.
  ///
  /// - Returns: nil when the cell has no such key, or has nothing in it.
  public func identity(_ key: String) -> String? {
    let text: String? =
      switch key {
      case Key.suite: suite
      case Key.workload, Key.workloadColumn: workload
      case Key.strategy: strategy
      case Key.lock: lock
      case Key.format: format
      case Key.threads: String(threads)
      case Key.placement: placement
      case Key.memoryPolicy: memoryPolicy
      default: parameters[key]
      }
    return text.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The `params` column: workload parameters with lock and format among them.
  public var parameterText: String {
    var all = parameters
    all[Key.lock] = lock.isEmpty ? nil : lock
    all[Key.format] = format.isEmpty ? nil : format
    return ParameterText.encode(all)
  }

  /// Columns 4 to 10 of a sample row, in order: what ``CaseID`` hashes.
  public var identityColumns: [String] {
    [suite, workload, strategy, String(threads), placement, memoryPolicy, parameterText]
  }

  /// Makes a cell from decoded columns; takes lock and format out of the parameters.
  init(
    suite: String, workload: String, strategy: String, threads: Int, placement: String, memoryPolicy: String,
    allParameters: [String: String]
  ) {
    var parameters = allParameters
    let lock = parameters.removeValue(forKey: Key.lock) ?? ""
    let format = parameters.removeValue(forKey: Key.format) ?? ""
    self.init(
      suite: suite, workload: workload, strategy: strategy, lock: lock, format: format, threads: threads,
      placement: placement, memoryPolicy: memoryPolicy, parameters: parameters)
  }
}
