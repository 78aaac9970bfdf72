import Glibc

@testable import Results

/// SplitMix64 (Steele, Lea and Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// From PAGEBENCH_SEED when it is set, else a new one; print it with every failure.
  static func seedForThisRun() -> UInt64 {
    // SAFETY: getenv returns nil or a NUL-terminated string, copied at once; tests do not change the environment.
    if let text = unsafe getenv("PAGEBENCH_SEED"), let seed = UInt64(unsafe String(cString: text)) { return seed }
    return UInt64.random(in: 1...UInt64.max)
  }
}

/// A directory that lives as long as this value.
final class TemporaryDirectory {
  let path: String

  init() {
    path = "/tmp/pagebench-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    // SAFETY: the path is bridged to a NUL-terminated buffer for the call's duration.
    guard unsafe mkdir(path, 0o700) == 0 else { fatalError("cannot create \(path)") }
  }

  deinit { Self.remove(path) }

  private static func remove(_ path: String) {
    // SAFETY: paths are bridged to NUL-terminated buffers for the calls' duration.
    if FileSystem.kind(of: path) == .directory {
      for name in (try? FileSystem.entries(of: path)) ?? [] { remove("\(path)/\(name)") }
      unsafe rmdir(path)
    } else {
      unsafe unlink(path)
    }
  }
}

func readFile(_ path: String) -> [UInt8] {
  var bytes: [UInt8] = []
  // SAFETY: the stream is checked, closed once, and used in between only.
  guard let stream = unsafe fopen(path, "r") else { return [] }
  while case let byte = unsafe fgetc(stream), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
  unsafe fclose(stream)
  return bytes
}

func writeFile(_ path: String, _ text: String) {
  // SAFETY: as above.
  guard let stream = unsafe fopen(path, "w") else { fatalError("cannot write \(path)") }
  for byte in text.utf8 { unsafe fputc(Int32(byte), stream) }
  unsafe fclose(stream)
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

let exampleCell = Cell(
  suite: "quick", workload: "map-unmap", strategy: "global-lock", lock: "ticket", format: "x86-64", threads: 4,
  placement: "compact", memoryPolicy: "local", parameters: ["region": "private", "pages-per-op": "16"])

func exampleSample(
  invocation: Int = 0, window: Int = 0, metric: String = MetricName.timePerOperation, value: Double? = 12.5,
  status: MeasurementStatus = .ok, runID: String = "01ARYZ6S41DEADBEEFDEADBEEF"
) -> Sample {
  Sample(
    runID: runID, cell: exampleCell, benchVersion: 1, block: 0, order: invocation, invocation: invocation,
    window: window, startedUTC: UTCTimestamp(secondsSinceEpoch: 1_709_210_096), windowNanoseconds: 100_000_000,
    operations: 8_000_000, metric: metric, value: value, unit: "ns/op", better: .lower, status: status,
    source: .clock, cpus: "0-3")
}
