import Counters
import Results

/// The section `counters`: what each counter of the suite is worth on this machine, by a self-test, and which are
/// measured together.
enum CounterFacts {
  static func add(_ counters: CounterPlan.Preparation, to record: inout EnvironmentRecord) {
    guard !counters.diagnoses.isEmpty else { return }
    for diagnosis in counters.diagnoses {
      record.set("counters", diagnosis.name, diagnosis.status.rawValue)
      record.set("counters", "\(diagnosis.name)_event", diagnosis.qualifiedEvent)
      if let reason = diagnosis.reason { record.set("counters", "\(diagnosis.name)_reason", reason) }
    }
    for (index, set) in counters.plan.sets.enumerated() where counters.plan.sets.count > 1 {
      let names = set.map { counters.plan.counters[$0].specification.name }
      record.set("counters", "set_\(index + 1)", names.joined(separator: " "))
    }
  }
}
