/// Name of a case across runs, hosts and commits: 64-bit FNV-1a over columns 4 to 10 of a sample row
/// (`suite`, `case`, `strategy`, `threads`, `placement`, `mempolicy`, `params`).
///
/// The cells are hashed as the UTF-8 text that stands in the file, joined by the byte 0xFF, which never occurs in UTF-8,
/// so no two lists of cells give the same byte string. FNV-1a is not collision-resistant against an adversary; the
/// verifier reports two cases with one identifier, should that ever happen among honest ones.
public struct CaseID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public init(of cell: Cell) {
    var hash = FNV1a64()
    for (index, text) in cell.identityColumns.enumerated() {
      if index > 0 { hash.combine(0xFF) }
      hash.combine(text)
    }
    self.init(rawValue: hash.value)
  }

  /// Reads exactly 16 lower-case hexadecimal digits.
  public init?(_ text: String) {
    guard text.utf8.count == 16, let value = UInt64(text, radix: 16) else { return nil }
    self.init(rawValue: value)
    guard description == text else { return nil }
  }

  /// 16 lower-case hexadecimal digits.
  public var description: String {
    let digits = String(rawValue, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  public static func < (left: CaseID, right: CaseID) -> Bool { left.rawValue < right.rawValue }
}
