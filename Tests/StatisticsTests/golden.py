#!/usr/bin/env python3
"""Prints GoldenTable.swift: inputs and reference results for the Statistics tests.

    python3 Tests/StatisticsTests/golden.py > Tests/StatisticsTests/GoldenTable.swift

The results come from SciPy and NumPy; where those have no function (intervals of the median and of Hodges-Lehmann
shifts), from a direct enumeration in this file that shares nothing with the Swift code. The table in the
repository was made with Python 3.11.7, SciPy 1.17.1, NumPy 2.4.6; inputs come from a seeded generator.
"""
import itertools
import math
import platform

import numpy
import scipy
from scipy import stats

rng = numpy.random.default_rng(20260301)


def literal(value):
    if value is None:
        return "nil"
    return repr(float(value))


def literals(values):
    return "[" + ", ".join(literal(v) for v in values) + "]"


def sample(size, ties):
    values = rng.lognormal(mean=4.0, sigma=0.4, size=size)
    return [float(v) for v in (numpy.round(values / 20) * 20 if ties else numpy.round(values, 3))]


def table(name, kind, rows):
    print(f"  static let {name}: [{kind}] = [")
    for row in rows:
        print(f"    {kind}({', '.join(row)}),")
    print("  ]\n")


def u_distribution(m, n):
    """P(U = u) by choosing which ranks belong to the second sample, one rank after the other."""
    counts = {(0, 0): 1}
    for rank in range(1, m + n + 1):
        following = dict(counts)
        for (size, total), count in counts.items():
            if size < n:
                key = (size + 1, total + rank)
                following[key] = following.get(key, 0) + count
        counts = following
    base = n * (n + 1) // 2
    return [counts.get((n, u + base), 0) / math.comb(m + n, n) for u in range(m * n + 1)]


