internal import Addressing

/// Which virtual addresses each worker acts on, and in which order.
///
/// A *slot* is what one operation covers: `pagesPerOperation` consecutive pages. Every page maps to the physical address equal
/// to its virtual one, so any translation can be checked without a table of expectations.
struct RegionPlan: Sendable {
  let parameters: WorkloadParameters
  let workers: Int
  /// Address of the first page: clear of 0, so that a zero is never a right answer by accident.
  let base: UInt64

  /// 1 TiB in every format that has it, so that formats differ in nothing else; an eighth of a smaller user range.
  static func base(in userRange: VirtualRange) -> UInt64 {
    min(1 << 40, (userRange.end.rawValue + frameBytes) / 8)
  }

  var pageBytes: UInt64 { parameters.pageSize.bytes }
  var slotBytes: UInt64 { pageBytes * UInt64(parameters.pagesPerOperation) }
  /// From the start of one slot's stretch to the next one's.
  private var stretch: UInt64 { slotBytes * UInt64(parameters.spread) }
  /// Slots of one worker, or of the whole shared region.
  var slotCount: Int { parameters.regionPages / parameters.pagesPerOperation }

  /// Different pages in all.
  var totalPages: Int { parameters.region == .shared ? parameters.regionPages : parameters.regionPages * workers }

  /// Bytes from the first page to behind the last one.
  var spannedBytes: UInt64 {
    switch parameters.region {
    case .shared: UInt64(slotCount) * stretch
    case .adjacent: UInt64(slotCount * workers) * stretch
    case .private: sliceStride * UInt64(workers)
    }
  }

  /// From one private slice to the next: whole nodes, so that no leaf table is shared.
  private var sliceStride: UInt64 {
    let node = parameters.pageSize.level.nodeBytes
    return (UInt64(slotCount) * stretch + node - 1) / node * node
  }

  /// Start of a slot that `worker` owns or, in a shared region, of any slot.
  func address(ofSlot slot: Int, worker: Int) -> UInt64 {
    switch parameters.region {
    case .private: base + sliceStride * UInt64(worker) + place(slot)
    case .adjacent: base + place(slot * workers + worker)
    case .shared: base + place(slot)
    }
  }

  /// Start of a slot in its stretch.
  private func place(_ slot: Int) -> UInt64 {
    if parameters.spread == 1 { return UInt64(slot) * stretch }
    var generator = SplitMix64(seed: parameters.seed &* 0xD1B5_4A32_D192_ED03 &+ UInt64(slot))
    return UInt64(slot) * stretch + generator.next() % UInt64(parameters.spread) * slotBytes
  }

  /// The slots that `worker` populates and restores: every page belongs to exactly one worker's list.
  func homeSlots(of worker: Int) -> [UInt64] {
    let slots =
      parameters.region == .shared
      ? Array(stride(from: worker, to: slotCount, by: workers)) : Array(0..<slotCount)
    return slots.map { address(ofSlot: $0, worker: worker) }
  }

  /// The slots that `worker` visits, in order. Sequential workers of a shared region start at different places.
  func visits(of worker: Int) -> [UInt64] {
    var slots = Array(0..<slotCount)
    switch parameters.order {
    case .sequential:
      if parameters.region == .shared {
        let start = slotCount * worker / workers
        slots = Array(slots[start...] + slots[..<start])
      }
    case .random:
      var generator = SplitMix64(seed: parameters.seed &* 0x9E37_79B9 &+ UInt64(worker))
      slots.shuffle(using: &generator)
    }
    return slots.map { address(ofSlot: $0, worker: worker) }
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): a small generator whose sequence is the same on every machine.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
