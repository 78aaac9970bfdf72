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
  /// Bits of a virtual address that are translated. What the rest must be, ``isCanonical(_:)`` says: usually repetitions of the
  /// topmost translated bit.
  static var virtualAddressBits: Int { get }
  /// Bits of a physical address that an entry can hold.
  static var physicalAddressBits: Int { get }
  /// Addresses of user mappings that a tree of this format may hold. Its default is the lower half of a sign-extended
  /// address space; empty if such a tree holds none.
  static var userRange: VirtualRange { get }
  /// Addresses of kernel mappings that a tree of this format may hold; see ``userRange``.
  static var kernelRange: VirtualRange { get }
  /// Whether the processor accepts the address at all.
  static func isCanonical(_ address: VirtualAddress) -> Bool

  /// The word for a table node at `address` (4 KiB aligned, not 0: LoongArch spells a table as its bare address), with all
  /// permissions: leaves decide.
  static func table(_ address: PhysicalAddress) -> UInt64
  /// The word for a leaf. `address` must be aligned to the level's slot and `properties` supported.
  static func leaf(_ address: PhysicalAddress, _ properties: PageProperties, at level: Level) -> UInt64
  /// What must be added to a base-page leaf's word to make it map the next frame, where ``hasStride(_:)``.
  static var leafStride: UInt64 { get }
  /// Whether base-page leaves of consecutive frames with these properties differ by ``leafStride``. Always, by default.
  static func hasStride(_ properties: PageProperties) -> Bool
  /// The child's address if `word` at `level` is a table entry.
  static func child(_ word: UInt64, at level: Level) -> PhysicalAddress?
  /// Where a leaf, a word that is neither absent nor a table, maps to.
  static func leafAddress(_ word: UInt64, at level: Level) -> PhysicalAddress
  /// Where the leaf in the slot that translates `virtual` maps to. The same as ``leafAddress(_:at:)``, which is the
  /// default, except where one word stands in several slots (RISC-V Svnapot).
  static func leafAddress(_ word: UInt64, at level: Level, translating virtual: UInt64) -> PhysicalAddress
  static func leafProperties(_ word: UInt64, at level: Level) -> PageProperties
  /// How to make the change without decoding, for words that allow it; nil if none does. By default there is no such way.
  static func wordChange(_ change: PropertyChange, at level: Level) -> WordChange?
  /// Whether a leaf with these properties can be written at `level` without losing any of them.
  static func supports(_ properties: PageProperties, at level: Level) -> Bool
  /// The memory type behind an index, with the format's power-on or recommended attribute table; nil for an index that an entry
  /// cannot hold or the manual reserves.
  static func memoryType(_ index: UInt8) -> MemoryType?
  /// The index for ordinary, cached memory.
  static var ordinaryMemoryIndex: UInt8 { get }
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

  @inlinable @inline(__always)
  public static func leafAddress(_ word: UInt64, at level: Level, translating virtual: UInt64) -> PhysicalAddress {
    leafAddress(word, at: level)
  }

  @inlinable @inline(__always)
  public static func hasStride(_ properties: PageProperties) -> Bool { true }

  /// Properties of ordinary, cached memory with the given rights.
  @inlinable @inline(__always)
  public static func ordinary(_ properties: PageProperties) -> PageProperties {
    var properties = properties
    properties.memoryIndex = ordinaryMemoryIndex
    return properties
  }

  /// Level of the root node.
  @inlinable public static var rootLevel: Level { Level(levels) }

  /// The lower half without its last page, which processors of several families cannot safely execute in.
  @inlinable
  public static var userRange: VirtualRange {
    VirtualRange(VirtualAddress(0), VirtualAddress((1 &<< UInt64(virtualAddressBits &- 1)) &- frameBytes))
  }

  /// The upper half without its last page, so that every end is representable.
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
