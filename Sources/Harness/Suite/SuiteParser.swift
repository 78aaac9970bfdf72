public import Results
import TOMLKit

extension Suite {
  /// Reads a suite and checks every word in it against what this build can run.
  ///
  /// - Parameters:
  ///   - source: the file's text.
  ///   - file: its path as the user named it; the stem is the suite's name.
  ///   - isQuick: whether the `[quick]` table replaces what it names.
  /// - Throws: ``SuiteErrors`` with every fault found.
  public static func parse(
    source: String, file: String, catalogue: Catalogue, isQuick: Bool = false
  ) throws(SuiteErrors) -> Suite {
    let faults = SuiteFaultCollector(file: file, locator: TOMLLocator(source: source))
    let parser = SuiteParser(
      vocabulary: SuiteVocabulary(catalogue: catalogue), faults: faults, isQuick: isQuick)
    let root: TOMLTable
    do {
      root = try TOMLTable(string: source)
    } catch let error as TOMLParseError {
      faults.add(error.source.begin.line, "not valid TOML: \(error.description)", nil)
      throw SuiteErrors(all: faults.faults)
    } catch {
      faults.add(nil, "not valid TOML: \(error)", nil)
      throw SuiteErrors(all: faults.faults)
    }
    // The nested tables point into the root's memory.
    let suite = withExtendedLifetime(root) {
      parser.suite(SuiteTable(table: root, path: "", index: 0, faults: faults), source: source)
    }
    guard let suite, faults.faults.isEmpty else {
      throw SuiteErrors(all: faults.faults.sorted { ($0.line ?? 0) < ($1.line ?? 0) })
    }
    return suite
  }
}

/// Turns the tables of one file into a ``Suite``. Faults go to the collector; what is returned then is not used.
private struct SuiteParser {
  let vocabulary: SuiteVocabulary
  let faults: SuiteFaultCollector
  let isQuick: Bool

  func suite(_ root: SuiteTable, source: String) -> Suite? {
    root.checkKeys(SuiteKey.root)
    let reader = SuiteMatrixReader(vocabulary: vocabulary)
    let name = checkedName(root)
    let question = required(root.string(SuiteKey.question), SuiteKey.question, in: root, "say what the suite answers")
    var axes: [String: [String]] = [:]
    if let matrix = root.subtable(SuiteKey.matrix) {
      axes = reader.axes(of: matrix)
    } else if root.table[SuiteKey.matrix] == nil {
      faults.add(nil, "there is no [matrix] table", "write one with workload, strategy, lock and threads")
    }
    let quick = root.subtable(SuiteKey.quick)
    quick?.checkKeys(SuiteKey.quickKeys)
    // The quick axes are read even when unused, so that a fault in them does not wait for the day they are.
    let quickAxes = quick?.subtable(SuiteKey.matrix).map(reader.axes) ?? [:]
    if isQuick { axes.merge(quickAxes) { $1 } }
    let matrix = matrix(axes, root)
    let (window, quickWindow) = (self.window(root), quick.map(self.window))
    let (invocations, quickInvocations) = (self.invocations(root), quick.flatMap(self.invocations))
    let (counters, quickCounters) = (self.counters(root), quick.flatMap(self.counters))
    let excludes = excludes(root, reader)
    let statistic = statistic(root)
    guard let name, let question, let matrix else { return nil }
    let settings = isQuick ? window.overridden(by: quickWindow) : window
    return Suite(
      name: name, question: question, matrix: matrix, excludes: excludes, window: settings.resolved,
      invocations: (isQuick ? quickInvocations : nil) ?? invocations ?? 5,
      counters: (isQuick ? quickCounters : nil) ?? counters ?? [Suite.defaultCounterGroup],
      countersAtOnce: root.integer(SuiteKey.countersAtOnce, atLeast: 1), statistic: statistic,
      contentHash: ContentHash.hex(Array(source.utf8) + (isQuick ? [1] : [0])))
  }

  private func checkedName(_ root: SuiteTable) -> String? {
    let stem = SuiteFile.stem(of: faults.file)
    guard let name = required(root.string(SuiteKey.name), SuiteKey.name, in: root, "write name = \"\(stem)\"") else {
      return nil
    }
    if name != stem {
      // Results are filed under the name; two files with one name would be taken for one suite.
      faults.add(
        root.line(of: SuiteKey.name), "name is \"\(name)\", but the file is called \"\(stem)\"",
        "write name = \"\(stem)\" or rename the file")
    }
    return name
  }

  private func required<Value>(_ value: Value?, _ key: String, in table: SuiteTable, _ advice: String) -> Value? {
    if value == nil, table.table[key] == nil {
      faults.add(table.path.isEmpty ? nil : table.line(of: key), "\(table.title) does not set \(key)", advice)
    }
    return value
  }

