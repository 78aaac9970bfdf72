/// Where and how a run was made: the content of `env.csv`, an ordered list of `section, key, value, unit`.
///
/// Long form, so that a new fact never changes a header.
public struct EnvironmentRecord: Hashable, Sendable {
  public static let schema = SchemaName(name: "pagebench.env", major: 1)
  public static let columnNames = ["schema", "run_id", "section", "key", "value", "unit"]

  public struct Entry: Hashable, Sendable {
    /// `tool`, `build`, `vcs`, `host`, `clock`, `kernel`, `power`, `load`, `findings`, `counters`, `harness`.
    public var section: String
    public var key: String
    /// nil when the fact could not be found out; an empty text reads back as nil.
    public var value: String?
    /// Empty for text.
    public var unit: String

    public init(section: String, key: String, value: String?, unit: String = "") {
      self.section = section
      self.key = key
      self.value = value.flatMap { $0.isEmpty ? nil : $0 }
      self.unit = unit
    }
  }

  public let runID: String
  public private(set) var entries: [Entry] = []

  public init(runID: String) { self.runID = runID }

  /// Sets a fact: replaces the entry of the same section and key, or appends one.
  public mutating func set(_ section: String, _ key: String, _ value: String?, unit: String = "") {
    let entry = Entry(section: section, key: key, value: value, unit: unit)
    if let position = entries.firstIndex(where: { $0.section == section && $0.key == key }) {
      entries[position] = entry
    } else {
      entries.append(entry)
    }
  }

  /// A fact's value; nil when it is absent or unknown.
  public subscript(section: String, key: String) -> String? {
    entries.first { $0.section == section && $0.key == key }?.value
  }

  public func csvBytes() -> [UInt8] {
    CSVWriter.encode(
      columns: Self.columnNames,
      rows: entries.map { [Self.schema.description, runID, $0.section, $0.key, $0.value ?? "", $0.unit] })
  }

  /// - Throws: ``ResultsFileError`` when the file cannot be read or is malformed, has no rows, mixes runs, or repeats a
  ///   key. The file is replaced as a whole when written, so a torn end is an error here.
  public static func read(path: String) throws(ResultsFileError) -> EnvironmentRecord {
    try read(bytes: FileSystem.contents(of: path), path: path)
  }

  /// - Parameter path: used in messages only.
  public static func read(bytes: [UInt8], path: String) throws(ResultsFileError) -> EnvironmentRecord {
    let table = try CSVReader.read(bytes: bytes, path: path)
    let positions = try table.positions(of: columnNames)
    if let torn = table.tornTail {
      throw ResultsFileError(path: path, line: torn.line, problem: .inconsistent("the last record is torn"))
    }
    var record: EnvironmentRecord?
    for row in table.rows {
      let cells = positions.map { row.cells[$0] }
      try schema.checkReads(cells[0], path: path, line: row.line)
      var current = record ?? EnvironmentRecord(runID: cells[1])
      func failure(_ column: String, _ problem: ResultsFileError.Problem) -> ResultsFileError {
        ResultsFileError(path: path, line: row.line, column: column, problem: problem)
      }
      guard !cells[1].isEmpty else { throw failure("run_id", .badValue(found: "", expected: "a run identifier")) }
      guard cells[1] == current.runID else {
        throw failure("run_id", .inconsistent("run `\(cells[1])` stands in the file of run `\(current.runID)`"))
      }
      guard !cells[3].isEmpty else { throw failure("key", .badValue(found: "", expected: "a name")) }
      let entry = Entry(section: cells[2], key: cells[3], value: cells[4], unit: cells[5])
      guard !current.entries.contains(where: { $0.section == entry.section && $0.key == entry.key }) else {
        throw failure("key", .inconsistent("`\(entry.section).\(entry.key)` stands there twice"))
      }
      current.entries.append(entry)
      record = current
    }
    guard let record else {
      throw ResultsFileError(path: path, problem: .inconsistent("the file has a header but no rows"))
    }
    return record
  }

  /// One fact that two records tell differently; nil where a side does not have it.
  public struct Difference: Hashable, Sendable {
    public let section: String
    public let key: String
    public let first: String?
    public let second: String?
  }

  /// Facts that differ between this record and another, in this record's order, then those only the other has.
  ///
  /// - Parameter sections: only these sections; nil for all.
  public func differences(from other: EnvironmentRecord, sections: Set<String>? = nil) -> [Difference] {
    var result: [Difference] = []
    for entry in entries where sections?.contains(entry.section) ?? true {
      let second = other[entry.section, entry.key]
      if second != entry.value {
        result.append(Difference(section: entry.section, key: entry.key, first: entry.value, second: second))
      }
    }
    for entry in other.entries where sections?.contains(entry.section) ?? true {
      let isShared = entries.contains { $0.section == entry.section && $0.key == entry.key }
      if !isShared, let value = entry.value {
        result.append(Difference(section: entry.section, key: entry.key, first: nil, second: value))
      }
    }
    return result
  }
}
