import Glibc
import Testing

@testable import Harness

struct ThreadStatesTests {
  @Test func `States are read from a recorded tree`() throws {
    let tree = try TemporaryDirectory()
    func thread(_ id: Int, _ files: [(String, String)]) throws {
      let directory = "\(tree.path)/proc/41/task/\(id)"
      var path = tree.path
      for part in ["proc", "41", "task", "\(id)"] {
        path += "/\(part)"
        unsafe _ = mkdir(path, 0o755)
      }
      for (name, text) in files { try tree.write("\(directory)/\(name)", text) }
    }
    // Fields 4 to 38 as zeroes; field 39 is the processor (proc_pid_stat(5)).
    let zeroes = Array(repeating: "0", count: 35).joined(separator: " ")
    try thread(
      41,
      [("stat", "41 (page (b) ench) S \(zeroes) 3 0\n"), ("wchan", "futex_wait_queue"), ("syscall", "202 0x1 0x80\n")])
    try thread(43, [("stat", "43 (worker) R \(zeroes) 1 0\n"), ("wchan", "0"), ("syscall", "running\n")])
    try thread(42, [("stat", "42 (worker) R \(zeroes) 0 0\n")])
    let states = ThreadStates(of: 41, root: tree.path + "/")
    #expect(states.threads.map(\.id) == [41, 42, 43])
    #expect(states.threads[0].name == "page (b) ench")
    #expect(states.threads.map(\.cpu) == [3, 0, 1])
    #expect(states.summary == "2 threads R, 1 thread S in futex_wait_queue")
    #expect(
      states.text == """
        thread 41 page (b) ench: state S on CPU 3
          waits in futex_wait_queue
          system call 202 0x1 0x80
        thread 42 worker: state R on CPU 0
        thread 43 worker: state R on CPU 1

        """)
  }

  @Test func `A process that is gone has no threads`() throws {
    let tree = try TemporaryDirectory()
    #expect(ThreadStates(of: 41, root: tree.path + "/").summary == "no threads were left")
  }
}

struct ChildWordsTests {
  @Test(arguments: [
    ("", "", false), ("one\ntwo\nthree\nfour\n", "two | three | four", true), ("one\n\n", "one", false),
    ("Fatal error: x\n\n*** Signal 5: Backtracing from 0x1...\nThread 0:\n", "Fatal error: x", true),
    ("*** Program crashed: Bad pointer ***\n\nThread 3 crashed:\n", "*** Program crashed: Bad pointer ***", true),
  ])
  func `The lines that say why are told from the backtrace`(text: String, last: String, isLong: Bool) {
    let words = ChildWords(text)
    #expect(words.last == last)
    #expect(words.isLong == isLong)
  }
}
