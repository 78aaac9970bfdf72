import Counters
import Reporting
import Results

/// What `pagebench doctor` says about counters: each one with event and status, and what is left of every group.
struct CounterReport {
  private let catalogue: CounterCatalogue
  private let machine: CounterMachine
  private let diagnoses: [String: CounterDiagnosis]
  /// Reason and remedy of every counter that has one, each text once.
  private let remarks: [String]

  /// Tries every counter out.
  init(_ catalogue: CounterCatalogue, machine: CounterMachine) {
    self.catalogue = catalogue
    self.machine = machine
    let preparation = CounterPlan.prepare(groups: catalogue.groups.map(\.name), of: catalogue, machine: machine)
    diagnoses = Dictionary(preparation.diagnoses.map { ($0.name, $0) }) { first, _ in first }
    var remarks: [String] = []
    for text in preparation.diagnoses.compactMap(Self.remark) where !remarks.contains(text) { remarks.append(text) }
    self.remarks = remarks
  }

  /// Whether every counter of the group has values.
  func isUsable(group: String) -> Bool {
    let counters = catalogue.content(ofGroup: group).counters
    return !counters.isEmpty && counters.allSatisfy { diagnoses[$0.name]?.status.isUsable == true }
  }

  func text() -> String {
    let notes = remarks.enumerated().map { "[\($0 + 1)] \($1)\n" }.joined()
    return counterTable() + (notes.isEmpty ? "" : "\n\(notes)") + "\n" + groupTable()
  }

  private func counterTable() -> String {
    var table = TextTable([
      .init("group"), .init("counter"), .init("event"), .init("encoding"), .init("source"), .init("self-test"),
      .init("status"), .init("remedy"),
    ])
    for (index, group) in catalogue.groups.filter({ !$0.counters.isEmpty }).enumerated() {
      if index > 0 { table.appendGap() }
      for counter in group.counters {
        guard let diagnosis = diagnoses[counter.name] else { continue }
        table.append([group.name, counter.name] + Self.cells(diagnosis) + [remarkNumber(diagnosis)])
      }
    }
    return table.text()
  }

  private static func cells(_ diagnosis: CounterDiagnosis) -> [String] {
    let encoding = diagnosis.type.flatMap { type in
      diagnosis.config.map { "\(type):0x\(String($0, radix: 16))" }
    }
    let count = diagnosis.selfTestCount.map { "\($0), wanted \(diagnosis.expectation)" }
    // With every attribute spelled out the name is three times as long; env.csv has it.
    let isAsAskedFor = [.perf, .tracepoint].contains(CounterSource(rawValue: diagnosis.source))
    let event = isAsAskedFor ? nil : diagnosis.qualifiedEvent
    return [
      event ?? diagnosis.requestedEvent, encoding ?? "", diagnosis.source, count ?? "",
      diagnosis.status.rawValue,
    ]
  }

  private func remarkNumber(_ diagnosis: CounterDiagnosis) -> String {
    Self.remark(diagnosis).flatMap(remarks.firstIndex).map { "[\($0 + 1)]" } ?? ""
  }

  private static func remark(_ diagnosis: CounterDiagnosis) -> String? {
    diagnosis.reason.map { reason in diagnosis.remedy.map { "\(reason); \($0)" } ?? reason }
  }

  /// How much of each group works here, and in how many turns it is measured.
  private func groupTable() -> String {
    var table = TextTable([
      .init("group"), .init("counters", .right), .init("derived", .right), .init("sets", .right), .init("what it is"),
    ])
    for group in catalogue.groups {
      let (counters, derived) = catalogue.content(ofGroup: group.name)
      let usable = Set(counters.map(\.name).filter { diagnoses[$0]?.status.isUsable == true })
      let computable = derived.filter { metric in
        metric.formula(for: machine.model).map { $0.counters.allSatisfy(usable.contains) } ?? false
      }
      table.append([
        group.name, "\(usable.count) of \(counters.count)", "\(computable.count) of \(derived.count)",
        String(sets(of: group.name)), group.summary,
      ])
    }
    let model = machine.model.map { "this processor is a \($0.rawValue)" } ?? "no group file names this processor"
    return table.text() + "\(model); \(machine.countersAtOnce) of its events are counted at once, more take turns\n"
  }

  private func sets(of group: String) -> Int {
    CounterPlan.prepare(groups: [group], of: catalogue, machine: machine, known: Array(diagnoses.values)).plan.sets
      .count
  }
}
