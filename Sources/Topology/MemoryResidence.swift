internal import CHost

/// On which NUMA node memory really lies.
public enum MemoryResidence {
  /// The node of the page at each address of this process, in the order given; nil when no page of its own lies there:
  /// not mapped, never touched, swapped out, or still the shared zero page. Moves nothing.
  public static func nodes(ofPages addresses: [UInt]) throws(TopologyError) -> [Int?] {
    guard !addresses.isEmpty else { return [] }
    var nodes = [Int32](repeating: 0, count: addresses.count)
    // SAFETY: the kernel reads `count` addresses and writes `count` integers; both arrays live through the closures. It
    // does not access the memory at those addresses on our behalf, it looks up their pages.
    let status = unsafe addresses.withUnsafeBufferPointer { addresses in
      unsafe nodes.withUnsafeMutableBufferPointer { nodes in
        guard let source = addresses.baseAddress, let target = nodes.baseAddress else { return -EINVAL }
        return unsafe chost_page_nodes(source, UInt64(addresses.count), target)
      }
    }
    guard status == 0 else { throw .residenceUnknown(pages: addresses.count, errno: -status) }
    return nodes.map { $0 >= 0 ? Int($0) : nil }
  }
}
