import Glibc
import SystemPackage
import Topology

/// The child's side of the protocol: one specification in, one report out.
public enum TrialChild {
  /// Reads a ``TrialSpecification`` from standard input, measures, and writes a ``TrialReport`` to standard output.
  ///
  /// - Throws: ``TrialError``, what `make` throws, or `Errno` when the report cannot be written.
  public static func run(make: @escaping WorkloadMaker) throws {
    var input: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16384)
    while true {
      // SAFETY: the buffer is valid for the closure's duration, and read stays within it.
      let count = try unsafe chunk.withUnsafeMutableBytes { try unsafe FileDescriptor.standardInput.read(into: $0) }
      if count == 0 { break }
      input += chunk[..<count]
    }
    let specification: TrialSpecification
    do { specification = try TrialJSON.decode(TrialSpecification.self, from: input) } catch {
      throw TrialError.badSpecification(reason: "\(error)")
    }
    // A parent that was killed cannot end a child that hangs; its end of the pipe closes then. Should that go unseen,
    // SIGALRM comes, well after the parent would have ended the child.
    ParentWatch.start(STDOUT_FILENO)
    alarm(UInt32(min(1e9, specification.timeLimit.inSeconds.rounded(.up))) + 5)
    let report = try TrialRunner(specification, topology: try HostTopology.read(), make: make).run()
    try FileDescriptor.standardOutput.writeAll(try TrialJSON.encode(report))
  }
}
