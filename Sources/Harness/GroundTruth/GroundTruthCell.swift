public import Results

/// Cells of workloads with a known answer, as they are measured outside of suites.
public enum GroundTruthCell {
  static let empty = "empty"
  static let emptySections = "empty-sections"

  /// - Parameter lock: which lock `calibrated-lock` takes.
  public static func make(
    _ workload: String, lock: String = "ttas", threads: Int = 1, parameters: [String: String] = [:]
  ) -> Cell {
    Cell(
      suite: "ground-truth", workload: workload, strategy: "none", lock: lock, format: "x86-64", threads: threads,
      placement: "compact", memoryPolicy: "local", parameters: parameters)
  }
}
