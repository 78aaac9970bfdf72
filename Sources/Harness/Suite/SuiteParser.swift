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
      let place = TextPosition(line: error.source.begin.line, column: error.source.begin.column)
      faults.add(place, "not valid TOML: \(error.description)", nil)
      throw SuiteErrors(all: faults.faults)
    } catch {
      faults.add(nil, "not valid TOML: \(error)", nil)
      throw SuiteErrors(all: faults.faults)
    }
    // The nested tables point into the root's memory.
    let suite = withExtendedLifetime(root) {
      parser.suite(SuiteTable(table: root, path: .root, faults: faults), source: source)
    }
    guard let suite, faults.faults.isEmpty else {
      throw SuiteErrors(all: faults.sortedFaults)
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
    let matrixTable = root.subtable(SuiteKey.matrix)
    var axes = matrixTable.map { reader.axes(of: $0) } ?? [:]
    if !root.has(SuiteKey.matrix) {
      root.fault("there is no [matrix] table", "write one with workload, strategy, lock and threads")
    }
    let quick = root.subtable(SuiteKey.quick)
    quick?.checkKeys(SuiteKey.quickKeys)
    // What is quick is read even when unused, so that a fault in it does not wait for the day it is.
    let quickAxes = quick?.subtable(SuiteKey.matrix).map { reader.axes(of: $0) } ?? [:]
    if isQuick { axes.merge(quickAxes) { $1 } }
    if let matrixTable { checkComplete(axes, matrixTable) }
    let settings = SuiteSettingsReader.settings(of: root)
    checkTarget(settings, root)
    let quickSettings = quick.map(SuiteSettingsReader.settings) ?? PartialSettings()
    let (counters, quickCounters) = (self.counters(root), quick.flatMap(self.counters))
    let includes = root.rows(SuiteKey.include).map {
      SuiteInclude(axes: rowAxes($0, reader, "repeats the matrix"), line: $0.line)
    }
    let excludes = root.rows(SuiteKey.exclude).map { row($0, reader, "would leave every cell out") }
    let overrides = root.rows(SuiteKey.override).map { self.override($0, reader) }
    let statistic = statistic(root)
    checkMinimum(statistic, root)
    guard let name, let question else { return nil }
    return Suite(
      name: name, question: question,
      matrix: SuiteMatrix(axes: axes, defaultFormat: vocabulary.catalogue.formats.first?.name), includes: includes,
      excludes: excludes, overrides: overrides, base: settings, quick: isQuick ? quickSettings : PartialSettings(),
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
      root.fault(
        atValue: SuiteKey.name, "name is \"\(name)\", but the file is called \"\(stem)\"",
        "write name = \"\(stem)\" or rename the file")
    }
    return name
  }

  private func required<Value>(_ value: Value?, _ key: String, in table: SuiteTable, _ advice: String) -> Value? {
    if value == nil, !table.has(key) { table.fault("\(table.title) does not set \(key)", advice) }
    return value
  }

  private func checkComplete(_ axes: [String: [String]], _ matrix: SuiteTable) {
    for key in [SuiteKey.workload, SuiteKey.strategy, SuiteKey.lock, SuiteKey.threads] where axes[key] == nil {
      matrix.fault("[matrix] does not set \(key)", "write \(key) = one value or an array of values")
    }
  }

  private func counters(_ table: SuiteTable) -> [String]? {
    // An empty list is legal here: no counters.
    if table.table[SuiteKey.counters]?.array?.isEmpty == true { return [] }
    return table.elements(SuiteKey.counters)?.enumerated().compactMap { index, element in
      word(
        element.written, at: index, among: vocabulary.catalogue.counterGroups.map(\.name), of: SuiteKey.counters,
        in: table)
    }
  }

  private func statistic(_ root: SuiteTable) -> SuiteStatistic {
    root.string(SuiteKey.statistic)
      .flatMap { word($0, at: nil, among: SuiteStatistic.allCases.map(\.rawValue), of: SuiteKey.statistic, in: root) }
      .flatMap(SuiteStatistic.init) ?? .median
  }

  private func word(
    _ written: String, at element: Int?, among words: [String], of key: String, in table: SuiteTable
  ) -> String? {
    if words.contains(written) { return written }
    table.fault(
      atValue: key, element: element, "\(key) has no \"\(written)\"",
      NearestWord.suggestion(for: written, among: words).map { "did you mean \"\($0)\"?" }
        ?? "there are \(words.joined(separator: ", "))")
    return nil
  }

  /// A most without a target would never be reached.
  private func checkTarget(_ settings: PartialSettings, _ root: SuiteTable) {
    guard settings.maxInvocations != nil, settings.precision == nil, settings.invocations == nil,
      let repetition = root.subtable(SuiteKey.repetition), !repetition.has(SuiteKey.precision)
    else { return }
    repetition.fault(
      atKey: SuiteKey.maxInvocations, "\(SuiteKey.maxInvocations) without \(SuiteKey.precision) limits nothing",
      "write \(SuiteKey.precision) = 0.02 too, or \(SuiteKey.invocations) instead")
  }

  /// The interval that a precision speaks of is the median's; a minimum has none.
  private func checkMinimum(_ statistic: SuiteStatistic, _ root: SuiteTable) {
    guard statistic == .minimum, let repetition = root.subtable(SuiteKey.repetition),
      repetition.has(SuiteKey.precision)
    else { return }
    repetition.fault(
      atKey: SuiteKey.precision, "\(SuiteKey.precision) is about the median, but statistic is \"minimum\"",
      "write \(SuiteKey.invocations) instead")
  }

  private func rowAxes(
    _ table: SuiteTable, _ reader: SuiteMatrixReader, others: [String] = [], _ consequence: String
  ) -> [String: [String]] {
    let axes = reader.axes(of: table, others: others)
    if !table.keys.contains(where: { !others.contains($0) }) {
      table.fault("this \(table.title) names no key and \(consequence)", "name at least one key")
    }
    return axes
  }

  private func row(
    _ table: SuiteTable, _ reader: SuiteMatrixReader, others: [String] = [], _ consequence: String
  ) -> SuiteRow {
    SuiteRow(conditions: rowAxes(table, reader, others: others, consequence).mapValues(Set.init), line: table.line)
  }

  private func override(_ table: SuiteTable, _ reader: SuiteMatrixReader) -> SuiteOverride {
    let row = row(table, reader, others: SuiteKey.overrideTables, "would change every cell")
    if !table.keys.contains(where: SuiteKey.overrideTables.contains) {
      table.fault(
        "this [[\(SuiteKey.override)]] changes nothing", "add window = { … } or repetition = { … } to it")
    }
    return SuiteOverride(row: row, settings: SuiteSettingsReader.settings(of: table))
  }
}
