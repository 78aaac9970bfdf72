/// x86-64 with four levels of 512 entries.
public enum X86_64: X86_64Format {
  @inlinable public static var name: String { "x86-64" }
  @inlinable public static var summary: String { "x86-64, 4 levels, 48-bit virtual addresses, leaves of 4K, 2M, 1G" }
  @inlinable public static var levels: Int { 4 }
  @inlinable public static var virtualAddressBits: Int { 48 }
}

/// x86-64 with five levels (CR4.LA57).
public enum X86_64LA57: X86_64Format {
  @inlinable public static var name: String { "x86-64-la57" }
  @inlinable public static var summary: String { "x86-64, 5 levels, 57-bit virtual addresses, leaves of 4K, 2M, 1G" }
  @inlinable public static var levels: Int { 5 }
  @inlinable public static var virtualAddressBits: Int { 57 }
}
