internal import CHost

/// What this machine runs under.
public enum Hypervisor {
  /// The name by which the hypervisor gives itself out to processors that can be asked (x86), such as `KVMKVMKVM` or
  /// `Microsoft Hv`; nil where there is none, or none that says so.
  public static let signature: String? = {
    var letters = [CChar](repeating: 0, count: 13)
    // SAFETY: the call writes at most 13 bytes, the last a NUL, into an array that lives through the closure.
    let isThere = unsafe letters.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.map { unsafe chost_hypervisor_signature($0) } ?? false
    }
    guard isThere else { return nil }
    return String(decoding: letters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }()

  /// Whether the processor is emulated in software (QEMU's TCG), so that no time measured here means anything.
  public static var isEmulator: Bool { signature == "TCGTCGTCGTCG" }
}
