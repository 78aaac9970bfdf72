/// RISC-V with three levels (satp mode 8).
public enum Sv39: RISCVFormat {
  @inlinable public static var name: String { "sv39" }
  @inlinable public static var summary: String { "RISC-V, 3 levels, 39-bit virtual addresses, leaves of 4K, 2M, 1G" }
  @inlinable public static var levels: Int { 3 }
}

/// RISC-V with four levels (satp mode 9).
public enum Sv48: RISCVFormat {
  @inlinable public static var name: String { "sv48" }
  @inlinable public static var summary: String {
    "RISC-V, 4 levels, 48-bit virtual addresses, leaves of 4K, 2M, 1G, 512G"
  }
  @inlinable public static var levels: Int { 4 }
}

/// RISC-V with five levels (satp mode 10).
public enum Sv57: RISCVFormat {
  @inlinable public static var name: String { "sv57" }
  @inlinable public static var summary: String {
    "RISC-V, 5 levels, 57-bit virtual addresses, leaves of 4K, 2M, 1G, 512G, 256T"
  }
  @inlinable public static var levels: Int { 5 }
}
