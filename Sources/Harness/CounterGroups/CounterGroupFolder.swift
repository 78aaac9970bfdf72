public import Counters
import Glibc
import SystemPackage

/// The folder of counter group files.
public enum CounterGroupFolder {
  /// Where it is below a clone of the repository.
  static let standardPath = "benchmarks/counters"

  /// Finds the folder: the one named, else `counters` beside the suite, else `benchmarks/counters` below the current
  /// directory, else below a directory that the program lies in.
  ///
  /// - Parameters:
  ///   - named: from the user; never passed over.
  ///   - suite: path of a suite file.
  ///   - executable: path of the program.
  /// - Throws: ``CounterGroupFolderError`` when there is none.
  public static func find(
    named: String?, suite: String?, executable: String? = Self.ownExecutable
  ) throws(CounterGroupFolderError) -> String {
    if let named {
      guard isGroupFolder(named) else { throw CounterGroupFolderError(named: named, places: []) }
      return named
    }
    var places: [String] = []
    if let suite { places.append(FilePath(suite).removingLastComponent().appending("counters").string) }
    places.append(standardPath)
    if let executable {
      var directory = FilePath(executable)
      while directory.removeLastComponent(), !directory.isEmpty {
        places.append(directory.appending(standardPath).string)
      }
    }
    guard let found = places.first(where: isGroupFolder) else {
      throw CounterGroupFolderError(named: nil, places: places)
    }
    return found
  }

  /// Reads every group file of a folder.
  ///
  /// - Throws: ``SuiteErrors`` with every fault of every file, or `Errno` when a file cannot be read.
  public static func load(_ folder: String) throws -> CounterCatalogue {
    let files = try SuiteFile.paths(inDirectory: folder).map { path in
      CounterGroupSource(file: path, text: try TextFile.read(path))
    }
    return try CounterGroupReader.catalogue(of: files)
  }

  private static func isGroupFolder(_ path: String) -> Bool { !SuiteFile.paths(inDirectory: path).isEmpty }

  /// The path of this program; nil when the kernel does not say.
  public static var ownExecutable: String? {
    // SAFETY: realpath with no buffer returns nil or a string that the caller frees.
    guard let resolved = unsafe realpath("/proc/self/exe", nil) else { return nil }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }
}

/// There are no counter group files where they are looked for.
public struct CounterGroupFolderError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The folder that the user named, if any.
  public let named: String?
  /// Where else was looked, in order.
  public let places: [String]

  public var description: String {
    if let named { return "\(named): no counter group files (*.toml) there; name a folder like benchmarks/counters" }
    return "no counter group files found; looked in \(places.joined(separator: ", ")); "
      + "run from a clone of the repository, or set PAGEBENCH_COUNTERS to its benchmarks/counters"
  }
}
