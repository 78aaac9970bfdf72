internal import Results

/// Parameters of workloads with a known answer, checked.
struct GroundTruthParameters: Sendable {
  let delayNanoseconds: Int
  let criticalNanoseconds: Int
  let parallelNanoseconds: Int
  let pagesPerOperation: Int

  /// Those that no other workload has. `pages-per-op` is shared with all.
  static let catalogue: [Catalogue.Parameter] = [
    .init(
      name: "delay-ns", summary: "length of one operation of calibrated-delay in nanoseconds", defaultValue: "100",
      choices: []),
    .init(
      name: "critical-ns", summary: "time under the lock in one operation of calibrated-lock", defaultValue: "1000",
      choices: []),
    .init(
      name: "parallel-ns", summary: "time without the lock in one operation of calibrated-lock", defaultValue: "1000",
      choices: []),
  ]

  /// - Parameter known: names of those that the workload knows.
  init(_ parameters: [String: String], of workload: String, known: [String]) throws(WorkloadError) {
    if let stranger = parameters.keys.sorted().first(where: { !known.contains($0) }) {
      let all = (Self.catalogue + WorkloadParameters.catalogue).map(\.name)
      guard all.contains(stranger) else {
        throw .unknown(what: "parameter", name: stranger, known: known.isEmpty ? ["none"] : known)
      }
      let words = known.isEmpty ? "it has no parameters" : "it knows only \(known.joined(separator: ", "))"
      throw .impossible("parameter \(stranger) means nothing to workload \(workload): \(words)")
    }
    // A second each: longer ones would outlast any window.
    func number(_ name: String, _ fallback: String?, atMost limit: Int) throws(WorkloadError) -> Int {
      let text = parameters[name] ?? fallback ?? "1"
      guard let value = Int(text), (1...limit).contains(value) else {
        throw .badParameter(name: name, value: text, wanted: "a whole number from 1 to \(limit)")
      }
      return value
    }
    let defaults = Dictionary(uniqueKeysWithValues: Self.catalogue.map { ($0.name, $0.defaultValue) })
    delayNanoseconds = try number("delay-ns", defaults["delay-ns"], atMost: 1_000_000_000)
    criticalNanoseconds = try number("critical-ns", defaults["critical-ns"], atMost: 1_000_000_000)
    parallelNanoseconds = try number("parallel-ns", defaults["parallel-ns"], atMost: 1_000_000_000)
    pagesPerOperation = try number("pages-per-op", "1", atMost: 1 << 20)
  }
}
