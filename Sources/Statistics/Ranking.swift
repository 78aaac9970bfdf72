/// Ranks with ties shared out equally.
struct Ranking {
  /// Twice the mid-rank of each value, in input order: ranks start at 1, and doubling keeps shared ones whole.
  let doubledRanks: [Int]
  /// Σ (t³ − t) over groups of t equal values; 0 when there are no ties.
  let tieTerm: Double

  var hasTies: Bool { tieTerm > 0 }

  init(_ values: [Double]) {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Int](repeating: 0, count: values.count)
    var tieTerm = 0.0
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      // Ranks start+1 ... end, whose mean doubled is start + 1 + end.
      for position in start..<end { ranks[order[position]] = start + 1 + end }
      let size = Double(end - start)
      tieTerm += size * size * size - size
      start = end
    }
    doubledRanks = ranks
    self.tieTerm = tieTerm
  }
}
