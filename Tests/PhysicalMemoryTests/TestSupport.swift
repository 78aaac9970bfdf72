import Addressing
import Executions
import Glibc
import PhysicalMemory

/// Whether this build checks assertions: tests of traps in debug builds run only then.
var checksAssertions: Bool {
  var checks = false
  assert(
    {
      checks = true
      return true
    }())
  return checks
}

let sole = ThreadContext(worker: 0)

func makePool(
  _ policy: FramePolicy, frames: [Int] = [512], homes: [Int] = [0]
) throws -> FramePool<Hardware> {
  let spans = frames.map { ArenaSpan(frameCount: $0, binding: .unbound) }
  return FramePool(
    arena: try PhysicalArena<Hardware>(spans: spans, populate: false), homeSpan: homes, policy: policy)
}

/// Every block the worker can still get, as single frames.
func exhaust(_ pool: FramePool<Hardware>, _ thread: ThreadContext = sole) -> [PhysicalAddress] {
  var frames: [PhysicalAddress] = []
  while let frame = pool.allocator.allocate(for: thread) { frames.append(frame) }
  return frames
}

/// A random source whose sequence is the same on every machine (SplitMix64).
struct Randomness: RandomNumberGenerator {
  let seed: UInt64
  private var state: UInt64

  init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// Seeded by `PAGEBENCH_SEED`, else anew, and says so, that a failure can be replayed.
  init(_ test: String) {
    // SAFETY: getenv returns nil or a C string that lives as long as the environment is not changed; no test changes it.
    let given = unsafe getenv("PAGEBENCH_SEED").flatMap { unsafe UInt64(String(cString: $0)) }
    self.init(seed: given ?? UInt64.random(in: 1...UInt64(UInt32.max)))
    print("seed of \(test): \(seed) (replay with PAGEBENCH_SEED=\(seed))")
  }

  /// `normal` steps, ten times as many with `PAGEBENCH_LONG=1`.
  static func steps(_ normal: Int) -> Int {
    // SAFETY: as above.
    unsafe getenv("PAGEBENCH_LONG") == nil ? normal : normal * 10
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}

extension Array {
  mutating func swapRemove(at index: Int) -> Element {
    swapAt(index, count - 1)
    return removeLast()
  }
}

func writeToStandardError(_ text: String) {
  var text = text
  text.withUTF8 { bytes in
    // SAFETY: the buffer holds `count` bytes.
    _ = unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count)
  }
}
