/// Why a cell of the matrix cannot be run.
public enum WorkloadError: Error, Equatable, CustomStringConvertible {
  case unknown(what: String, name: String, known: [String])
  case badParameter(name: String, value: String, wanted: String)
  /// The combination makes no sense.
  case impossible(String)
  /// Populating the table failed.
  case outOfFrames(worker: Int)
  case floorUnavailable(bytes: UInt64)

  public var description: String {
    switch self {
    case .unknown(let what, let name, let known):
      "unknown \(what) '\(name)'; known: \(known.joined(separator: ", "))"
    case .badParameter(let name, let value, let wanted):
      "parameter \(name) is '\(value)'; wanted \(wanted)"
    case .impossible(let reason): reason
    case .outOfFrames(let worker):
      "worker \(worker) ran out of table frames while populating its region: the arena was sized too small"
    case .floorUnavailable(let bytes):
      "cannot map \(bytes) bytes for the C floor's arena; use a smaller region-size"
    }
  }
}