  private func matrix(_ axes: [String: [String]], _ root: SuiteTable) -> SuiteMatrix? {
    guard root.table[SuiteKey.matrix] != nil else { return nil }
    for key in [SuiteKey.workload, SuiteKey.strategy, SuiteKey.lock, SuiteKey.threads] where axes[key] == nil {
      faults.add(
        faults.locator.line(ofTable: SuiteKey.matrix), "[matrix] does not set \(key)",
        "write \(key) = one value or an array of values")
    }
    return SuiteMatrix(
      workloads: axes[SuiteKey.workload] ?? [],
      strategies: axes[SuiteKey.strategy] ?? [],
      locks: axes[SuiteKey.lock] ?? [],
      formats: axes[SuiteKey.format] ?? vocabulary.catalogue.formats.prefix(1).map(\.name),
      threads: (axes[SuiteKey.threads] ?? []).compactMap { Int($0) },
      placements: axes[SuiteKey.placement] ?? ["compact"],
      memoryPolicies: axes[SuiteKey.memoryPolicy] ?? ["local"],
      parameters: axes.filter { !SuiteKey.axes.contains($0.key) })
  }

  private func window(_ table: SuiteTable) -> PartialWindow {
    guard let window = table.subtable(SuiteKey.window) else { return PartialWindow() }
    window.checkKeys(SuiteKey.windowKeys)
    return PartialWindow(
      warmUp: window.integer(SuiteKey.warmUp, atLeast: 0), length: window.integer(SuiteKey.length, atLeast: 1),
      count: window.integer(SuiteKey.count, atLeast: 1))
  }

  private func invocations(_ table: SuiteTable) -> Int? {
    guard let repetition = table.subtable(SuiteKey.repetition) else { return nil }
    repetition.checkKeys(SuiteKey.repetitionKeys)
    return repetition.integer(SuiteKey.invocations, atLeast: 1)
  }

  private func counters(_ table: SuiteTable) -> [String]? {
    // An empty list is legal here: no counters.
    if table.table[SuiteKey.counters]?.array?.isEmpty == true { return [] }
    return table.elements(SuiteKey.counters)?.compactMap {
      word($0.written, among: vocabulary.catalogue.counterGroups.map(\.name), of: SuiteKey.counters, in: table)
    }
  }

  private func statistic(_ root: SuiteTable) -> SuiteStatistic {
    root.string(SuiteKey.statistic)
      .flatMap { word($0, among: SuiteStatistic.allCases.map(\.rawValue), of: SuiteKey.statistic, in: root) }
      .flatMap(SuiteStatistic.init) ?? .median
  }

  private func word(
    _ written: String, among words: [String], of key: String, in table: SuiteTable
  ) -> String? {
    if words.contains(written) { return written }
    faults.add(
      table.line(of: written, in: key), "\(key) has no \"\(written)\"",
      NearestWord.suggestion(for: written, among: words).map { "did you mean \"\($0)\"?" }
        ?? "there are \(words.joined(separator: ", "))")
    return nil
  }

  private func excludes(_ root: SuiteTable, _ reader: SuiteMatrixReader) -> [SuiteExclude] {
    guard let value = root.table[SuiteKey.exclude] else { return [] }
    guard let array = value.array else {
      root.wrongType(SuiteKey.exclude, found: value.type, wanted: "rows: write [[exclude]] with two brackets")
      return []
    }
    var excludes: [SuiteExclude] = []
    for (index, element) in array.enumerated() {
      guard let table = element.table else {
        root.wrongType(SuiteKey.exclude, found: element.type, wanted: "rows: write [[exclude]] with two brackets")
        continue
      }
      let row = SuiteTable(table: table, path: SuiteKey.exclude, index: index, faults: faults)
      let axes = reader.axes(of: row)
      let line = faults.locator.line(ofTable: SuiteKey.exclude, index: index) ?? root.line(of: SuiteKey.exclude)
      if table.keys.isEmpty {
        faults.add(line, "this [[exclude]] names no key and would leave every cell out", "name at least one key")
      }
      excludes.append(SuiteExclude(conditions: axes.mapValues(Set.init), line: line ?? 1))
    }
    return excludes
  }
}

/// `[window]` as far as one table sets it.
private struct PartialWindow {
  var warmUp: Int?
  var length: Int?
  var count: Int?

  func overridden(by other: PartialWindow?) -> PartialWindow {
    PartialWindow(
      warmUp: other?.warmUp ?? warmUp, length: other?.length ?? length, count: other?.count ?? count)
  }

  /// 100 ms of warm-up and five windows of 200 ms where the suite is silent.
  var resolved: WindowSettings {
    WindowSettings(warmUpMilliseconds: warmUp ?? 100, lengthMilliseconds: length ?? 200, count: count ?? 5)
  }
}
