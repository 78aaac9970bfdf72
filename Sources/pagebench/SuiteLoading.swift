import Harness
import Results
import Workloads

/// Reads suite files for several commands.
enum SuiteLoading {
  /// - Throws: `CommandFailure` when the file cannot be read, `SuiteErrors` for its content.
  static func load(_ path: String, isQuick: Bool) throws -> Suite {
    let source: String
    do { source = try SuiteFile.read(path) } catch {
      throw CommandFailure(
        status: .usage,
        message: "\(path): cannot read the suite: \(error); give the path of a suite file such as benchmarks/quick.toml"
      )
    }
    var catalogue = WorkloadRegistry.catalogue
    catalogue.counterGroups = try CounterGroupLoading.load(forSuite: path).items
    return try Suite.parse(source: source, file: path, catalogue: catalogue, isQuick: isQuick)
  }
}
