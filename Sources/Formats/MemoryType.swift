/// How the memory behind a leaf is cached, in the field's words.
public enum MemoryType: String, CaseIterable, Sendable {
  case writeBack = "write-back"
  case writeThrough = "write-through"
  case writeCombining = "write-combining"
  case writeProtected = "write-protected"
  /// Uncached unless a memory-type range register says write-combining (x86-64 UC−).
  case uncachedMinus = "uncached-minus"
  case uncached = "uncached"
}
