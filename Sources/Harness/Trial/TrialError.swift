import CHost

/// Why a trial could not be measured. Runs in the child; the message travels to the parent's error row.
public enum TrialError: Error, Hashable, Sendable, CustomStringConvertible {
  case cannotStartThread(worker: Int, errno: Int32)
  case cannotPin(worker: Int, cpu: Int, reason: String)
  case setUpFailed(worker: Int, reason: String)
  case badPolicy(key: String, text: String, reason: String)
  /// The cell's operations cannot be timed as it asks.
  case badLatency(reason: String)
  /// The child's standard input held no specification.
  case badSpecification(reason: String)

  public var description: String {
    switch self {
    case .cannotStartThread(let worker, let errno):
      "worker \(worker): cannot start a thread (\(ErrnoText.name(errno))); use fewer threads or raise the process limit"
    case .cannotPin(let worker, let cpu, let reason):
      "worker \(worker): cannot run on CPU \(cpu): \(reason)"
    case .setUpFailed(let worker, let reason):
      "worker \(worker): set-up failed: \(reason)"
    case .badPolicy(let key, let text, let reason):
      "\(key) \"\(text)\": \(reason)"
    case .badLatency(let reason): reason
    case .badSpecification(let reason):
      "no trial specification on standard input: \(reason); this command is for `pagebench run` itself"
    }
  }
}

/// Names of error numbers.
enum ErrnoText {
  /// Such as `EAGAIN: Resource temporarily unavailable`.
  static func name(_ number: Int32) -> String {
    // SAFETY: both are nil or static strings.
    let name = unsafe chost_errno_name(number).map { unsafe String(cString: $0) } ?? "errno \(number)"
    let words = unsafe chost_errno_description(number).map { unsafe String(cString: $0) }
    return words.map { "\(name): \($0)" } ?? name
  }
}
