import Results

/// Names content by its FNV-1a hash: guards against accidents, not against malice.
enum ContentHash {
  /// 16 lower-case hexadecimal digits.
  static func hex(_ bytes: some Sequence<UInt8>) -> String {
    var hash = FNV1a64()
    for byte in bytes { hash.combine(byte) }
    let digits = String(hash.value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
