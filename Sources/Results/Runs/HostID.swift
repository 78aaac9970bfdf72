/// Name of a machine as results see it: a slug of the host name and four hex digits over facts that do not change.
///
/// The caller passes facts such as processor family, model and stepping, sockets, cores, node count and memory in whole
/// GiB, always in the same order. Anything a calibration yields (MHz, bogomips) would split one machine into two.
public struct HostID: Hashable, Sendable, CustomStringConvertible {
  public let description: String

  public init(hostname: String, stableFacts: [String]) {
    var hash = FNV1a64()
    for fact in stableFacts {
      hash.combine(fact)
      hash.combine(0xFF)
    }
    // Folding keeps all 64 bits in play for the 16 that are shown.
    let folded = UInt16(truncatingIfNeeded: hash.value ^ hash.value >> 16 ^ hash.value >> 32 ^ hash.value >> 48)
    let digits = String(folded, radix: 16)
    description = "\(Self.slug(hostname))-\(String(repeating: "0", count: 4 - digits.count))\(digits)"
  }

  /// Lower-case letters and digits; every other run of characters becomes one hyphen.
  private static func slug(_ hostname: String) -> String {
    var result = ""
    for scalar in hostname.unicodeScalars {
      switch scalar {
      case "a"..."z", "0"..."9": result.unicodeScalars.append(scalar)
      case "A"..."Z": result += String(scalar).lowercased()
      default: if !result.isEmpty, !result.hasSuffix("-") { result += "-" }
      }
    }
    while result.hasSuffix("-") { result.removeLast() }
    return result.isEmpty ? "host" : result
  }
}
