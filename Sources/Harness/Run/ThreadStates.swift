import Results

/// What the threads of a process are doing, as /proc tells: for a process that hangs and cannot say it itself.
struct ThreadStates: Hashable, Sendable {
  struct Thread: Hashable, Sendable {
    let id: Int
    let name: String
    /// The kernel's letter: R running, S sleeping, D waiting for a device, T stopped, Z ended.
    let state: Character
    let cpu: Int?
    /// Kernel function in which the thread waits; nil when it does not or the kernel does not say.
    let waitsIn: String?
    /// Number and arguments of the system call that the thread is in; nil as above.
    let systemCall: String?
    /// Kernel stack, innermost first; only root may see it.
    let kernelStack: [String]
  }

  let process: Int32
  /// By id; empty when the process is gone.
  let threads: [Thread]

  /// - Parameter root: directory with `proc` in it, ending in a slash.
  init(of process: Int32, root: String = "/") {
    self.process = process
    let directory = "\(root)proc/\(process)/task"
    threads = TextFile.names(inDirectory: directory).compactMap { Int($0) }.sorted()
      .compactMap { Self.thread($0, "\(directory)/\($0)") }
  }

  /// Such as `2 threads R, 1 thread S in futex_wait_queue`.
  var summary: String {
    if threads.isEmpty { return "no threads were left" }
    let groups = Dictionary(grouping: threads) { "\($0.state)\($0.waitsIn.map { " in \($0)" } ?? "")" }
    return groups.sorted { $0.key < $1.key }
      .map { "\($0.value.count) thread\($0.value.count == 1 ? "" : "s") \($0.key)" }.joined(separator: ", ")
  }

  /// One paragraph per thread.
  var text: String {
    threads.map { thread in
      var lines = ["thread \(thread.id) \(thread.name): state \(thread.state)"]
      if let cpu = thread.cpu { lines[0] += " on CPU \(cpu)" }
      if let waitsIn = thread.waitsIn { lines.append("  waits in \(waitsIn)") }
      if let systemCall = thread.systemCall { lines.append("  system call \(systemCall)") }
      return (lines + thread.kernelStack.map { "  kernel \($0)" }).map { "\($0)\n" }.joined()
    }.joined()
  }

  private static func thread(_ id: Int, _ directory: String) -> Thread? {
    // pid (name) state ppid …; the name may hold blanks and parentheses, so fields count from the last parenthesis.
    guard let stat = TextFile.trimmed("\(directory)/stat"), let open = stat.firstIndex(of: "("),
      let close = stat.lastIndex(of: ")"), open < close
    else { return nil }
    let fields = stat[stat.index(after: close)...].split(separator: " ")
    guard let state = fields.first?.first else { return nil }
    func told(_ file: String, except silent: String) -> String? {
      TextFile.trimmed("\(directory)/\(file)").flatMap { $0 == silent ? nil : $0 }
    }
    return Thread(
      id: id, name: String(stat[stat.index(after: open)..<close]), state: state,
      // Field 39 of the file, where `state` is the third.
      cpu: fields.count > 36 ? Int(fields[36]) : nil, waitsIn: told("wchan", except: "0"),
      systemCall: told("syscall", except: "running"),
      kernelStack: (TextFile.trimmed("\(directory)/stack") ?? "").split(separator: "\n").map(String.init))
  }
}
