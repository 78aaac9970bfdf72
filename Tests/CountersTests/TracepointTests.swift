import Glibc
import Results
import Testing

@testable import Counters

@Suite struct TracepointTests {
  /// A tracefs of regular files, removed with the value.
  private final class Fixture {
    let path: String

    init() throws {
      var template = Array("/tmp/pagebench-tracefs-XXXXXX".utf8CString)
      // SAFETY: mkdtemp changes the six characters of a NUL-terminated buffer in place.
      let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
        unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
      }
      try #require(made)
      path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func add(_ system: String, _ name: String, id: String) throws {
      for folder in ["events", "events/\(system)", "events/\(system)/\(name)"] {
        // SAFETY: mkdir reads a NUL-terminated string.
        unsafe _ = mkdir("\(path)/\(folder)", 0o755)
      }
      // SAFETY: a stream that is written and closed here.
      guard let file = unsafe fopen("\(path)/events/\(system)/\(name)/id", "w") else {
        throw PerfEventFailure.kernel(errno: errno)
      }
      unsafe _ = fputs(id, file)
      unsafe _ = fclose(file)
    }

    deinit { unsafe _ = system("rm -rf '\(path)'") }
  }

  private func failure(_ name: String, _ mountPoints: [String]) -> TracepointFailure? {
    do throws(PerfEventFailure) { _ = try Tracepoints(mountPoints: mountPoints).event(name) } catch {
      if case .tracepoint(let failure) = error { return failure }
    }
    return nil
  }

  @Test func takesTheNumberFromTracefs() throws {
    let fixture = try Fixture()
    try fixture.add("lock", "contention_begin", id: "713\n")
    let event = try Tracepoints(mountPoints: ["/nowhere", fixture.path]).event("tp:lock:contention_begin")
    #expect(event.type == 2 && event.config == 713 && event.exclusions.isEmpty)
    #expect(event.qualifiedName == "tp:lock:contention_begin" && event.source == .tracepoint)
    #expect(
      try LinuxPerfEvents(tracepoints: Tracepoints(mountPoints: [fixture.path])).encode(event.qualifiedName) == event)
  }

  @Test func whatTheKernelDoesNotHaveIsNotSupported() throws {
    let fixture = try Fixture()
    try fixture.add("lock", "contention_begin", id: "713")
    // The first place with a list of events decides.
    #expect(failure("tp:tlb:tlb_flush", [fixture.path, "/nowhere"]) == .absent("tp:tlb:tlb_flush"))
    #expect(TracepointFailure.absent("tp:tlb:tlb_flush").explanation.status == .notSupported)
    #expect(failure("tp:tlb:tlb_flush", ["/nowhere", "/dev/null"]) == .noTracefs("/nowhere"))
    let unmounted = TracepointFailure.noTracefs("/sys/kernel/tracing").explanation
    #expect(unmounted.status == .notSupported && unmounted.remedy?.contains("mount -t tracefs") == true)
  }

  @Test(arguments: ["tp:", "tp:lock", "tp:lock:", "tp::x", "tp:a:b:c", "tp:../x:y", "tp:a/b:c"])
  func namesThatAreNoTracepointsAreUnknown(name: String) {
    #expect(failure(name, ["/nowhere"]) == .malformed(name))
    #expect(TracepointFailure.malformed(name).explanation.status == .unknownEvent)
  }

  @Test func aNumberThatIsNoneIsAnError() throws {
    let fixture = try Fixture()
    try fixture.add("a", "b", id: "x")
    let failure = try #require(self.failure("tp:a:b", [fixture.path]))
    #expect(failure == .noNumber(fixture.path + "/events/a/b/id"))
    #expect(failure.explanation.status == .error)
  }

  @Test(.enabled(if: geteuid() == 0, "needs root, to become a user who may not read"))
  func whatMayNotBeReadNeedsAPermission() async throws {
    await #expect(processExitsWith: .success) {
      let fixture = try Fixture()
      try fixture.add("lock", "contention_begin", id: "713")
      unsafe _ = chmod(fixture.path, 0o700)
      try #require(setgid(65534) == 0 && setuid(65534) == 0)
      do throws(PerfEventFailure) {
        _ = try Tracepoints(mountPoints: [fixture.path]).event("tp:lock:contention_begin")
        exit(1)
      } catch {
        #expect(error.explanation.status == .noPermission)
        #expect(error.explanation.reason.contains("EACCES"))
        #expect(error.explanation.remedy?.contains("mode=750,gid=") == true)
        guard error.explanation.status == .noPermission else { exit(2) }
      }
    }
  }

  /// The number of the page fault tracepoint here, read from a tracefs that only the shell and its children see; nil
  /// without root or without the tracepoint.
  private static let pageFaultNumber = output(
    """
    unshare -m sh -c 'mount -t tracefs t /sys/kernel/tracing && \
    cat /sys/kernel/tracing/events/exceptions/page_fault_user/id' 2> /dev/null
    """)

  @Test(.enabled(if: pageFaultNumber != nil, "tracefs cannot be mounted, or has no page fault tracepoint"))
  func countsTheTouchedPagesAtATracepoint() throws {
    let fixture = try Fixture()
    try fixture.add("exceptions", "page_fault_user", id: try #require(Self.pageFaultNumber))
    let system = LinuxPerfEvents(tracepoints: Tracepoints(mountPoints: [fixture.path]))
    let specification = CounterSpecification(
      name: "faults", event: "tp:exceptions:page_fault_user", source: .tracepoint)
    let diagnosis = CounterProbe(system: system).diagnose(specification)
    #expect(diagnosis.source == "tracepoint")
    guard diagnosis.status != .noPermission else { return }
    #expect(diagnosis.status == .ok, "\(diagnosis)")
    // The pages, and a few of the test's own.
    #expect((256...300).contains(try #require(diagnosis.selfTestCount)), "\(diagnosis)")
  }

  private static func output(_ command: String) -> String? {
    guard let pipe = unsafe popen(command, "r") else { return nil }
    defer { unsafe _ = pclose(pipe) }
    var line = [CChar](repeating: 0, count: 64)
    // SAFETY: fgets writes at most 64 bytes, NUL included.
    guard unsafe fgets(&line, 64, pipe) != nil else { return nil }
    return String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
