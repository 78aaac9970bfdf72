/// Student's t distribution.
public enum StudentDistribution {
  /// P(T ≤ t) with `degreesOfFreedom` > 0, through the incomplete beta function.
  public static func cumulative(_ t: Double, degreesOfFreedom: Double) -> Double {
    precondition(degreesOfFreedom > 0, "Student's t needs positive degrees of freedom")
    let tail = SpecialFunctions.incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5)
    return t > 0 ? 1 - tail / 2 : tail / 2
  }

  /// The t with P(T ≤ t) = `probability`.
  ///
  /// - Precondition: `probability` lies strictly between 0 and 1, `degreesOfFreedom` is positive.
  public static func quantile(_ probability: Double, degreesOfFreedom: Double) -> Double {
    precondition(probability > 0 && probability < 1, "a quantile's probability lies strictly between 0 and 1")
    if probability == 0.5 { return 0 }
    if probability > 0.5 { return -quantile(1 - probability, degreesOfFreedom: degreesOfFreedom) }
    var lower = -2.0
    while cumulative(lower, degreesOfFreedom: degreesOfFreedom) > probability { lower *= 2 }
    return SpecialFunctions.invert(
      { cumulative($0, degreesOfFreedom: degreesOfFreedom) }, target: probability, lower: lower, upper: 0)
  }
}
