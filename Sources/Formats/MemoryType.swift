/// How the memory behind a leaf is cached and ordered, in the words of the manuals.
public enum MemoryType: String, CaseIterable, Sendable {
  case writeBack = "write-back"
  case writeThrough = "write-through"
  case writeCombining = "write-combining"
  case writeProtected = "write-protected"
  /// Uncached unless a memory-type range register says write-combining (x86-64 UC−).
  case uncachedMinus = "uncached-minus"
  case uncached = "uncached"
  /// Whatever the platform says about the physical address (RISC-V PMA): cached for main memory.
  case platform = "platform"
  /// Not cached, but ordered weakly like main memory (AArch64 Normal Non-cacheable, RISC-V NC).
  case nonCacheable = "non-cacheable"
  /// Not cached, strongly ordered, accesses may have effects (RISC-V IO).
  case inputOutput = "io"
  /// AArch64 device memory: no gathering, no reordering, early write acknowledgement.
  case deviceNGnRE = "device-nGnRE"
  /// AArch64 device memory: no gathering, no reordering, no early write acknowledgement.
  case deviceNGnRnE = "device-nGnRnE"
  /// LoongArch CC.
  case coherentCached = "coherent-cached"
  /// LoongArch SUC.
  case stronglyOrderedUncached = "strongly-ordered-uncached"
  /// LoongArch WUC.
  case weaklyOrderedUncached = "weakly-ordered-uncached"
}
