internal import Addressing
internal import Executions

extension BuddyPool {
  /// Calls `body` with every free block and its order. Ends on a damaged list, too.
  func forEachFree<E>(_ memory: MemoryView<E>, _ body: (Range<Int>, _ order: Int) -> Void) {
    for order in 0...Self.largestOrder {
      var number = heads[order]
      for _ in 0..<Int(end - first) >> order + 1 where number != 0 {
        body(Int(number)..<Int(number) + 1 << order, order)
        number = memory.record(frame: number).nextFree
      }
    }
  }

  /// One sentence per broken invariant of the lists.
  func violations<E>(_ memory: MemoryView<E>) -> [String] {
    var found: [String] = []
    var counted = 0
    var previous: UInt32 = 0
    var listed = -1
    forEachFree(memory) { block, order in
      if order != listed { previous = 0 }
      listed = order
      counted += block.count
      let number = UInt32(block.lowerBound)
      let record = memory.record(frame: number)
      if block.lowerBound % block.count != 0 { found.append("free block \(number) is not aligned to order \(order)") }
      if number < max(first, 1) || block.upperBound > Int(end) {
        found.append("free block \(number) of order \(order) leaves the span")
      }
      if record.block != .free(order) {
        found.append("block \(number) is in the list of order \(order) but not marked")
      }
      if record.previousFree != previous { found.append("free block \(number) of order \(order) is linked one way") }
      let buddy = number ^ (1 << UInt32(order))
      let isInSpan = buddy >= first && Int(buddy) + block.count <= Int(end)
      if order < Self.largestOrder, isInSpan, memory.record(frame: buddy).block == .free(order) {
        found.append("block \(number) and its buddy are both free at order \(order)")
      }
      previous = number
    }
    for order in 0...Self.largestOrder where (heads[order] != 0) != (stocked >> UInt32(order) & 1 == 1) {
      found.append("the bit of order \(order) does not say whether it has blocks")
    }
    if counted != freeCount { found.append("\(counted) frames are in free blocks, \(freeCount) are counted") }
    return found
  }
}
