import Glibc

/// Environment variables of this process.
enum RunEnvironment {
  /// Those that decide how progress is shown.
  static var variables: [String: String] {
    var result: [String: String] = [:]
    for name in ["TERM"] {
      result[name] = value(of: name)
    }
    return result
  }

  /// The folder of counter group files, if the user names one.
  static var counterGroups: String? { value(of: "PAGEBENCH_COUNTERS").flatMap { $0.isEmpty ? nil : $0 } }

  private static func value(of name: String) -> String? {
    // SAFETY: getenv returns nil or a string that stays valid while nobody calls setenv; nobody does here.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
