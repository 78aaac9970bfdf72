public import Addressing
public import Formats

/// One call of a property test with all its parameters. A run is a list of these, so it can be executed again, cut down and
/// printed.
///
/// A new kind of step is a case here with its ``code``, an arm in ``OracleExecutor/perform(_:)``, and a weight in
/// ``OracleStepGenerator``. Lengths are bytes.
public enum OracleStep: Hashable, Sendable {
  /// Closes the open cursor, then opens one.
  case open(VirtualRange, largestLeaf: Level)
  case map(PhysicalAddress, PageProperties, Level)
  case mapRun(PhysicalAddress, PageProperties, pages: UInt64)
  case mapRegion(PhysicalAddress, PageProperties, UInt64, largest: Level)
  case replace(PhysicalAddress, PageProperties, Level)
  case find(UInt64)
  case take(UInt64)
  case takeFragment(UInt64)
  case takeAll(UInt64)
  /// Turns flags over.
  case protect(UInt64, PageProperties)
  case protectAll(UInt64, PageProperties)
  /// By a change that is a value.
  case change(UInt64, PropertyChange)
  case changeAll(UInt64, PropertyChange)
  case merge(Level)
  case query
  case item
  case jump(VirtualAddress)
  /// Closes the open cursor and compares the whole table with the oracle.
  case check
}

extension OracleStep {
  /// The call as Swift, an expression on `table` and `cursor`.
  public var code: String {
    switch self {
    case .open(let range, let largest):
      "Cursor(table.view, over: \(range.swiftCode), largestLeaf: \(largest.swiftCode), by: soleWorker)"
    case .map(let frame, let properties, let level):
      "cursor.map(\(frame.swiftCode), \(properties.swiftCode), level: \(level.swiftCode))"
    case .mapRun(let frame, let properties, let pages):
      "cursor.mapRun(\(frame.swiftCode), \(properties.swiftCode), pages: \(pages))"
    case .mapRegion(let frame, let properties, let bytes, let largest):
      "cursor.mapRegion(\(frame.swiftCode), \(properties.swiftCode), "
        + "byteCount: \(bytes.swiftCode), largest: \(largest.swiftCode))"
    case .replace(let frame, let properties, let level):
      "cursor.replace(\(frame.swiftCode), \(properties.swiftCode), level: \(level.swiftCode))"
    case .find(let bytes): "cursor.findNext(\(bytes.swiftCode))"
    case .takeFragment(let bytes): "takeFragment(&cursor, \(bytes.swiftCode), of: table.view)"
    case .take(let bytes): "cursor.takeNext(\(bytes.swiftCode))"
    case .takeAll(let bytes): "takeAll(&cursor, \(bytes.swiftCode))"
    case .protect(let bytes, let flags): "protectNext(&cursor, \(bytes.swiftCode), turningOver: \(flags.swiftCode))"
    case .protectAll(let bytes, let flags): "protectAll(&cursor, \(bytes.swiftCode), turningOver: \(flags.swiftCode))"
    case .change(let bytes, let change): "cursor.protectNext(\(bytes.swiftCode), \(change.swiftCode))"
    case .changeAll(let bytes, let change): "cursor.protectAll(\(bytes.swiftCode), \(change.swiftCode))"
    case .merge(let level): "cursor.merge(level: \(level.swiftCode))"
    case .query: "cursor.query()"
    case .item: "nextItem(&cursor)"
    case .jump(let target): "cursor.jump(to: \(target.swiftCode))"
    case .check: "firstComplaint(about: table)"
    }
  }

  /// Steps that do less, the least first; shrinking tries them in this order.
  public var simpler: [OracleStep] {
    switch self {
    case .open(let range, let largest):
      Self.smaller(largest).map { .open(range, largestLeaf: $0) }
        + Self.smaller(range.byteCount).filter { $0 > 0 }.map {
          .open(VirtualRange(start: range.start, byteCount: $0), largestLeaf: largest)
        }
    case .map(let frame, let properties, let level):
      Self.smaller(level).map { .map(frame, properties, $0) } + Self.simpler(frame).map { .map($0, properties, level) }
        + Self.simpler(properties).map { .map(frame, $0, level) }
    case .mapRun(let frame, let properties, let pages):
      Self.smaller(pages * frameBytes).map { .mapRun(frame, properties, pages: $0 / frameBytes) }
        + Self.simpler(frame).map { .mapRun($0, properties, pages: pages) }
        + Self.simpler(properties).map { .mapRun(frame, $0, pages: pages) }
    case .mapRegion(let frame, let properties, let bytes, let largest):
      Self.smaller(bytes).map { .mapRegion(frame, properties, $0, largest: largest) }
        + Self.smaller(largest).map { .mapRegion(frame, properties, bytes, largest: $0) }
        + Self.simpler(frame).map { .mapRegion($0, properties, bytes, largest: largest) }
        + Self.simpler(properties).map { .mapRegion(frame, $0, bytes, largest: largest) }
    case .replace(let frame, let properties, let level):
      [.map(frame, properties, level)] + Self.smaller(level).map { .replace(frame, properties, $0) }
        + Self.simpler(frame).map { .replace($0, properties, level) }
        + Self.simpler(properties).map { .replace(frame, $0, level) }
    case .find(let bytes): Self.smaller(bytes).map { .find($0) }
    case .takeFragment(let bytes): [.take(bytes)] + Self.smaller(bytes).map { .takeFragment($0) }
    case .take(let bytes): Self.smaller(bytes).map { .take($0) }
    case .takeAll(let bytes): [.take(bytes)] + Self.smaller(bytes).map { .takeAll($0) }
    case .protect(let bytes, let flags): Self.smaller(bytes).map { .protect($0, flags) }
    case .protectAll(let bytes, let flags):
      [.protect(bytes, flags)] + Self.smaller(bytes).map { .protectAll($0, flags) }
    case .change(let bytes, let change): Self.smaller(bytes).map { .change($0, change) }
    case .changeAll(let bytes, let change):
      [.change(bytes, change)] + Self.smaller(bytes).map { .changeAll($0, change) }
    case .merge(let level): Self.smaller(level).filter { $0 > .one }.map { .merge($0) }
    case .query, .item, .jump, .check: []
    }
  }

  /// The step at addresses lower by `offset`.
  func moved(down offset: UInt64) -> OracleStep {
    switch self {
    case .open(let range, let largest):
      .open(VirtualRange(start: range.start &+ (0 &- offset), byteCount: range.byteCount), largestLeaf: largest)
    case .jump(let target): .jump(target &+ (0 &- offset))
    default: self
    }
  }

  private static func smaller(_ bytes: UInt64) -> [UInt64] {
    let pages = bytes / frameBytes
    var found: [UInt64] = []
    // Down to the last page only where it is near: a long way in single pages would take thousands of replays.
    for candidate in [
      1, 2, pages / 2, pages - pages / 4, pages - pages / 16, pages < 16 ? pages - min(pages, 1) : pages,
    ]
    where candidate < pages && !found.contains(candidate) { found.append(candidate) }
    return found.map { $0 * frameBytes }
  }

  private static func smaller(_ level: Level) -> [Level] { (1..<level.rawValue).map { Level($0) } }

  private static func simpler(_ frame: PhysicalAddress) -> [PhysicalAddress] {
    frame.rawValue == 0 ? [] : [PhysicalAddress(0)]
  }

  private static func simpler(_ properties: PageProperties) -> [PageProperties] {
    properties == .read ? [] : [.read]
  }
}
