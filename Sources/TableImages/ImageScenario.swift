internal import Addressing
internal import Formats
internal import Strategies

/// What an image shows: a story of maps, unmaps and protects that somebody else's MMU can retell.
public enum ImageScenario: String, CaseIterable, Sendable {
  /// One leaf of every size the format has.
  case leafSizes = "leaf-sizes"
  /// The first and last pages of both halves of the address space.
  case halves
  /// Huge leaves with pages taken out and protected in their middle.
  case splits
  /// Every combination of rights that the format can say.
  case protections
  /// User pages beside kernel pages in one leaf table.
  case userAndKernel = "user-and-kernel"
  /// A few hundred random pages of all sizes, some unmapped again.
  case random

  public var summary: String {
    switch self {
    case .leafSizes: "one leaf of every size"
    case .halves: "first and last pages of both halves"
    case .splits: "huge leaves with pages taken out and protected inside"
    case .protections: "every combination of rights the format can say"
    case .userAndKernel: "user pages beside kernel pages"
    case .random: "random pages of all sizes, some unmapped again"
    }
  }

  func tell<F: EntryFormat>(_ image: inout TableImage<F>, seed: UInt64) throws {
    switch self {
    case .leafSizes: try leafSizes(&image)
    case .halves: try halves(&image)
    case .splits: try splits(&image)
    case .protections: try protections(&image)
    case .userAndKernel: try userAndKernel(&image)
    case .random: try random(&image, seed)
    }
  }

  private func leafSizes<F: EntryFormat>(_ image: inout TableImage<F>) throws {
    for level in 1...F.highestLeafLevel {
      let bytes = Level(level).slotBytes
      // The third slot of its size, to physical memory four sizes up; 512 GiB and more would pass what emulators address.
      guard bytes <= 1 << 30 else { continue }
      try image.map(3 * bytes, 4 * bytes, [.read, .write], level)
    }
  }

  private func halves<F: EntryFormat>(_ image: inout TableImage<F>) throws {
    for (index, range) in [F.userRange, F.kernelRange].enumerated() where range.byteCount > 0 {
      let frame = UInt64(index + 1) << 24
      try image.map(range.start.rawValue, frame, [.read, .write], 1)
      try image.map(range.end.rawValue - 4096, frame + 4096, [.read], 1)
    }
  }

  private func splits<F: EntryFormat>(_ image: inout TableImage<F>) throws {
    let mega: UInt64 = 2 << 20
    let giga: UInt64 = 1 << 30
    if F.highestLeafLevel >= 3 {
      try image.map(giga, 4 * giga, [.read, .write], 3)
      try image.unmap(giga + 5 * mega + 7 * 4096, pages: 1)
      try image.protect(giga + 100 * mega - 4096, pages: 2, [.read])
    }
    try image.map(mega, 8 * mega, [.read, .write], 2)
    try image.unmap(mega, pages: 1)
    try image.unmap(2 * mega - 4096, pages: 1)
    try image.protect(mega + 9 * 4096, pages: 3, [.read, .execute])
  }

  private func protections<F: EntryFormat>(_ image: inout TableImage<F>) throws {
    var address: UInt64 = 1 << 30
    for bits in 0..<16 as Range<UInt64> {
      var rights: PageProperties = []
      for (bit, right) in [PageProperties.read, .write, .execute, .user].enumerated() where bits >> UInt64(bit) & 1 == 1
      {
        rights.insert(right)
      }
      guard F.supports(image.ordinary(rights), at: .one) else { continue }
      try image.map(address, address, rights, 1)
      address += 4096
    }
  }

  private func userAndKernel<F: EntryFormat>(_ image: inout TableImage<F>) throws {
    for page in 0..<32 as Range<UInt64> {
      try image.map(page * 8192, (64 + page) * 4096, page % 2 == 0 ? [.read, .write, .user] : [.read, .write], 1)
    }
  }

  private func random<F: EntryFormat>(_ image: inout TableImage<F>, _ seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    for round in 0..<400 {
      let level = round % 8 == 0 ? min(2 + round / 8 % 2, F.highestLeafLevel) : 1
      let bytes = Level(level).slotBytes
      // 64 GiB of addresses in each half, so that leaves of all sizes meet; physical memory below 2^36.
      let range = round % 2 == 0 && F.kernelRange.byteCount > 0 ? F.kernelRange : F.userRange
      let address = range.start.rawValue + UInt64.random(in: 0..<(1 << 36) / bytes, using: &generator) * bytes
      let frame = UInt64.random(in: 0..<(1 << 36) / bytes, using: &generator) * bytes
      let rights: PageProperties = round % 3 == 0 ? [.read] : [.read, .write]
      if !image.isMapped(address, bytes) { try image.map(address, frame, rights, level) }
      if round % 10 == 9 { try image.unmap(address, pages: 1) }
    }
  }
}
