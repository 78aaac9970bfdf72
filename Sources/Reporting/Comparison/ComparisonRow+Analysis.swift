import Glibc
import Results
import Statistics

extension ComparisonRow {
  /// First pass: everything that needs only this row. A row that cannot be compared gets its final verdict here.
  mutating func measure(_ options: ComparisonOptions) {
    // Two values of one key are two cases, and the noisier of them says what can be believed.
    let versions = [base, head].reduce(into: Set<Int>()) { $0.formUnion($1?.benchVersions ?? []) }
    let floors = caseIDs.compactMap {
      options.calibration?.noiseFloor(of: $0, metric: metric, benchVersions: versions)
    }
    // In tenths of a percent, as people are told it.
    minimumEffect = max(options.minimumEffect, (((floors.max() ?? 0) * 1000).rounded(.up)) / 1000)
    guard let base else {
      verdict = .onlyHead
      return
    }
    guard let head else {
      verdict = .onlyBase
      return
    }
    if base.benchVersions.count > 1 || head.benchVersions.count > 1 || base.benchVersions != head.benchVersions {
      verdict = .incomparable
      reason = "bench_version is \(Self.list(base.benchVersions)) in base and \(Self.list(head.benchVersions)) in head"
      return
    }
    if let absence = Self.absence(base, head) {
      verdict = .noData
      reason = absence
      return
    }
    switch options.statistic {
    case .median: compareMedians(base.invocationMedians, head.invocationMedians, options)
    case .minimum: compareMinima(base, head)
    }
  }

  /// Second pass, when the adjusted p-values are known.
  mutating func decide(_ options: ComparisonOptions, familySize: Int) {
    guard let base, let head, pValue != nil, let pAdjusted else { return }
    guard ratio != nil else {
      decideWithoutRatio(base, head)
      return
    }
    let band = interval.map {
      VerdictRule.band(of: ($0.lower, $0.upper), minimumEffect: minimumEffect)
    }
    if band == .within {
      verdict = .equivalent
    } else if pAdjusted < options.alpha, band == .above || band == .below {
      switch better {
      case .lower: verdict = band == .above ? .regressed : .improved
      case .higher: verdict = band == .above ? .improved : .regressed
      case .none:
        verdict = .inconclusive
        reason = "differs, but the metric has no better direction"
      }
    } else {
      verdict = .inconclusive
      reason = doubt(base.invocationCount, head.invocationCount, band, options, familySize: familySize)
    }
  }

  private mutating func compareMedians(_ base: [Double], _ head: [Double], _ options: ComparisonOptions) {
    let test = MannWhitney.test(base, head)
    pValue = test.pValue
    method = "mwu_\(test.distribution.rawValue)"
    guard base.allSatisfy({ $0 > 0 }), head.allSatisfy({ $0 > 0 }) else { return }
    let (logBase, logHead) = (base.map { log($0) }, head.map { log($0) })
    let estimate = HodgesLehmann.shift(from: logBase, to: logHead, level: 1 - options.alpha)
    ratio = exp(estimate.shift)
    interval = estimate.interval?.mapped { exp($0) }
    detectableEffect = DetectableEffect.pooledSpread(logBase, logHead)
      .flatMap { DetectableEffect.independent(spread: $0, base.count, head.count, alpha: options.alpha) }
      .map { expm1($0) }
  }

  private mutating func compareMinima(_ base: CaseMeasurements, _ head: CaseMeasurements) {
    guard let before = base.cleanMinimum, let after = head.cleanMinimum else {
      verdict = .noData
      reason = "no clean window in \(base.cleanMinimum == nil ? "base" : "head"): every one was preempted"
      return
    }
    method = CaseStatistic.minimum.rawValue
    verdict = .inconclusive
    guard before > 0, after > 0 else {
      reason = "a minimum of zero or below has no ratio"
      return
    }
    ratio = after / before
    reason = "a minimum has no test: look at the ratio only"
  }

  private mutating func decideWithoutRatio(_ base: CaseMeasurements, _ head: CaseMeasurements) {
    let values = Set(base.invocationMedians + head.invocationMedians)
    if values.count == 1, let value = values.first {
      verdict = .equivalent
      reason = "every value is \(NumberText.significant(value))"
    } else {
      verdict = .inconclusive
      reason = "values of zero or below have no ratio"
    }
  }

  /// What is missing for a clear verdict, most fundamental lack first.
  private mutating func doubt(
    _ m: Int, _ n: Int, _ band: VerdictRule.Band?, _ options: ComparisonOptions, familySize: Int
  ) -> String {
    let floor = MannWhitney.neededPerSide(alpha: options.alpha, familySize: familySize)
    let family = familySize == 1 ? "one case" : "\(familySize) cases"
    if MannWhitney.smallestPValue(m, n) * Double(familySize) >= options.alpha {
      detectableEffect = nil
      return "\(floor) invocations per side are needed for any significance over \(family), there are \(m) and \(n)"
    }
    if band == .above || band == .below {
      return "the interval is clear, but p is not below \(NumberText.percent(options.alpha)) over \(family): "
        + "more invocations are needed"
    }
    let threshold = NumberText.percent(minimumEffect)
    guard let detectableEffect, detectableEffect > minimumEffect,
      let base, let head,
      let spread = DetectableEffect.pooledSpread(
        base.invocationMedians.map { log($0) }, head.invocationMedians.map { log($0) })
    else { return "the interval crosses the \(threshold) limit" }
    let finds = "finds \(NumberText.significant(detectableEffect * 100, digits: 2)) % or more"
    let needed = DetectableEffect.neededPerSide(
      toDetect: log1p(minimumEffect), spread: spread, alpha: options.alpha)
    guard let needed = needed.map({ max($0, floor) }) else {
      noise = .incurable
      return "\(finds); for \(threshold) the noise must fall, more invocations will not do"
    }
    noise = .curable(neededPerSide: needed)
    return "\(finds); for \(threshold) about \(needed) invocations per side are needed, there are \(m) and \(n)"
  }

  private static func absence(_ base: CaseMeasurements, _ head: CaseMeasurements) -> String? {
    let sides = [("base", base), ("head", head)]
    let absent = sides.compactMap { name, side in side.absence.map { "\(name): \($0)" } }
    if !absent.isEmpty { return absent.joined(separator: "; ") }
    // A count without kernel mode is another quantity than one with it.
    let mixed = sides.filter { $0.1.usedStatuses.contains(.userOnly) }
    let isPure = sides.allSatisfy { $0.1.usedStatuses == [.userOnly] }
    guard !mixed.isEmpty, !isPure else { return nil }
    return
      "counted in user mode only in \(mixed.map(\.0).joined(separator: " and part of ")), with the kernel elsewhere"
  }

  private static func list(_ versions: Set<Int>) -> String {
    versions.sorted().map { String($0) }.joined(separator: ", ")
  }
}
