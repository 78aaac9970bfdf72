internal import Addressing
public import Executions

/// What the allocator keeps for one worker beside its cache: two cache lines.
///
/// | bytes | field | touched by |
/// |---|---|---|
/// | 0–3 | announcement: 0, or twice the epoch in which the worker's lock-free walk began, plus 1 | the worker; read by all |
/// | 64–99 | three bags of retired tables: first frame number, count, epoch | the worker |
/// | 100–103 | tables retired since it last collected | the worker |
/// | 104–107 | tables it made, less those it freed | the worker |
/// | 108–111 | as much of that as is in the shared count | the worker |
/// | 112–115 | the largest value of bytes 104–107 | the worker |
@safe
@usableFromInline
struct WorkerRecord<E: Execution>: Sendable {
  // SENDABLE: bytes 0–3 are atomic, the rest is the worker's own.
  @usableFromInline nonisolated(unsafe) let base: UnsafeMutableRawPointer

  @usableFromInline static var byteCount: Int { 128 }
  @inlinable static var bagCount: UInt32 { 3 }

  /// - Safety: `base` must point to `byteCount` bytes, zeroed before the first use, 128-byte aligned, that outlive the value.
  @inlinable @inline(__always) @unsafe
  init(_ base: UnsafeMutableRawPointer) {
    unsafe self.base = base
  }

  // SAFETY for all accesses below: offsets lie inside the 128 bytes that `init` was promised, aligned for their type.

  @inlinable
  var announcement: SharedWord32<E> { unsafe SharedWord32(base) }

  @inlinable
  subscript(field: Field) -> UInt32 {
    @inline(__always) get { unsafe base.load(fromByteOffset: field.rawValue, as: UInt32.self) }
    @inline(__always) nonmutating set {
      unsafe base.storeBytes(of: newValue, toByteOffset: field.rawValue, as: UInt32.self)
    }
  }

  /// The worker's own words.
  @usableFromInline
  struct Field {
    @usableFromInline let rawValue: Int

    @inlinable init(_ rawValue: Int) { self.rawValue = rawValue }

    @inlinable static func head(_ bag: UInt32) -> Self { Self(64 &+ 12 &* Int(bag)) }
    @inlinable static func count(_ bag: UInt32) -> Self { Self(68 &+ 12 &* Int(bag)) }
    @inlinable static func epoch(_ bag: UInt32) -> Self { Self(72 &+ 12 &* Int(bag)) }
    @inlinable static var uncollected: Self { Self(100) }
    @inlinable static var tables: Self { Self(104) }
    @inlinable static var published: Self { Self(108) }
    @inlinable static var peak: Self { Self(112) }
  }
}
