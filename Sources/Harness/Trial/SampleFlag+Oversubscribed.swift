public import Results

extension SampleFlag {
  /// More workers than usable CPUs.
  public static let oversubscribed: SampleFlag = "oversubscribed"
}
