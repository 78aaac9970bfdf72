import Testing

@testable import Statistics

/// Reference values from SciPy and NumPy, see golden.py.
@Suite struct GoldenTests {
  @Test func quantilesAgreeWithNumPy() {
    for item in GoldenTable.quantiles {
      #expect(isClose(OrderStatistics.quantile(item.values, at: item.fraction) ?? .nan, item.quantile))
      #expect(isClose(OrderStatistics.median(item.values) ?? .nan, item.median))
      #expect(isClose(OrderStatistics.medianAbsoluteDeviation(item.values) ?? .nan, item.deviation))
    }
  }

  @Test func exactMannWhitneyAgreesWithSciPy() {
    for item in GoldenTable.mannWhitneyExact {
      let result = MannWhitney.test(item.first, item.second)
      #expect(result.distribution == .exact)
      #expect(result.statistic == item.statistic)
      #expect(isClose(result.pValue, item.pValue, tolerance: 1e-12))
    }
  }

  @Test func normalMannWhitneyAgreesWithSciPy() {
    for item in GoldenTable.mannWhitneyNormal {
      let result = MannWhitney.normalTest(item.first, item.second)
      #expect(result.statistic == item.statistic)
      #expect(isClose(result.pValue, item.pValue, tolerance: 1e-11))
    }
  }

  @Test func tiedMannWhitneyAgreesWithEnumeration() {
    for item in GoldenTable.mannWhitneyTied {
      let result = MannWhitney.test(item.first, item.second)
      #expect(result.statistic == item.statistic)
      #expect(isClose(result.pValue, item.pValue, tolerance: 1e-12))
    }
  }

  @Test func shiftsAgreeWithTheInvertedTest() {
    for item in GoldenTable.shifts {
      let estimate = HodgesLehmann.shift(from: item.first, to: item.second)
      #expect(isClose(estimate.shift, item.shift))
      #expect(estimate.interval?.lower == item.lower)
      #expect(estimate.interval?.upper == item.upper)
    }
  }

  @Test func exactSignedRankAgreesWithSciPy() {
    for item in GoldenTable.signedRankExact {
      let result = WilcoxonSignedRank.test(item.differences)
      #expect(result.distribution == .exact)
      #expect(isClose(result.pValue, item.pValue, tolerance: 1e-12))
      let estimate = HodgesLehmann.center(of: item.differences)
      #expect(isClose(estimate.shift, item.center))
      #expect(estimate.interval?.lower == item.lower)
      #expect(estimate.interval?.upper == item.upper)
    }
  }

  @Test func normalSignedRankAgreesWithSciPy() {
    for item in GoldenTable.signedRankNormal {
      #expect(isClose(WilcoxonSignedRank.normalTest(item.differences).pValue, item.pValue, tolerance: 1e-11))
      let estimate = HodgesLehmann.center(of: item.differences)
      #expect(isClose(estimate.shift, item.center))
      if let lower = item.lower, let upper = item.upper {
        #expect(estimate.interval?.lower == lower)
        #expect(estimate.interval?.upper == upper)
      }
    }
  }

  @Test func medianIntervalsAgreeWithTheBinomial() {
    for item in GoldenTable.medianIntervals {
      let values = (1...item.count).map(Double.init)
      let interval = OrderStatistics.medianInterval(values)
      #expect(interval?.lower == item.lowerRank.map(Double.init))
      #expect(interval?.upper == item.lowerRank.map { Double(item.count + 1 - $0) })
      if let interval, let coverage = item.coverage { #expect(isClose(interval.level, coverage)) }
    }
  }

  @Test func quantilesOfDistributionsAgreeWithSciPy() {
    for item in GoldenTable.studentQuantiles {
      let quantile = StudentDistribution.quantile(item.argument, degreesOfFreedom: item.parameter)
      #expect(isClose(quantile, item.result, tolerance: 1e-10))
    }
    for item in GoldenTable.normalQuantiles {
      #expect(isClose(NormalDistribution.quantile(item.argument), item.result, tolerance: 1e-10))
    }
    for item in GoldenTable.normalTails {
      let tail = NormalDistribution.upperTail(item.argument)
      #expect((tail / item.result - 1).magnitude < 1e-12)
    }
  }

  @Test func detectableEffectsAgreeWithTheFormulaInSciPy() {
    for item in GoldenTable.detectableEffects {
      let spread = DetectableEffect.pooledSpread(item.first, item.second) ?? .nan
      let effect = DetectableEffect.independent(spread: spread, item.first.count, item.second.count)
      #expect(isClose(effect ?? .nan, item.effect))
    }
  }

  @Test func holmAgreesWithItsDefinition() {
    for item in GoldenTable.holm {
      for (mine, expected) in zip(HolmAdjustment.adjust(item.pValues), item.adjusted) {
        #expect(isClose(mine ?? .nan, expected))
      }
    }
  }
}
