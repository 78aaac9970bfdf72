public import Addressing

/// What leaves of a format can say, for `pagebench list formats` and documentation. Found by asking
/// ``EntryFormat/supports(_:at:)``, so it cannot drift from what the codec accepts.
public struct FormatCapabilities: Sendable {
  /// Levels that leaves may stand at, smallest first.
  public let leafLevels: [Level]
  /// Every single-bit property that some leaf can have.
  public let properties: PageProperties
  /// Levels at which ``PageProperties/contiguous`` leaves exist.
  public let contiguousLevels: [Level]
  /// Combinations of read, write and execute that exist, `---` for mapped without access.
  public let rights: [PageProperties]
  /// Memory type indices and the types behind them.
  public let memoryTypes: [(index: UInt8, type: MemoryType)]
  public let shareabilities: [PageProperties.Shareability]
  /// Bits of ``PageProperties/software``.
  public let softwareBits: Int
  /// Protection keys, 1 if the format has none.
  public let protectionKeys: Int

  /// The single-bit properties and their names.
  public static let propertyNames: [(property: PageProperties, name: String)] = [
    (.read, "read"), (.write, "write"), (.execute, "execute"), (.user, "user"), (.global, "global"),
    (.accessed, "accessed"), (.dirty, "dirty"), (.dirtyTracking, "dirty-tracking"),
    (.executeElsewhere, "execute-elsewhere"), (.ownLevelOnly, "own-level-only"), (.contiguous, "contiguous"),
  ]

  public init(of format: any EntryFormat.Type) {
    let levels = (1...format.highestLeafLevel).map { Level($0) }
    func supports(_ change: (inout PageProperties) -> Void, at level: Level = .one) -> Bool {
      // Everything can be said of a page that may be read and written.
      var properties: PageProperties = [.read, .write]
      change(&properties)
      return format.supports(properties, at: level)
    }
    leafLevels = levels
    properties = Self.propertyNames.reduce([]) { union, entry in
      levels.contains { supports({ $0.insert(entry.property) }, at: $0) } ? union.union(entry.property) : union
    }
    contiguousLevels = levels.filter { supports({ $0.insert(.contiguous) }, at: $0) }
    rights = (0..<8).compactMap { bits in
      var rights: PageProperties = []
      for (bit, right) in [PageProperties.read, .write, .execute].enumerated() where bits >> bit & 1 == 1 {
        rights.insert(right)
      }
      return format.supports(rights, at: .one) ? rights : nil
    }
    memoryTypes = (0..<8 as Range<UInt8>).compactMap { index in
      guard let type = format.memoryType(index), supports({ $0.memoryIndex = index }) else { return nil }
      return (index, type)
    }
    shareabilities = PageProperties.Shareability.allCases.filter { shareability in
      supports { $0.shareability = shareability }
    }
    softwareBits = (0..<10).count { bit in supports { $0.software = 1 << bit } }
    protectionKeys = (0..<16 as Range<UInt8>).count { key in supports { $0.protectionKey = key } }
  }
}

extension FormatCapabilities: CustomStringConvertible {
  /// One line per kind of capability.
  public var description: String {
    let names = Self.propertyNames.filter { properties.contains($0.property) }.map(\.name)
    var lines = [
      "leaves: " + Self.sizes(leafLevels),
      "rights: " + rights.map { String($0.description.prefix(3)) }.joined(separator: ", "),
      "properties: " + names.joined(separator: ", "),
      "memory types: " + memoryTypes.map { "\($0.index) \($0.type.rawValue)" }.joined(separator: ", "),
      "software bits: \(softwareBits)",
    ]
    if !contiguousLevels.isEmpty { lines.append("contiguous runs of 16: " + Self.sizes(contiguousLevels)) }
    if shareabilities.count > 1 {
      lines.append("shareability: " + shareabilities.map { "\($0)" }.joined(separator: ", "))
    }
    if protectionKeys > 1 { lines.append("protection keys: \(protectionKeys)") }
    return lines.joined(separator: "\n")
  }

  /// `4K, 2M, 1G`: sizes of leaves at the levels.
  private static func sizes(_ levels: [Level]) -> String {
    levels.map { level in
      let units = ["", "K", "M", "G", "T", "P"]
      let unit = Int(level.shift) / 10
      return "\(level.slotBytes >> UInt64(unit * 10))\(units[unit])"
    }.joined(separator: ", ")
  }
}
