public import Addressing

/// A processor family's page-table format: a pure codec between 64-bit words and ``Entry``, plus its geometry.
///
/// Three laws, held by tests for every format, level and property set:
/// 1. `decode(encode(e, at: l), at: l) == e` for every `e` the format supports at `l`.
/// 2. The word 0 is absent, and no table or leaf encodes to 0.
/// 3. Encoding never touches a reserved bit.
///
/// The piecewise requirements exist beside ``decode(_:at:)`` because hot loops want one test, not a whole entry.
public protocol EntryFormat: SendableMetatype {
  /// The name suites and reports use.
  static var name: String { get }
  /// One line for `pagebench list`.
  static var summary: String { get }
  /// Levels of a full tree; the root is a node at this level.
  static var levels: Int { get }
  /// Highest level whose entries may be leaves.
  static var highestLeafLevel: Int { get }
  /// Bits of a virtual address that are translated; the rest must repeat the topmost of them.
  static var virtualAddressBits: Int { get }
  /// Bits of a physical address that an entry can hold.
  static var physicalAddressBits: Int { get }

  /// The word for a table node at `address` (4 KiB aligned), with all permissions: leaves decide.
  static func table(_ address: PhysicalAddress) -> UInt64
  /// The word for a leaf. `address` must be aligned to the level's slot and `properties` supported.
  static func leaf(_ address: PhysicalAddress, _ properties: PageProperties, at level: Level) -> UInt64
  /// What must be added to a base-page leaf's word to make it map the next frame.
  static var leafStride: UInt64 { get }
  /// The child's address if `word` at `level` is a table entry.
  static func child(_ word: UInt64, at level: Level) -> PhysicalAddress?
  /// Whether a word that is neither absent nor a table maps something.
  static func leafAddress(_ word: UInt64, at level: Level) -> PhysicalAddress
  static func leafProperties(_ word: UInt64, at level: Level) -> PageProperties
  /// Whether a leaf with these properties can be written at `level` without losing any of them.
  static func supports(_ properties: PageProperties, at level: Level) -> Bool
  /// The memory type behind an index, with the format's power-on attribute table.
  static func memoryType(_ index: UInt8) -> MemoryType?
  /// The registers that make a processor translate by the tree below `root`.
  static func controlRegisters(root: PhysicalAddress) -> [ControlRegister]
  /// Fields of an entry at `level` as the manual draws them, most significant first.
  static func layout(of word: UInt64, at level: Level) -> [LayoutField]
}

extension EntryFormat {
  /// Every word has a meaning; words with reserved bits set are read as the hardware would read them without the check.
  @inlinable @inline(__always)
  public static func decode(_ word: UInt64, at level: Level) -> Entry {
    if word == 0 { return .absent }
    if let child = child(word, at: level) { return .table(child) }
    return .leaf(leafAddress(word, at: level), leafProperties(word, at: level))
  }

  @inlinable @inline(__always)
  public static func encode(_ entry: Entry, at level: Level) -> UInt64 {
    switch entry {
    case .absent: 0
    case .table(let address): table(address)
    case .leaf(let address, let properties): leaf(address, properties, at: level)
    }
  }

  /// Properties of ordinary, cached memory with the given rights.
  @inlinable
  public static func ordinary(_ properties: PageProperties) -> PageProperties { properties }

  /// Level of the root node.
  @inlinable public static var rootLevel: Level { Level(levels) }

  /// Addresses a user table may map: the lower half without its last page, which processors of several families cannot
  /// safely execute in.
  @inlinable
  public static var userRange: VirtualRange {
    VirtualRange(VirtualAddress(0), VirtualAddress((1 &<< UInt64(virtualAddressBits &- 1)) &- frameBytes))
  }

  /// Addresses a kernel table may map: the upper half without its last page, so that every end is representable.
  @inlinable
  public static var kernelRange: VirtualRange {
    VirtualRange(VirtualAddress(~0 &<< UInt64(virtualAddressBits &- 1)), VirtualAddress(0 &- frameBytes))
  }

  /// Whether a table may map `address`: it lies in ``userRange`` or ``kernelRange``.
  @inlinable @inline(__always)
  public static func isMappable(_ address: VirtualAddress) -> Bool {
    address < userRange.end || (address >= kernelRange.start && address < kernelRange.end)
  }

  /// Whether all bits above the translated ones repeat the topmost of them.
  @inlinable
  public static func isCanonical(_ address: VirtualAddress) -> Bool {
    let shift = Int64(64 &- virtualAddressBits)
    return (Int64(bitPattern: address.rawValue) &<< shift) &>> shift == Int64(bitPattern: address.rawValue)
  }
}

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
    /// Hardware ignores it.
    case ignored
  }

  public init(_ bits: BitField, _ name: String, _ kind: Kind = .defined) {
    self.bits = bits
    self.name = name
    self.kind = kind
  }
}
