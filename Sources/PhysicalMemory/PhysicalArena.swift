public import Addressing
internal import CNuma
public import Executions
internal import Glibc

/// Owns the memory that stands for physical memory: frames and, beside them, one 64-byte record per frame.
///
/// One reservation holds all spans, so a physical address stays a plain offset; each span is bound to its node with `mbind`
/// before it is touched. Both regions are 2 MiB aligned and advised to use huge pages, as a kernel's direct map does: the
/// benchmark should miss the TLB because of page tables, not because of the arena (about 15 % on random access). Interleaved
/// spans use 4 KiB pages.
public final class PhysicalArena<E: Execution>: Sendable {
  public let view: MemoryView<E>
  /// Frames of each span as `first..<end` frame numbers, in the order given at creation.
  public let spans: [Range<Int>]
  public let bindings: [NodeBinding]
  private let regions: [MappedRegion]

  /// Maps, binds, advises and, if `populate`, touches the whole arena.
  ///
  /// - Complexity: O(bytes) when populating.
  public init(spans wanted: [ArenaSpan], populate: Bool) throws(ArenaError) {
    precondition(!wanted.isEmpty, "an arena needs at least one span")
    var next = 0
    var ranges: [Range<Int>] = []
    for span in wanted {
      let count = (max(span.frameCount, 1) + 511) / 512 * 512
      ranges.append(next..<next + count)
      next += count
    }
    let frames = try MappedRegion(byteCount: UInt64(next) * frameBytes)
    let records = try MappedRegion(byteCount: UInt64(next) * UInt64(FrameRecord<E>.byteCount))
    for (range, span) in zip(ranges, wanted) {
      let recordBytes = UInt64(FrameRecord<E>.byteCount)
      for (region, unit, binding) in [(frames, frameBytes, span.binding), (records, recordBytes, span.recordBinding)] {
        try region.bind(offset: UInt64(range.lowerBound) * unit, byteCount: UInt64(range.count) * unit, to: binding)
      }
    }
    if populate {
      try frames.populate()
      try records.populate()
    }
    // SAFETY: both regions are zeroed by the kernel, page aligned, of the promised size, and unmapped only by `deinit`.
    view = unsafe MemoryView(frames: frames.base, records: records.base, byteCount: UInt64(next) * frameBytes)
    spans = ranges
    bindings = wanted.map(\.binding)
    regions = [frames, records]
  }

  /// Frames in all spans.
  public var frameCount: Int { Int(view.byteCount / frameBytes) }

  /// The index of the span that the frame at `address` belongs to; nil outside the arena.
  public func span(of address: PhysicalAddress) -> Int? {
    spans.firstIndex { $0.contains(Int(address.rawValue / frameBytes)) }
  }

  /// Host address of the record of the frame at `address`, for asking the kernel where it lies.
  public func recordHostAddress(of address: PhysicalAddress) -> UInt {
    precondition(address.rawValue < view.byteCount, "frame \(address) is not of this arena")
    // SAFETY: records are 64 bytes and a frame is 4096, so the record's offset is the address over 64.
    return unsafe UInt(bitPattern: view.records + Int(address.rawValue / 64))
  }
}

/// Anonymous memory, 2 MiB aligned, unmapped when the last reference goes.
@safe
private final class MappedRegion: Sendable {
  // SENDABLE: immutable after `init`; what lies behind `base` is governed by the arena's view types.
  nonisolated(unsafe) let base: UnsafeMutableRawPointer
  private nonisolated(unsafe) let mapping: UnsafeMutableRawPointer
  private let mappedBytes: Int
  let byteCount: UInt64

  private static var hugePageBytes: Int { 2 << 20 }

  init(byteCount: UInt64) throws(ArenaError) {
    self.byteCount = byteCount
    mappedBytes = Int(byteCount) + Self.hugePageBytes
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    let address = unsafe mmap(nil, mappedBytes, PROT_READ | PROT_WRITE, flags, -1, 0)
    // SAFETY: mmap returns MAP_FAILED or a mapping of `mappedBytes` bytes, of which the aligned part is used.
    guard unsafe address != MAP_FAILED, let address = unsafe address else {
      throw .cannotMap(bytes: byteCount, reason: errnoText())
    }
    unsafe mapping = address
    unsafe base = address.alignedUp(toMultipleOf: Self.hugePageBytes)
    // Advice only: where huge pages are off the arena still works.
    _ = unsafe madvise(base, Int(byteCount), MADV_HUGEPAGE)
  }

  func bind(offset: UInt64, byteCount: UInt64, to binding: NodeBinding) throws(ArenaError) {
    let nodes = binding.nodes
    guard !nodes.isEmpty else { return }
    // Spans are whole multiples of 512 frames, so their records fill whole pages too.
    let (start, end) = (Int(offset), Int(offset + byteCount))
    precondition(start % Int(frameBytes) == 0 && end % Int(frameBytes) == 0, "a binding covers whole pages")
    var mask = [UInt](repeating: 0, count: (nodes.max()! / UInt.bitWidth) + 1)
    for node in nodes { mask[node / UInt.bitWidth] |= 1 << UInt(node % UInt.bitWidth) }
    let mode =
      switch binding {
      case .unbound, .node: MPOL_BIND
      case .preferred: MPOL_PREFERRED
      case .interleaved: MPOL_INTERLEAVE
      }
    // The kernel reads one bit less than the number it is told.
    let bits = UInt(mask.count * UInt.bitWidth + 1)
    // SAFETY: the range lies inside the mapping; the mask has `bits - 1` bits.
    let result = unsafe mask.withUnsafeBufferPointer { mask in
      unsafe mbind(base + start, UInt(end - start), Int32(mode), mask.baseAddress, bits, 0)
    }
    if result != 0 { throw .cannotBind(nodes: nodes, reason: errnoText()) }
    if case .interleaved = binding {
      // The kernel interleaves whole huge pages, and the tables of a small region would all lie in the first.
      _ = unsafe madvise(base + start, end - start, MADV_NOHUGEPAGE)
    }
  }

  /// Touches every page now, so that no page fault of the arena's own falls into a measured window.
  func populate() throws(ArenaError) {
    // Since Linux 5.14; older kernels say EINVAL and pages are touched by hand.
    let populateWrite: Int32 = 23
    // SAFETY: the range lies inside the mapping.
    if unsafe madvise(base, Int(byteCount), populateWrite) == 0 { return }
    guard errno == EINVAL else { throw .cannotPopulate(bytes: byteCount, reason: errnoText()) }
    for offset in stride(from: 0, to: Int(byteCount), by: Int(frameBytes)) {
      unsafe base.storeBytes(of: 0, toByteOffset: offset, as: UInt8.self)
    }
  }

  deinit {
    // SAFETY: exactly what `init` mapped.
    _ = unsafe munmap(mapping, mappedBytes)
  }
}

private func errnoText() -> String {
  // SAFETY: strerror returns a valid C string for any number.
  unsafe String(cString: strerror(errno))
}
