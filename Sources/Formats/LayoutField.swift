public import Addressing

/// One field of an entry, for people: drawn by `pagebench decode` and checked by the layout laws.
public struct LayoutField: Sendable {
  public let bits: BitField
  public let name: String
  public let kind: Kind

  /// Who gives the field its meaning.
  public enum Kind: Sendable {
    /// The manual defines it.
    case defined
    /// Must be zero.
    case reserved
    /// Hardware ignores it, and so does this project: written as zero.
    case ignored
    /// Hardware ignores it; this project keeps something there.
    case software
  }

  public init(_ bits: BitField, _ name: String, _ kind: Kind = .defined) {
    self.bits = bits
    self.name = name
    self.kind = kind
  }
}

extension LayoutField {
  /// A single bit.
  init(_ bit: Int, _ name: String, _ kind: Kind = .defined) { self.init(BitField(bit: bit), name, kind) }

  /// Bits `high` down to `low`, as manuals write them.
  init(_ high: Int, _ low: Int, _ name: String, _ kind: Kind = .defined) {
    self.init(BitField(low: low, width: high - low + 1), name, kind)
  }

  /// The drawing of the word 0 in every format.
  static var absent: [LayoutField] { [LayoutField(63, 0, "absent")] }
}
