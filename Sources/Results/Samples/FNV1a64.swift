/// 64-bit FNV-1a: offset basis and prime as published by Fowler, Noll and Vo (RFC 9923).
public struct FNV1a64: Sendable {
  public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  public init() {}

  /// Hashes one more byte.
  public mutating func combine(_ byte: UInt8) {
    value ^= UInt64(byte)
    value &*= 0x0000_0100_0000_01B3
  }

  /// Hashes the text's UTF-8 bytes.
  public mutating func combine(_ text: String) {
    for byte in text.utf8 { combine(byte) }
  }
}
