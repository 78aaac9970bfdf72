/// Zeroed memory in units of 128 bytes, the larger of the line sizes in use and of pairs that a prefetcher joins, so
/// that no two units share a line.
@safe
final class CacheLines: @unchecked Sendable {
  // SENDABLE: only hands out addresses; whoever uses them orders the accesses.

  static let lineBytes = 128

  private let base: UnsafeMutableRawPointer
  private let byteCount: Int

  init(count: Int) {
    byteCount = count * Self.lineBytes
    unsafe base = .allocate(byteCount: byteCount, alignment: Self.lineBytes)
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  deinit { unsafe base.deallocate() }

  /// The start of a line, valid as long as this object.
  ///
  /// - Precondition: the line exists; a value of `type` fits in what follows it and needs no deinitialisation.
  @unsafe
  func pointer<Value: ~Copyable>(toLine line: Int, as type: Value.Type) -> UnsafeMutablePointer<Value> {
    precondition(line * Self.lineBytes + MemoryLayout<Value>.size <= byteCount, "line \(line) is out of bounds")
    precondition(MemoryLayout<Value>.alignment <= Self.lineBytes, "the type wants more than a line's alignment")
    // SAFETY: in bounds and aligned as just checked.
    return unsafe (base + line * Self.lineBytes).bindMemory(to: type, capacity: 1)
  }
}
