/// Divides counters into sets that fit on the hardware, so that nothing need be multiplexed: each process measures one
/// set, and the processes of a cell take turns.
struct CounterRotation {
  /// What is wanted together, if it fits.
  struct Wish {
    /// Counters of one group that take a general counter, by position.
    let counters: [Int]
    /// Those of each formula of the group.
    let formulas: [[Int]]
  }

  /// The fewest sets that first-fit finds, each sorted; none when nothing is wished for. Counters of a group stay
  /// together when they fit; otherwise the operands of each formula do. A formula too large for the hardware is left to
  /// chance.
  static func sets(_ wishes: [Wish], limit: Int) -> [[Int]] {
    let limit = max(1, limit)
    var sets: [Set<Int>] = []
    func place(_ bundle: Set<Int>) {
      if sets.contains(where: bundle.isSubset) { return }
      if let index = sets.firstIndex(where: { $0.union(bundle).count <= limit }) {
        sets[index].formUnion(bundle)
      } else {
        sets.append(bundle)
      }
    }
    for wish in wishes {
      if wish.counters.count <= limit {
        place(Set(wish.counters))
      } else {
        for formula in wish.formulas where formula.count <= limit { place(Set(formula)) }
        for counter in wish.counters { place([counter]) }
      }
    }
    return sets.filter { !$0.isEmpty }.map { $0.sorted() }
  }
}
