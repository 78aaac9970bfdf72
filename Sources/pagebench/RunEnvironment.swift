import Glibc

/// Environment variables of this process.
enum RunEnvironment {
  /// Those that decide how progress is shown.
  static var variables: [String: String] {
    var result: [String: String] = [:]
    for name in ["TERM"] {
      // SAFETY: getenv returns nil or a string that stays valid while nobody calls setenv; nobody does here.
      if let value = unsafe getenv(name) { result[name] = unsafe String(cString: value) }
    }
    return result
  }
}
