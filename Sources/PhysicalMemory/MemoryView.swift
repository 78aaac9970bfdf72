public import Addressing
public import Executions

/// The arena as hot code sees it: two base addresses. A physical address is an offset from the first, a frame's record lies at
/// its address divided by 64 from the second.
///
/// A trivial value, passed by copy; the ``PhysicalArena`` that made it must outlive it.
@safe
public struct MemoryView<E: Execution>: Sendable {
  // SENDABLE: both regions are reached through PTESlot and FrameRecord, which state who may touch what.
  @usableFromInline nonisolated(unsafe) let frames: UnsafeMutableRawPointer
  @usableFromInline nonisolated(unsafe) let records: UnsafeMutableRawPointer

  /// - Safety: `frames` must point to `byteCount` bytes of zeroed memory, `records` to 64 zeroed bytes per frame; both page
  ///   aligned.
  @unsafe
  init(frames: UnsafeMutableRawPointer, records: UnsafeMutableRawPointer, byteCount: UInt64) {
    unsafe self.frames = frames
    unsafe self.records = records
    // Kept in the record of frame 0, which is never handed out, so that the view stays two words.
    unsafe records.storeBytes(of: byteCount, toByteOffset: 56, as: UInt64.self)
  }

  /// Bytes of the arena; every frame address is below. Read only by checks in debug builds and by cold code.
  @inlinable
  public var byteCount: UInt64 {
    // SAFETY: written by `init`, never again.
    unsafe records.load(fromByteOffset: 56, as: UInt64.self)
  }

  /// Slot `index` of the table in the frame at `table`.
  @inlinable @inline(__always)
  public func slot(_ table: PhysicalAddress, _ index: Int) -> PTESlot<E> {
    assert(table.rawValue &+ frameBytes <= byteCount && index >= 0 && index < entriesPerNode, "slot outside the arena")
    // SAFETY: table addresses come from this arena's allocator, an index is masked to nine bits: the slot lies inside a frame.
    // The index first: it is known long before the table, whose address is the end of a chain of loads.
    return unsafe PTESlot(frames + (index &<< 3) + Int(truncatingIfNeeded: table.rawValue))
  }

  /// Metadata of the frame at `address`.
  @inlinable @inline(__always)
  public func record(_ address: PhysicalAddress) -> FrameRecord<E> {
    assert(address.rawValue < byteCount, "frame outside the arena")
    // SAFETY: as in `slot`; records are 64 bytes and a frame is 4096, so the record's offset is the address over 64.
    return unsafe FrameRecord(records + Int(truncatingIfNeeded: address.rawValue &>> 6))
  }

  /// Metadata of the frame with this number.
  @inlinable @inline(__always)
  func record(frame number: UInt32) -> FrameRecord<E> { record(PhysicalAddress(UInt64(number) &<< 12)) }

  /// Zeroes the frame at `address`. The caller is its only owner.
  @inlinable @inline(__always)
  public func zero(_ address: PhysicalAddress) {
    assert(address.rawValue &+ frameBytes <= byteCount, "frame outside the arena")
    // SAFETY: inside the arena; nobody else can reach the frame, so plain stores do not race.
    unsafe (frames + Int(truncatingIfNeeded: address.rawValue)).initializeMemory(
      as: UInt8.self, repeating: 0, count: Int(frameBytes))
  }

  /// Writes all 512 slots of a table that nobody else can reach yet: `word`, `word + stride` and so on. Plain stores; linking
  /// the table publishes them.
  @inlinable @inline(__always)
  public func fill(_ table: PhysicalAddress, from word: UInt64, stride: UInt64) {
    assert(table.rawValue &+ frameBytes <= byteCount, "frame outside the arena")
    // SAFETY: inside the arena, 8-byte aligned; nobody else can reach the frame, so plain stores do not race.
    let slots = unsafe (frames + Int(truncatingIfNeeded: table.rawValue)).assumingMemoryBound(to: UInt64.self)
    var word = word
    for index in 0..<entriesPerNode {
      unsafe slots[index] = word
      word &+= stride
    }
  }

  /// Host address of the page that backs `address`, for asking the kernel where it lies.
  public func hostAddress(of address: PhysicalAddress) -> UInt {
    unsafe UInt(bitPattern: frames + Int(address.rawValue))
  }
}
