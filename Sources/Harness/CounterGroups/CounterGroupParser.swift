import Counters
import Results
import TOMLKit

/// Turns the tables of one file into a ``CounterGroup``. Faults go to the collector; what is returned then is not used.
struct CounterGroupParser {
  let faults: SuiteFaultCollector

  func group(_ root: SuiteTable) -> CounterGroup? {
    root.checkKeys(CounterGroupKey.root)
    let stem = SuiteFile.stem(of: faults.file)
    let name = required(CounterGroupKey.name, in: root, advice: "write name = \"\(stem)\"")
    if let name, name != stem {
      root.fault(
        atValue: CounterGroupKey.name, "name is \"\(name)\", but the file is called \"\(stem)\"",
        "write name = \"\(stem)\" or rename the file")
    }
    let summary = required(CounterGroupKey.summary, in: root, advice: "say in one line what the group is for")
    let includes = root.elements(CounterGroupKey.include)?.map(\.written) ?? []
    let counters = root.rows(CounterGroupKey.event).compactMap(counter)
    let derived = root.rows(CounterGroupKey.derived).compactMap(metric)
    if counters.isEmpty, includes.isEmpty, !root.has(CounterGroupKey.event) {
      root.fault("the group has neither events nor includes", "add an [[event]] row")
    }
    guard let name, let summary else { return nil }
    return CounterGroup(name: name, summary: summary, includes: includes, counters: counters, derived: derived)
  }

  private func counter(_ row: SuiteTable) -> CounterDefinition? {
    row.checkKeys(CounterGroupKey.eventKeys)
    let name = name(row)
    let summary = required(CounterGroupKey.summary, in: row, advice: "say in one line what is counted")
    let unit = unit(row, ["1", "ns", "By"]) ?? "1"
    let better = better(row) ?? .lower
    let exercise = word(CounterGroupKey.selfTest, in: row, CounterExercise.allCases.map(\.rawValue))
      .flatMap(CounterExercise.init)
    let aliases = variants(of: row, "no event", "write any = \"perf::CYCLES\", or the event of a processor").flatMap {
      variant in
      variant.texts.map { CounterDefinition.Alias(model: variant.model, event: $0) }
    }
    guard let name, let summary else { return nil }
    return CounterDefinition(
      name: name, summary: summary, unit: unit, better: better, exercise: exercise, aliases: aliases)
  }

  private func metric(_ row: SuiteTable) -> DerivedMetric? {
    row.checkKeys(CounterGroupKey.derivedKeys)
    let name = name(row)
    let summary = required(CounterGroupKey.summary, in: row, advice: "say in one line what the number means")
    let unit = unit(row, nil)
    if !row.has(CounterGroupKey.unit) {
      row.fault("\(row.title) does not set unit", "write unit = \"1/op\", say")
    }
    let better = better(row) ?? .none
    var formulas: [DerivedMetric.Variant] = []
    for variant in variants(of: row, "no formula", "write any = \"instructions / cycles\", say") {
      guard variant.texts.count == 1 else {
        row.fault(
          atValue: variant.key, "\(variant.key) has \(variant.texts.count) formulas", "write one")
        continue
      }
      do throws(CounterFormulaError) {
        formulas.append(.init(model: variant.model, formula: try CounterFormula(variant.texts[0])))
      } catch {
        row.fault(
          atValue: variant.key, "the formula \"\(variant.texts[0])\" is wrong: \(error)",
          "it is made of numbers, counters, operations, + - * / and parentheses; blanks go around a minus sign")
      }
    }
    guard let name, let summary, let unit else { return nil }
    return DerivedMetric(name: name, summary: summary, unit: unit, better: better, variants: formulas)
  }

  private struct Variant {
    let key: String
    let model: ProcessorModel?
    let texts: [String]
  }

  /// What the row says for each processor, what holds for all of them last.
  private func variants(of row: SuiteTable, _ lack: String, _ advice: String) -> [Variant] {
    let keys = CounterGroupKey.models.filter { row.has($0) }
    if keys.isEmpty { row.fault("\(row.title) has \(lack)", advice) }
    return keys.compactMap { key in
      guard let elements = row.elements(key) else { return nil }
      let texts = elements.compactMap { element -> String? in
        guard case .text(let text) = element, !text.isEmpty else {
          row.fault(
            atValue: key, "\(key) is \(element.written)", "write strings in quotation marks")
          return nil
        }
        return text
      }
      return texts.isEmpty ? nil : Variant(key: key, model: ProcessorModel(rawValue: key), texts: texts)
    }
  }

  private func name(_ row: SuiteTable) -> String? {
    guard let name = required(CounterGroupKey.name, in: row, advice: "write name = \"a-short-word\"") else {
      return nil
    }
    if !CounterDefinition.isLegal(name: name) {
      row.fault(
        atValue: CounterGroupKey.name, "\"\(name)\" cannot be a name",
        "use letters, digits, - and _, begin with a letter; \"\(CounterFormula.operations)\" is taken")
    }
    return name
  }

  private func unit(_ row: SuiteTable, _ words: [String]?) -> String? {
    if let words { return word(CounterGroupKey.unit, in: row, words) }
    guard let text = row.string(CounterGroupKey.unit) else { return nil }
    if CounterUnit(text) == nil {
      row.fault(
        atValue: CounterGroupKey.unit, "\"\(text)\" is no unit",
        "write 1, %, \(CounterUnit.baseNames.joined(separator: ", ")), or two of them such as 1/op")
    }
    return text
  }

  private func better(_ row: SuiteTable) -> MetricDirection? {
    word(CounterGroupKey.better, in: row, MetricDirection.allCases.map(\.rawValue)).flatMap(MetricDirection.init)
  }

  private func word(_ key: String, in row: SuiteTable, _ words: [String]) -> String? {
    guard let written = row.string(key) else { return nil }
    if words.contains(written) { return written }
    row.fault(
      atValue: key, "\(key) has no \"\(written)\"", NearestWord.advice(for: written, among: words))
    return nil
  }

  private func required(_ key: String, in table: SuiteTable, advice: String) -> String? {
    if !table.has(key) { table.fault("\(table.title) does not set \(key)", advice) }
    return table.string(key)
  }
}
