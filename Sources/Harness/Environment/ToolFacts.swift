import CHost
import Glibc
import Results
import SystemPackage

/// What this program is: the sections `tool` and `build`.
enum ToolFacts {
  static let version = "0.1.0"

  static func add(to record: inout EnvironmentRecord) {
    record.set("tool", "name", "pagebench")
    record.set("tool", "version", version)
    record.set("tool", "samples_schema", SampleSchema.name.description)
    record.set("tool", "bench_version", String(SampleRows.benchVersion))
    record.set("build", "configuration", configuration)
    record.set("build", "optimization", optimization)
    record.set("build", "swift", compiler)
    // The C compiler of the same toolchain, which says exactly which it is.
    // SAFETY: a string literal in the program.
    record.set("build", "clang", unsafe String(cString: chost_compiler_version()))
    record.set("build", "c_optimized", chost_is_optimized() ? "yes" : "no")
    record.set("build", "architecture", architecture)
    record.set("build", "identity", identity)
  }

  /// Debug builds check every access and measure nothing worth keeping.
  static var isDebugBuild: Bool {
    #if DEBUG
      true
    #else
      false
    #endif
  }

  /// The flag that the Swift code was compiled with, as far as the code can tell: what assertions do.
  private static var optimization: String {
    let flags = [("-Ounchecked", _isFastAssertConfiguration()), ("-O", _isReleaseAssertConfiguration())]
    // Assertions of a debug build go with -Onone unless somebody asked for both.
    return flags.first { $0.1 }?.0 ?? (isDebugBuild ? "-Onone" : "-O with assertions")
  }

  private static var configuration: String { isDebugBuild ? "debug" : "release" }

  /// As far as conditional compilation can tell.
  private static var compiler: String? {
    #if compiler(>=6.5)
      nil
    #elseif compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3)
      "6.3"
    #elseif compiler(>=6.2)
      "6.2"
    #else
      nil
    #endif
  }

  private static var architecture: String? {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "aarch64"
    #elseif arch(riscv64)
      "riscv64"
    #else
      nil
    #endif
  }

  /// Path of the running program; nil when /proc does not say.
  static var executable: String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    // SAFETY: readlink writes at most `count` bytes into a buffer that is valid for the closure's duration.
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe bytes.baseAddress.map { unsafe readlink("/proc/self/exe", $0, bytes.count) } ?? -1
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  /// Size and modification time of the running program's file: differs between builds, costs no reading of the file.
  static var identity: String? {
    var status = stat()
    // SAFETY: stat writes one struct stat into a local variable.
    guard unsafe stat("/proc/self/exe", &status) == 0 else { return nil }
    return "\(status.st_size)-\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }
}
