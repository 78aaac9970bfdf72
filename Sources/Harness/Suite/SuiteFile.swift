import SystemPackage

/// Suite files on the disk.
public enum SuiteFile {
  /// The file's text.
  ///
  /// - Throws: `Errno`.
  public static func read(_ path: String) throws -> String { try TextFile.read(path) }

  /// The file's name without its ending: the name of what it describes.
  static func stem(of file: String) -> String { FilePath(file).stem ?? file }

  /// Paths of the suite files right inside a directory, sorted; none when there is no such directory.
  public static func paths(inDirectory directory: String) -> [String] {
    TextFile.names(inDirectory: directory).filter { $0.hasSuffix(".toml") }.sorted()
      .map { FilePath(directory).appending($0).string }
  }
}
