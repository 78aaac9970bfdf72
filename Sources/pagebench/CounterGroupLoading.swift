import Counters
import Harness
import Results

/// Finds and reads counter group files for several commands.
enum CounterGroupLoading {
  /// - Parameter suite: path of the suite file, beside which there may be a folder of groups.
  /// - Throws: `CommandFailure` when there are no files, `SuiteErrors` for their content.
  static func load(forSuite suite: String? = nil) throws -> CounterCatalogue {
    let folder: String
    do {
      folder = try CounterGroupFolder.find(named: RunEnvironment.counterGroups, suite: suite)
    } catch {
      throw CommandFailure(status: .usage, message: "\(error)")
    }
    do { return try CounterGroupFolder.load(folder) } catch let errors as SuiteErrors {
      throw errors
    } catch {
      throw CommandFailure(status: .usage, message: "\(folder): cannot read the counter groups: \(error)")
    }
  }
}

extension CounterCatalogue {
  /// The groups as a suite's vocabulary has them.
  var items: [Catalogue.Item] { groups.map { Catalogue.Item(name: $0.name, summary: $0.summary) } }
}
