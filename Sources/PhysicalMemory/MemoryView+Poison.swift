public import Addressing
internal import Executions

// Debug builds fill the first and the last cache line of a freed frame with a pattern and look at it when the frame is
// allocated again. Release builds contain none of it: every call stands inside an `assert`.

/// The pattern. Even, so that a walker that strays into a freed table finds nothing present in the formats that say so with
/// bit 0.
@inlinable var freedPattern: UInt64 { 0xFEEE_FEEE_FEEE_FEEE }

extension MemoryView {
  /// Marks the frame as free: pattern and no owner. Returns false if it already was, or is shared.
  @inlinable
  func poison(_ frame: PhysicalAddress) -> Bool {
    let record = record(frame)
    if record.isPoisoned || record.references.isShared { return false }
    for word in 0..<16 {
      // SAFETY: inside the frame; its last owner gives it up here, so nobody else reads or writes it.
      unsafe (frames + Self.poisonOffset(frame, word)).storeBytes(of: freedPattern, as: UInt64.self)
    }
    record.isPoisoned = true
    return record.references.markOwnerless()
  }

  /// Takes the mark off and gives the frame an owner. Returns false if the pattern was damaged. A frame that was never freed has
  /// none.
  @inlinable
  func unpoison(_ frame: PhysicalAddress) -> Bool {
    let record = record(frame)
    guard record.isPoisoned else { return true }
    record.isPoisoned = false
    record.references.reset()
    return (0..<16).allSatisfy {
      // SAFETY: inside the frame, which the caller just became the owner of.
      unsafe (frames + Self.poisonOffset(frame, $0)).load(as: UInt64.self) == freedPattern
    }
  }

  /// As ``poison(_:)`` for every frame of a block. The block is counted at its first frame, so only that can be shared.
  @inlinable
  func poison(_ block: PhysicalAddress, order: Int) -> Bool {
    (0..<UInt64(1) << UInt64(order)).allSatisfy { poison(block &+ $0 * frameBytes) }
  }

  /// As ``unpoison(_:)`` for every frame of a block. Returns the first damaged frame, nil if there is none.
  @inlinable
  func unpoison(_ block: PhysicalAddress, order: Int) -> PhysicalAddress? {
    var damaged: PhysicalAddress?
    for index in 0..<UInt64(1) << UInt64(order) {
      let frame = block &+ index * frameBytes
      if !unpoison(frame) && damaged == nil { damaged = frame }
    }
    return damaged
  }

  /// Offset of one of the sixteen words of the frame's first and last cache line.
  @inlinable
  static func poisonOffset(_ frame: PhysicalAddress, _ word: Int) -> Int {
    Int(frame.rawValue) + (word < 8 ? word * 8 : Int(frameBytes) - 64 + (word - 8) * 8)
  }
}
