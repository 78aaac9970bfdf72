import Testing

@testable import Statistics

struct TheilSenTests {
  @Test func `A straight line has its own slope`() {
    #expect(TheilSen.slope([1, 3, 5, 7, 9]) == 2)
    #expect(TheilSen.slope([4, 4, 4]) == 0)
    #expect(TheilSen.slope([1]) == nil && TheilSen.slope([]) == nil)
  }

  @Test func `One wild value in five does not bend the line`() {
    // Pairs without the third point have slope 1: 6 of 10, so the median is 1.
    #expect(TheilSen.slope([10, 11, 1000, 13, 14]) == 1)
  }

  @Test func `It agrees with an example worked out by hand`() {
    // Slopes: 3, 1/2, 5/3; -2, 1; 4. Sorted -2, 1/2, 1, 5/3, 3, 4: the median is (1 + 5/3)/2.
    #expect(abs((TheilSen.slope([1, 4, 2, 6]) ?? 0) - 4.0 / 3) < 1e-15)
  }

  @Test func `Shifting, scaling and reversing change it as they change a slope`() {
    let seed = SeededGenerator.seedForThisRun()
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      // Multiples of 1/8, so differences and products with powers of two are exact.
      let values = (0..<Int.random(in: 2...9, using: &generator)).map { _ in
        Double(Int.random(in: -80...80, using: &generator)) / 8
      }
      let slope = TheilSen.slope(values)
      #expect(TheilSen.slope(values.map { $0 + 32 }) == slope, "\(values), PAGEBENCH_SEED=\(seed)")
      #expect(TheilSen.slope(values.map { $0 * 4 }) == slope.map { $0 * 4 }, "\(values), PAGEBENCH_SEED=\(seed)")
      #expect(TheilSen.slope(values.reversed()) == slope.map { -$0 }, "\(values), PAGEBENCH_SEED=\(seed)")
    }
  }

  @Test func `The coefficient of variation is standard deviation over mean`() {
    // Mean 5, squares 9 + 1 + 1 + 9 = 20 over 3.
    let value = OrderStatistics.coefficientOfVariation([2, 4, 6, 8])
    #expect(abs((value ?? 0) - (20.0 / 3).squareRoot() / 5) < 1e-15)
    #expect(OrderStatistics.coefficientOfVariation([7, 7, 7]) == 0)
    #expect(OrderStatistics.coefficientOfVariation([7]) == nil)
    #expect(OrderStatistics.coefficientOfVariation([-1, 1]) == nil)
  }
}
