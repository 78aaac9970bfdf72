public import Addressing

/// What a caller must flush from every TLB that may hold the table's translations, before it gives the memory to anybody else.
///
/// A value, not an action: the table does not know which processors have it loaded.
public enum FlushDuty: Hashable, Sendable {
  /// Nothing was cached that is now wrong.
  case none
  /// Every page of the range, at most ``pageLimit`` of them.
  case pages(VirtualRange)
  /// Everything: cheaper than page by page beyond ``pageLimit``.
  case all

  /// Pages beyond which one full flush is cheaper; the bound that Asterinas and page_table_multiarch use.
  public static var pageLimit: UInt64 { 32 }

  /// The duty after a change to everything in `range`.
  @inlinable
  public init(changed range: VirtualRange) {
    if range.byteCount == 0 {
      self = .none
    } else if range.byteCount > Self.pageLimit &* frameBytes {
      self = .all
    } else {
      self = .pages(range)
    }
  }
}
