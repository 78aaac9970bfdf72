public import Results

/// A run whose results can no longer be written. What it finished before is on the disk and can be gone on with.
public struct RunStopped: Error, Sendable, CustomStringConvertible {
  public let directory: RunDirectory
  /// Invocations whose rows and journal lines are on the disk.
  public let finishedCount: Int
  /// What could not be written, and why.
  public let reason: String

  public var description: String {
    "\(reason); the \(finishedCount) invocation\(finishedCount == 1 ? "" : "s") finished before are safe in "
      + directory.path
  }
}
