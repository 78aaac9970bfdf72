/// Why a call on a ``PageTable`` did nothing.
public enum PagingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No frame is left for a table. Free memory and try again.
  case noMemory
  /// An address or a length is not a multiple of the page size, or an address is outside what the table may map.
  case notAligned
  /// Nothing is mapped at the address.
  case notMapped
  /// Something is mapped there already. Unmap it first.
  case alreadyMapped
  /// A larger page covers the address. Unmap or split it first.
  case mappedToHugePage

  public var description: String {
    switch self {
    case .noMemory: "no frame is left for a table"
    case .notAligned: "an address or length is not aligned to the page size, or outside the table's addresses"
    case .notMapped: "nothing is mapped at the address"
    case .alreadyMapped: "something is mapped at the address already"
    case .mappedToHugePage: "a larger page covers the address"
    }
  }
}
