public import Addressing

/// A tree of the lower region (TTBR0_EL1): the top 16 address bits are zero.
public enum AArch64: AArch64Format {
  @inlinable public static var name: String { "aarch64" }
  @inlinable public static var summary: String {
    "AArch64, 4 KiB granule, 4 levels, 48-bit lower region (TTBR0), leaves of 4K, 2M, 1G"
  }

  @inlinable
  public static var userRange: VirtualRange {
    VirtualRange(VirtualAddress(0), VirtualAddress((1 << 48) - frameBytes))
  }

  /// Empty: kernel addresses are in the other tree.
  @inlinable
  public static var kernelRange: VirtualRange { VirtualRange(VirtualAddress(0), VirtualAddress(0)) }
}

/// A tree of the upper region (TTBR1_EL1): the top 16 address bits are one.
public enum AArch64Upper: AArch64Format {
  @inlinable public static var name: String { "aarch64-upper" }
  @inlinable public static var summary: String {
    "AArch64, 4 KiB granule, 4 levels, 48-bit upper region (TTBR1), leaves of 4K, 2M, 1G"
  }

  /// Empty: user addresses are in the other tree.
  @inlinable
  public static var userRange: VirtualRange { VirtualRange(VirtualAddress(0), VirtualAddress(0)) }

  @inlinable
  public static var kernelRange: VirtualRange {
    VirtualRange(VirtualAddress(0xFFFF_0000_0000_0000), VirtualAddress(0 &- frameBytes))
  }
}