def w_distribution(n):
    counts = [1] + [0] * (n * (n + 1) // 2)
    for rank in range(1, n + 1):
        counts = [c + (counts[s - rank] if s >= rank else 0) for s, c in enumerate(counts)]
    return [c / 2**n for c in counts]


def rank_interval(candidates, probabilities, level):
    candidates = sorted(candidates)
    rank, total = 0, 0.0
    for probability in probabilities:
        total += probability
        if total > (1 - level) / 2 + 1e-12:
            break
        rank += 1
    if rank == 0:
        return None, None
    return candidates[rank - 1], candidates[len(candidates) - rank]


print("// Made by golden.py with Python", platform.python_version() + ", SciPy", scipy.__version__ + ", NumPy",
      numpy.__version__ + ".")
print("// Do not edit; change the generator and run it again.\n")
print("// swift-format-ignore-file\n")
print("""struct QuantileCase { let values: [Double]; let fraction, quantile, median, deviation: Double
  init(_ values: [Double], _ fraction: Double, _ quantile: Double, _ median: Double, _ deviation: Double) {
    self.values = values; self.fraction = fraction; self.quantile = quantile; self.median = median
    self.deviation = deviation
  }
}
struct TwoSampleCase { let first, second: [Double]; let statistic, pValue: Double
  init(_ first: [Double], _ second: [Double], _ statistic: Double, _ pValue: Double) {
    self.first = first; self.second = second; self.statistic = statistic; self.pValue = pValue
  }
}
struct ShiftCase { let first, second: [Double]; let shift: Double; let lower, upper: Double?
  init(_ first: [Double], _ second: [Double], _ shift: Double, _ lower: Double?, _ upper: Double?) {
    self.first = first; self.second = second; self.shift = shift; self.lower = lower; self.upper = upper
  }
}
struct PairedCase { let differences: [Double]; let pValue, center: Double; let lower, upper: Double?
  init(_ differences: [Double], _ pValue: Double, _ center: Double, _ lower: Double?, _ upper: Double?) {
    self.differences = differences; self.pValue = pValue; self.center = center; self.lower = lower; self.upper = upper
  }
}
struct MedianIntervalCase { let count: Int; let lowerRank: Int?; let coverage: Double?
  init(_ count: Int, _ lowerRank: Int?, _ coverage: Double?) {
    self.count = count; self.lowerRank = lowerRank; self.coverage = coverage
  }
}
struct FunctionCase { let argument, parameter, result: Double
  init(_ argument: Double, _ parameter: Double, _ result: Double) {
    self.argument = argument; self.parameter = parameter; self.result = result
  }
}
struct DetectableCase { let first, second: [Double]; let effect: Double
  init(_ first: [Double], _ second: [Double], _ effect: Double) {
    self.first = first; self.second = second; self.effect = effect
  }
}
struct FamilyCase { let pValues, adjusted: [Double]
  init(_ pValues: [Double], _ adjusted: [Double]) { self.pValues = pValues; self.adjusted = adjusted }
}
""")
print("enum GoldenTable {")

rows = []
for size in (1, 2, 3, 6, 11, 24):
    values = sample(size, False)
    for fraction in (0.0, 0.1, 0.5, 0.9, 1.0):
        rows.append([literals(values), literal(fraction), literal(numpy.quantile(values, fraction)),
                     literal(numpy.median(values)), literal(stats.median_abs_deviation(values))])
table("quantiles", "QuantileCase", rows)

rows = []
for m, n in ((1, 1), (2, 3), (3, 3), (4, 4), (5, 9), (6, 6), (12, 12), (20, 17), (50, 50)):
    for _ in range(2):
        a, b = sample(m, False), sample(n, False)
        result = stats.mannwhitneyu(b, a, alternative="two-sided", method="exact")
        rows.append([literals(a), literals(b), literal(result.statistic), literal(result.pvalue)])
table("mannWhitneyExact", "TwoSampleCase", rows)

rows = []
for m, n, ties in ((3, 4, True), (8, 8, True), (12, 12, False), (12, 12, True), (30, 30, True), (60, 55, False)):
    for _ in range(2):
        a, b = sample(m, ties), sample(n, ties)
        result = stats.mannwhitneyu(b, a, alternative="two-sided", method="asymptotic", use_continuity=True)
        rows.append([literals(a), literals(b), literal(result.statistic), literal(result.pvalue)])
table("mannWhitneyNormal", "TwoSampleCase", rows)

rows = []
for m, n in ((3, 3), (4, 5), (6, 6), (8, 7)):
    for _ in range(3):
        a, b = sample(m, True), sample(n, True)
        ranks = stats.rankdata(a + b)
        center = n * (m + n + 1) / 2
        observed = abs(sum(ranks[m:]) - center)
        choices = [abs(sum(c) - center) for c in itertools.combinations(ranks, n)]
        p = sum(c >= observed - 1e-9 for c in choices) / len(choices)
        rows.append([literals(a), literals(b), literal(sum(ranks[m:]) - n * (n + 1) / 2), literal(p)])
table("mannWhitneyTied", "TwoSampleCase", rows)

rows = []
for m, n, ties in ((2, 2, False), (3, 3, False), (4, 4, False), (5, 7, False), (12, 12, False), (12, 12, True),
                   (25, 20, False)):
    a, b = sample(m, ties), sample(n, ties)
    differences = [y - x for x in a for y in b]
    lower, upper = rank_interval(differences, u_distribution(m, n), 0.95)
    rows.append([literals(a), literals(b), literal(numpy.median(differences)), literal(lower), literal(upper)])
a, b = sample(60, False), sample(55, False)
differences = sorted(y - x for x in a for y in b)
pairs = 60 * 55
rank = math.floor(pairs / 2 - stats.norm.ppf(0.975) * math.sqrt(pairs * 116 / 12))
rows.append([literals(a), literals(b), literal(numpy.median(differences)), literal(differences[rank - 1]),
             literal(differences[pairs - rank])])
table("shifts", "ShiftCase", rows)

rows = []
for size in (1, 4, 5, 6, 12, 20, 30):
    for _ in range(2):
        values = [float(v) for v in numpy.round(rng.normal(0.3, 1.0, size), 4)]
        assert len(set(abs(v) for v in values)) == size and all(values)
        p = stats.wilcoxon(values, method="exact", zero_method="wilcox").pvalue
        walsh = [(values[i] + values[j]) / 2 for i in range(size) for j in range(i, size)]
        lower, upper = rank_interval(walsh, w_distribution(size), 0.95)
        rows.append([literals(values), literal(p), literal(numpy.median(walsh)), literal(lower), literal(upper)])
table("signedRankExact", "PairedCase", rows)

rows = []
for size, ties in ((10, True), (25, True), (40, True), (60, False)):
    values = [float(v) for v in (numpy.round(rng.normal(0.3, 1.0, size), 1 if ties else 5))]
    p = stats.wilcoxon(values, method="asymptotic", zero_method="wilcox", correction=False).pvalue
    walsh = sorted((values[i] + values[j]) / 2 for i in range(size) for j in range(i, size))
    lower = upper = None
    if size > 30:
        rank = math.floor(len(walsh) / 2
                          - stats.norm.ppf(0.975) * math.sqrt(size * (size + 1) * (2 * size + 1) / 24))
        lower, upper = walsh[rank - 1], walsh[len(walsh) - rank]
    rows.append([literals(values), literal(p), literal(numpy.median(walsh)), literal(lower), literal(upper)])
table("signedRankNormal", "PairedCase", rows)

rows = []
for size in list(range(1, 31)) + [40, 100]:
    best = None
    for k in range(1, size // 2 + 1):
        coverage = 1 - 2 * stats.binom.cdf(k - 1, size, 0.5)
        if coverage >= 0.95:
            best = (k, coverage)
    rows.append([str(size), "nil" if best is None else str(best[0]), literal(None if best is None else best[1])])
table("medianIntervals", "MedianIntervalCase", rows)

rows = [[literal(p), literal(df), literal(stats.t.ppf(p, df))]
        for df in (1, 2, 3, 10, 18, 22, 100, 1000) for p in (0.001, 0.2, 0.5, 0.8, 0.975, 0.995)]
table("studentQuantiles", "FunctionCase", rows)

rows = [[literal(p), literal(0), literal(stats.norm.ppf(p))]
        for p in (1e-12, 0.001, 0.025, 0.2, 0.5, 0.8, 0.975, 0.999999)]
table("normalQuantiles", "FunctionCase", rows)

rows = [[literal(z), literal(0), literal(stats.norm.sf(z))] for z in (-3.0, -0.5, 0.0, 1.0, 1.96, 5.0, 12.0)]
table("normalTails", "FunctionCase", rows)

rows = []
for m, n in ((2, 2), (6, 6), (12, 12), (10, 20)):
    a, b = [math.log(v) for v in sample(m, False)], [math.log(v) for v in sample(n, False)]
    residuals = [abs(v - numpy.median(a)) for v in a] + [abs(v - numpy.median(b)) for v in b]
    s = numpy.median(residuals) / stats.norm.ppf(0.75)
    df = m + n - 2
    effect = (stats.t.ppf(0.975, df) + stats.t.ppf(0.8, df)) * s * math.sqrt(1 / m + 1 / n) / math.sqrt(0.955)
    rows.append([literals(a), literals(b), literal(effect)])
table("detectableEffects", "DetectableCase", rows)

rows = []
for size in (1, 2, 5, 12):
    p = [float(v) for v in numpy.round(rng.uniform(0, 1, size) ** 4, 6)]
    order = sorted(range(size), key=lambda i: p[i])
    adjusted = [0.0] * size
    for position, index in enumerate(order):
        adjusted[index] = max(min(1.0, p[order[q]] * (size - q)) for q in range(position + 1))
    rows.append([literals(p), literals(adjusted)])
table("holm", "FamilyCase", rows)
print("}")
