import Harness
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
    return try Suite.parse(source: source, file: path, catalogue: WorkloadRegistry.catalogue, isQuick: isQuick)
  }
}
