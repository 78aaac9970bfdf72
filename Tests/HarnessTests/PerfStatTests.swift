import Counters
import Glibc
import Results
import Synchronization
import Testing
import Topology

@testable import Harness

/// `perf stat` beside the harness, on the same thread over the same work.
@Suite(.serialized) struct PerfStatTests {
  private static let events = ["task-clock", "page-faults", "context-switches"]

  /// Why perf cannot be compared with, nil when it can.
  private static let obstacle: Comment? = {
    guard let output = Shell.output("perf stat -x, -e \(events.joined(separator: ",")) true 2>&1") else {
      return "perf stat does not run here; on Debian install linux-perf"
    }
    // A user whom the kernel tells only user mode has counts of something else.
    return output.contains(":u") ? "perf may not count kernel mode here" : nil
  }()

  @Test(.enabled(if: obstacle == nil, obstacle))
  func `Software counters agree with perf stat within one percent`() throws {
    let perf = try PerfStat(events: Self.events)
    // 1 % of 20000 faults, 2000 switches and 300 ms is far more than what starting and stopping perf adds.
    let work = KnownWork(faults: 20_000, switches: 2_000, milliseconds: 300)
    let workload = ErasedWorkload(
      setUp: { _ in try perf.attach(thread: try Shell.ownThread()) },
      run: { worker, window in
        while window.begin(worker) {
          perf.command("enable")
          work.run()
          perf.command("disable")
          window.end(worker, 1)
        }
      },
      check: { [] }, residencySample: { _ in [] },
      memory: { MemoryUse(tables: 0, peakTables: 0, metadata: 0, mapped: 0) })
    let report = try TrialRunner(
      TrialSpecification(
        cell: Fixture.cell(threads: 1),
        // One section: the work takes longer than the window.
        window: WindowSettings(warmUpMilliseconds: 0, lengthMilliseconds: 1, count: 1),
        counters: Self.events.map { CounterSpecification(name: $0, event: "perf::\($0.uppercased())") }),
      topology: try HostTopology.read(), make: { _, _, _ in workload }
    ).run()
    let theirs = try perf.finish()
    let worker = try #require(report.windows.first?.workers.first)
    #expect(worker.sections == 1)
    for name in Self.events {
      let reading = try #require(worker.counters.first { $0.name == name })
      #expect(reading.status == .ok)
      let (ours, perf) = (Double(try #require(reading.value)), try #require(theirs[name]))
      #expect(ours >= work.least(name), "the work itself")
      #expect(abs(ours - perf) <= 0.01 * perf, "\(name): \(ours) here, \(perf) by perf stat")
    }
  }
}

/// Work that causes at least so many events.
private struct KnownWork: Sendable {
  let faults: Int
  let switches: Int
  let milliseconds: Int

  func least(_ event: String) -> Double {
    switch event {
    case "page-faults": Double(faults)
    case "context-switches": Double(switches)
    default: Double(milliseconds) * 1e6
    }
  }

  func run() {
    let pageBytes = sysconf(Int32(_SC_PAGESIZE))
    // SAFETY: a private mapping of our own, accessed within its length and unmapped at the end.
    if let memory = unsafe mmap(
      nil, faults * pageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), unsafe memory != MAP_FAILED
    {
      unsafe madvise(memory, faults * pageBytes, MADV_NOHUGEPAGE)
      for page in 0..<faults { unsafe memory.storeBytes(of: 1, toByteOffset: page * pageBytes, as: UInt8.self) }
      unsafe munmap(memory, faults * pageBytes)
    }
    for _ in 0..<switches { usleep(1) }
    var time = timespec()
    // SAFETY: the call writes one struct.
    func elapsed() -> Int {
      unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }
    let start = elapsed()
    while elapsed() - start < milliseconds {}
  }
}

/// A `perf stat` of one thread that counts between two commands.
private final class PerfStat: Sendable {
  private let directory: TemporaryDirectory
  private let events: [String]
  private let control: Int32
  private let acknowledgement: Int32
  private let process = Atomic<Int32>(0)

  init(events: [String]) throws {
    directory = try TemporaryDirectory()
    self.events = events
    var descriptors: [Int32] = []
    for name in ["control", "acknowledgement"] {
      // SAFETY: both read NUL-terminated strings. Open for both directions, so that neither side waits for the other.
      unsafe _ = mkfifo("\(directory.path)/\(name)", 0o600)
      descriptors.append(unsafe open("\(directory.path)/\(name)", O_RDWR | O_CLOEXEC))
    }
    try #require(descriptors.allSatisfy { $0 >= 0 })
    (control, acknowledgement) = (descriptors[0], descriptors[1])
  }

  deinit {
    _ = Glibc.close(control)
    _ = Glibc.close(acknowledgement)
  }

  /// Starts perf; returns when it answers.
  func attach(thread: Int) throws {
    let path = directory.path
    let pid = try Shell.start(
      """
      exec perf stat -x, -D -1 --control fifo:\(path)/control,\(path)/acknowledgement \
      -e \(events.joined(separator: ",")) -t \(thread) -o \(path)/counts 2> /dev/null
      """)
    process.store(pid, ordering: .sequentiallyConsistent)
    command("disable")
  }

  /// Gives a command; returns when perf has done it.
  func command(_ word: String) {
    let line = Array("\(word)\n".utf8)
    // SAFETY: writes the array's bytes; reads at most as many bytes as the array has.
    unsafe _ = write(control, line, line.count)
    var answer = [UInt8](repeating: 0, count: 5)
    unsafe _ = read(acknowledgement, &answer, answer.count)
  }

  /// Ends perf; its counts by event, task-clock in nanoseconds.
  func finish() throws -> [String: Double] {
    let pid = process.load(ordering: .sequentiallyConsistent)
    _ = kill(pid, SIGINT)
    var status: Int32 = 0
    // SAFETY: the call writes one integer.
    unsafe _ = waitpid(pid, &status, 0)
    var counts: [String: Double] = [:]
    for line in try TextFile.read(directory.path + "/counts").split(separator: "\n") {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count > 2, let value = Double(cells[0]) else { continue }
      counts[String(cells[2])] = cells[1] == "msec" ? value * 1e6 : value
    }
    return counts
  }
}

/// Commands by /bin/sh.
private enum Shell {
  /// What the command prints; nil when it fails.
  static func output(_ command: String) -> String? {
    // SAFETY: popen reads NUL-terminated strings; fgets writes at most `count` bytes, NUL included.
    guard let pipe = unsafe popen(command, "r") else { return nil }
    var text = ""
    var line = [CChar](repeating: 0, count: 512)
    while unsafe fgets(&line, 512, pipe) != nil {
      text += String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return unsafe pclose(pipe) == 0 ? text : nil
  }

  struct Failure: Error { let errno: Int32 }

  /// The kernel's number of the calling thread.
  static func ownThread() throws -> Int {
    var target = [CChar](repeating: 0, count: 64)
    // SAFETY: readlink stores at most 63 bytes into an array of 64.
    guard unsafe readlink("/proc/thread-self", &target, 63) > 0 else { throw Failure(errno: errno) }
    let text = String(decoding: target.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let number = text.split(separator: "/").last.flatMap({ Int($0) }) else { throw Failure(errno: EINVAL) }
    return number
  }

  /// Starts the command.
  static func start(_ command: String) throws -> pid_t {
    var pid: pid_t = 0
    let (shell, option, text) = unsafe (strdup("/bin/sh"), strdup("-c"), strdup(command))
    defer {
      unsafe free(shell)
      unsafe free(option)
      unsafe free(text)
    }
    let arguments = unsafe [shell, option, text, nil]
    // SAFETY: NUL-terminated strings in a nil-terminated array, alive for the call.
    let result = unsafe posix_spawn(&pid, "/bin/sh", nil, nil, arguments, environ)
    guard result == 0 else { throw Failure(errno: result) }
    return pid
  }
}
