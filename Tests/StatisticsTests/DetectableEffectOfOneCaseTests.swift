import Glibc
import Testing

@testable import Statistics

struct DetectableEffectOfOneCaseTests {
  @Test func `Values that agree leave nothing hidden`() {
    #expect(DetectableEffect.ofOneCase([7, 7, 7]) == 0)
  }

  @Test func `It is the effect between two samples of the same spread, as a ratio`() throws {
    // Logarithms 0, 1, 2, 3, 4: distances from the median 2, 1, 0, 1, 2, whose median is 1.
    let effect = try #require(DetectableEffect.ofOneCase((0...4).map { exp(Double($0)) }))
    let shift = try #require(DetectableEffect.independent(spread: OrderStatistics.normalConsistency, 5, 5))
    #expect(isClose(effect, expm1(shift)))
  }

  @Test func `The unit does not matter`() throws {
    let values = [10.0, 11, 10.5, 9.8, 12]
    let effect = try #require(DetectableEffect.ofOneCase(values))
    #expect(isClose(try #require(DetectableEffect.ofOneCase(values.map { $0 * 1000 })), effect))
  }

  @Test(arguments: [[], [1], [1, 0], [1, -1]] as [[Double]])
  func `Too few values and logarithms that do not exist have none`(values: [Double]) {
    #expect(DetectableEffect.ofOneCase(values) == nil)
  }
}
