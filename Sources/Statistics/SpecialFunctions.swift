import Glibc

/// The few non-elementary functions behind the tests.
enum SpecialFunctions {
  static let logOfTwo = 0.693_147_180_559_945_3

  static func exponential(_ x: Double) -> Double { exp(x) }

  /// ln C(n, k).
  static func logChoose(_ n: Int, _ k: Int) -> Double {
    logGamma(Double(n) + 1) - logGamma(Double(k) + 1) - logGamma(Double(n - k) + 1)
  }

  /// ln Γ(x) for x > 0.
  static func logGamma(_ x: Double) -> Double {
    // lgamma_r instead of lgamma: the latter writes a global sign.
    var sign: Int32 = 0
    // SAFETY: lgamma_r stores one int into a local variable of that type.
    return unsafe lgamma_r(x, &sign)
  }

  /// Regularised incomplete beta function Iₓ(a, b), by its continued fraction (DLMF 8.17.22) evaluated from the front
  /// with Lentz's method; relative error about 1e-14 for the parameters used here.
  static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    // The fraction converges fast on this side; the other follows from Iₓ(a, b) = 1 − I₁₋ₓ(b, a).
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x)) / a
    let tiny = 1e-300
    var ratio = 1.0
    var denominator = 1 - (a + b) * x / (a + 1)
    denominator = 1 / (denominator.magnitude < tiny ? tiny : denominator)
    var fraction = denominator
    for step in 1...500 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      for term in [even, odd] {
        denominator = 1 + term * denominator
        denominator = 1 / (denominator.magnitude < tiny ? tiny : denominator)
        ratio = 1 + term / ratio
        if ratio.magnitude < tiny { ratio = tiny }
        fraction *= denominator * ratio
      }
      if (denominator * ratio - 1).magnitude < 1e-16 { break }
    }
    return front * fraction
  }

  /// Solves `function(x) = target` for an increasing function by bisection between bounds that enclose the root, down to
  /// neighbouring floating-point numbers. Slow and sure: it runs once per table row.
  static func invert(_ function: (Double) -> Double, target: Double, lower: Double, upper: Double) -> Double {
    var (low, high) = (lower, upper)
    while true {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { return middle }
      if function(middle) < target { low = middle } else { high = middle }
    }
  }
}
