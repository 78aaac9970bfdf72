import Counters
import Results

/// The section `counters`: what each counter of the suite is worth on this machine, by a self-test.
enum CounterFacts {
  static func add(groups: [String], to record: inout EnvironmentRecord) {
    guard let specifications = try? CounterCatalogue.counters(inGroups: groups) else { return }
    for diagnosis in CounterProbe().diagnose(specifications) {
      record.set("counters", diagnosis.name, diagnosis.status.rawValue)
      record.set("counters", "\(diagnosis.name)_event", diagnosis.qualifiedEvent)
      if let reason = diagnosis.reason { record.set("counters", "\(diagnosis.name)_reason", reason) }
    }
  }
}
